"""What this project wants to reach: fixed bounds, and bounds that the other contestants of the same run set."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .record import Measured, Record
from .workloads import WORKLOADS, Meaning

OURS = "fastworker"
THREADS = "fastworker, threads"
ALONE = "fastworker, control plane alone"
RAW = "raw NNG round trip"

type Value = Callable[[Record], float | None]


@dataclass(frozen=True, slots=True)
class Target:
    """A figure of ours and its bound; either may be missing in a run."""

    title: str
    unit: str
    value: Value
    at_least: Value | None = None
    at_most: Value | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run says about a target."""

    title: str
    bound: str
    value: str
    is_met: bool


def verdicts(record: Record) -> Iterator[Verdict]:
    """Yield one for each target that the run has figures for."""
    for target in TARGETS:
        bound = target.at_least or target.at_most
        assert bound is not None
        found, limit = target.value(record), bound(record)
        if found is not None and limit is not None:
            is_met = found >= limit if target.at_least else found <= limit
            text = f"{'≥' if target.at_least else '≤'} {number(limit)} {target.unit}"
            yield Verdict(target.title, text, f"{number(found)} {target.unit}", is_met)


@dataclass(frozen=True, slots=True)
class Rivalry:
    """The best of ours and the best peer at one figure."""

    title: str
    ours: tuple[str, Measured]
    peer: tuple[str, Measured]
    ratio: float
    """How many times as good ours is."""
    front: str
    """Who is in front by more than the spread of either; empty when neither is."""


def rivalries(record: Record) -> Iterator[Rivalry]:
    """Yield one for each figure that both sides have."""
    for name, workload in WORKLOADS.items():
        for figure, meaning in workload.figures.items():
            ours, peer = (_best(record, role, name, figure) for role in ("ours", "peer"))
            if ours is not None and peer is not None and meaning.is_compared:
                yield _rivalry(f"{workload.title}: {meaning.title}", meaning, ours, peer)


def number(value: float) -> str:
    """Return three digits that count, or all before the point."""
    if abs(value) >= 100 or value == 0:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.2g}"


def _rivalry(title: str, meaning: Meaning, ours: tuple[str, Measured], peer: tuple[str, Measured]) -> Rivalry:
    mine, theirs = ours[1].median, peer[1].median
    better, worse = (mine, theirs) if meaning.is_more_better else (theirs, mine)
    is_certain = abs(better - worse) > max(ours[1].spread, peer[1].spread)
    leader = "ours" if (mine > theirs) == meaning.is_more_better else "peer"
    return Rivalry(title, ours, peer, better / worse if worse else float("inf"), leader if is_certain else "")


def _best(record: Record, role: str, workload: str, figure: str) -> tuple[str, Measured] | None:
    sign = -1 if WORKLOADS[workload].figures[figure].is_more_better else 1
    found = [
        (name, measured)
        for name, entrant in record.contestants.items()
        if entrant.role == role and (measured := entrant.measured(workload, figure)) is not None
    ]
    return min(found, key=lambda each: sign * each[1].median, default=None)


def _of(contestant: str, workload: str, figure: str, times: float = 1.0) -> Value:
    def value(record: Record) -> float | None:
        entrant = record.contestants.get(contestant)
        measured = entrant.measured(workload, figure) if entrant else None
        return times * measured.median if measured else None

    return value


def _of_best_peer(workload: str, figure: str, times: float = 1.0, *, with_broker: bool = False) -> Value:
    def value(record: Record) -> float | None:
        named = {name: each for name, each in record.contestants.items() if each.servers or not with_broker}
        best = _best(Record(record.command, record.runs, {}, named), "peer", workload, figure)
        return times * best[1].median if best else None

    return value


def _of_coordinator(figure: str) -> Value:
    def value(record: Record) -> float | None:
        measured = record.coordinator.get(figure)
        return measured.median if measured else None

    return value


def _fixed(bound: float) -> Value:
    return lambda _: bound


P50 = _of(OURS, "latency", "p50")
RATE = _of(OURS, "throughput", "rate")
TARGETS = (
    Target("no-ops, one by one", "/s", RATE, at_least=_fixed(30_000)),
    Target("no-ops, one by one: 7 × the best peer with a broker", "/s", RATE,
           at_least=_of_best_peer("throughput", "rate", 7, with_broker=True)),
    Target("no-ops, in bulk", "/s", _of(OURS, "bulk", "rate"), at_least=_fixed(40_000)),
    Target("no-ops in threads", "/s", _of(THREADS, "throughput", "rate"), at_least=_fixed(15_000)),
    Target("latency p50", "ms", P50, at_most=_fixed(0.6)),
    Target("latency p50: the best peer", "ms", P50, at_most=_of_best_peer("latency", "p50")),
    Target("latency p50: 4 × the raw NNG round trip", "ms", P50, at_most=_of(RAW, "latency", "p50", 4)),
    Target("latency p99", "ms", _of(OURS, "latency", "p99"), at_most=_fixed(1.5)),
    Target("2,000 × 50 ms asleep", "× ideal", _of(OURS, "sleeps", "multiple"), at_most=_fixed(1.04)),
    Target("200 × 10 ms of CPU", "% of ideal", _of(OURS, "cpu", "percent"), at_least=_fixed(95)),
    Target("critical behind 100,000", "ms", _of(OURS, "backlog", "urgent"), at_most=_fixed(5)),
    Target("memory per queued task", "B", _of(OURS, "backlog", "memory"), at_most=_fixed(500)),
    Target("coordinator alone", "tasks/s", _of_coordinator("coordinator"), at_least=_fixed(100_000)),
    Target("coordinator, 1,000,000 queued against 1,000", "×", _of_coordinator("coordinator.1M / 1k queued"),
           at_most=_fixed(1.3)),
    Target("control plane, idle", "MB", _of(OURS, "footprint", "memory of process 1"), at_most=_fixed(70)),
    Target("worker, idle", "MB", _of(OURS, "footprint", "memory of process 2"), at_most=_fixed(35)),
    Target("both, idle", "% CPU", _of(OURS, "footprint", "idle"), at_most=_fixed(0.3)),
    Target("start of control plane to first result", "s", _of(ALONE, "footprint", "start"), at_most=_fixed(0.5)),
)  # fmt: skip  # a table
"""See design: what must be measured."""
