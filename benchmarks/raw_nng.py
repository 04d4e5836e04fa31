"""The limit: one REQ/REP round trip with pynng's own asyncio calls, between two processes."""

import asyncio
import subprocess
import sys
import time

import pynng

from .cluster import ROOT, free_ports


def round_trips(number: int) -> list[float]:
    """Return the seconds of each of so many round trips of 100 bytes."""
    address = f"tcp://127.0.0.1:{free_ports(1)[0]}"
    server = subprocess.Popen([sys.executable, "-m", "benchmarks.raw_nng", address], cwd=ROOT)
    try:
        return asyncio.run(_ask(address, number))
    finally:
        server.kill()
        server.wait()


async def _ask(address: str, number: int) -> list[float]:
    with pynng.Req0(resend_time=-1) as socket:
        socket.dial(address, block=False)
        with socket.new_context() as context:
            for _ in range(200):
                await _one(context)
            return [await _one(context) for _ in range(number)]


async def _one(context: pynng.Context) -> float:
    began = time.perf_counter()
    await context.asend(b"x" * 100)
    await context.arecv()
    return time.perf_counter() - began


async def _serve(address: str) -> None:
    with pynng.Rep0(listen=address) as socket, socket.new_context() as context:
        while True:
            await context.asend(await context.arecv())


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
