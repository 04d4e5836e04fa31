"""A Coordinator driven at random, against a naive model that is told of every event.

The rules of the machine are what clients, workers and time can do. What must hold whatever they do stands in
`Witness` (about each event) and in the invariants (about the state after each step).
"""

from dataclasses import dataclass, field, replace
from typing import override

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from fastworker.adapters.memory import RecordingSink
from fastworker.application.coordinator import Limits
from fastworker.domain.errors import Draining, IdConflict, QueueFull, UnknownTask
from fastworker.domain.events import (
    Event,
    TaskFinished,
    TaskLeased,
    TaskReturned,
    TaskSubmitted,
    WorkerAnswered,
    WorkerJoined,
    WorkerLeft,
    WorkerOccupied,
    WorkerPolled,
)
from fastworker.domain.lifecycle import TRANSITIONS, TaskStatus
from fastworker.domain.priority import RANKS, TaskPriority
from fastworker.domain.task import Lease, Submission
from fastworker.domain.worker_registry import LocalExecution, WorkerCard

from ...builders import ManualCoordinator, a_card, a_submission, an_outcome
from ..domain.ledger_snapshot import snapshot

NAMES = ("add", "echo")
WORKERS = ("a", "b", "local")
CALLS = st.tuples(st.sampled_from(NAMES), st.sampled_from(TaskPriority))
CARDS = st.builds(
    lambda worker_id, slots, names, incarnation: a_card(
        worker_id, slots=slots, names=names, incarnation=incarnation, is_local=worker_id == "local"
    ),
    st.sampled_from(WORKERS),
    st.integers(1, 3),
    st.sampled_from([NAMES, ("echo",)]),
    st.sampled_from(["first life", "second life"]),
)
MAX_QUEUED = 12
SILENCE_SECONDS = 15.0


@dataclass
class WitnessedTask:
    """One accepted task, as the model sees it."""

    submission: Submission
    order: tuple[int, int]
    status: TaskStatus = TaskStatus.QUEUED
    lease: Lease | None = None


@dataclass
class WitnessedWorker:
    """One live worker, as the model sees it."""

    card: WorkerCard
    joined: int
    is_open: bool = False
    occupied: int = 0
    held: set[str] = field(default_factory=set)

    @property
    def takes_one_more(self) -> bool:
        return self.is_open and len(self.held) + self.occupied < self.card.slots


class Witness(RecordingSink):
    """Checks each event against everything that it has seen before, by plain search over all tasks and workers."""

    def __init__(self) -> None:
        super().__init__()
        self.tasks: dict[str, WitnessedTask] = {}
        self.workers: dict[str, WitnessedWorker] = {}
        self.tokens: set[int] = set()
        self.joined = 0

    @override
    def emit(self, event: Event) -> None:
        super().emit(event)
        match event:
            case TaskSubmitted():
                assert event.submission.task_id not in self.tasks
                order = RANKS[event.submission.priority], len(self.tasks)
                self.tasks[event.submission.task_id] = WitnessedTask(event.submission, order)
            case TaskLeased():
                self._leased(event)
            case TaskReturned():
                self._ended(event.task_id, TaskStatus.QUEUED)
            case TaskFinished():
                self._ended(event.task_id, event.outcome.status)
            case WorkerJoined():
                assert event.card.worker_id not in self.workers
                self.joined += 1
                self.workers[event.card.worker_id] = WitnessedWorker(event.card, self.joined)
            case WorkerLeft():
                assert self.workers.pop(event.worker_id).held == set()
            case WorkerPolled():
                self.workers[event.worker_id].is_open = True
                self.workers[event.worker_id].occupied = event.occupied
            case WorkerAnswered():
                self.workers[event.worker_id].is_open = False
            case WorkerOccupied():
                self.workers[event.worker_id].occupied = event.occupied
            case _:
                pass

    def runnable(self) -> list[WitnessedTask]:
        """Return the waiting tasks that somebody would take now, in the order of service."""
        waiting = (task for task in self.tasks.values() if task.status is TaskStatus.QUEUED)
        return sorted((task for task in waiting if self.takers(task)), key=lambda task: task.order)

    def takers(self, task: WitnessedTask) -> list[str]:
        """Return the workers that would take a task now, the one to choose first."""
        name = task.submission.name
        known_elsewhere = any(name in worker.card.names for worker in self.workers.values() if not worker.card.is_local)
        takers = [
            worker
            for worker in self.workers.values()
            if worker.takes_one_more and name in worker.card.names and not (worker.card.is_local and known_elsewhere)
        ]
        return [worker.card.worker_id for worker in sorted(takers, key=lambda each: (len(each.held), each.joined))]

    def _leased(self, event: TaskLeased) -> None:
        task, lease = self.tasks[event.task_id], event.lease
        assert task is self.runnable()[0], "a task that could run was overtaken"
        assert lease.worker_id == self.takers(task)[0], "another worker should have it"
        assert lease.token not in self.tokens
        assert lease.attempt == 1
        self._move(task, TaskStatus.RUNNING)
        self.tokens.add(lease.token)
        task.lease = lease
        self.workers[lease.worker_id].held.add(event.task_id)

    def _ended(self, task_id: str, status: TaskStatus) -> None:
        task = self.tasks[task_id]
        self._move(task, status)
        assert task.lease is not None
        self.workers[task.lease.worker_id].held.remove(task_id)

    def _move(self, task: WitnessedTask, status: TaskStatus) -> None:
        assert status in TRANSITIONS[task.status], f"{task.status} -> {status}"
        task.status = status


class CoordinatorMachine(RuleBasedStateMachine):
    """Clients submit, workers come, work and go, time passes."""

    submissions: Bundle[Submission] = Bundle("submissions")
    leases: Bundle[tuple[str, Lease]] = Bundle("leases")
    used_leases: Bundle[tuple[str, Lease]] = Bundle("used_leases")

    @initialize(local_execution=st.sampled_from([LocalExecution.AUTO]))
    def start(self, local_execution):
        self.witness = Witness()
        self.plane = ManualCoordinator(
            names={"echo"},
            limits=Limits(max_queued=MAX_QUEUED, worker_silence_seconds=SILENCE_SECONDS),
            local_execution=local_execution,
            sink=self.witness,
        )
        self.follower = self.plane.new_ledger()
        self.followed = 0
        self.submitted = 0
        self.tokens_read = set()
        for worker_id in ("a", "b"):
            self.plane.join(worker_id, slots=2)
            self.plane.poll(worker_id)

    # ---- clients ----

    @rule(target=submissions, calls=st.lists(CALLS, min_size=1, max_size=5))
    def submit(self, calls):
        self._say_hello_if_dropped()
        self._read_completions()
        submissions = [self._submission(name, priority) for name, priority in calls]
        waiting = len(self.plane.ledger.queue)
        answers = self.plane.submit(*submissions)
        for submission, answer in zip(submissions, answers, strict=True):
            if self.plane.ledger.is_draining:
                assert isinstance(answer, Draining)
            elif submission.name not in self.plane.ledger.names:
                assert isinstance(answer, UnknownTask)
            elif waiting >= MAX_QUEUED:  # leases that were given back may have filled it beyond
                assert isinstance(answer, QueueFull)
            else:
                assert answer is None
                waiting += 1
        accepted = [submission for submission in submissions if submission.task_id in self.witness.tasks]
        assert len(accepted) == answers.count(None)
        return multiple(*accepted)

    @rule(submission=submissions)
    def submit_again_under_the_same_id(self, submission):
        self._say_hello_if_dropped()
        assert self.plane.submit(submission) == [None]
        (answer,) = self.plane.submit(a_submission(submission.task_id, name=submission.name, payload=b"other"))
        assert isinstance(answer, IdConflict)

    # ---- workers ----

    @rule(card=CARDS)
    def join(self, card):
        self._join(card)

    @rule(
        target=leases,
        card=CARDS,
        occupied=st.sampled_from([0, 0, 0, 1]),
        is_answer_lost=st.sampled_from([False, False, True]),
    )
    def poll(self, card, occupied, is_answer_lost):
        """A worker asks, after joining if it must."""
        worker_id = card.worker_id
        if worker_id not in self.witness.workers:
            self._join(card)
        received = self.plane.received[worker_id]
        tasks = self.plane.poll(worker_id, occupied=occupied)
        if is_answer_lost:
            self.plane.received[worker_id] = received
            return multiple()
        return multiple(*self._taken(tasks))

    @rule(target=leases)
    def read_the_answers_to_held_polls(self):
        workers = list(self.witness.workers)
        return multiple(*(lease for worker in workers for lease in self._taken(self.plane.read_leases(worker))))

    @rule(
        target=used_leases,
        lease=consumes(leases),
        status=st.sampled_from([TaskStatus.SUCCESS, TaskStatus.FAILURE]),
        occupied=st.sampled_from([0, 0, 0, 1]),
    )
    def report(self, lease, status, occupied):
        self._report(lease, status, occupied)
        return lease

    @rule(lease=used_leases, status=st.sampled_from([TaskStatus.SUCCESS, TaskStatus.FAILURE]))
    def report_again(self, lease, status):
        self._report(lease, status, 0)

    @rule(lease=leases)
    def report_under_a_token_that_nobody_has(self, lease):
        task_id, lease = lease
        self._report((task_id, replace(lease, token=-lease.token)), TaskStatus.SUCCESS, 0)

    @rule(worker_id=st.sampled_from(WORKERS))
    def leave(self, worker_id):
        if worker_id in self.witness.workers:
            held = [self.witness.tasks[task_id] for task_id in self.witness.workers[worker_id].held]
            read = [task for task in held if task.lease.token in self.tokens_read]
            self.plane.leave(worker_id)
            assert worker_id not in self.witness.workers
            assert [task for task in held if task.status is TaskStatus.LOST] == read

    # ---- time ----

    @rule(seconds=st.sampled_from([0.0, 7.0, SILENCE_SECONDS]), alive=st.sets(st.sampled_from(WORKERS), min_size=1))
    def time_passes(self, seconds, alive):
        """Some workers beat, the others are silent."""
        self.plane.now += seconds
        for worker_id in alive & set(self.witness.workers):
            self.plane.beat(worker_id)
        self.plane.tick_after(0.0)
        assert seconds < SILENCE_SECONDS or set(self.witness.workers) <= alive

    @rule(is_meant=st.sampled_from([False] * 30 + [True]))
    def drain(self, is_meant):
        if is_meant:
            self.plane.coordinator.drain()

    # ---- what holds after every step ----

    @invariant()
    def every_accepted_task_is_where_its_one_life_has_led_it(self):
        for task_id, task in self.witness.tasks.items():
            assert self.plane.ledger.results.get(task_id, now=self.plane.now) is None or task.status.is_final
            assert (task_id in self.plane.ledger.tasks) is not task.status.is_final
            found = self.plane.ledger.tasks.get(task_id) or self.plane.ledger.results.get(task_id, now=self.plane.now)
            assert found is not None
            assert found.status is task.status

    @invariant()
    def nothing_waits_that_somebody_would_take(self):
        assert self.plane.ledger.is_draining or self.witness.runnable() == []

    @invariant()
    def a_ledger_that_follows_the_events_equals_the_original(self):
        for event in self.witness.events[self.followed :]:
            self.follower.apply(event)
        self.followed = len(self.witness.events)
        assert snapshot(self.follower) == snapshot(self.plane.ledger)

    def _submission(self, name, priority):
        self.submitted += 1
        return a_submission(f"t{self.submitted}", name=name, priority=priority)

    def _join(self, card):
        self.plane.join(
            card.worker_id,
            slots=card.slots,
            names=card.names,
            incarnation=card.incarnation,
            is_local=card.is_local,
        )

    def _say_hello_if_dropped(self):
        if "client" not in self.plane.ledger.sessions:
            self.plane.open_session("client")

    def _read_completions(self):
        first, tasks = self.plane.coordinator.unread("client")
        assert all(task.status.is_final for task in tasks)
        self.plane.coordinator.completions("client", first + len(tasks) - 1, now=self.plane.now)

    def _taken(self, tasks):
        """Return what a worker keeps of the leases that it reads: what it must report under."""
        self.tokens_read |= {task.lease.token for task in tasks}
        return [(task.task_id, task.lease) for task in tasks]

    def _report(self, lease, status, occupied):
        task_id, lease = lease
        if lease.worker_id not in self.witness.workers:
            return
        task = self.witness.tasks[task_id]
        is_current = task.lease is not None and task.lease.token == lease.token
        is_accepted = is_current and task.status in (TaskStatus.RUNNING, status)
        superseded = self.plane.report_lease(task_id, lease, an_outcome(status), occupied=occupied)
        assert superseded == ([] if is_accepted else [task_id])


TestCoordinatorMachine = CoordinatorMachine.TestCase
TestCoordinatorMachine.settings = settings(
    max_examples=200,
    stateful_step_count=30,
    deadline=None,
    phases=[phase for phase in Phase if phase is not Phase.explain],  # explaining a failure takes minutes
)


def test_a_ledger_rebuilt_from_the_recorded_events_equals_the_original():
    plane = ManualCoordinator()
    plane.join("a", slots=2)
    plane.join("local", names={"echo", "add"}, is_local=True)
    plane.accepted(*(a_submission(priority=priority) for priority in TaskPriority), a_submission(name="add"))
    plane.poll("local")
    plane.report(plane.poll("a")[0])
    plane.join("a", incarnation="second life")
    plane.poll("a")
    plane.tick_after(20.0)

    assert snapshot(plane.rebuilt()) == snapshot(plane.ledger)
