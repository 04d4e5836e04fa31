"""The client for blocking code: a `TaskClient` on an event loop in a thread of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Any, Self

import anyio
from anyio.from_thread import BlockingPortal, start_blocking_portal

from fastworker.domain.cancellation import Cancellation
from fastworker.domain.errors import ClientNotRunning
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority

from .blocking import check_may_block
from .client import TaskClient
from .client_life import FORKED
from .forked_process import tell_in_fork
from .handle import SyncTaskHandle, TaskHandle
from .messages import Inspected, TaskState
from .task_event import TaskEvent
from .task_function import TaskFunction
from .task_options import SubmitOptions
from .task_result import TaskResult


class SyncTaskClient:
    """Submits tasks from threads: Django views, scripts, the command line. Any number of threads may share it."""

    def __init__(self, new_client: Callable[[], TaskClient]) -> None:
        self._new_client = new_client
        self._client: TaskClient | None = None
        self._portal: BlockingPortal | None = None
        self._open = ExitStack()
        self._is_left_behind = False
        tell_in_fork(self)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the thread; needs no control plane yet. A second start changes nothing."""
        if self._portal is None:
            with ExitStack() as stack:
                portal = stack.enter_context(start_blocking_portal(name="fastworker-client"))
                self._client = stack.enter_context(portal.wrap_async_context_manager(self._new_client()))
                self._portal = portal
                self._open = stack.pop_all()

    def stop(self) -> None:
        """End the thread; a second stop changes nothing. Neither does one in a forked process, which has no thread."""
        if self._is_left_behind:
            return
        self._portal = None
        self._open.close()

    def delay(
        self,
        task: str | TaskFunction[..., Any, Any],
        /,
        *args: Any,
        priority: TaskPriority | str | None = None,
        **kwargs: Any,
    ) -> SyncTaskHandle[Any]:
        """Submit a task function, or a task by name; raises what `TaskClient.delay` does."""
        parsed = None if priority is None else TaskPriority.parse(priority)
        return self.submit(task, args, kwargs, SubmitOptions(parsed))

    def submit(
        self,
        task: str | TaskFunction[..., Any, Any],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        options: SubmitOptions,
    ) -> SyncTaskHandle[Any]:
        """Submit one task and return when it is accepted."""
        return SyncTaskHandle.of(self.call(self._running().submit, task, args, kwargs, options), self)

    def map(
        self,
        task: str | TaskFunction[..., Any, Any],
        calls: Iterable[Sequence[Any]],
        *,
        priority: TaskPriority | str | None = None,
    ) -> list[SyncTaskHandle[Any]]:
        """Submit one task per tuple of positional arguments, in batches."""
        parsed = None if priority is None else TaskPriority.parse(priority)
        handles = self.call(self._running().submit_many, task, calls, SubmitOptions(parsed))
        return [SyncTaskHandle.of(handle, self) for handle in handles]

    def get_task_result(self, task_id: str) -> TaskResult[Any] | None:
        """Return what a task came to; None while there is no result to give: pending, expired, or never seen."""
        return self.call(self._running().get_task_result, str(task_id))

    def status(self, task_id: str) -> TaskStatus:
        """Return where a task is now; raises what `TaskClient.status` does."""
        return self.call(self._running().status, str(task_id))

    def state(self, task_id: str) -> TaskState:
        """Return all that is known of a task now but its result; raises what `TaskClient.status` does."""
        return self.call(self._running().state, str(task_id))

    def arguments(self, task_id: str) -> dict[str, Any]:
        """Return what a task was called with, by name; see `TaskClient.arguments`."""
        return self.call(self._running().arguments, str(task_id))

    def cancel(self, task_ids: str | Iterable[str]) -> dict[str, Cancellation]:
        """Cancel one task or several, by id; return what became of each, as `TaskClient.cancel` does."""
        return self.call(self._running().cancel, task_ids)

    def retry(self, task_id: str) -> SyncTaskHandle[Any]:
        """Run a finished task again as a new one; raises what `TaskClient.retry` does."""
        return SyncTaskHandle.of(self.call(self._running().retry, task_id), self)

    def events(self, task_id: str, *, after: int = 0) -> Iterator[TaskEvent]:
        """Yield the steps of a task as they come, and end with it; see `TaskClient.events`."""
        events = self._running().events(task_id, after=after)
        try:
            while (event := self.call(_next_of, events)) is not None:
                yield event
        finally:
            with suppress(ClientNotRunning):  # the client was stopped meanwhile, and this reader with it
                self.call(events.aclose)

    def drain_worker(self, worker_id: str) -> None:
        """Have a worker finish what it runs, take no more, and leave; raises `UnknownWorker`."""
        self.call(self._running().drain_worker, worker_id)

    def inspect(self) -> Inspected:
        """Return the control plane's present state in numbers."""
        return self.call(self._running().inspect)

    def wait_for_end(self, task_id: str, *, timeout: float) -> TaskResult[Any]:
        """Wait for the end of any task by its id; raises what `status` does, and TimeoutError."""
        return self.call(_end_within, self._running(), task_id, timeout)

    def wait_for[R](self, handle: TaskHandle[R], timeout: float | None) -> R:
        """Wait for a task's result; raises TimeoutError after `timeout` seconds."""
        result: R = self.call(_result_within, handle, timeout)
        return result

    def call[R](self, function: Callable[..., Awaitable[R]], *args: Any) -> R:
        """Run a coroutine function in the client's loop and return what it returns.

        Raises:
            BlockingInTask: this is the event loop of a worker; any other is held up with a warning (`BlocksEventLoop`).
        """
        check_may_block()
        if self._is_left_behind:
            raise ClientNotRunning(FORKED)
        if self._portal is None:
            raise ClientNotRunning("this client is not running: use `with client`, or `client.start()` first")
        returned: R = self._portal.call(function, *args)
        return returned

    def leave_behind(self) -> None:
        """In a forked process: what would wait for the thread when freed lives as long as its event loop."""
        if self._portal is not None:
            self._is_left_behind = True
            vars(self._portal)["kept"] = self._open

    def _running(self) -> TaskClient:
        if self._client is None or self._portal is None:
            raise ClientNotRunning("this client is not running: use `with client`, or `client.start()` first")
        return self._client


async def _result_within[R](handle: TaskHandle[R], timeout: float | None) -> R:
    with anyio.move_on_after(timeout):
        result: R = await handle
        return result
    raise TimeoutError(f"task {handle} has not ended within {timeout:g} s; it goes on")


async def _end_within(client: TaskClient, task_id: str, timeout: float) -> TaskResult[Any]:
    handle = client.handle(task_id)
    with anyio.move_on_after(timeout):
        await handle.wait()
    found = await handle.result()
    if found is None:
        raise TimeoutError(f"task {task_id} has not ended within {timeout:g} s; it goes on")
    return found


async def _next_of(events: AsyncIterator[TaskEvent]) -> TaskEvent | None:
    return await anext(events, None)
