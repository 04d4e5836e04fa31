"""Tasks that submit others: from an event loop, from a thread, from a process of their own."""

import asyncio

from fastworker import Client, SyncClient, task


@task
async def leaf(seconds: float) -> float:
    """Take some time."""
    await asyncio.sleep(seconds)
    return seconds


@task
async def gather(address: str, count: int, seconds: float = 0.0, leaf_seconds: float = 0.0) -> list[str]:
    """Submit some leaves by one call, and take some time."""
    async with Client(address) as client:
        handles = await client.map("leaf", [(leaf_seconds,)] * count)
        await asyncio.sleep(seconds)
    return [str(handle) for handle in handles]


def _one_leaf(address: str) -> str:
    with SyncClient(address) as client:
        return str(client.delay("leaf", 0.0))


@task
def gather_in_thread(address: str) -> str:
    """Submit a leaf from a thread."""
    return _one_leaf(address)


@task(isolation="process")
def gather_in_process(address: str) -> str:
    """Submit a leaf from a process of its own."""
    return _one_leaf(address)
