"""The Coordinator alone: submit, lease, report, read the completions, without transport or tasks.

Times are processor time: this is one thread that never waits, and a neighbour's work on the machine does not count.
The garbage collector runs as it does in a control plane, and counts wherever it strikes.
"""

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

from fastworker.application.coordinator import Coordinator
from fastworker.application.limits import Limits
from fastworker.application.ports.event_sink import EventSink
from fastworker.domain.events import Event
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import Outcome, Submission
from fastworker.domain.worker_registry import WorkerCard

from .stopwatch import Cost, Stopwatch

SUCCESS = Outcome(TaskStatus.SUCCESS, b"null")
WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Load:
    """What stands around the `tasks` that are timed. Every call carries `per_call` tasks, whoever makes it."""

    queued: int = 1_000
    clients: int = 1
    held: int = 10_000
    per_call: int = 500
    tasks: int = 50_000


class NoSink(EventSink):
    """Hears nothing."""

    def emit(self, event: Event) -> None:
        """Do nothing."""


class BusySimulation:
    """A Coordinator whose queue never runs dry, clients that take turns to submit, and one worker that takes all."""

    def __init__(self, load: Load, *, sink: Callable[[Ledger], EventSink] | None = None) -> None:
        """Let the clients and the worker in, and fill the queue; the sink, if any, is made for the ledger."""
        self._load = load
        self._turns = 0
        self._made = submissions()
        self._read = {f"client-{number}": 0 for number in range(load.clients)}
        self._received = 0
        self._outcomes: list[tuple[str, int, Outcome]] = []
        self.coordinator = a_coordinator(held=load.held, sink=sink)
        self.coordinator.join(WorkerCard(WORKER, "1", load.per_call, frozenset(["noop"])), now=0.0)
        for client in self._read:
            self.coordinator.open_session(client, now=0.0)
            self.coordinator.submit(client, list(islice(self._made, load.queued // load.clients)), now=0.0)

    def cost_per_task(self) -> Cost:
        """Return what a task costs, after each client had its turn and the results are full."""
        load = self._load
        self._take_turns(max(load.clients, load.held // load.per_call) + 1)
        turns = load.tasks // load.per_call
        return self._take_turns(turns) / (turns * load.per_call)

    def _take_turns(self, number: int) -> Cost:
        clients = list(self._read)
        with Stopwatch() as stopwatch:
            for turn in range(number):
                batch = list(islice(self._made, self._load.per_call))
                with stopwatch.running():
                    self._take_turn(clients[turn % len(clients)], batch)
        return stopwatch.cost

    def _take_turn(self, client: str, batch: list[Submission]) -> None:
        self._turns += 1
        now = self._turns / 1_000
        self.coordinator.submit(client, batch, now=now)
        self._serve_worker(now)
        for name in self.coordinator.take_ready():
            if name in self._read:
                self._serve_client(name, now)

    def _serve_worker(self, now: float) -> None:
        """Have the worker report what it ran and ask for more, as one request of it does."""
        coordinator = self.coordinator
        coordinator.report(WORKER, "1", self._outcomes, 0, now=now)
        coordinator.poll(WORKER, "1", self._received, 0, now=now)
        first, orders = coordinator.orders(WORKER, "1")
        self._received = first + len(orders) - 1
        self._outcomes = [(order.submission.task_id, order.lease.token, SUCCESS) for order in orders]

    def _serve_client(self, name: str, now: float) -> None:
        self.coordinator.completions(name, self._read[name], now=now)
        first, ended = self.coordinator.unread(name)
        self._read[name] = first + len(ended) - 1


def measure() -> dict[str, float]:
    """Return tasks per second, how that changes with a long queue, and bytes per waiting task."""
    memory = bytes_per_queued_task(100_000)  # first, while this process has no freed memory to use again
    short, long = cost_of(Load()), cost_of(Load(queued=1_000_000, tasks=500_000))
    return {
        "coordinator": 1 / short.seconds,
        "coordinator.1M / 1k queued": long.seconds / short.seconds,
        "memory.per_queued_task": memory,
    }


def cost_of(load: Load) -> Cost:
    """Return what a task costs under a load."""
    return BusySimulation(load).cost_per_task()


def a_coordinator(*, held: int, sink: Callable[[Ledger], EventSink] | None = None) -> Coordinator:
    """Return a Coordinator that knows `noop`, holds so many results, and takes more than any load here brings."""
    _collect_as_a_control_plane()
    numbers = count(1)
    ledger = Ledger(names=["noop"], result_capacity=held)
    return Coordinator(
        ledger,
        limits=Limits(max_queued=2_000_000, max_unfinished=2_000_000),
        new_token=lambda: next(numbers),
        jitter=random.Random(1),
        sink=NoSink() if sink is None else sink(ledger),
    )


def submissions() -> Iterator[Submission]:
    """Yield no-ops without end, each under an id of its own, as clients make them."""
    for index in count():
        yield Submission(f"01a1fc3f-8b45-7070-876a-{index:012x}", "noop", TaskPriority.NORMAL, b"{}")


def bytes_per_queued_task(number: int) -> float:
    """Return the growth of this process, less the two bytes of each payload; the ids are part of it."""
    coordinator = a_coordinator(held=0)
    coordinator.open_session("client", now=0.0)
    before = _resident_bytes()
    coordinator.submit("client", list(islice(submissions(), number)), now=0.0)
    return (_resident_bytes() - before) / number


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _collect_as_a_control_plane() -> None:
    try:
        from fastworker.entrypoints.process import hold_much
    except ImportError:  # an older commit, compared by this code, leaves the collector as it is
        return
    hold_much()
