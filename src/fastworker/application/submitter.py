"""Sends submissions to the control plane, one batch at a time, each at most once into one life of it."""

from collections import deque
from collections.abc import Iterable
from typing import Any

from fastworker.domain.errors import (
    ClientNotRunning,
    ConnectionLost,
    ControlPlaneRestarted,
    FastWorkerError,
    RequestTimeout,
    UnknownSession,
    WireError,
    error_from_code,
)

from .client_link import REQUEST_SECONDS, ClientLink, ClientSession, unreachable
from .completion_listener import CompletionListener
from .handle import TaskHandle
from .log import log
from .messages import Message, Submit, SubmitEntry, Submitted
from .ports.clock import Clock
from .submission_batch import SubmissionBatch
from .wakeup import Wakeup

RETRY_SECONDS = 0.1
UNKNOWN_FATE = "the client was stopped in the middle; whether the control plane accepted this task is unknown"
MAYBE_ACCEPTED = " (whether the one before accepted this task is unknown)"

type Ready = tuple[SubmitEntry, bytes, TaskHandle[Any]]
"""A task, its encoded arguments, and the handle on it."""


class Submitter:
    """Collects entries while a batch is under way; `run` sends what has collected.

    Who comes while nothing is under way sends his entry himself, without the detour over another task.
    """

    def __init__(self, link: ClientLink, listener: CompletionListener, *, clock: Clock, connect_timeout: float) -> None:
        self._link = link
        self._listener = listener
        self._clock = clock
        self._connect_timeout = connect_timeout
        self._batches: deque[SubmissionBatch] = deque()
        self._under_way: SubmissionBatch | None = None
        self._closed: FastWorkerError | None = None
        self._warned: set[str] = set()  # at most the names that the control plane knows
        self._wakeup = Wakeup()

    def add(self, entry: SubmitEntry, payload: bytes, handle: TaskHandle[Any]) -> tuple[SubmissionBatch, int]:
        """Put an entry into the batch that leaves next with room for it; return the batch and the entry's index.

        Raises:
            ClientNotRunning: the submitter was closed.
        """
        if self._closed is not None:
            raise self._closed
        if not self._batches or not self._batches[-1].has_room(payload):
            self._batches.append(SubmissionBatch(self._clock.now()))
            self._wakeup.set()
        batch = self._batches[-1]
        return batch, batch.add(entry, payload, handle)

    async def submit(self, entry: SubmitEntry, payload: bytes, handle: TaskHandle[Any]) -> None:
        """Return when a task is accepted; raises why it is not."""
        if self._under_way is None and not self._batches and self._closed is None:
            batch = SubmissionBatch(self._clock.now())
            index = batch.add(entry, payload, handle)
            await self._send(batch)
        else:
            batch, index = self.add(entry, payload, handle)
        await batch.accepted(index)

    async def submit_all(self, submissions: Iterable[Ready]) -> list[TaskHandle[Any]]:
        """Return the handles when all tasks are accepted; raises why the first that is not was refused."""
        added = [self.add(*submission) for submission in submissions]
        for batch in {id(batch): batch for batch, _ in added}.values():
            await batch.settled()
        errors = [error for batch, index in added if (error := batch.error_at(index)) is not None]
        if errors:
            errors[0].add_note(f"{len(added) - len(errors)} of {len(added)} calls were accepted")
            raise errors[0]
        return [batch.handles[index] for batch, index in added]

    async def run(self) -> None:
        """Send batches until cancelled."""
        while True:
            while self._under_way is not None or not self._batches:
                await self._wakeup.wait()
            await self._send(self._batches.popleft())

    async def _send(self, batch: SubmissionBatch) -> None:
        self._under_way = batch
        try:
            await self._deliver(batch)
        except FastWorkerError as error:
            batch.fail(error)
            self._listener.forget(batch.handles)
        except BaseException:  # cancelled
            batch.fail(ClientNotRunning(UNKNOWN_FATE))
            self._listener.forget(batch.handles)
            raise
        finally:
            self._under_way = None
            if self._batches:
                self._wakeup.set()

    def close(self, error: FastWorkerError) -> None:
        """Fail everything that was not answered, and whatever comes from now on."""
        self._closed = error
        if self._under_way is not None:
            self._under_way.fail(error)
        while self._batches:
            self._batches.popleft().fail(error)

    async def _deliver(self, batch: SubmissionBatch) -> None:
        """Send one batch until it is answered.

        Sending it again is safe within one epoch, because ids make it the same submission, and because it is marked:
        an id that may have run and been forgotten is not accepted again. It is not sent into
        another epoch once it may have been read in an earlier one: the task might run twice.
        """
        maybe_read_in: str | None = None
        give_up_at = self._clock.now() + REQUEST_SECONDS
        while True:
            session = await self._link.session(since=batch.opened_at)
            if maybe_read_in not in (None, session.epoch):
                raise ControlPlaneRestarted(
                    "the control plane restarted while it was sent this task; whether the old one started it is unknown"
                )
            try:
                reply = await self._request(batch, session, is_repeated=maybe_read_in is not None)
            except (UnknownSession, ControlPlaneRestarted):
                self._link.drop(session)
            except ConnectionLost:
                if self._closed is not None:
                    raise self._closed from None
                maybe_read_in = session.epoch
                give_up_at = min(give_up_at, self._clock.now() + self._connect_timeout)
                await self._clock.sleep_until(self._clock.now() + RETRY_SECONDS)
            else:
                self._settle(batch, session, reply)
                return
            if self._clock.now() >= give_up_at:
                raise unreachable(self._link.address, self._connect_timeout, MAYBE_ACCEPTED)

    async def _request(self, batch: SubmissionBatch, session: ClientSession, *, is_repeated: bool) -> Message:
        self._listener.expect(batch.handles)
        timeout = REQUEST_SECONDS if self._listener.is_connected else self._connect_timeout
        try:
            return await self._link.request(
                Submit(
                    epoch=session.epoch,
                    session_id=session.session_id,
                    deadline=session.deadline(self._clock.now() + timeout),
                    entries=batch.entries_at(self._clock.now()),
                    is_repeated=is_repeated,
                    payloads=batch.payloads,
                ),
                timeout=timeout,
            )
        except RequestTimeout as error:
            raise unreachable(self._link.address, timeout, MAYBE_ACCEPTED) from error

    def _settle(self, batch: SubmissionBatch, session: ClientSession, reply: Message) -> None:
        if not isinstance(reply, Submitted):
            raise WireError(f"a submission was answered with {type(reply).__name__}")
        errors = {entry.index: error_from_code(entry.code, entry.message) for entry in reply.refused}
        self._listener.forget(batch.handles[index] for index in errors if index < len(batch.handles))
        for name in set(reply.waiting_for_worker) - self._warned:
            self._warned.add(name)  # once is enough
            log.warning("no_worker_runs_this_task", name=name, effect="it waits until one joins")
        self._listener.confirm(batch.handles, session)
        batch.settle(errors)
