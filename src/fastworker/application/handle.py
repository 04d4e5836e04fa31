"""A submitted task in the hands of its submitter."""

from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any

from fastworker.domain.cancellation import Cancellation
from fastworker.domain.errors import FastWorkerError
from fastworker.domain.lifecycle import TaskStatus

from .announcement import Announcement
from .messages import TaskState
from .task_event import TaskEvent
from .task_result import TaskResult, task_error, task_result

if TYPE_CHECKING:
    from .client import TaskClient
    from .sync_client import SyncTaskClient

type Decode = Callable[[bytes], Any]


class TaskHandle[R](str):
    """The id of a submitted task, as a `str`, that can also be awaited for the result.

    Awaiting raises `TaskFailed` with the remote traceback, `TaskLost`, `TaskCancelled` or `TaskExpired` when the task
    did not succeed, and `ControlPlaneRestarted` or `ControlPlaneUnreachable` when its fate cannot be known.
    Any number of tasks may wait for one handle, any number of times.
    """

    _state: TaskState | None = None
    _payload: bytes = b""
    _failure: FastWorkerError | None = None
    _end: Announcement | None = None
    _callbacks: "list[Callable[[TaskHandle[R]], object]] | None" = None
    _is_expected: bool = True  # False for a handle that was made from an id: nobody listens for its end yet
    epoch: str | None = None  # the life of the control plane that accepted it
    decode: Decode
    _client: "TaskClient"

    @classmethod
    def of(cls, task_id: str, client: "TaskClient", decode: Decode, *, is_expected: bool = True) -> "TaskHandle[R]":
        """Return a handle on a task of `client`, whose result `decode` can read."""
        handle: TaskHandle[R] = cls(task_id)
        handle._client = client
        handle._is_expected = is_expected
        handle.decode = decode
        return handle

    def __await__(self) -> Generator[Any, Any, R]:
        return self._result_or_error().__await__()

    @property
    def is_done(self) -> bool:
        """True when awaiting it would not wait."""
        return self._state is not None or self._failure is not None

    async def wait(self) -> None:
        """Wait until the task is done, however it ended."""
        if not self._is_expected:
            await self.be_expected()
        if self._state is not None or self._failure is not None:  # as `is_done`, without the call
            return
        if self._end is None:
            self._end = Announcement()
        await self._client.until(self._end.heard)

    async def be_expected(self) -> None:
        """See that the client listens for the end of this task."""
        if not self._is_expected and not self.is_done:
            await self._client.watch(self)
            self._is_expected = True

    async def status(self) -> TaskStatus:
        """Return where the task is now; raises as `Client.status` does."""
        if self._state is not None and self._state.status is not None:
            return self._state.status
        return await self._client.status(self)

    async def result(self) -> TaskResult[R] | None:
        """Return what the task came to, whether good or bad; None while it is pending. Does not wait for it."""
        if self._state is not None:
            return task_result(self._state, self.value())
        return await self._client.get_task_result(self)

    async def cancel(self) -> Cancellation:
        """Cancel the task; return what became of it, as `Client.cancel` does."""
        answers = await self._client.cancel(self)
        return answers[self]

    async def retry(self) -> "TaskHandle[R]":
        """Run the finished task again as a new one; raises as `Client.retry` does."""
        return await self._client.retry(self)

    def events(self, *, after: int = 0) -> AsyncGenerator[TaskEvent]:
        """Yield the steps of the task as they come, and end with it; see `Client.events`."""
        return self._client.events(self, after=after)

    def add_done_callback(self, callback: "Callable[[TaskHandle[R]], object]") -> None:
        """Call `callback(handle)` in the client's event loop when the task is done; at once if it is already."""
        if self.is_done:
            self._client.run_callback(callback, self)
            return
        if self._callbacks is None:
            self._callbacks = []
        self._callbacks.append(callback)

    def value(self) -> R | None:
        """Return the decoded result of a task that is done with success; None for any other."""
        if self._state is None or self._state.status is not TaskStatus.SUCCESS:
            return None
        decoded: R = self.decode(self._payload)
        return decoded

    def complete(self, state: TaskState, payload: bytes) -> None:
        """Take the end of the task from the client, and tell who waits; a second end changes nothing."""
        if self._state is None and self._failure is None:
            self._state = state
            self._payload = payload
            self._tell()

    def fail(self, error: FastWorkerError) -> None:
        """Take from the client that the task's fate will not be known."""
        if not self.is_done:
            self._failure = error
            self._tell()

    async def _result_or_error(self) -> R:
        if self._state is None:
            await self.wait()
        if self._failure is not None:
            raise self._failure
        state = self._state
        assert state is not None
        if state.status is not TaskStatus.SUCCESS:
            raise task_error(state)
        result: R = self.decode(self._payload)
        return result

    def _tell(self) -> None:
        if self._end is not None:
            self._end.make()
        if self._callbacks is not None:
            callbacks, self._callbacks = self._callbacks, None
            for callback in callbacks:
                self._client.run_callback(callback, self)


class SyncTaskHandle[R](str):
    """The id of a submitted task, as a `str`, for blocking code."""

    _handle: TaskHandle[R]
    _client: "SyncTaskClient"

    @classmethod
    def of(cls, handle: TaskHandle[R], client: "SyncTaskClient") -> "SyncTaskHandle[R]":
        """Return the blocking view of a handle."""
        sync_handle: SyncTaskHandle[R] = cls(handle)
        sync_handle._handle = handle
        sync_handle._client = client
        return sync_handle

    def get(self, timeout: float | None = None) -> R:
        """Wait for the result and return it; raises what awaiting a `TaskHandle` raises.

        Raises:
            TimeoutError: the task was not done within `timeout` seconds; it goes on.
        """
        return self._client.wait_for(self._handle, timeout)

    def status(self) -> TaskStatus:
        """Return where the task is now."""
        return self._client.call(self._handle.status)

    def cancel(self) -> Cancellation:
        """Cancel the task; return what became of it, as `Client.cancel` does."""
        return self._client.call(self._handle.cancel)

    def events(self, *, after: int = 0) -> Iterator[TaskEvent]:
        """Yield the steps of the task as they come, and end with it; see `Client.events`."""
        return self._client.events(self._handle, after=after)

    def retry(self) -> "SyncTaskHandle[R]":
        """Run the finished task again as a new one; raises as `Client.retry` does."""
        return SyncTaskHandle.of(self._client.call(self._handle.retry), self._client)

    def result(self) -> TaskResult[R] | None:
        """Return what the task came to; None while it is pending. Does not wait for it."""
        return self._client.call(self._handle.result)
