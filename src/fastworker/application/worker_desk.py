"""The control plane's answers to workers."""

from fastworker.domain.errors import InvalidSetting, WireError

from . import views
from .coordinator import Coordinator
from .desk import Desk, DeskSetting, check_count
from .inspection import MOST_UNDER_WAY
from .messages import BATCH_ENTRIES, Beat, Join, Joined, Leases, Leave, Message, Noted, Poll, Report, Reported
from .ports.transport import LateReply
from .stack_questions import StackQuestions

LOCAL_WORKER_ID = "control-plane"
"""The control plane's own worker; nobody else may be called so."""

MOST_NOTES = 2 * BATCH_ENTRIES
"""A worker of ours stops at the first attempt that takes it beyond a batch."""


class WorkerDesk(Desk):
    """Answers what comes at the address for workers, and at the one inside the process for its own worker."""

    def __init__(self, coordinator: Coordinator, setting: DeskSetting) -> None:
        super().__init__(coordinator, setting)
        self.stacks = StackQuestions(setting.clock, wake=lambda worker_id: self.held.wake([worker_id]))

    def answer(self, request: Message) -> Message | LateReply:
        """Return the reply to a message from another process."""
        if isinstance(request, Join) and (request.is_local or request.worker_id == LOCAL_WORKER_ID):
            raise InvalidSetting(f"the worker id {LOCAL_WORKER_ID!r} is the control plane's own; choose another")
        return self.answer_local(request)

    def answer_local(self, request: Message) -> Message | LateReply:
        """Return the reply to a message on the worker channel."""
        match request:
            case Poll():
                return self._poll(request)
            case Report():
                return self._report(request)
            case Beat():
                self._check_epoch(request.epoch)
                vitals, now = views.vitals(request), self._clock.now()
                self.coordinator.beat(request.worker_id, request.incarnation, vitals, now=now)
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
        return Joined(
            beat_seconds=seconds / 3,
            lease_seconds=seconds,
            max_result_bytes=limits.max_result_bytes,
            max_spans=limits.max_spans,
        )

    def _poll(self, request: Poll) -> Leases | LateReply:
        self._check_epoch(request.epoch)
        now = self._check_deadline(request.deadline)
        worker_id, incarnation = request.worker_id, request.incarnation
        superseded = self._take(request, now) if request.entries or request.notes else []
        self.coordinator.poll(
            worker_id,
            incarnation,
            request.acknowledged,
            request.occupied,
            is_leaving=request.is_leaving,
            obeyed=request.obeyed,
            now=now,
        )
        if request.stacks:
            check_count(request.stacks, most=MOST_UNDER_WAY)
            self.stacks.answer(worker_id, request.stacks)
        self._wake()
        if self.coordinator.has_orders(worker_id, incarnation) or self.stacks.has_for(worker_id):
            return self._leases(request, superseded)
        return self.held.hold(
            worker_id,
            lambda: self._leases(request, superseded),
            nothing=lambda: Leases(first=request.acknowledged + 1, entries=[], superseded=superseded),
        )

    def _leases(self, request: Poll, superseded: list[str]) -> Leases:
        worker_id = request.worker_id
        first, orders = self.coordinator.orders(worker_id, request.incarnation)
        worker = self.coordinator.ledger.workers[worker_id]
        return Leases(
            first=first,
            superseded=superseded,
            entries=[views.lease_entry(order) for order in orders],
            directive=None if worker.has_obeyed else worker.directive,
            stacks=self.stacks.take_for(worker_id),
            payloads=[b"" if order.is_stop else order.submission.payload for order in orders],
        )

    def _report(self, request: Report) -> Reported:
        self._check_epoch(request.epoch)
        superseded = self._take(request, self._clock.now())
        self._wake()  # the completions leave before the acknowledgement
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
            obeyed=request.obeyed,
            now=now,
        )

    def _leave(self, request: Leave) -> Noted:
        self._check_epoch(request.epoch)
        self.coordinator.leave(request.worker_id, request.incarnation, request.acknowledged, now=self._clock.now())
        self._wake()
        return Noted()
