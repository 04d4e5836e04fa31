"""A Coordinator driven at random, against a naive model that is told of every event.

The rules of the machine are what clients, workers and time can do. What must hold whatever they do stands in
`Witness` (about each event), in the invariants (about the state after each step), and in `teardown` (about the end of
everything: each task can be brought to an end, and nothing of it is left).
"""

import sys
from contextlib import nullcontext
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from fastworker.application.limits import Limits
from fastworker.application.observatory.observatory import Observatory
from fastworker.application.observatory.task_filter import TaskFilter
from fastworker.application.observatory.task_pages import scan
from fastworker.application.steering import NOBODY
from fastworker.domain.action import Actor
from fastworker.domain.cancellation import Cancellation
from fastworker.domain.errors import (
    Draining,
    IdConflict,
    NotFinished,
    NotWaiting,
    QueueFull,
    ResultExpired,
    UnknownTask,
    UnknownTaskId,
)
from fastworker.domain.events import (
    SessionClosed,
    StopOrdered,
    TaskDue,
    TaskFinished,
    TaskLeased,
    TaskNoted,
    TaskRetried,
    TaskTraced,
    WorkerLeft,
)
from fastworker.domain.journal import LogLine, Progress
from fastworker.domain.ledger import CHANGES_KEPT, OVERTIME_SECONDS
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.session import Session
from fastworker.domain.task import Lease, Submission
from fastworker.domain.task_span import TaskSpan
from fastworker.domain.terms import NO_TERMS
from fastworker.domain.worker_registry import LocalExecution

from ...builders import ManualCoordinator, a_card, a_span, a_submission, a_uuid7, an_outcome
from ..domain.ledger_snapshot import snapshot
from .coordinator_moves import CALLS, CARDS, NAMES, OUTCOMES, WORKERS
from .coordinator_witness import MAX_LOSSES, Witness, check_that_nothing_is_left

MAX_QUEUED = 12
SILENCE_SECONDS = 15.0
SESSION_SECONDS = 40.0
TTL_SECONDS = 60.0
ANN = Actor("ann", "operator", "127.0.0.1")


class CoordinatorMachine(RuleBasedStateMachine):
    """Clients submit, cancel and look on, workers come, work and go, time passes, and control planes follow another."""

    submissions: Bundle[Submission] = Bundle("submissions")
    leases: Bundle[tuple[str, Lease]] = Bundle("leases")
    used_leases: Bundle[tuple[str, Lease]] = Bundle("used_leases")

    @initialize(local_execution=st.sampled_from(LocalExecution))
    def start(self, local_execution):
        self.local_execution = local_execution
        self.submitted = 0
        self.new_token = count(1).__next__
        self._begin_epoch(1000.0)
        for worker_id in ("a", "b"):
            self.plane.join(worker_id, slots=2)
            self.plane.poll(worker_id)

    # ---- clients ----

    @rule(target=submissions, calls=st.lists(CALLS, min_size=1, max_size=5))
    def submit(self, calls):
        self._say_hello_if_dropped()
        self._read_completions()
        submissions = [
            a_submission(self._new_id(), name=name, priority=priority, terms=terms) for name, priority, terms in calls
        ]
        waiting = self._waiting()
        answers = self.plane.submit(*submissions)
        for submission, answer in zip(submissions, answers, strict=True):
            if self.plane.ledger.is_draining:
                assert isinstance(answer, Draining)
            elif submission.name not in self.plane.ledger.names:
                assert isinstance(answer, UnknownTask)
            elif waiting >= MAX_QUEUED:  # leases that were given back, and retries, may have filled it beyond
                assert isinstance(answer, QueueFull)
            else:
                assert answer is None
                waiting += 1
        accepted = [submission for submission in submissions if submission.task_id in self.witness.tasks]
        assert len(accepted) == answers.count(None)
        for submission in accepted:
            declared = self.witness.declared.get(submission.name, NO_TERMS)
            assert self.witness.tasks[submission.task_id].submission.terms == submission.terms.over(declared)
        return multiple(*accepted)

    @rule(submission=submissions, session_id=st.sampled_from(["client", "page"]))
    def submit_again_under_the_same_id(self, submission, session_id):
        """Because no reply came; perhaps to the next control plane."""
        self._say_hello_if_dropped()
        is_known = self._is_kept(submission.task_id)
        was_known = submission.task_id in self.witness.tasks
        (answer,) = self.plane.submit(submission, session_id=session_id, is_repeated=True)
        if is_known:
            assert answer is None
            (answer,) = self.plane.submit(a_submission(submission.task_id, name=submission.name, payload=b"other"))
            assert isinstance(answer, IdConflict)
        elif was_known:
            assert isinstance(answer, Draining | ResultExpired), "it would run once more"
        else:
            assert answer is None or isinstance(answer, Draining | UnknownTask | QueueFull | ResultExpired)

    @rule(submission=submissions)
    def cancel(self, submission):
        task = self.witness.tasks.get(submission.task_id)
        is_known = self._is_kept(submission.task_id)
        status = task.status if task else None
        answer = self.plane.cancel(submission.task_id)
        if not is_known:
            assert answer in (Cancellation.FORGOTTEN, Cancellation.UNKNOWN)
        elif status.is_final:
            is_cancelled = status is TaskStatus.CANCELLED
            assert answer is (Cancellation.CANCELLED if is_cancelled else Cancellation.FINISHED)
        elif status is TaskStatus.RUNNING:
            assert answer is Cancellation.STOPPING
            assert task.is_cancelling
            orders = self.plane.ledger.workers[task.lease.worker_id].outbox
            stops = [order for order in self.plane.stops if order.token == task.lease.token]
            assert stops or any(order.is_stop and order.lease is task.lease for order in orders.first(1000))
        else:
            assert answer is Cancellation.CANCELLED
            assert task.status is TaskStatus.CANCELLED

    @rule(target=submissions, submission=submissions)
    def run_again(self, submission):
        self._say_hello_if_dropped()
        task_id, new_id = submission.task_id, self._new_id()
        if not self._is_kept(task_id):
            with pytest.raises((UnknownTaskId, ResultExpired)):
                self.plane.rerun(task_id, new_id)
        elif task_id in self.witness.live:
            with pytest.raises(NotFinished):
                self.plane.rerun(task_id, new_id)
        else:
            answer = self.plane.rerun(task_id, new_id)
            assert (answer is None) is (new_id in self.witness.tasks)
            assert answer is None or isinstance(answer, Draining | QueueFull)
        if new_id not in self.witness.tasks:
            return multiple()
        again = self.witness.tasks[new_id].submission
        assert (again.terms.origin, again.terms.delay_seconds, again.payload) == (task_id, None, submission.payload)
        return again

    @rule(submission=submissions)
    def follow(self, submission):
        self.plane.follow(submission.task_id)
        task = self.plane.ledger.tasks.get(submission.task_id)
        assert task is None or task.journal is not None

    @rule(submission=submissions)
    def watch(self, submission):
        self._say_hello_if_dropped()
        if submission.task_id in self.witness.live:
            self.plane.coordinator.watch("page", submission.task_id)

    # ---- people ----

    @rule(
        thing=st.sampled_from([*NAMES, *TaskPriority]),
        seconds=st.sampled_from([None, 5.0, 30.0]),
        is_resumed=st.booleans(),
    )
    def pause_or_resume(self, thing, seconds, is_resumed):
        steering, now = self.plane.coordinator.steering, self.plane.now
        is_priority = isinstance(thing, TaskPriority)
        if is_resumed:
            resume = steering.resume_priority if is_priority else steering.resume_function
            resume(ANN, thing, now=now)
            assert thing not in self.witness.paused
        elif not is_priority and thing not in self.plane.ledger.names:
            with pytest.raises(UnknownTask):
                steering.pause_function(ANN, thing, now=now)
        else:
            pause = steering.pause_priority if is_priority else steering.pause_function
            assert pause(ANN, thing, reason="for now", seconds=seconds, now=now) is self.witness.paused[thing]

    @rule(
        priorities=st.sampled_from([*((each,) for each in TaskPriority), *[tuple(TaskPriority)] * 3]),
        at_once=st.sampled_from([None, 1, 1, 2]),
        per_second=st.sampled_from([None, None, 0.3, 2.5]),
    )
    def limit_priorities(self, priorities, at_once, per_second):
        steering = self.plane.coordinator.steering
        for priority in priorities:
            steering.limit_priority(ANN, priority, at_once=at_once, per_second=per_second, now=self.plane.now)
            assert (priority in self.witness.limits) is not (at_once is None and per_second is None)

    @rule(submission=submissions, priority=st.sampled_from(TaskPriority))
    def set_priority(self, submission, priority):
        steering, task_id = self.plane.coordinator.steering, submission.task_id
        task = self.witness.live.get(task_id)
        was = (task.submission.priority, task.status) if task else None
        if was is None or was[1] is TaskStatus.RUNNING:
            with pytest.raises((UnknownTaskId, ResultExpired, NotWaiting)):
                steering.set_priority(ANN, task_id, priority, now=self.plane.now)
        else:
            assert steering.set_priority(ANN, task_id, priority, now=self.plane.now) is was[0]
            assert self.plane.find(task_id).submission.priority is priority
            assert len(self.plane.find(task_id).priority_changes) <= CHANGES_KEPT

    @rule(submission=submissions)
    def run_now(self, submission):
        steering, task_id = self.plane.coordinator.steering, submission.task_id
        task = self.witness.live.get(task_id)
        if task is None or task.status is not TaskStatus.SCHEDULED:
            with pytest.raises((UnknownTaskId, ResultExpired, NotWaiting)):
                steering.run_now(ANN, task_id, now=self.plane.now)
        else:
            self.witness.wanted_now = task_id
            assert steering.run_now(ANN, task_id, now=self.plane.now) is task.status
            self.witness.wanted_now = ""
            assert task.status in (TaskStatus.QUEUED, TaskStatus.RUNNING)
            assert self.plane.find(task_id).queued_at == self.plane.now

    @rule(submission=submissions)
    def delete(self, submission):
        steering, task_id = self.plane.coordinator.steering, submission.task_id
        if not self._is_kept(task_id):
            with pytest.raises((UnknownTaskId, ResultExpired)):
                steering.delete(ANN, task_id, now=self.plane.now)
        elif task_id in self.witness.live:
            with pytest.raises(NotFinished):
                steering.delete(ANN, task_id, now=self.plane.now)
        else:
            assert steering.delete(ANN, task_id, now=self.plane.now) is self.witness.tasks[task_id].status
            assert task_id not in self.plane.ledger.results.task_ids()

    @rule(target=submissions, call=CALLS)
    def submit_for_nobody(self, call):
        name, priority, terms = call
        submission = a_submission(self._new_id(), name=name, priority=priority, terms=terms)
        try:
            self.plane.coordinator.steering.submit(ANN, submission, now=self.plane.now)
        except (Draining, UnknownTask, QueueFull):
            assert submission.task_id not in self.witness.tasks
            return multiple()
        assert submission.task_id in self.witness.tasks
        return submission

    # ---- workers ----

    @rule(
        target=leases,
        card=CARDS,
        occupied=st.sampled_from([0, 0, 0, 1]),
        is_answer_lost=st.sampled_from([False, False, True]),
        is_leaving=st.sampled_from([False] * 6 + [True]),
        is_obeying=st.booleans(),
    )
    def poll(self, card, occupied, is_answer_lost, is_leaving, is_obeying):
        """A worker asks, after joining if it must."""
        worker_id = card.worker_id
        if worker_id not in self.witness.workers:
            self._join(card)
        received, stops = self.plane.received[worker_id], list(self.plane.stops)
        worker = self.witness.workers[worker_id]
        obeyed = worker.directive.number if is_obeying else 0
        leaves_by_itself = worker.would_leave_by_itself(obeyed, is_leaving=is_leaving)
        tasks = self.plane.poll(worker_id, occupied=occupied, is_leaving=is_leaving, obeyed=obeyed)
        assert worker.leaves_by_itself is leaves_by_itself
        if is_answer_lost:
            self.plane.received[worker_id], self.plane.stops = received, stops
            return multiple()
        return multiple(*self._taken(worker_id, tasks))

    @rule(target=leases)
    def read_the_answers_to_held_polls(self):
        return multiple(
            *(
                lease
                for worker_id in list(self.witness.workers)
                for lease in self._taken(worker_id, self.plane.read_leases(worker_id))
            )
        )

    @rule(target=used_leases, lease=consumes(leases), outcome=OUTCOMES, occupied=st.sampled_from([0, 0, 0, 1]))
    def report(self, lease, outcome, occupied):
        self._report(lease, outcome, occupied)
        return lease

    @rule(target=used_leases, card=CARDS, outcomes=st.lists(st.lists(OUTCOMES, min_size=1, max_size=2), max_size=3))
    def work(self, card, outcomes):
        """A worker asks, and ends some of what it is given, perhaps twice."""
        if card.worker_id not in self.witness.workers:
            self._join(card)
        taken = self._taken(card.worker_id, self.plane.poll(card.worker_id))
        for lease, ends in zip(taken, outcomes, strict=False):
            for outcome in ends:
                self._report(lease, outcome, 0)
        return multiple(*taken)

    @rule(card=CARDS, lives=st.sampled_from([1, 1, 1, 2, 3]), outcome=OUTCOMES, is_patient=st.booleans())
    def die_again_and_again(self, card, lives, outcome, is_patient):
        """A worker is thought lost, and joins again; at last it reports what it ran meanwhile."""
        self._join(card)
        for _ in range(lives):
            if is_patient and self.plane.coordinator.next_timer_at() is not None:
                self.plane.fire_next()
            taken = self._taken(card.worker_id, self.plane.poll(card.worker_id))
            self._join(card)
        for lease in taken:
            self._report(lease, outcome, 0)

    @rule(lease=used_leases, outcome=OUTCOMES)
    def report_again(self, lease, outcome):
        self._report(lease, outcome, 0)

    @rule(lease=leases)
    def report_under_a_token_that_nobody_has(self, lease):
        task_id, lease = lease
        self._report((task_id, replace(lease, token=-lease.token)), an_outcome(), 0)

    @rule(lease=leases, note=st.sampled_from([Progress(1.0, 2.0), LogLine("info", "log", "text"), a_span()]))
    def note(self, lease, note):
        task_id, lease = lease
        if lease.worker_id in self.witness.workers:
            seen = len(self.witness.events)
            self.plane.note(task_id, lease, note)
            task = self.witness.live.get(task_id)
            is_current = task is not None and task.status is TaskStatus.RUNNING and task.lease.token == lease.token
            kind = TaskTraced if isinstance(note, TaskSpan) else TaskNoted
            assert [type(event) for event in self.witness.events[seen:]] == [kind] * is_current

    @rule(card=CARDS, is_leaving=st.booleans())
    def come_or_go(self, card, is_leaving):
        worker_id = card.worker_id
        if not is_leaving:
            self._join(card)
        elif worker_id in self.witness.workers:
            held = [self.witness.tasks[task_id] for task_id in self.witness.workers[worker_id].held]
            read = {task.submission.task_id for task in held if task.lease.token in self.tokens_read}
            seen = len(self.witness.events)
            self.plane.leave(worker_id)
            assert worker_id not in self.witness.workers
            ended = [each for each in self.witness.events[seen:] if isinstance(each, TaskFinished | TaskRetried)]
            assert {each.task_id for each in ended if each.outcome.status is TaskStatus.LOST} == read

    # ---- time ----

    @rule(
        seconds=st.sampled_from([0.0, 1.0, 7.0, SILENCE_SECONDS, 18.0, SESSION_SECONDS]),
        alive=st.sets(st.sampled_from(WORKERS), min_size=1),
    )
    def time_passes(self, seconds, alive):
        """Some workers beat, the others are silent."""
        self.plane.now += seconds
        for worker_id in sorted(alive & set(self.witness.workers)):
            self.plane.beat(worker_id)
        self.plane.tick_after(0.0)
        self.has_just_ticked = True
        for heard in (*self.plane.ledger.workers, *self.plane.ledger.sessions.values()):
            limit = SESSION_SECONDS if isinstance(heard, Session) else SILENCE_SECONDS
            assert self.plane.now - heard.heard_at < limit

    @rule()
    def time_passes_until_the_next_timer(self):
        if self.plane.coordinator.next_timer_at() is not None:
            assert self.plane.fire_next() > 0.0

    def _direct(self, what, worker_id, slots):
        """Somebody wants something of a worker."""
        steering, now = self.plane.coordinator.steering, self.plane.now
        match what:
            case "drain worker":
                self.plane.coordinator.drain_worker(worker_id, now=now)
                assert self.witness.workers[worker_id].is_draining
            case "shut down":
                steering.shut_down_worker(ANN, worker_id, drain_seconds=5.0 * slots, now=now)
                assert self.witness.workers[worker_id].is_draining
            case "resume":
                steering.resume_worker(ANN, worker_id, now=now)
                assert not self.witness.workers[worker_id].directive.is_to_leave
            case "resize":
                steering.resize_worker(ANN, worker_id, slots, now=now)
                assert not self.witness.workers[worker_id].is_draining

    # ---- what happens now and then ----

    @rule(
        what=st.sampled_from(
            ["nothing"] * 6
            + ["drain worker"] * 3
            + ["shut down", "resume"] * 2
            + ["resize"] * 3
            + ["goodbye"] * 2
            + ["forgive", "drain", "restart"]
        ),
        worker_id=st.sampled_from(WORKERS),
        slots=st.integers(1, 4),
    )
    def now_and_then(self, what, worker_id, slots):
        coordinator = self.plane.coordinator
        match what:
            case "drain worker" | "shut down" | "resume" | "resize":
                refusal = self.witness.refusal(what, worker_id)
                with pytest.raises(refusal) if refusal else nullcontext():
                    self._direct(what, worker_id, slots)
            case "goodbye":
                coordinator.close_session("client" if worker_id == "a" else "page")
            case "forgive":
                coordinator.forgive(7.0, now=self.plane.now)
            case "drain":
                coordinator.drain()
            case "restart":
                self._restart()

    def _restart(self):
        """A control plane of a new epoch knows nothing; the workers come again, and still run what they ran."""
        cards = [worker.card for worker in self.witness.workers.values()]
        self._begin_epoch(self.plane.now)
        for card in cards:
            self._join(card)

    # ---- what holds after every step ----

    @invariant()
    def every_accepted_task_is_where_its_one_life_has_led_it(self):
        ledger = self.plane.ledger
        assert set(ledger.tasks) == set(self.witness.live)
        for task_id, task in self.witness.live.items():
            found = ledger.tasks[task_id]
            assert (found.status, found.attempts, found.losses) == (task.status, task.starts, task.losses)
            assert (found.due_at, found.expires_at) == (task.due_at, task.expires_at)
            assert found.is_cancelling is task.is_cancelling
        for task_id in ledger.results.task_ids():
            assert ledger.results[task_id].status is self.witness.tasks[task_id].status

    @invariant()
    def the_ledger_counts_what_waits_and_runs(self):
        ledger, live = self.plane.ledger, self.witness.live.values()
        assert len(ledger.queue) == sum(task.status is TaskStatus.QUEUED for task in live)
        assert ledger.scheduled == sum(task.status is TaskStatus.SCHEDULED for task in live)
        assert ledger.running == sum(task.status is TaskStatus.RUNNING for task in live)
        assert ledger.payload_bytes == sum(len(task.submission.payload) for task in live)

    @invariant()
    def nothing_waits_that_somebody_would_take(self):
        assert self.plane.ledger.is_draining or self.witness.runnable(self.plane.now) == []

    @invariant()
    def nothing_is_left_undone_that_was_to_happen_by_now(self):
        now, forgiven = self.plane.now, self.plane.ledger.forgiven_seconds
        for task in self.witness.live.values():
            if task.status is TaskStatus.RUNNING:
                timeout = task.submission.terms.timeout_seconds
                assert timeout is None or now - forgiven < task.lease.leased_at + timeout + OVERTIME_SECONDS
            else:
                assert task.expires_at is None or now < task.expires_at
                assert task.due_at is None or now < task.due_at

    @invariant()
    def the_index_shows_what_is_remembered_and_nothing_else(self):
        ledger, index = self.plane.ledger, self.observatory.index
        remembered = [*ledger.tasks.values(), *(ledger.results[task_id] for task_id in ledger.results.task_ids())]
        remembered.sort(key=lambda task: task.number)
        assert [task for some in scan(index) for task in some] == remembered
        assert index.counts() == {status: sum(task.status is status for task in remembered) for status in TaskStatus}
        for priority in TaskPriority:
            wanted = TaskFilter(priorities=frozenset({priority}))
            found = [task for some in scan(index, wanted) for task in some]
            assert found == [task for task in remembered if task.submission.priority is priority]
            assert sum(index.counts_of(priority).values()) == len(found)
        for status in TaskStatus:
            wanted = TaskFilter(statuses=frozenset({status}))
            found = [task for some in scan(index, wanted) for task in some]
            assert found == [task for task in remembered if task.status is status]

    @invariant()
    def no_pause_is_longer_than_it_was_to_be(self):
        pauses = self.plane.ledger.pauses
        assert self.witness.paused == pauses.priorities | pauses.functions
        if self.has_just_ticked:
            assert not any(pause.is_over(self.plane.now) for pause in self.witness.paused.values())
        self.has_just_ticked = False

    @invariant()
    def what_runs_of_limited_priorities_is_counted(self):
        counted = {priority: each.leased for priority, each in self.plane.ledger.queue_limits.items()}
        assert counted == {priority: self.witness.running(priority) for priority in self.witness.limits}

    @invariant()
    def a_rate_wakes_at_the_moment_of_its_next_start(self):
        for priority in self.witness.limits:
            at = self.witness.next_start_at(priority)
            assert at <= self.plane.now or self.plane.coordinator.next_timer_at() <= at

    @invariant()
    def whoever_waits_for_news_is_named(self):
        ready = self.plane.coordinator.take_ready()
        news, self.looked = self.witness.events[self.looked :], len(self.witness.events)
        for event in news:
            match event:
                case TaskLeased():
                    assert event.lease.worker_id in ready
                case StopOrdered():
                    assert self.witness.tasks[event.task_id].lease.worker_id in ready
                case WorkerLeft():
                    assert event.worker_id in ready
                case TaskFinished():
                    assert {"client", "page", NOBODY} & ready
                case TaskRetried() | TaskDue() | TaskNoted():
                    assert event.task_id in ready
                case SessionClosed():
                    assert event.session_id in ready

    @invariant()
    def a_journal_leaves_nothing_out(self):
        for task in self.plane.ledger.tasks.values():
            if task.journal is not None:
                steps = task.journal.after(0)
                assert [step.number for step in steps] == list(range(1, task.journal.last + 1))
                assert [step.status for step in steps if step.status][-1] is task.status

    @invariant()
    def a_ledger_that_follows_the_events_equals_the_original(self):
        if self.followed == len(self.witness.events):
            return
        for event in self.witness.events[self.followed :]:
            self.follower.apply(event)
        self.followed = len(self.witness.events)
        assert snapshot(self.follower) == snapshot(self.plane.ledger)

    # ---- what holds at the end ----

    def teardown(self):
        """Whatever happened, each task can be brought to an end; then the ledger holds nothing that grows."""
        if sys.exception() is None and hasattr(self, "plane"):
            self._end_everything()
            check_that_nothing_is_left(self.plane.ledger)
            assert self.observatory.index.blocks == {}

    def _end_everything(self):
        plane = self.plane
        for thing in list(self.witness.paused):
            self.pause_or_resume(thing, None, is_resumed=True)
        self.limit_priorities(tuple(TaskPriority), None, None)
        if self.submitted % 2:  # so that the other half of the ends shows that all can be worked off
            plane.coordinator.drain()
        if plane.ledger.is_draining:
            plane.coordinator.dismiss_workers(now=plane.now)
            for task_id in list(self.witness.live):
                assert plane.cancel(task_id) is Cancellation.CANCELLED
        for worker_id in list(self.witness.workers):
            plane.leave(worker_id)
        while self.witness.live:
            self._join(a_card("a", slots=3, names=NAMES, incarnation="last life"))
            for task in plane.poll("a"):
                plane.report(task)
            plane.leave("a")
            if self.witness.live and not len(plane.ledger.queue):
                plane.fire_next()
        plane.tick_after(TTL_SECONDS + SESSION_SECONDS)
        self.a_ledger_that_follows_the_events_equals_the_original()

    # ---- parts ----

    def _begin_epoch(self, now):
        self.witness = Witness(self.local_execution)
        self.plane = ManualCoordinator(
            names={"echo"},
            limits=Limits(
                max_queued=MAX_QUEUED,
                max_losses=MAX_LOSSES,
                worker_silence_seconds=SILENCE_SECONDS,
                session_silence_seconds=SESSION_SECONDS,
            ),
            result_capacity=20,
            result_ttl_seconds=TTL_SECONDS,
            local_execution=self.local_execution,
            sink=self.witness,
            now=now,
            new_token=self.new_token,
        )
        self.observatory = self.witness.observatory = Observatory(self.plane.ledger, now=now)
        self.plane.open_session("page")
        self.follower = self.plane.new_ledger()
        self.followed = self.looked = 0
        self.has_just_ticked = False
        self.tokens_read = set()

    def _new_id(self):
        self.submitted += 1
        return a_uuid7(self.submitted)

    def _waiting(self):
        return sum(task.status is not TaskStatus.RUNNING for task in self.witness.live.values())

    def _is_kept(self, task_id):
        return task_id in self.witness.live or self.plane.ledger.results.get(task_id, now=self.plane.now) is not None

    def _join(self, card):
        self.plane.join(
            card.worker_id,
            slots=card.slots,
            names=card.names,
            incarnation=card.incarnation,
            is_local=card.is_local,
            declared=dict(card.declared),
        )
        worker = self.witness.workers[card.worker_id]
        directive, wanted = worker.directive, worker.unheard
        assert (directive.slots, directive.drain_seconds) == (wanted.slots, wanted.drain_seconds)
        assert directive.is_to_leave is worker.is_draining is wanted.is_to_leave

    def _say_hello_if_dropped(self):
        for session_id in ("client", "page"):
            if session_id not in self.plane.ledger.sessions:
                self.plane.open_session(session_id)

    def _read_completions(self):
        first, tasks = self.plane.coordinator.unread("client")
        assert all(task.status.is_final for task in tasks)
        self.plane.coordinator.completions("client", first + len(tasks) - 1, now=self.plane.now)

    def _taken(self, worker_id, tasks):
        """Return what a worker keeps of the leases that it reads: what it must report under."""
        assert all(task.lease.worker_id == worker_id and task.status is TaskStatus.RUNNING for task in tasks)
        self.tokens_read |= {task.lease.token for task in tasks}
        return [(task.task_id, task.lease) for task in tasks]

    def _report(self, lease, outcome, occupied):
        """Report; a worker that was thought lost joins again first."""
        task_id, lease = lease
        if lease.worker_id not in self.witness.workers:
            self._join(a_card(lease.worker_id, slots=2, names=NAMES, is_local=lease.worker_id == "local"))
        is_kept = self._is_kept(task_id)
        is_accepted = is_kept and self.witness.would_accept(task_id, lease.token, outcome)
        superseded = self.plane.report_lease(task_id, lease, outcome, occupied=occupied)
        assert superseded == ([] if is_accepted else [task_id])


TestCoordinatorMachine = CoordinatorMachine.TestCase
TestCoordinatorMachine.settings = settings(
    max_examples=320,
    stateful_step_count=40,
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
