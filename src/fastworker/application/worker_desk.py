"""The control plane's answers to workers."""

from fastworker.domain.errors import InvalidSetting, WireError

from . import views
from .desk import Desk, check_count
from .messages import BATCH_ENTRIES, Beat, Join, Joined, Leases, Leave, Message, Noted, Poll, Report, Reported
from .wakeup import let_others_first

LOCAL_WORKER_ID = "control-plane"
"""The control plane's own worker; nobody else may be called so."""

MOST_NOTES = 2 * BATCH_ENTRIES
"""A worker of ours stops at the first attempt that takes it beyond a batch."""


class WorkerDesk(Desk):
    """Answers what comes at the address for workers, and at the one inside the process for its own worker."""

    async def answer(self, request: Message) -> Message:
        """Return the reply to a message from another process."""
        if isinstance(request, Join) and (request.is_local or request.worker_id == LOCAL_WORKER_ID):
            raise InvalidSetting(f"the worker id {LOCAL_WORKER_ID!r} is the control plane's own; choose another")
        return await self.answer_local(request)

    async def answer_local(self, request: Message) -> Message:
        """Return the reply to a message on the worker channel."""
        match request:
            case Poll():
                return await self._poll(request)
            case Report():
                return await self._report(request)
            case Beat():
                self._check_epoch(request.epoch)
                self.coordinator.beat(request.worker_id, request.incarnation, now=self._clock.now())
                return Noted()
            case Join():
                return self._join(request)
            case Leave():
                return self._leave(request)
            case _:
                raise WireError(
                    f"{type(request).__name__} is no request on the worker channel; "
                    "clients connect to the control plane's --base-address"
                )

    def _join(self, request: Join) -> Joined:
        self._check_epoch(request.epoch)
        now = self._check_deadline(request.deadline)
        self.coordinator.join(views.worker_card(request), now=now)
        self._wake()
        limits = self.coordinator.limits
        seconds = limits.worker_silence_seconds
        return Joined(beat_seconds=seconds / 3, lease_seconds=seconds, max_result_bytes=limits.max_result_bytes)

    async def _poll(self, request: Poll) -> Leases:
        self._check_epoch(request.epoch)
        now = self._check_deadline(request.deadline)
        worker_id, incarnation = request.worker_id, request.incarnation
        superseded = self._take(request, now) if request.entries or request.notes else []
        self.coordinator.poll(
            worker_id, incarnation, request.acknowledged, request.occupied, is_leaving=request.is_leaving, now=now
        )
        self._wake()
        has_orders = self.coordinator.has_orders(worker_id, incarnation, is_leaving=request.is_leaving)
        if not has_orders and not await self.held.hold(worker_id):
            return Leases(first=request.acknowledged + 1, entries=[], superseded=superseded)
        first, orders = self.coordinator.orders(worker_id, incarnation)
        return Leases(
            first=first,
            superseded=superseded,
            entries=[views.lease_entry(order) for order in orders],
            drain=self.coordinator.ledger.workers[worker_id].is_draining and not request.is_leaving,
            payloads=[b"" if order.is_stop else order.submission.payload for order in orders],
        )

    async def _report(self, request: Report) -> Reported:
        self._check_epoch(request.epoch)
        superseded = self._take(request, self._clock.now())
        self._wake()
        await let_others_first()  # the completions leave before the acknowledgement
        return Reported(superseded=superseded)

    def _take(self, request: Poll | Report, now: float) -> list[str]:
        check_count(request.entries)
        check_count(request.notes, most=MOST_NOTES)
        worker_id, incarnation = request.worker_id, request.incarnation
        if request.notes:
            self.coordinator.note(worker_id, incarnation, views.notes(request), now=now)
        return self.coordinator.report(
            worker_id,
            incarnation,
            views.outcomes(request),
            request.occupied,
            is_leaving=request.is_leaving,
            now=now,
        )

    def _leave(self, request: Leave) -> Noted:
        self._check_epoch(request.epoch)
        self.coordinator.leave(request.worker_id, request.incarnation, request.acknowledged, now=self._clock.now())
        self._wake()
        return Noted()
