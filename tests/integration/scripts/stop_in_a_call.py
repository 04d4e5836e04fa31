"""A client that is stopped while another task of the same event loop is in one of its calls."""

import asyncio
import sys
from typing import Any

from fastworker import Client


async def call_of(client: Client, call: str, rest: list[str]) -> Any:
    match call:
        case "delay":
            return await client.delay("echo", 1)
        case "map":
            return await client.map("echo", [(1,), (2,)])
        case "inspect":
            return await client.inspect()
        case "handle":
            return await (await client.delay("wait_at_gate", rest[0], "stopped"))
        case _:
            return await getattr(client, call)("an-id")


async def main(way: str, call: str, address: str, *rest: str) -> None:
    client = Client(address)
    if way == "async-with":
        await client.__aenter__()
    else:
        await client.start()
    calling = asyncio.create_task(call_of(client, call, list(rest)))
    await asyncio.wait([calling], timeout=0.3)  # it does not end by itself: this is how long it is under way
    if way == "async-with":
        await client.__aexit__(None, None, None)
    elif way == "stop":
        client.stop()
    else:
        await client.aclose()
    done, _ = await asyncio.wait([calling], timeout=3)
    print(type(calling.exception()).__name__ if done else "it goes on")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
