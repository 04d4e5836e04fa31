"""One registration of a worker: from its join until the control plane, or the worker, ends it."""

import random
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import inf

import anyio

from fastworker.domain.directive import NO_DIRECTIVE, Directive
from fastworker.domain.errors import (
    ConnectionLost,
    DeadlinePassed,
    FastWorkerError,
    RequestTimeout,
    WireError,
)

from .announcement import Announcement
from .attempts import Attempts, EndedAttempt
from .background import background_tasks
from .client_link import REQUEST_SECONDS
from .log import log
from .messages import Joined, LeaseEntry, Leases, Leave, NoteEntry, Poll, Report, Reported
from .ports.clock import Clock
from .ports.transport import Requester
from .task_registry import TaskRegistry
from .wakeup import Wakeup, let_others_first

FAREWELL_SECONDS = 1.0
"""How long a worker that stops tries to deliver its last outcomes, and then its leave."""

NOTES_SECONDS = 0.05
"""What attempts say is sent this often at most, unless an outcome leaves anyway."""

MANY_LEASES = 64
"""So many take a while to start: the next poll leaves before they do, so that both ends have work meanwhile."""

MIN_PATIENCE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Membership:
    """Who the worker is to the control plane, and the rhythm that they agreed on."""

    epoch: str
    worker_id: str
    incarnation: str
    clock_offset: float  # the control plane's clock minus ours
    joined: Joined


class Registration:
    """Asks for leases and reports outcomes, on two requests that do not wait for each other."""

    def __init__(
        self,
        membership: Membership,
        requester: Requester,
        *,
        attempts: Attempts,
        registry: TaskRegistry,
        clock: Clock,
        jitter: random.Random,
        drain_seconds: float,
    ) -> None:
        self._membership = membership
        self._requester = requester
        self._attempts = attempts
        self._registry = registry
        self._clock = clock
        self._jitter = jitter
        self._drain_seconds = drain_seconds
        self._received = 0
        self._unstarted: deque[tuple[LeaseEntry, bytes]] = deque()  # of one batch, or two
        self._can_start = Wakeup()
        self._heard_at = clock.now()
        self._is_connected = True
        self._is_leaving = False
        self._wanted_by = inf  # people want it to have left by then
        self._stop_by = inf  # its process, that was told to end, has it leave by then
        self._directive = NO_DIRECTIVE
        self._told = anyio.CancelScope()  # cancelled when somebody says something else while what runs ends
        self._wanted_stacks: list[int] = []  # the tokens of attempts, for the next poll
        self._poll_is_out = Announcement()
        self._noted_at = clock.now()
        attempts.max_result_bytes = membership.joined.max_result_bytes
        attempts.max_spans = membership.joined.max_spans

    async def work(self) -> FastWorkerError | None:
        """Work until the registration is over, or nothing was heard for the time of a lease; return which.

        None: somebody wants the worker to leave.
        """
        self._heard_at = self._clock.now()
        async with anyio.create_task_group() as group:
            group.start_soon(self._begin_to_report)
            group.start_soon(self._start)
            over = await self._poll()
            group.cancel_scope.cancel()
        return over

    def stop(self) -> None:
        """Have it leave within the drain timeout, whatever people want: its process was told to end."""
        self._stop_by = min(self._stop_by, self._clock.now() + self._drain_seconds)
        self._told.cancel()

    async def finish(self) -> bool:
        """Take no more leases, report what still ends, stop what is cancelled, and leave.

        What runs has until its process wants to have ended, or until people want the worker gone, whichever is first.
        They may want other seconds meanwhile, more or fewer, and may take it back while something runs still: unless
        its process ends, it has not left then, and this returns True.
        """
        began = self._clock.now()
        self._is_leaving = True
        self._start_all()
        await self._close_slots()
        while await self._let_end():
            if not self._directive.is_to_leave and self._stop_by == inf:
                self._is_leaving = False
                return True
        await self._say_goodbye(after_seconds=round(self._clock.now() - began, 1))
        return False

    async def _let_end(self) -> bool:
        """Let what runs end while there is time; True when somebody has said something else meanwhile."""
        self._told = told = anyio.CancelScope()

        async def poll() -> None:
            if await self._poll() is None:
                told.cancel()
            self._poll_is_out.make()  # no poll follows that would take outcomes along

        with self._clock.scope_until(min(self._wanted_by, self._stop_by)):
            async with background_tasks() as group:
                group.start_soon(poll)
                group.start_soon(self._report)
                group.start_soon(self._start)
                with told:
                    await self._attempts.wait_for_the_last()
        return told.cancel_called

    async def _say_goodbye(self, *, after_seconds: float) -> None:
        with self._clock.scope_until(self._clock.now() + FAREWELL_SECONDS):
            while self._attempts.has_ended:
                await self._report_batch()
        if len(self._attempts):
            tasks = [execution.task_id for execution in self._attempts]
            log.warning("abandoned", tasks=tasks, after_seconds=after_seconds)
        await self._leave()

    async def _close_slots(self) -> None:
        """Say that there is no room any more: the poll that was given up may still be held, and must get nothing."""
        with self._clock.scope_until(self._clock.now() + FAREWELL_SECONDS):
            try:
                await self._send([], [])
            except FastWorkerError as error:
                log.debug("close_failed", error=str(error))

    async def _poll(self) -> FastWorkerError | None:
        while True:
            try:
                leases = await self._with_news(self._ask)
                self._take(leases)
                if leases.directive is not None and self._obey(leases.directive):
                    return None
                if len(leases.entries) >= MANY_LEASES and not leases.stacks:  # they are to be seen running
                    self._can_start.set()
                    continue
                self._start_all()
                if len(self._attempts):
                    await let_others_first(2)  # tasks that end soon have their outcomes taken along
            except (ConnectionLost, RequestTimeout, DeadlinePassed) as error:
                self._is_connected = False
                if self._clock.now() - self._heard_at >= self._membership.joined.lease_seconds:
                    return error
                await self._pause()
            except FastWorkerError as error:
                return error

    async def _ask(self, ended: list[EndedAttempt], notes: list[NoteEntry]) -> Leases:
        me = self._membership
        poll = Poll(
            epoch=me.epoch,
            deadline=self._clock.now() + me.clock_offset + REQUEST_SECONDS,
            worker_id=me.worker_id,
            incarnation=me.incarnation,
            acknowledged=self._received,
            occupied=self._attempts.tell_occupied(),
            is_leaving=self._is_leaving,
            obeyed=self._directive.number,
            stacks=[self._attempts.stack_of(token) for token in self._wanted_stacks],
            notes=notes,
            entries=[entry for entry, _ in ended],
            payloads=[payload for _, payload in ended],
        )
        self._poll_is_out.make()
        try:
            reply = await self._requester.request(poll, timeout=self._patience)
        finally:
            self._poll_is_out = Announcement()
        if not isinstance(reply, Leases):
            raise WireError(f"a poll was answered with {type(reply).__name__}")
        _log_superseded(reply.superseded)
        return reply

    def _take(self, leases: Leases) -> None:
        """Note what is new; a lease that came before, in a reply that was sent again, is skipped."""
        self._heard_at = self._clock.now()
        self._is_connected = True
        self._wanted_stacks = leases.stacks
        numbered = enumerate(zip(leases.entries, leases.payloads, strict=True), start=leases.first)
        for number, (entry, payload) in numbered:
            if number > self._received:
                self._received = number
                self._unstarted.append((entry, payload))

    def _obey(self, directive: Directive) -> bool:
        """Take what is wanted of this worker; True when that may change whether, or how soon, it leaves."""
        before, self._directive = self._directive, directive
        if directive.slots is not None and directive.slots != before.slots:
            self._attempts.resize(directive.slots)
            log.info("resized", worker_id=self._membership.worker_id, slots=directive.slots)
        self._wanted_by = self._moment_to_leave(directive)  # each directive comes once: the next poll says it has come
        return directive.is_to_leave or self._is_leaving

    def _moment_to_leave(self, directive: Directive) -> float:
        if not directive.is_to_leave:
            return inf
        wanted = directive.drain_seconds
        return self._clock.now() + (self._drain_seconds if wanted is None else wanted)

    async def _start(self) -> None:
        """Start many leases, or stop many attempts, after the next poll has left."""
        while True:
            await self._can_start.wait()
            self._start_all()

    def _start_all(self) -> None:
        while self._unstarted:
            entry, payload = self._unstarted.popleft()
            self._attempts.obey(self._registry, entry, payload, clock_offset=self._membership.clock_offset)

    @property
    def _patience(self) -> float:
        """How long to wait for an answer: on a broken connection, not beyond the end of the lease."""
        if self._is_connected:
            return REQUEST_SECONDS
        left = self._heard_at + self._membership.joined.lease_seconds - self._clock.now()
        return min(REQUEST_SECONDS, max(left, MIN_PATIENCE_SECONDS))

    async def _begin_to_report(self) -> None:
        """Report nothing first: both ends make then what only reports need, which takes them 3 ms each (measured)."""
        await self._poll_is_out.heard()
        await self._report_batch()
        await self._report()

    async def _report(self) -> None:
        """Report what ends and what is said while a poll is held; between polls, the next poll takes it along."""
        while True:
            await self._attempts.wait_for_news()
            await self._poll_is_out.heard()
            if self._attempts.has_ended or (self._attempts.has_news and await self._is_time_for_notes()):
                await self._report_batch()

    async def _is_time_for_notes(self) -> bool:
        """Have what attempts say gather for a moment; False when an outcome comes meanwhile, which takes it along."""
        with self._clock.scope_until(self._noted_at + NOTES_SECONDS):
            await self._attempts.wait_for_ended()
            return False
        self._noted_at = self._clock.now()
        return True

    async def _report_batch(self) -> None:
        try:
            await self._with_news(self._send)
        except FastWorkerError as error:
            log.debug("report_failed", error=str(error))
            await self._pause()

    async def _with_news[R](self, send: Callable[[list[EndedAttempt], list[NoteEntry]], Awaitable[R]]) -> R:
        """Take outcomes and notes out and send them, the notes first, so that none is later than its attempt's end.

        If that fails or is cancelled they may not have arrived: outcomes are put back, notes are not sent twice.
        """
        notes = self._attempts.take_notes()
        ended = self._attempts.take_ended()
        try:
            return await send(ended, notes)
        except BaseException:
            self._attempts.put_back(ended)
            raise

    async def _send(self, ended: list[EndedAttempt], notes: list[NoteEntry]) -> None:
        report = Report(
            epoch=self._membership.epoch,
            worker_id=self._membership.worker_id,
            incarnation=self._membership.incarnation,
            entries=[entry for entry, _ in ended],
            payloads=[payload for _, payload in ended],
            occupied=self._attempts.tell_occupied(),
            is_leaving=self._is_leaving,
            obeyed=self._directive.number,
            notes=notes,
        )
        reply = await self._requester.request(report, timeout=REQUEST_SECONDS)
        if not isinstance(reply, Reported):
            raise WireError(f"a report was answered with {type(reply).__name__}")
        _log_superseded(reply.superseded)

    async def _leave(self) -> None:
        me = self._membership
        message = Leave(
            epoch=me.epoch,
            worker_id=me.worker_id,
            incarnation=me.incarnation,
            acknowledged=self._received,
        )
        try:
            await self._requester.request(message, timeout=FAREWELL_SECONDS)
        except FastWorkerError as error:
            log.debug("leave_failed", error=str(error))

    async def _pause(self) -> None:
        await self._clock.sleep_until(self._clock.now() + self._jitter.uniform(0.05, 0.2))


def _log_superseded(task_ids: list[str]) -> None:
    for task_id in task_ids:
        log.warning("report_superseded", task_id=task_id, effect="the outcome of this attempt is not used")
