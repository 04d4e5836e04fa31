"""`SyncLocalSystem`: the same system for blocking tests, on an event loop in a thread of its own."""

from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from anyio.from_thread import BlockingPortal, start_blocking_portal

from fastworker.application.client import TaskClient
from fastworker.application.sync_client import SyncTaskClient

from .bridged_client import BridgedClient
from .duration import Duration
from .faults import Raisable
from .found_tasks import AnyTask, Tasks
from .local_system import LocalSystem
from .submissions import Submitted


class BridgedSystem(LocalSystem):
    """A system that code on other event loops can reach."""

    _is_bridged = True

    @property
    def sync_client(self) -> SyncTaskClient:
        """The client for blocking code."""
        return self._system.sync_client


class SyncLocalSystem:
    """A `LocalSystem` for `def` tests: `with SyncLocalSystem(mytasks) as system`; takes what that takes.

    Inside, `fn.submit_sync(...)` goes to this system, in all threads of this process, and so does
    `await fn.submit(...)` in code that the test runs on event loops of its own, as the blocking test clients of web
    frameworks do. Its methods are those of `LocalSystem`, each with the same meaning, and none is awaited.
    """

    def __init__(self, *tasks: Tasks, **options: Any) -> None:
        self._system = BridgedSystem(*tasks, **options)
        self._portal: BlockingPortal | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._portal = stack.enter_context(start_blocking_portal(name="fastworker-system"))
            stack.enter_context(self._portal.wrap_async_context_manager(self._system))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._portal = None
        self._stack.__exit__(kind, error, trace)

    @property
    def client(self) -> SyncTaskClient:
        """The blocking client that `fn.submit_sync` uses here."""
        return self._system.sync_client

    @property
    def now(self) -> datetime:
        """The time in this system."""
        return self._system.now

    def new_client(self) -> TaskClient:
        """Return a client for an application that starts and stops its own; see `LocalSystem.new_client`."""
        return BridgedClient(self._system.client, self._running())

    def drain(self) -> int:
        """Let all tasks run that can run now; see `LocalSystem.drain`."""
        return self._await(self._system.drain)

    def advance(self, duration: Duration) -> None:
        """Move the time on; see `LocalSystem.advance`."""
        self._await(self._system.advance, duration)

    def submitted(self, task: AnyTask | str, /, *args: Any, **kwargs: Any) -> list[Submitted]:
        """Return the submissions with these arguments; see `LocalSystem.submitted`."""
        __tracebackhide__ = True
        return self._system.submitted(task, *args, **kwargs)

    def submissions(self, task: AnyTask | str | None = None) -> list[Submitted]:
        """Return what was submitted; see `LocalSystem.submissions`."""
        return self._system.submissions(task)

    def fail_next(self, task: AnyTask | str, error: Raisable) -> None:
        """Have the next run raise; see `LocalSystem.fail_next`."""
        self._system.fail_next(task, error)

    def kill_next(self, task: AnyTask | str) -> None:
        """Have the worker of the next run die; see `LocalSystem.kill_next`."""
        self._system.kill_next(task)

    def kill_worker(self, worker_id: str | None = None) -> str:
        """Have a worker die; see `LocalSystem.kill_worker`."""
        return self._await(self._system.kill_worker, worker_id)

    def start_worker(self) -> str:
        """Start one more worker; see `LocalSystem.start_worker`."""
        return self._await(self._system.start_worker)

    def _await[R](self, function: Callable[..., Awaitable[R]], *args: Any) -> R:
        __tracebackhide__ = True
        returned: R = self._running().call(function, *args)
        return returned

    def _running(self) -> BlockingPortal:
        if self._portal is None:
            raise RuntimeError("this SyncLocalSystem is not open: use `with SyncLocalSystem(...) as system`")
        return self._portal
