"""Hears of the ends of this client's tasks, on one request that the control plane holds until there is news."""

import random
from collections.abc import Iterable
from itertools import batched
from typing import Any

import anyio

from fastworker.domain.errors import (
    ControlPlaneRestarted,
    ControlPlaneUnreachable,
    FastWorkerError,
    UnknownSession,
    WireError,
    unknown_task_id,
)

from .client_link import REQUEST_SECONDS, TRIES, ClientLink, ClientSession
from .handle import TaskHandle
from .messages import BATCH_ENTRIES, AwaitCompletions, Completions, Fetch, Fetched, TaskState
from .ports.clock import Clock
from .step_feeds import StepFeed, StepFeeds
from .wakeup import let_others_first

MIN_PATIENCE_SECONDS = 0.5


class CompletionListener:
    """Holds the handles of unfinished tasks; `run` finishes them, or fails them when their fate cannot be known."""

    def __init__(self, link: ClientLink, *, clock: Clock, reconnect_timeout: float, jitter: random.Random) -> None:
        self._link = link
        self._clock = clock
        self._reconnect_timeout = reconnect_timeout
        self._jitter = jitter
        self._pending: dict[str, TaskHandle[Any]] = {}
        self._twins: dict[str, list[TaskHandle[Any]]] = {}  # more handles on a pending id that was submitted again
        self._session: ClientSession | None = None
        self._must_ask = False
        self._received = 0
        self._feeds = StepFeeds()
        self._listening = anyio.CancelScope()
        self._is_waiting = False
        self._heard_at = clock.now()
        self.is_connected = False
        self._closed: FastWorkerError | None = None

    def expect(self, handles: Iterable[TaskHandle[Any]]) -> None:
        """Await the ends of tasks that are being submitted: one can end before its acceptance is heard of."""
        for handle in handles:
            if self._closed is not None:
                handle.fail(self._closed)
                continue
            first = self._pending.setdefault(handle, handle)
            if first is handle:
                continue
            twins = self._twins.setdefault(handle, [])
            if not any(twin is handle for twin in twins):  # by identity: as texts, handles of one id are equal
                twins.append(handle)

    def confirm(self, handles: Iterable[TaskHandle[Any]], session: ClientSession) -> None:
        """Note that tasks were accepted in a session; if it is over already, ask for them, or give them up."""
        for handle in handles:
            handle.epoch = session.epoch
        if self._session is not None and session is not self._session:
            self._must_ask = True
            if self._link.is_present(self._session):  # else this is the newer one, and will be entered
                self._fail_gone(self._session.epoch)

    async def adopt(self, handle: TaskHandle[Any]) -> None:
        """Await the end of a task that was submitted by somebody else, or long ago."""
        for _ in range(TRIES):
            session = await self._link.session()
            self.expect([handle])
            handle.epoch = session.epoch
            try:
                await self._ask([handle], session)
            except (UnknownSession, ControlPlaneRestarted):
                self.forget([handle])
                self._link.drop(session)
            else:
                return
        raise ControlPlaneRestarted("the control plane restarts again and again")

    async def follow(self, task_id: str, *, after: int) -> StepFeed:
        """Begin to listen for the steps of a task with numbers after `after`, until `unfollow`."""
        session = await self._link.session()
        if self._closed is not None:
            raise self._closed
        feed = StepFeed(task_id, after=after, epoch=session.epoch)
        self._feeds.add(feed)
        self.ask_again()
        return feed

    def unfollow(self, feed: StepFeed) -> None:
        """Stop listening for the steps of a task."""
        self._feeds.remove(feed)

    def ask_again(self) -> None:
        """Ask anew, because what is asked for has changed; what the held request would have brought comes again.

        Whatever else the listener does is not given up: its next question asks for all that there is by then.
        """
        if self._is_waiting:
            self._listening.cancel()

    def forget(self, handles: Iterable[TaskHandle[Any]]) -> None:
        """Stop awaiting tasks that were not accepted."""
        for handle in handles:
            twins = [twin for twin in self._twins.pop(handle, []) if twin is not handle]
            if self._pending.get(handle) is handle:
                del self._pending[handle]
                self.expect(twins)
            elif twins:
                self._twins[handle] = twins

    def close(self, error: FastWorkerError) -> None:
        """Fail every unfinished task's handle, and everybody who follows a task, from now on."""
        self._closed = error
        self._fail_all(error)

    def _fail_all(self, error: FastWorkerError) -> None:
        self._fail(list(self._pending), error)
        self._feeds.fail(error)

    async def run(self) -> None:
        """Listen until cancelled, through broken connections and restarts."""
        while True:
            try:
                with anyio.CancelScope() as self._listening:  # one for many requests: it takes 25 µs (measured)
                    await self._listen_on()
            except (UnknownSession, ControlPlaneRestarted):
                assert self._session is not None
                self._link.drop(self._session)
            except FastWorkerError as error:  # whatever the wire brings: say so to who waits, and go on
                self.is_connected = False
                self._give_up_if_late(error)
                await self._clock.sleep_until(self._clock.now() + self._jitter.uniform(0.05, 0.2))

    async def _listen_on(self) -> None:
        """Ask again and again, until cancelled by `ask_again`."""
        while True:
            session = await self._link.session()
            await self._enter(session)
            if await self._listen(session) < BATCH_ENTRIES:  # more may wait behind a full batch: then ask at once
                await let_others_first(2)  # who was waiting submits its next task before we ask again

    async def _enter(self, session: ClientSession) -> None:
        """Begin to listen in a session; tasks of an earlier epoch are gone, those of this one are asked for."""
        if session is not self._session:
            self._session, self._received, self._must_ask = session, 0, True
            self._heard_at = self._clock.now()
            self._fail_gone(session.epoch)
        if self._must_ask:
            self._must_ask = False
            try:
                await self._ask([id_ for id_, handle in self._pending.items() if handle.epoch is not None], session)
            except BaseException:
                self._must_ask = True
                raise

    async def _listen(self, session: ClientSession) -> int:
        """Wait for completions once, and return how many came."""
        question = AwaitCompletions(
            epoch=session.epoch,
            session_id=session.session_id,
            acknowledged=self._received,
            follows=self._feeds.follows(),
        )
        self._is_waiting = True
        try:
            reply = await self._link.request(question, timeout=self._patience)
        finally:
            self._is_waiting = False
        if not isinstance(reply, Completions):
            raise WireError(f"a wait for completions was answered with {type(reply).__name__}")
        self._heard_at = self._clock.now()
        self.is_connected = True
        if reply.first > self._received + 1:  # more ended at once than is kept for a slow reader
            self._must_ask = True
        for state, payload in zip(reply.entries, reply.payloads, strict=True):
            self._complete(state, payload)
        self._feeds.take(reply.steps)
        if reply.entries:
            self._received = reply.first + len(reply.entries) - 1
        return len(reply.entries)

    async def _ask(self, task_ids: list[str], session: ClientSession) -> None:
        """Ask for tasks by id, and to be told of those that have not ended."""
        for some in batched(task_ids, BATCH_ENTRIES):
            await self._ask_some(list(some), session)

    async def _ask_some(self, task_ids: list[str], session: ClientSession) -> None:
        while task_ids:
            reply = await self._link.request(
                Fetch(epoch=session.epoch, session_id=session.session_id, task_ids=task_ids, watch=True)
            )
            if not isinstance(reply, Fetched) or not reply.entries:
                raise WireError(f"a fetch was answered with {type(reply).__name__}")
            task_ids = task_ids[len(reply.entries) :]
            for state, payload in zip(reply.entries, reply.payloads, strict=True):
                self._take_fetched(state, payload)

    def _take_fetched(self, state: TaskState, payload: bytes) -> None:
        handle = self._pending.get(state.task_id)
        if state.status is not None and state.status.is_final:
            self._complete(state, payload)
        elif state.status is None and handle is not None:  # accepted, and forgotten
            self._fail([state.task_id], unknown_task_id(state.task_id, is_forgotten=True))

    def _complete(self, state: TaskState, payload: bytes) -> None:
        handle = self._pending.pop(state.task_id, None)
        if handle is None:  # nobody waits, or the completion came twice
            return
        handle.complete(state, payload)
        for twin in self._twins.pop(state.task_id, ()):
            twin.complete(state, payload)

    def _fail_gone(self, epoch: str) -> None:
        """Fail the tasks that were accepted in another epoch than the present one."""
        gone = [task_id for task_id, handle in self._pending.items() if handle.epoch not in (None, epoch)]
        text = "the control plane that had this task is gone, and its memory with it; a new one answers at its address"
        self._fail(gone, ControlPlaneRestarted(text))
        self._feeds.fail(ControlPlaneRestarted(text), but_epoch=epoch)

    @property
    def _patience(self) -> float:
        """How long to wait for an answer: on a broken connection, not beyond the moment of giving up."""
        if self.is_connected:
            return REQUEST_SECONDS
        left = self._heard_at + self._reconnect_timeout - self._clock.now()
        return min(REQUEST_SECONDS, max(left, MIN_PATIENCE_SECONDS))

    def _give_up_if_late(self, error: FastWorkerError) -> None:
        silent_seconds = self._clock.now() - self._heard_at
        if silent_seconds < self._reconnect_timeout:
            return
        self._fail_all(
            ControlPlaneUnreachable(
                f"the control plane has not answered for {silent_seconds:.0f} s (last: {error}); "
                "whether this task ran is unknown"
            )
        )

    def _fail(self, task_ids: list[str], error: FastWorkerError) -> None:
        for task_id in task_ids:
            for handle in (self._pending.pop(task_id), *self._twins.pop(task_id, ())):
                handle.fail(error)
