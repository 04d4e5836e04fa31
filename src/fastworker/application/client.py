"""The client: the public face of submitting tasks and seeing what became of them."""

import asyncio
import random
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import anyio
from anyio.abc import TaskGroup

from fastworker.domain.cancellation import Cancellation
from fastworker.domain.errors import CallerError, ClientNotRunning, FastWorkerError, InvalidArguments, unknown_task_id
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority

from .client_life import ClientConfig, ClientLife, OpenClient
from .current_client import entered_client, note_started, note_stopped
from .current_task import as_child_task
from .handle import Decode, TaskHandle
from .identifiers import NewId
from .log import log
from .messages import Inspected, SubmitEntry, TaskState
from .ports.clock import Clock
from .ports.codec import PayloadCodec
from .ports.tracing import FindTracing, no_tracing
from .ports.transport import Transport
from .submitter import Ready
from .task_event import TaskEvent, task_event
from .task_function import TaskFunction
from .task_options import SubmitOptions
from .task_result import TaskResult, task_result
from .wakeup import Wakeup


class TaskClient:
    """Submits tasks to one control plane. One client serves any number of concurrent callers of one event loop.

    `start()` and `stop()` serve asyncio applications; `async with` is the structured way, on asyncio and trio.
    A client that was stopped can be started again.
    """

    def __init__(
        self,
        config: ClientConfig,
        *,
        transport: Transport,
        clock: Clock,
        codec: PayloadCodec,
        new_id: NewId,
        jitter: random.Random,
        find_tracing: FindTracing = no_tracing,
    ) -> None:
        self.config = config
        self._transport = transport
        self._clock = clock
        self._codec = codec
        self._new_id = new_id
        self._jitter = jitter
        self._find_tracing = find_tracing
        self._life: ClientLife | None = None
        self._group: TaskGroup | None = None
        self._previous: TaskClient | None = None
        self._detached: asyncio.Task[None] | None = None

    # ---- lifetime ----

    @property
    def is_started(self) -> bool:
        """True from a start until it has ended: an entered one when its block is left, any other when it is stopped."""
        return self._group is not None or self._detached is not None

    async def __aenter__(self) -> Self:
        if self.is_started:
            raise CallerError("this client is started already: use it as it is, or give one that was not started")
        self._previous = entered_client.get()
        group = self._group = anyio.create_task_group()
        await group.__aenter__()
        self._life = self._new_life()
        try:
            await group.start(self._life.run)
        except BaseException:
            await self._leave_group(group)
            raise
        entered_client.set(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._group is None:  # it was started meanwhile, after a system for tests whose place it had taken
            await self.aclose()
        else:
            entered_client.set(self._previous)
            await self._leave_group(self._group)

    async def start(self) -> None:
        """Begin to work on the running asyncio loop; needs no control plane yet. A second start changes nothing."""
        self.start_soon()

    def start_soon(self) -> None:
        """Do what `start` does, from a plain function inside a running asyncio loop."""
        if not self.is_started:
            life = self._life = self._new_life()
            self._detached = asyncio.get_running_loop().create_task(_run_detached(life))
            self._detached.add_done_callback(lambda _: self._forget(life))
            note_started(self)

    def _forget(self, life: ClientLife) -> None:
        """Let go of a life that is over, however it ended, so that another can be started."""
        life.end()
        if self._life is life:
            self._detached = None
            note_stopped(self)

    def stop(self) -> None:
        """Stop working, soon: unfinished handles fail with `ClientNotRunning`. A second stop changes nothing."""
        if self._detached is not None:
            self._detached.cancel()
            self._detached = self._life = None
        note_stopped(self)

    async def aclose(self) -> None:
        """Stop, and wait for the end."""
        detached = self._detached
        self.stop()
        if detached is not None:
            await asyncio.wait([detached])

    def _new_life(self) -> ClientLife:
        return ClientLife(
            self.config, transport=self._transport, clock=self._clock, new_id=self._new_id, jitter=self._jitter
        )

    async def _leave_group(self, group: TaskGroup) -> None:
        """End the group without handing it the error under way: it would wrap it into an exception group."""
        group.cancel_scope.cancel()
        await group.__aexit__(None, None, None)
        self._life = self._group = None

    async def _opened(self) -> OpenClient:
        if self._life is None:
            raise ClientNotRunning(
                "this client is not running: use `async with client`, or `await client.start()` first"
            )
        return await self._life.parts()

    # ---- submitting ----

    async def delay(
        self,
        task: str | TaskFunction[..., Any, Any],
        /,
        *args: Any,
        priority: TaskPriority | str | None = None,
        **kwargs: Any,
    ) -> TaskHandle[Any]:
        """Submit a task function, or a task by name, and return its id at once: the work is done elsewhere.

        Raises:
            CallerError: the call is wrong (arguments, size, unknown name); nothing was submitted.
            ControlPlaneError: the control plane cannot be reached or does not take the task.
        """
        return await self.submit(task, args, kwargs, _options(priority))

    async def map(
        self,
        task: str | TaskFunction[..., Any, Any],
        calls: Iterable[Sequence[Any]],
        *,
        priority: TaskPriority | str | None = None,
    ) -> list[TaskHandle[Any]]:
        """Submit one task per tuple of positional arguments, in batches; raises what `delay` does."""
        return await self.submit_many(task, calls, _options(priority))

    async def submit(
        self,
        task: str | TaskFunction[..., Any, Any],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        options: SubmitOptions,
    ) -> TaskHandle[Any]:
        """Submit one task and return when it is accepted."""
        client = await self._opened()
        entry, payload, handle = self._prepare(task, args, kwargs, options)
        tracing = self._find_tracing()
        if tracing is None:
            await client.submitter.submit(entry, payload, handle)
            return handle
        with tracing.submitting(entry, payload, address=self.config.address) as trace:
            await client.submitter.submit(entry.traced(trace), payload, handle)
        return handle

    async def submit_many(
        self, task: str | TaskFunction[..., Any, Any], calls: Iterable[Sequence[Any]], options: SubmitOptions
    ) -> list[TaskHandle[Any]]:
        """Submit tasks and return when all are accepted; a wrong call raises before any is submitted."""
        client = await self._opened()
        ready = [self._prepare(task, _one_call(args), {}, options) for args in calls]  # a wrong call stops them all
        tracing = self._find_tracing()
        if tracing is None or not ready:
            return await client.submitter.submit_all(ready)
        with tracing.submitting_many([entry for entry, _, _ in ready], address=self.config.address) as trace:
            ready = [(entry.traced(trace), payload, handle) for entry, payload, handle in ready]
            return await client.submitter.submit_all(ready)

    def _prepare(
        self,
        task: str | TaskFunction[..., Any, Any],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        options: SubmitOptions,
    ) -> Ready:
        priority = options.priority
        if isinstance(task, TaskFunction):
            signature = self._codec.signature(task.function)
            name, payload = task.name, signature.encode_arguments(args, kwargs)
            decode: Decode = signature.decode_result
            priority = priority or task.priority
        else:
            name, payload = task, self._codec.encode_arguments(args, kwargs)
            decode = self._codec.decode_result
        task_id = options.task_id or self._new_id()
        handle: TaskHandle[Any] = TaskHandle.of(task_id, self, decode)
        terms = as_child_task(options.terms_at(self._clock.wall))
        return SubmitEntry(task_id, name, priority or TaskPriority.NORMAL, terms), payload, handle

    # ---- looking ----

    def handle(self, task_id: str) -> TaskHandle[Any]:
        """Return a handle on any task by its id; its result comes as plain JSON values."""
        if isinstance(task_id, TaskHandle):
            return task_id
        return TaskHandle.of(task_id, self, self._codec.decode_result, is_expected=False)

    async def watch(self, handle: TaskHandle[Any]) -> None:
        """Listen for the end of a task that this client did not submit; raises what `status` does."""
        client = await self._opened()
        status = await self.status(handle)
        if not status.is_final:
            await client.listener.adopt(handle)
            return
        state, payload = await self._fetch(handle)
        handle.complete(state, payload)

    async def get_task_result(self, task_id: str) -> TaskResult[Any] | None:
        """Return what a task came to; None while there is no result to give: pending, expired, or never seen."""
        state, payload = await self._fetch(task_id)
        if state.status is None or not state.status.is_final:
            return None
        decode = task_id.decode if isinstance(task_id, TaskHandle) else self._codec.decode_result
        return task_result(state, decode(payload) if state.status is TaskStatus.SUCCESS else None)

    async def status(self, task_id: str) -> TaskStatus:
        """Return where a task is now.

        Raises:
            ResultExpired: it ended, and is not remembered any more.
            UnknownTaskId: this control plane has never seen it.
        """
        status = (await self.state(task_id)).status
        assert status is not None
        return status

    async def state(self, task_id: str) -> TaskState:
        """Return all that is known of a task now but its result; raises what `status` does."""
        state, _ = await self._fetch(task_id)
        if state.status is None:
            raise unknown_task_id(str(task_id), is_forgotten=state.is_forgotten)
        return state

    async def arguments(self, task_id: str) -> dict[str, Any]:
        """Return what a task was called with, by name, as plain JSON values; raises what `status` does.

        Under the empty name are the positional arguments of a caller that did not have the function.
        """
        state, payload = await self._fetch(task_id, arguments=True)
        if state.status is None:
            raise unknown_task_id(str(task_id), is_forgotten=state.is_forgotten)
        return self._codec.decode_arguments(payload)

    async def events(self, task_id: str, *, after: int = 0) -> AsyncGenerator[TaskEvent]:
        """Yield the steps of a task as they come, from the number `after` on, and end with the task.

        Steps are its changes of status, its progress and its log lines; those before the first follower came are kept
        only for tasks that had something to say. A reader that is too slow misses older progress.

        Raises:
            ResultExpired, UnknownTaskId: as `status`.
            ControlPlaneRestarted, ControlPlaneUnreachable: the rest cannot be known.
        """
        client = await self._opened()
        feed = await client.listener.follow(str(task_id), after=max(0, after))
        try:
            while True:
                was_full = not feed.has_room
                event = task_event(await self.until(feed.next), wall=self._clock.wall())
                if was_full and feed.has_room:
                    client.listener.ask_again()
                yield event
                if event.is_last:
                    return
        finally:
            client.listener.unfollow(feed)

    async def inspect(self) -> Inspected:
        """Return the control plane's present state in numbers: names, workers, queue."""
        return await (await self._opened()).enquiries.inspect()

    # ---- acting ----

    async def cancel(self, task_ids: str | Iterable[str]) -> dict[str, Cancellation]:
        """Cancel one task or several, by id; return what became of each.

        One that waits is gone at once. One that runs is `STOPPING`: its worker was told to end it, and awaiting it
        tells how it ended: `TaskCancelled`, or with its result if that came first.
        """
        ids = [task_ids] if isinstance(task_ids, str) else list(dict.fromkeys(task_ids))
        answers = await (await self._opened()).enquiries.cancel(ids)
        return dict(zip(ids, answers, strict=True))

    async def retry(self, task_id: str) -> TaskHandle[Any]:
        """Run a finished task again, as a new task whose result names this one as its `origin`.

        Raises:
            NotFinished: it has not ended.
            ResultExpired, UnknownTaskId: as `status`.
            ControlPlaneError: the new task was not accepted.
        """
        client = await self._opened()
        decode = task_id.decode if isinstance(task_id, TaskHandle) else self._codec.decode_result
        handle: TaskHandle[Any] = TaskHandle.of(self._new_id(), self, decode)
        client.listener.expect([handle])
        try:
            session = await client.enquiries.rerun(str(task_id), str(handle))
        except BaseException:
            client.listener.forget([handle])
            raise
        client.listener.confirm([handle], session)
        return handle

    async def drain_worker(self, worker_id: str) -> None:
        """Have a worker finish what it runs, take no more, and leave; raises `UnknownWorker`."""
        await (await self._opened()).enquiries.drain_worker(worker_id)

    # ---- waiting ----

    async def as_completed[R](self, handles: Iterable[TaskHandle[R]]) -> AsyncIterator[TaskHandle[R]]:
        """Yield each handle once, in the order in which the tasks end."""
        done: deque[TaskHandle[R]] = deque()
        wakeup = Wakeup()

        def note(handle: TaskHandle[R]) -> None:
            done.append(handle)
            wakeup.set()

        waiting = list(handles)
        for handle in waiting:
            await handle.be_expected()
            handle.add_done_callback(note)
        for _ in waiting:
            while not done:
                await self.until(wakeup.wait)
            yield done.popleft()

    async def until[R](self, wait: Callable[[], Awaitable[R]]) -> R:
        """Wait for news of a task, as every wait for one does: a client for tests may say here why none will come."""
        return await wait()

    def run_callback(self, callback: Callable[[TaskHandle[Any]], object], handle: TaskHandle[Any]) -> None:
        """Call a completion callback; what it raises is logged and harms nobody else."""
        try:
            callback(handle)
        except Exception:
            log.exception("done_callback_failed", task_id=str(handle))

    async def _fetch(self, task_id: str, *, arguments: bool = False) -> tuple[TaskState, bytes]:
        return await (await self._opened()).enquiries.fetch(task_id, arguments=arguments)


async def _run_detached(life: ClientLife) -> None:
    try:
        await life.run()
    except FastWorkerError as error:
        log.error("client_failed", error=str(error))


def _one_call(args: Sequence[Any]) -> Sequence[Any]:
    if isinstance(args, str | bytes) or not isinstance(args, Sequence):
        raise InvalidArguments(
            f"map takes one tuple of arguments per call, as in map([(1,), (2,)]); was given {args!r}"
        )
    return args


def _options(priority: TaskPriority | str | None) -> SubmitOptions:
    return SubmitOptions(None if priority is None else TaskPriority.parse(priority))
