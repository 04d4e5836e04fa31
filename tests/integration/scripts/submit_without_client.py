"""Submits by the task function alone; prints what came of it, and after how many seconds."""

import asyncio
import time

from work import echo

from fastworker import FastWorkerError


async def main() -> None:
    began_at = time.monotonic()
    try:
        await echo.submit(1)
    except FastWorkerError as error:
        print(type(error).__name__, round(time.monotonic() - began_at, 2), error)


if __name__ == "__main__":
    asyncio.run(main())
