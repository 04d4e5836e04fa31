"""taskiq with Redis: a list as the queue, results polled for.

The library is imported where it is used: the harness reads this before there is an environment with it.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Any

from benchmarks import work
from benchmarks.contestant import AsyncSession, Contestant, opened
from benchmarks.contestants.polled import MANY_POLL_SECONDS, ONE_POLL_SECONDS, PolledSession

ADDRESS_VARIABLE = "BENCHMARK_TASKIQ_REDIS"
RESULT_SECONDS = 600
COROUTINES = {"noop": work.noop_async, "nap": work.nap_async, "echo": work.echo_async}
FUNCTIONS = {"burn": work.burn, "stamp": work.stamp, "gate": work.gate}


class Taskiq(Contestant):
    """A worker of several processes; coroutines run in its loop, functions in its threads."""

    name = "taskiq"
    packages = ("taskiq[orjson,uv]", "taskiq-redis", "hiredis")
    servers = ("redis",)
    settings = (
        "ListQueueBroker, RedisAsyncResultBackend; --max-async-tasks = slots, --no-parse; uvloop, orjson, hiredis; "
        f"wait_result(check_interval {1000 * ONE_POLL_SECONDS:g} ms for one, {1000 * MANY_POLL_SECONDS:g} for many)"
    )

    def commands(self, *, slots: int, processes: int) -> list[list[str]]:
        each = str(slots // processes)
        program = [sys.executable, "-m", "taskiq", "worker", f"{__name__}:make_broker", "--workers", str(processes)]
        return [[*program, "--max-async-tasks", each, "--max-threadpool-threads", each, *QUIETLY]]

    @property
    def environment(self) -> dict[str, str]:
        return {ADDRESS_VARIABLE: self.addresses["redis"]}

    def open(self) -> AbstractContextManager[AsyncSession]:
        broker = make_broker(self.addresses["redis"])
        return opened(lambda runner: TaskiqSession(runner, broker), lambda _: _started(broker))


QUIETLY = ["--no-parse", "--log-level", "WARNING"]


class TaskiqSession(PolledSession):
    """Submits each task by its own call: taskiq has no other."""

    def __init__(self, runner: asyncio.Runner, broker: Any) -> None:
        """Use this broker, which knows the tasks."""
        super().__init__(runner)
        self._tasks = broker.local_task_registry

    async def submit(self, task: str, *arguments: Any) -> Any:
        return await self._tasks[task].kiq(*arguments)

    async def wait_for(self, handle: Any, poll_seconds: float) -> Any:
        result = await handle.wait_result(check_interval=poll_seconds)
        result.raise_for_error()
        return result.return_value


def make_broker(address: str = "") -> Any:
    """Return a broker that knows the tasks; `taskiq worker` calls this without an address."""
    from taskiq.serializers import ORJSONSerializer
    from taskiq_redis import ListQueueBroker, RedisAsyncResultBackend

    address = address or os.environ[ADDRESS_VARIABLE]
    results: Any = RedisAsyncResultBackend(address, result_ex_time=RESULT_SECONDS, serializer=ORJSONSerializer())
    broker = ListQueueBroker(address).with_result_backend(results).with_serializer(ORJSONSerializer())
    for name, function in (COROUTINES | FUNCTIONS).items():
        broker.register_task(function, task_name=name)
    return broker


@asynccontextmanager
async def _started(broker: Any) -> AsyncIterator[None]:
    await broker.startup()
    yield
    await broker.shutdown()
