"""The client: the public face of submitting tasks and seeing what became of them."""

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import anyio
import structlog
from anyio.abc import TaskGroup

from fastworker.domain.errors import (
    ClientNotRunning,
    ControlPlaneRestarted,
    FastWorkerError,
    InvalidArguments,
    ResultExpired,
    UnknownSession,
    UnknownTaskId,
    WireError,
)
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority

from .client_life import ClientConfig, ClientLife, OpenClient
from .client_link import ClientSession
from .current_client import entered_client, note_started, note_stopped
from .handle import Decode, TaskHandle
from .identifiers import NewId
from .messages import Fetch, Fetched, Inspect, Inspected, Message, SubmitEntry, TaskState
from .ports.clock import Clock
from .ports.codec import PayloadCodec
from .ports.transport import Transport
from .task_function import SubmitOptions, TaskFunction
from .task_result import TaskResult, task_result
from .wakeup import Wakeup

log = structlog.get_logger()


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
    ) -> None:
        self.config = config
        self._transport = transport
        self._clock = clock
        self._codec = codec
        self._new_id = new_id
        self._jitter = jitter
        self._life: ClientLife | None = None
        self._group: TaskGroup | None = None
        self._previous: TaskClient | None = None
        self._detached: asyncio.Task[None] | None = None

    # ---- lifetime ----

    async def __aenter__(self) -> Self:
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
        assert self._group is not None
        entered_client.set(self._previous)
        await self._leave_group(self._group)

    async def start(self) -> None:
        """Begin to work on the running asyncio loop; needs no control plane yet. A second start changes nothing."""
        self.start_soon()

    def start_soon(self) -> None:
        """Do what `start` does, from a plain function inside a running asyncio loop."""
        if self._detached is None:
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
            self.config,
            transport=self._transport,
            clock=self._clock,
            new_id=self._new_id,
            jitter=self._jitter,
        )

    async def _leave_group(self, group: TaskGroup) -> None:
        """End the group without handing it the error under way: it would wrap it into an exception group."""
        group.cancel_scope.cancel()
        await group.__aexit__(None, None, None)
        self._life = None

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
        batch, index = client.submitter.add(*self._prepare(task, args, kwargs, options))
        await batch.accepted(index)
        return batch.handles[index]

    async def submit_many(
        self, task: str | TaskFunction[..., Any, Any], calls: Iterable[Sequence[Any]], options: SubmitOptions
    ) -> list[TaskHandle[Any]]:
        """Submit tasks and return when all are accepted; a wrong call raises before any is submitted."""
        client = await self._opened()
        ready = [self._prepare(task, _one_call(args), {}, options) for args in calls]  # a wrong call stops them all
        added = [client.submitter.add(*submission) for submission in ready]
        for batch in {id(batch): batch for batch, _ in added}.values():
            await batch.settled()
        errors = [error for batch, index in added if (error := batch.error_at(index)) is not None]
        if errors:
            errors[0].add_note(f"{len(added) - len(errors)} of {len(added)} calls were accepted")
            raise errors[0]
        return [batch.handles[index] for batch, index in added]

    def _prepare(
        self,
        task: str | TaskFunction[..., Any, Any],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        options: SubmitOptions,
    ) -> tuple[SubmitEntry, bytes, TaskHandle[Any]]:
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
        entry = SubmitEntry(task_id, name, priority or TaskPriority.NORMAL)
        return entry, payload, handle

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
        state, _ = await self._fetch(task_id)
        if state.status is not None:
            return state.status
        if state.is_forgotten:
            raise ResultExpired(f"task {task_id} ended, and its result is not kept any more (--result-cache-ttl)")
        raise UnknownTaskId(f"no task {task_id!r} was seen by the control plane at {self.config.address}")

    async def inspect(self) -> Inspected:
        """Return the control plane's present state in numbers: names, workers, queue."""
        client = await self._opened()
        await client.link.session()
        return _expect(await client.link.request(Inspect()), Inspected)

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
                await wakeup.wait()
            yield done.popleft()

    def run_callback(self, callback: Callable[[TaskHandle[Any]], object], handle: TaskHandle[Any]) -> None:
        """Call a completion callback; what it raises is logged and harms nobody else."""
        try:
            callback(handle)
        except Exception:
            log.exception("done_callback_failed", task_id=str(handle))

    async def _fetch(self, task_id: str) -> tuple[TaskState, bytes]:
        client = await self._opened()
        for _ in range(3):  # a session can end twice in a row, not for ever
            session = await client.link.session()
            try:
                reply = await client.link.request(_fetch_one(session, task_id))
            except (UnknownSession, ControlPlaneRestarted):
                client.link.drop(session)
            else:
                fetched = _expect(reply, Fetched)
                return fetched.entries[0], fetched.payloads[0]
        raise ControlPlaneRestarted("the control plane restarts again and again")


async def _run_detached(life: ClientLife) -> None:
    try:
        await life.run()
    except FastWorkerError as error:
        log.error("client_failed", error=str(error))  # noqa: TRY400 - each caller gets the error itself


def _fetch_one(session: ClientSession, task_id: str) -> Fetch:
    return Fetch(epoch=session.epoch, session_id=session.session_id, task_ids=[str(task_id)])


def _one_call(args: Sequence[Any]) -> Sequence[Any]:
    if isinstance(args, str | bytes) or not isinstance(args, Sequence):
        raise InvalidArguments(
            f"map takes one tuple of arguments per call, as in map([(1,), (2,)]); was given {args!r}"
        )
    return args


def _options(priority: TaskPriority | str | None) -> SubmitOptions:
    return SubmitOptions(None if priority is None else TaskPriority.parse(priority))


def _expect[M: Message](reply: Message, kind: type[M]) -> M:
    if not isinstance(reply, kind):
        raise WireError(f"expected {kind.__name__}, was answered with {type(reply).__name__}")
    return reply
