"""What the two desks of a control plane, one for clients and one for workers, have in common."""

from collections.abc import Callable, Sized
from dataclasses import dataclass

from fastworker.domain.errors import BadFrame, ControlPlaneRestarted, DeadlinePassed

from .coordinator import Coordinator
from .held_requests import HeldRequests
from .messages import BATCH_ENTRIES
from .ports.clock import Clock


@dataclass(frozen=True, slots=True)
class DeskSetting:
    """The life of the control plane that the desks belong to, and what they are given; `decided` hears of decisions."""

    epoch: str
    hold_seconds: float
    clock: Clock
    decided: Callable[[], None]


class Desk:
    """Refuses what was meant for another life or came too late, and says `decided` after each decision."""

    def __init__(self, coordinator: Coordinator, setting: DeskSetting) -> None:
        self.coordinator = coordinator
        self.epoch = setting.epoch
        self.held = HeldRequests(setting.clock, hold_seconds=setting.hold_seconds)
        self._wake = setting.decided
        self._clock = setting.clock

    def _check_epoch(self, epoch: str) -> None:
        if epoch != self.epoch:
            raise ControlPlaneRestarted(
                f"this control plane is {self.epoch}, the request is for {epoch}: say hello again"
            )

    def _check_deadline(self, deadline: float) -> float:
        now = self._clock.now()
        if not now <= deadline:  # also for a deadline that is no number
            raise DeadlinePassed(f"read {now - deadline:.1f} s after its sender gave up; not carried out")
        return now


def check_count(entries: Sized, *, most: int = BATCH_ENTRIES) -> None:
    """Refuse a batch of more entries than a batch has: no peer of ours sends one, and it would hold up everybody."""
    if len(entries) > most:
        raise BadFrame(f"{len(entries)} entries in one request; a batch has at most {most}")
