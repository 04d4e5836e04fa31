"""A client that submits many tasks one by one, all at once, and compares what comes back."""

import asyncio
import sys

from work import echo_and_count

from fastworker import Client


async def main(folder: str, first: int, count: int) -> None:
    async def submit(value: int) -> bool:
        return await (await echo_and_count.submit(folder, value)) == value

    async with Client():
        as_submitted = await asyncio.gather(*(submit(value) for value in range(first, first + count)))
    print(f"{len(as_submitted)} values, {as_submitted.count(False)} not as submitted")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
