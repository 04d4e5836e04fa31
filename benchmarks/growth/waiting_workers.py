"""Many workers that all wait for work, while half as many tasks run: each task goes to the least loaded."""

from collections import deque
from itertools import islice

from benchmarks.coordinator import SUCCESS, a_coordinator, submissions
from benchmarks.stopwatch import Cost, Stopwatch
from fastworker.domain.task import Outcome
from fastworker.domain.worker_registry import WorkerCard

SLOTS = 16
CLIENT = "client"


class WaitingSimulation:
    """A Coordinator to which tasks come one by one, and start at once.

    Every call carries one task, so that their number per task is the same for one worker and for a thousand.
    """

    def __init__(self, workers: int) -> None:
        """Let the client and the workers in; each worker asks for work."""
        self._now = 0.0
        self._made = submissions()
        self._read = 0
        self._running: deque[tuple[str, tuple[str, int, Outcome]]] = deque()
        self._most_running = workers // 2
        self._received = {f"worker-{number}": 0 for number in range(workers)}
        self.coordinator = a_coordinator(held=10_000)
        self.coordinator.open_session(CLIENT, now=0.0)
        for name in self._received:
            self.coordinator.join(WorkerCard(name, "1", SLOTS, frozenset(["noop"])), now=0.0)
            self.coordinator.poll(name, "1", 0, 0, now=0.0)

    def cost_per_task(self, tasks: int) -> Cost:
        """Return what a task costs, after half of the workers got one, and the results are full."""
        self._run(len(self._received) + 10_000)
        return self._run(tasks) / tasks

    def _run(self, tasks: int) -> Cost:
        with Stopwatch() as stopwatch:
            for submission in islice(self._made, tasks):
                with stopwatch.running():
                    self._now += 0.001
                    self.coordinator.submit(CLIENT, [submission], now=self._now)
                    self._start_what_is_ready()
                    self._end_the_oldest()
                    self._start_what_is_ready()
        return stopwatch.cost

    def _start_what_is_ready(self) -> None:
        for name in self.coordinator.take_ready():
            if name in self._received:
                self._serve_worker(name)
            else:
                self._serve_client()

    def _serve_worker(self, name: str) -> None:
        """Answer a worker that waits; it starts the task, and asks for more."""
        if not self.coordinator.has_orders(name, "1"):
            return
        first, orders = self.coordinator.orders(name, "1")
        self._received[name] = first + len(orders) - 1
        self._running.extend((name, (order.submission.task_id, order.lease.token, SUCCESS)) for order in orders)
        self.coordinator.poll(name, "1", self._received[name], 0, now=self._now)

    def _end_the_oldest(self) -> None:
        """Have a worker report, while more tasks run than should."""
        while len(self._running) > self._most_running:
            name, outcome = self._running.popleft()
            self.coordinator.report(name, "1", [outcome], 0, now=self._now)
            self.coordinator.poll(name, "1", self._received[name], 0, now=self._now)

    def _serve_client(self) -> None:
        self.coordinator.completions(CLIENT, self._read, now=self._now)
        first, ended = self.coordinator.unread(CLIENT)
        self._read = first + len(ended) - 1
