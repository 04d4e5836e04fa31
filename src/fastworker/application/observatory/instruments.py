"""What is measured: the one list of names, units and labels, for Prometheus and for OpenTelemetry alike."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from .durations import BELOW_100_MICROSECONDS, BOUNDS, Durations

type Labels = Mapping[str, str]
type Measured = tuple[Labels, float]
type Spent = Callable[["Instrument", Labels, Collection[float]], None]
"""Told of durations that came together."""

HISTOGRAM_BOUNDS = BOUNDS[BELOW_100_MICROSECONDS::6]
"""Upper bounds of the buckets that are told, in seconds: each four times the one before, from 0.1 ms to a day."""

_SUFFIXES = {"s": "_seconds", "By": "_bytes"}


class Kind(Enum):
    """How the values of an instrument behave."""

    COUNTER = "counter"  # they only grow
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Instrument:
    """Something that is measured; the unit is written as in UCUM."""

    name: str
    kind: Kind
    unit: str
    text: str
    labels: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """The name for OpenTelemetry."""
        return f"fastworker.{self.name}"

    @property
    def prometheus_name(self) -> str:
        """The name for Prometheus, as OpenTelemetry makes one of the other."""
        end = "_total" if self.kind is Kind.COUNTER else ""
        return f"fastworker_{self.name.replace('.', '_')}{_SUFFIXES.get(self.unit, '')}{end}"


def _counter(name: str, unit: str, text: str, *labels: str) -> Instrument:
    return Instrument(name, Kind.COUNTER, unit, text, labels)


def _gauge(name: str, unit: str, text: str, *labels: str) -> Instrument:
    return Instrument(name, Kind.GAUGE, unit, text, labels)


SUBMITTED = _counter("tasks.submitted", "{task}", "Tasks accepted.", "priority")
FINISHED = _counter("tasks.finished", "{task}", "Tasks that have ended.", "status")
RETRIED = _counter("tasks.retried", "{attempt}", "Attempts that are tried again.")
QUEUED = _gauge("tasks.queued", "{task}", "Tasks that wait for a worker.", "priority")
SCHEDULED = _gauge("tasks.scheduled", "{task}", "Tasks that wait for a time.")
RUNNING = _gauge("tasks.running", "{task}", "Tasks that run.")
OLDEST = _gauge("oldest_queued", "s", "How long the task waits that has waited longest.")
REMEMBERED = _gauge("tasks.remembered", "{task}", "Tasks that can be looked at, by status.", "status")
KEPT = _gauge("results_kept", "{result}", "Results that are kept.")
WORKERS = _gauge("workers", "{worker}", "Workers that are connected.")
SLOTS = _gauge("slots", "{slot}", "Slots that can run tasks now.")
STUCK = _gauge("slots_stuck", "{slot}", "Slots taken by work that was given up.")
SUPERSEDED = _counter("reports_superseded", "{report}", "Reports of leases that were over.")
PAUSES = _gauge("pauses", "{pause}", "Priorities and task functions that are paused.")
WORKER_PROCESSOR = _gauge("worker.processor_share", "1", "Processor use of a worker: 1 is one processor.", "worker")
WORKER_MEMORY = _gauge("worker.memory", "By", "Memory of a worker.", "worker")
WORKER_LAG = _gauge("worker.loop_lag", "s", "How late the event loop of a worker's tasks came, at most.", "worker")
WORKER_ROUND_TRIP = _gauge("worker.round_trip", "s", "Round trip of a worker's beat.", "worker")
WORKER_BUSY = _gauge("worker.slots_busy", "{slot}", "Slots of a worker that are taken.", "worker")
CONNECTIONS = _gauge("transport.connections", "{connection}", "Peers connected to an end of the transport.", "end")
MESSAGES = _counter("transport.messages", "{message}", "Messages over an end of the transport.", "end", "direction")
TRAFFIC = _counter("transport.traffic", "By", "Bytes of frames over an end of the transport.", "end", "direction")
BAD_FRAMES = _counter("transport.bad_frames", "{frame}", "What came to an end and was not understood.", "end")
WAIT = Instrument("task.wait", Kind.HISTOGRAM, "s", "How long tasks waited for a worker.", ("priority",))
RUN = Instrument("task.run", Kind.HISTOGRAM, "s", "How long attempts ran.", ("task",))

INSTRUMENTS = (
    SUBMITTED,
    FINISHED,
    RETRIED,
    QUEUED,
    SCHEDULED,
    RUNNING,
    OLDEST,
    REMEMBERED,
    KEPT,
    WORKERS,
    SLOTS,
    STUCK,
    SUPERSEDED,
    PAUSES,
    WORKER_PROCESSOR,
    WORKER_MEMORY,
    WORKER_LAG,
    WORKER_ROUND_TRIP,
    WORKER_BUSY,
    CONNECTIONS,
    MESSAGES,
    TRAFFIC,
    BAD_FRAMES,
    WAIT,
    RUN,
)
"""Everything that a control plane measures of tasks, workers and its transport."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The present values of a counter or a gauge."""

    instrument: Instrument
    values: Sequence[Measured]


@dataclass(frozen=True, slots=True)
class Buckets:
    """The durations of one set of labels: how many did not exceed each of the bounds, all of them, and their sum."""

    labels: Labels
    counts: Sequence[int]
    count: int
    seconds: float


def buckets(labels: Labels, durations: Durations) -> Buckets:
    """Return durations by `HISTOGRAM_BOUNDS`."""
    counts = [sum(durations.counts[: bucket + 1]) for bucket in range(BELOW_100_MICROSECONDS, len(BOUNDS), 6)]
    return Buckets(labels, counts, sum(durations.counts), durations.seconds)
