"""The workloads, and what each of their figures means."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from . import measures
from .contestant import Session
from .measures import Figures
from .stage import Stage, Start


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a figure says, in which unit, and whether more is better."""

    title: str
    unit: str
    is_more_better: bool = False
    is_compared: bool = True
    """False for what only explains another figure."""


@dataclass(frozen=True, slots=True)
class Workload:
    """Something measured; the first figure orders the contestants."""

    title: str
    text: str
    start: Start
    measure: Callable[[Stage, Session], Figures]
    figures: Mapping[str, Meaning]
    cold: Callable[[Stage], Figures] | None = None
    """What is measured before, with nothing started yet."""


_NO_OPS = Start()
_PERCENTILES = {"p50": Meaning("p50", "ms"), "p99": Meaning("p99", "ms")}
_RATE = {"rate": Meaning("tasks per second", "/s", is_more_better=True)}

WORKLOADS: dict[str, Workload] = {
    "throughput": Workload(
        "Throughput of no-ops",
        "Tasks that do nothing, submitted by one call each and as concurrently as the contestant does best, on one "
        "worker process: an asynchronous client has 2,000 callers, a blocking one submits in a row. Until every result "
        "was seen: about 3 s after a warm-up, 500 tasks at least.",
        _NO_OPS,
        measures.throughput,
        _RATE,
    ),
    "bulk": Workload(
        "Throughput of no-ops in bulk",
        "The same with calls that submit many tasks.",
        _NO_OPS,
        measures.bulk,
        _RATE,
    ),
    "latency": Workload(
        "Latency",
        "From before the submission to after the result, one no-op after the other: 1,000 of them.",
        _NO_OPS,
        measures.latency,
        _PERCENTILES,
    ),
    "payload": Workload(
        "Payloads",
        "Latency (p50) of a task that takes a text and returns it, one after the other: 200, 100 and 30 of them.",
        _NO_OPS,
        measures.payload,
        {name: Meaning(name, "ms") for name in measures.PAYLOADS},
    ),
    "latency.loaded": Workload(
        "Latency under load",
        "The same as latency, 300 no-ops, while others arrive at half of the contestant's own throughput, in an even "
        "pace. A contestant with more throughput bears more load here. The load comes from the same client: a blocking "
        "one has a thread for it.",
        _NO_OPS,
        measures.loaded_latency,
        _PERCENTILES,
    ),
    "sleeps": Workload(
        "Tasks that wait",
        "2,000 tasks that sleep 50 ms, 100 at once: a multiple of the ideal 1.0 s. Contestants that need a thread or a "
        "process for each have 100 of these, all started before.",
        Start(slots=measures.NAPS_AT_ONCE),
        measures.sleeps,
        {"multiple": Meaning("multiple of the ideal", "×")},
    ),
    "cpu": Workload(
        "Tasks that compute",
        "200 tasks that take 10 ms of a processor, on 2 worker processes: percent of the ideal 1.0 s.",
        Start(slots=measures.BURN_PROCESSES, processes=measures.BURN_PROCESSES),
        measures.cpu,
        {"percent": Meaning("percent of the ideal", "%", is_more_better=True)},
    ),
    "footprint": Workload(
        "Footprint",
        "One worker with one slot after one task: memory (proportional set size) of all that is needed beside the "
        "client, processor time while idle for 5 s, and the time from nothing to a first result with the client's code "
        "loaded: with the start of servers, and when these run already.",
        Start(slots=1),
        measures.footprint,
        {
            "memory": Meaning("memory", "MB"),
            "idle": Meaning("idle, of one processor", "%"),
            "start": Meaning("start to first result", "s"),
            "start beside servers": Meaning("with servers up", "s"),
        },
        cold=measures.cold_start,
    ),
    "backlog": Workload(
        "A long queue",
        "One slot, held by a task, and 100,000 no-ops submitted behind it in the fastest way there is: the time until "
        "all are accepted, the growth of memory (as in footprint) per queued task, and when the slot is free, the time "
        "until a task of the highest priority begins. After 20 s no more are submitted: the time to accept is then "
        "extrapolated.",
        Start(slots=1),
        measures.backlog,
        {
            "accept": Meaning("to accept 100,000", "s"),
            "memory": Meaning("memory per queued task", "B"),
            "urgent": Meaning("urgent begins after", "ms"),
            "queued": Meaning("queued", "tasks", is_compared=False),
        },
    ),
}


def by_start(names: Iterable[str]) -> Iterator[list[str]]:
    """Yield workloads that share one start of processes, in the order of `WORKLOADS`.

    What measures a start, or leaves a long queue behind, has one of its own.
    """
    wanted = set(names)
    chosen = [name for name in WORKLOADS if name in wanted]
    alone = {"footprint", "backlog"}
    for _, together in groupby(chosen, key=lambda name: name if name in alone else WORKLOADS[name].start):
        yield list(together)
