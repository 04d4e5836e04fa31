"""A worker with a child process that runs the named task, or has run one and is idle; prints the child's id."""

import asyncio
import sys
import time

from fastworker.adapters.executors import ProcessExecutor
from fastworker.adapters.json_codec import JsonPayloadCodec
from fastworker.application.execution import Execution
from fastworker.domain.task import Outcome
from tests.unit.adapters.executors import process_tasks


def tell_progress(execution: Execution) -> None:
    for note in execution.notes.take():
        print(f"{note.done:.0f}", flush=True)


def tell_result(_: Execution, outcome: Outcome) -> None:
    print(outcome.payload.decode(), flush=True)


async def main(name: str) -> None:
    codec = JsonPayloadCodec()
    function = getattr(process_tasks, name)
    signature = codec.signature(function.function)
    executor = ProcessExecutor(processes=1, codec=codec)
    async with executor.open(tell_result, tell_progress):
        executor.start(Execution("task", 1, 1, function, signature, b"{}", time.monotonic))
        await asyncio.sleep(process_tasks.LONG_SECONDS)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
