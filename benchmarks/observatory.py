"""What it costs to see: `python -m benchmarks.observatory`.

The Coordinator alone, with what hears its events in turns: the log as without a dashboard, and the log together with
the observatory. Then pages, counts and scans of so many remembered tasks. Times are processor time.
"""

import logging
import sys
from collections.abc import Callable
from itertools import islice
from statistics import median

import structlog

from fastworker.adapters.log_sink import LogSink
from fastworker.application.observatory.ended_tasks import EndOrder, ended_page
from fastworker.application.observatory.observatory import Observatory
from fastworker.application.observatory.status_counts import status_counts
from fastworker.application.observatory.task_filter import EVERY_TASK, TaskFilter
from fastworker.application.observatory.task_pages import page, scan
from fastworker.application.ports.event_sink import EventSink
from fastworker.application.several_sinks import SeveralSinks
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus

from .coordinator import BusySimulation, Load
from .stopwatch import Stopwatch

ROUNDS = 7


class Watched:
    """Makes a sink with an observatory, and keeps the observatory at hand."""

    observatory: Observatory

    def sink(self, ledger: Ledger) -> EventSink:
        """Return what a control plane with a dashboard has."""
        self.observatory = Observatory(ledger, now=0.0)
        return SeveralSinks(LogSink(), self.observatory)


def compare(held: int, rounds: int) -> tuple[list[float], list[float]]:
    """Return microseconds per task without and with the observatory, of rounds in turns."""
    load = Load(held=held, tasks=min(held, 30_000))
    without, watched = [], []
    for _ in range(rounds):
        without.append(BusySimulation(load, sink=lambda _: LogSink()).cost_per_task().seconds * 1e6)
        watched.append(BusySimulation(load, sink=Watched().sink).cost_per_task().seconds * 1e6)
    return without, watched


def cost_of(call: Callable[[], object], *, times: int = 100) -> float:
    """Return microseconds of one call."""
    call()
    with Stopwatch() as stopwatch, stopwatch.running():
        for _ in range(times):
            call()
    return stopwatch.cost.seconds / times * 1e6


def reading(held: int) -> dict[str, float]:
    """Return what reading costs when so many tasks are remembered, in microseconds."""
    watched = Watched()
    BusySimulation(Load(held=held, tasks=1_000), sink=watched.sink).cost_per_task()
    index = watched.observatory.index
    failed, nowhere = TaskFilter(statuses=frozenset({TaskStatus.FAILURE})), TaskFilter(text="nowhere")
    deep = page(index, limit=200).next
    ends, earliest = watched.observatory.ends, EndOrder.EARLIEST_FIRST
    return {
        "the newest 50": cost_of(lambda: page(index)),
        "the next 50": cost_of(lambda: page(index, at=deep)),
        "those of a status that none has": cost_of(lambda: page(index, failed)),
        "those with a name that none has": cost_of(lambda: page(index, TaskFilter(names=frozenset({"none"})))),
        "those with a text that none has, given up": cost_of(lambda: page(index, nowhere)),
        "the 50 that ended first": cost_of(lambda: ended_page(index, ends, EVERY_TASK, order=earliest, limit=50)),
        "those by their ends with a text that none has": cost_of(
            lambda: ended_page(index, ends, nowhere, order=earliest, limit=50)
        ),
        "counts by status": cost_of(index.counts),
        "counts by status of a time": cost_of(lambda: status_counts(index, TaskFilter(since=0.0))),
        "one slice of a scan": cost_of(lambda: list(islice(scan(index, nowhere), 1))),
        "the tick of a second": cost_of(lambda: watched.observatory.tick(now=1e9)),
    }


def main(held: int = 100_000, rounds: int = ROUNDS) -> None:
    """Measure, and say so."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    without, watched = compare(held, rounds)
    print(f"a task costs {median(without):.1f} µs without, {median(watched):.1f} µs with the observatory", end="")
    print(f" (least {min(without):.1f}, {min(watched):.1f}; {held:,} remembered)")
    for what, microseconds in reading(held).items():
        print(f"{microseconds:10.1f} µs  {what}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
