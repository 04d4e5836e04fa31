"""What happened when: a sample per second for 15 minutes, per 10 seconds for 2 hours, per minute for a day."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import takewhile
from math import inf

from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority

from .durations import Durations, Spread
from .rank_waits import NO_WAITS, RankWaits, WaitPercentiles, unpacked

ENDS = (TaskStatus.SUCCESS, TaskStatus.FAILURE, TaskStatus.CANCELLED, TaskStatus.LOST, TaskStatus.EXPIRED)
"""The order of `Sample.ends`."""


class Step(Enum):
    """The time between two samples, as (seconds, how many are kept)."""

    SECOND = (1, 900)
    TEN_SECONDS = (10, 720)
    MINUTE = (60, 1_440)

    @property
    def seconds(self) -> int:
        """The time between two samples."""
        return self.value[0]

    @property
    def kept(self) -> int:
        """How many samples there are at most."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Sample:
    """What happened in the `seconds` before `at`. Tuples have one number per priority, the most urgent first.

    `retried` are attempts that are tried again. `depths`, `scheduled`, `running`, `occupied` (slots without a lease)
    and `lag_seconds` (of the event loop) are the largest that were seen, `slots` (of workers that do not stand by) and
    `workers` the last.
    """

    at: float
    seconds: float
    submitted: tuple[int, ...]
    leased: tuple[int, ...]
    retried: int
    ends: tuple[int, ...]
    wait: Spread
    run: Spread
    depths: tuple[int, ...]
    scheduled: int
    running: int
    occupied: int
    slots: int
    workers: int
    lag_seconds: float
    packed_waits: bytes = NO_WAITS

    @property
    def finished(self) -> int:
        """How many tasks came to their end."""
        return sum(self.ends)

    def ended_as(self, status: TaskStatus) -> int:
        """How many tasks ended so."""
        return self.ends[ENDS.index(status)]

    def waits_of(self, rank: int) -> WaitPercentiles:
        """How long the tasks of one priority waited."""
        return unpacked(self.packed_waits, rank)


class Tally:
    """Counts since `began`."""

    __slots__ = ("began", "depths", "ends", "lag", "leased", "most", "now", "retried", "runs", "submitted", "waits")

    def __init__(self, began: float) -> None:
        self.began = began
        self.submitted = [0] * len(TaskPriority)
        self.leased = [0] * len(TaskPriority)
        self.retried = 0
        self.ends = [0] * len(ENDS)
        self.waits = RankWaits()
        self.runs = Durations()
        self.depths = [0] * len(TaskPriority)
        self.most = [0, 0, 0]  # scheduled, running, occupied
        self.now = (0, 0)  # slots, workers
        self.lag = 0.0

    def look(self, ledger: Ledger) -> None:
        """Take note of the present state."""
        workers = list(ledger.workers)
        self.depths = list(ledger.queue.depths().values())
        self.most = [ledger.scheduled, ledger.running, sum(worker.occupied for worker in workers)]
        self.now = (ledger.workers.usable_slots(), len(workers))

    def absorb(self, later: "Tally") -> None:
        """Add what was counted later."""
        self.submitted = _sums(self.submitted, later.submitted)
        self.leased = _sums(self.leased, later.leased)
        self.retried += later.retried
        self.ends = _sums(self.ends, later.ends)
        self.waits.absorb(later.waits)
        self.runs.absorb(later.runs)
        self.depths = list(map(max, self.depths, later.depths))
        self.most = list(map(max, self.most, later.most))
        self.now = later.now
        self.lag = max(self.lag, later.lag)

    def sample(self, at: float) -> Sample:
        """Return what was counted until now."""
        scheduled, running, occupied = self.most
        slots, workers = self.now
        return Sample(
            at=at,
            seconds=at - self.began,
            submitted=tuple(self.submitted),
            leased=tuple(self.leased),
            retried=self.retried,
            ends=tuple(self.ends),
            wait=self.waits.spread(),
            run=self.runs.spread(),
            depths=tuple(self.depths),
            scheduled=scheduled,
            running=running,
            occupied=occupied,
            slots=slots,
            workers=workers,
            lag_seconds=self.lag,
            packed_waits=self.waits.packed(),
        )


class _Ring:
    """The samples of one step, and the tally of the next."""

    def __init__(self, step: Step, began: float) -> None:
        self.samples: deque[Sample] = deque(maxlen=step.kept)
        self._least = step.seconds - 0.5  # a tick may come a little early or late
        self._tally = Tally(began)

    def absorb(self, second: Tally, at: float) -> None:
        self._tally.absorb(second)
        if at - self._tally.began >= self._least:
            self.samples.append(self._tally.sample(at))
            self._tally = Tally(at)


class History:
    """The rings, and the present second. `totals` counts since the start."""

    def __init__(self, ledger: Ledger, *, now: float) -> None:
        self._ledger = ledger
        self.second = Tally(now)
        self.totals = Tally(now)
        self._minute: deque[Tally] = deque(maxlen=60)
        self._rings = {step: _Ring(step, now) for step in Step}

    def note_lag(self, seconds: float) -> None:
        """Take note of how late the event loop came to something."""
        self.second.lag = max(self.second.lag, seconds)

    def count_submitted(self, ranks: list[int]) -> None:
        """Count submissions, so many of each priority."""
        self.second.submitted = _sums(self.second.submitted, ranks)

    def count_leased(self, ranks: list[int], waits: Mapping[int, list[float]]) -> None:
        """Count leases, so many of each priority, and how long the tasks of each had waited."""
        self.second.leased = _sums(self.second.leased, ranks)
        self.second.waits.add(waits)

    def count_runs(self, durations: list[float]) -> None:
        """Count how long attempts ran."""
        self.second.runs.add(durations)

    def count_successes(self, durations: list[float]) -> None:
        """Count tasks that ended in success, by how long they ran."""
        self.second.ends[ENDS.index(TaskStatus.SUCCESS)] += len(durations)
        self.second.runs.add(durations)

    def count_end(self, status: TaskStatus) -> None:
        """Count the end of a task."""
        self.second.ends[ENDS.index(status)] += 1

    def count_retry(self) -> None:
        """Count an attempt that is tried again."""
        self.second.retried += 1

    def tick(self, *, now: float) -> None:
        """End the present second; called once per second, or later: then a sample stands for a longer time."""
        second, self.second = self.second, Tally(now)
        second.look(self._ledger)
        self._minute.append(second)
        self.totals.absorb(second)
        for ring in self._rings.values():
            ring.absorb(second, now)

    def samples(self, step: Step, *, since: float = -inf) -> list[Sample]:
        """Return the samples of a step that end after `since`, oldest first."""
        later = list(takewhile(lambda sample: sample.at > since, reversed(self._rings[step].samples)))
        return later[::-1]

    def last_minute(self) -> Sample:
        """Return the last 60 seconds that are over, as one sample; of 0 s when there is none."""
        minute = Tally(self._minute[0].began if self._minute else self.second.began)
        for second in self._minute:
            minute.absorb(second)
        return minute.sample(self.second.began)


def _sums(some: list[int], more: list[int]) -> list[int]:
    return [each + other for each, other in zip(some, more, strict=True)]
