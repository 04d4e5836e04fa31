"""A number of no-ops through client, control plane and worker in one process: `… load SRC NUMBER`.

Everything is as in the real processes but for the network, which is in memory, and the clock, which stands still: the
same instructions are run each time.
"""

import asyncio
import random
import sys
from pathlib import Path

import fastworker
from benchmarks import tasks
from fastworker.adapters.json_codec import JsonFrameCodec, JsonPayloadCodec
from fastworker.adapters.memory import InMemoryTransport, ManualClock
from fastworker.adapters.telemetry import find_tracing
from fastworker.adapters.uuid7 import new_uuid7
from fastworker.application.client import ClientConfig, TaskClient
from fastworker.application.control_plane import ControlPlaneConfig
from fastworker.application.limits import Limits
from fastworker.application.subworker import SubworkerConfig
from fastworker.application.task_registry import TaskRegistry
from fastworker.domain.ledger import Ledger
from fastworker.domain.worker_registry import LocalExecution
from fastworker.entrypoints.container import Container

CLIENTS, WORKERS, BEACON, LOCAL = "inproc://clients", "inproc://workers", "inproc://beacon", "inproc://local"
CALLERS = 200


async def run(number: int) -> None:
    """Submit no-ops one by one and concurrently, and see each result."""
    clock = ManualClock()
    outside = {"clock": clock, "transport": InMemoryTransport(JsonFrameCodec(), clock), "jitter": random.Random(1)}
    container = Container(
        control_plane_config=ControlPlaneConfig("1", fastworker.__version__, CLIENTS, WORKERS, BEACON, LOCAL),
        limits=Limits(),
        ledger=Ledger(names=frozenset([tasks.noop.name]), local_execution=LocalExecution.NEVER),
        subworker_config=SubworkerConfig("worker", fastworker.__version__, 100, CLIENTS, BEACON),
        registry=TaskRegistry([tasks.noop]),
        **outside,
    )
    client = TaskClient(
        ClientConfig(CLIENTS), codec=JsonPayloadCodec(), new_id=new_uuid7, find_tracing=find_tracing, **outside
    )
    async with container.control_plane().open():
        worker = asyncio.create_task(container.subworker().run())
        async with client:
            await _submit_all(number)
        worker.cancel()


async def _submit_all(number: int) -> None:
    left = iter(range(number))

    async def caller() -> None:
        for _ in left:
            await (await tasks.noop.submit())

    await asyncio.gather(*(caller() for _ in range(CALLERS)))


def main(src: str, number: str) -> None:
    """Run the load against the sources in one folder."""
    if not Path(fastworker.__file__).is_relative_to(src):
        raise RuntimeError(f"measured {fastworker.__file__}, which is not in {src}")
    asyncio.run(run(int(number)))


if __name__ == "__main__":
    main(*sys.argv[1:])
