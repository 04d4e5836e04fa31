"""procrastinate with PostgreSQL: jobs are rows, workers are notified of new ones; it keeps no results.

A task that returns something stores it in a table of ours, as procrastinate leaves to its users; a client asks the
database which of its jobs are finished, all in one query.
The library is imported where it is used: the harness reads this before there is an environment with it.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from typing import Any

from benchmarks.contestant import AsyncSession, Contestant, opened
from benchmarks.contestants.coroutines import TASKS
from benchmarks.contestants.polled import MANY_POLL_SECONDS, ONE_POLL_SECONDS, by_few

ADDRESS_VARIABLE = "BENCHMARK_PROCRASTINATE_POSTGRES"
CONNECTIONS = 10
BATCH = 1_000
FEW = 10
URGENT = 100
SCHEMA_LOCK = 1

FINISHED = """
    SELECT job.id, job.status::text, result.value
    FROM procrastinate_jobs job LEFT JOIN benchmark_results result ON result.job_id = job.id
    WHERE job.id = ANY(%(ids)s) AND job.status NOT IN ('todo', 'doing')
"""
STORE = "INSERT INTO benchmark_results VALUES (%(job_id)s, %(value)s)"


class Procrastinate(Contestant):
    """Workers with as many coroutines as slots."""

    name = "procrastinate"
    packages = ("procrastinate", "psycopg[binary,pool]")
    servers = ("postgres",)
    settings = (
        f"concurrency = slots, LISTEN/NOTIFY, psycopg[binary], pools of {CONNECTIONS}, autocommit; keeps no results: "
        "tasks store theirs in a table of ours, the client asks in one query for what is finished, every "
        f"{1000 * ONE_POLL_SECONDS:g} ms for one, {1000 * MANY_POLL_SECONDS:g} for many; bulk by batch_defer of {BATCH}"
    )

    def commands(self, *, slots: int, processes: int) -> list[list[str]]:
        return [[sys.executable, "-m", __name__, str(slots // processes)] for _ in range(processes)]

    @property
    def environment(self) -> dict[str, str]:
        return {ADDRESS_VARIABLE: self.addresses["postgres"]}

    def open(self) -> AbstractContextManager[AsyncSession]:
        app = make_app(self.addresses["postgres"])
        return opened(lambda runner: ProcrastinateSession(runner, app), lambda session: session.connected())


class ProcrastinateSession(AsyncSession):
    """Defers jobs one by one or in batches; one poller sees which are finished."""

    def __init__(self, runner: asyncio.Runner, app: Any) -> None:
        """Use this app, which knows the tasks."""
        super().__init__(runner)
        self._app = app
        self._awaited: dict[int, asyncio.Future[Any]] = {}
        self._is_awaited = asyncio.Event()

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Hold the connections, and the poller."""
        async with opened_app(self._app):
            poller = asyncio.create_task(self._poll())
            yield
            poller.cancel()
            with suppress(asyncio.CancelledError):
                await poller

    async def submit(self, task: str, *arguments: Any) -> Any:
        return await self._app.tasks[task].defer_async(arguments=arguments)

    async def submit_urgent(self, task: str, *arguments: Any) -> Any:
        return await self._app.tasks[task].configure(priority=URGENT).defer_async(arguments=arguments)

    async def wait(self, handle: Any) -> Any:
        self._awaited[handle] = asyncio.get_running_loop().create_future()
        self._is_awaited.set()
        return await self._awaited[handle]

    def accept(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> Callable[[], None]:
        handles = self._runner.run(self._defer_in_batches(task, arguments))
        return lambda: self._runner.run(self._wait_for(handles))

    def run(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> None:
        self._runner.run(self._run(task, arguments))

    def run_in_bulk(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> None:
        self.accept(task, arguments)()

    async def _run(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> None:
        await self._wait_for(await by_few(lambda each: self.submit(task, *each), arguments, CONNECTIONS))

    async def _defer_in_batches(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> list[int]:
        handles: list[int] = []
        for start in range(0, len(arguments), BATCH):
            rows = [{"arguments": each} for each in arguments[start : start + BATCH]]
            handles += await self._app.tasks[task].batch_defer_async(*rows)
        return handles

    async def _wait_for(self, handles: Sequence[int]) -> None:
        for start in range(0, len(handles), BATCH):
            await asyncio.gather(*map(self.wait, handles[start : start + BATCH]))

    async def _poll(self) -> None:
        while True:
            await self._is_awaited.wait()
            ids = list(self._awaited)
            for row in await self._app.connector.execute_query_all_async(FINISHED, ids=ids):
                self._finish(**row)
            if not self._awaited:
                self._is_awaited.clear()
            await asyncio.sleep(ONE_POLL_SECONDS if len(ids) < FEW else MANY_POLL_SECONDS)

    def _finish(self, id: int, status: str, value: str | None) -> None:
        future = self._awaited.pop(id)
        if status == "succeeded":
            future.set_result(None if value is None else json.loads(value))
        else:
            future.set_exception(RuntimeError(f"job {id} is {status}"))


def make_app(address: str) -> Any:
    """Return an app that knows the tasks."""
    from procrastinate import App, PsycopgConnector

    size = {"min_size": 2, "max_size": CONNECTIONS}
    app = App(connector=PsycopgConnector(pool_factory=_pool, conninfo=address, configure=_configure, **size))
    for name, coroutine in TASKS.items():
        app.task(_storing(coroutine), name=name, pass_context=True)
    return app


def _pool(**arguments: Any) -> Any:
    """Return a pool that does not ask a connection whether it is alive each time it hands it out."""
    from psycopg_pool import AsyncConnectionPool

    return AsyncConnectionPool(**arguments | {"check": None})


async def _configure(connection: Any) -> None:
    """Spare two statements for each: every call of procrastinate is a transaction in itself."""
    await connection.set_autocommit(True)


def _storing(coroutine: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[None]]:
    async def run(context: Any, *, arguments: Sequence[Any]) -> None:
        value = await coroutine(*arguments)
        if value is not None:
            await context.app.connector.execute_query_async(STORE, job_id=context.job.id, value=json.dumps(value))

    return run


@asynccontextmanager
async def opened_app(app: Any) -> AsyncIterator[None]:
    """Open the app; whoever is first makes the tables."""
    async with app.open_async(), app.connector.pool.connection() as connection:
        await connection.execute("SELECT pg_advisory_lock(%s)", [SCHEMA_LOCK])
        found = await connection.execute("SELECT to_regclass('benchmark_results')")
        if (await found.fetchone())[0] is None:
            await app.schema_manager.apply_schema_async()
            await connection.execute("CREATE TABLE benchmark_results (job_id bigint PRIMARY KEY, value text)")
        await connection.execute("SELECT pg_advisory_unlock(%s)", [SCHEMA_LOCK])
        yield


async def work(slots: int) -> None:
    """Be a worker process."""
    app = make_app(os.environ[ADDRESS_VARIABLE])
    async with opened_app(app):
        await app.run_worker_async(concurrency=slots)


if __name__ == "__main__":
    asyncio.run(work(int(sys.argv[1])))
