"""One registration of a worker: from its join until the control plane, or the worker, ends it."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
import structlog

from fastworker.domain.errors import (
    ConnectionLost,
    DeadlinePassed,
    FastWorkerError,
    RequestTimeout,
    WireError,
)

from .attempts import Attempts, EndedAttempt
from .client_link import REQUEST_SECONDS
from .messages import BATCH_ENTRIES, Joined, Leases, Leave, Poll, Report, Reported
from .ports.clock import Clock
from .ports.transport import Requester
from .task_registry import TaskRegistry
from .wakeup import let_others_first

FAREWELL_SECONDS = 1.0
"""How long a worker that stops tries to deliver its last outcomes, and then its leave."""

MIN_PATIENCE_SECONDS = 0.5
ALL_SLOTS = 1_000_000
"""More than any worker has."""

log = structlog.get_logger()


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
    ) -> None:
        self._membership = membership
        self._requester = requester
        self._attempts = attempts
        self._registry = registry
        self._clock = clock
        self._jitter = jitter
        self._received = 0
        self._heard_at = clock.now()
        self._is_connected = True
        self._is_finishing = False
        self._poll_is_out = anyio.Event()

    async def work(self) -> FastWorkerError:
        """Work until the registration is over, or nothing was heard for the time of a lease; return which."""
        self._heard_at = self._clock.now()
        async with anyio.create_task_group() as group:
            group.start_soon(self._report)
            over = await self._poll()
            group.cancel_scope.cancel()
        return over

    async def finish(self, *, seconds: float) -> None:
        """Take no more leases, report what still ends within `seconds`, and leave."""
        self._is_finishing = True
        await self._close_slots()
        with self._clock.scope_until(self._clock.now() + seconds):
            while len(self._attempts):
                await self._attempts.wait_for_ended()
                await self._report_batch()
        with self._clock.scope_until(self._clock.now() + FAREWELL_SECONDS):
            while self._attempts.has_ended:
                await self._report_batch()
        await self._leave()

    async def _close_slots(self) -> None:
        """Say that there is no room any more: the poll that was given up may still be held, and must get nothing."""
        with self._clock.scope_until(self._clock.now() + FAREWELL_SECONDS):
            try:
                await self._send([])
            except FastWorkerError as error:
                log.debug("close_failed", error=str(error))

    @property
    def _occupied(self) -> int:
        return ALL_SLOTS if self._is_finishing else self._attempts.occupied

    async def _poll(self) -> FastWorkerError:
        while True:
            try:
                async with self._taken() as ended:
                    leases = await self._ask(ended)
                self._take(leases)
                if len(leases.entries) < BATCH_ENTRIES:  # more may wait behind a full batch: then ask at once
                    await let_others_first(2)  # tasks that end at once have their outcomes taken along
            except (ConnectionLost, RequestTimeout, DeadlinePassed) as error:
                self._is_connected = False
                if self._clock.now() - self._heard_at >= self._membership.joined.lease_seconds:
                    return error
                await self._pause()
            except FastWorkerError as error:
                return error

    async def _ask(self, ended: list[EndedAttempt]) -> Leases:
        me = self._membership
        poll = Poll(
            epoch=me.epoch,
            deadline=self._clock.now() + me.clock_offset + REQUEST_SECONDS,
            worker_id=me.worker_id,
            incarnation=me.incarnation,
            acknowledged=self._received,
            occupied=self._occupied,
            entries=[entry for entry, _ in ended],
            payloads=[payload for _, payload in ended],
        )
        self._poll_is_out.set()
        try:
            reply = await self._requester.request(poll, timeout=self._patience)
        finally:
            self._poll_is_out = anyio.Event()
        if not isinstance(reply, Leases):
            raise WireError(f"a poll was answered with {type(reply).__name__}")
        _log_superseded(reply.superseded)
        return reply

    def _take(self, leases: Leases) -> None:
        """Start what is new; a lease that came before, in a reply that was sent again, is skipped."""
        self._heard_at = self._clock.now()
        self._is_connected = True
        numbered = enumerate(zip(leases.entries, leases.payloads, strict=True), start=leases.first)
        for number, (entry, payload) in numbered:
            if number > self._received:
                self._received = number
                self._attempts.start(self._registry, entry, payload)

    @property
    def _patience(self) -> float:
        """How long to wait for an answer: on a broken connection, not beyond the end of the lease."""
        if self._is_connected:
            return REQUEST_SECONDS
        left = self._heard_at + self._membership.joined.lease_seconds - self._clock.now()
        return min(REQUEST_SECONDS, max(left, MIN_PATIENCE_SECONDS))

    async def _report(self) -> None:
        """Report what ends while a poll is held; between polls, the next poll takes it along."""
        while True:
            await self._attempts.wait_for_ended()
            await self._poll_is_out.wait()
            if self._attempts.has_ended:
                await self._report_batch()

    async def _report_batch(self) -> None:
        try:
            async with self._taken() as ended:
                await self._send(ended)
        except FastWorkerError as error:
            log.debug("report_failed", error=str(error))
            await self._pause()

    @asynccontextmanager
    async def _taken(self) -> AsyncIterator[list[EndedAttempt]]:
        """Take outcomes out to send them; if that fails or is cancelled they may not have arrived, and are put back."""
        ended = self._attempts.take_ended()
        try:
            yield ended
        except BaseException:
            self._attempts.put_back(ended)
            raise

    async def _send(self, ended: list[EndedAttempt]) -> None:
        report = Report(
            epoch=self._membership.epoch,
            worker_id=self._membership.worker_id,
            incarnation=self._membership.incarnation,
            entries=[entry for entry, _ in ended],
            payloads=[payload for _, payload in ended],
            occupied=self._occupied,
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
