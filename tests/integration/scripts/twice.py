"""Submits by the task functions alone, in two event loops one after the other, and from blocking code."""

import asyncio

from work import echo


async def main(first: int) -> list[int]:
    handles = [await echo.submit(value) for value in range(first, first + 3)]
    return [await handle for handle in handles]


if __name__ == "__main__":
    print(asyncio.run(main(1)))
    print(asyncio.run(main(4)))
    print(echo.submit_sync(7).get(timeout=10))
