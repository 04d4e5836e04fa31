"""Hears every event, and keeps what people can see of it.

Three events of each task matter here, so hearing must cost next to nothing: they are put aside as they come, and taken
in many at a time, at the latest when somebody reads what they change. Then each task is found where it is by that
time: of one that has come and gone meanwhile little more than its count is left to do. What a task costs altogether is
measured by `python -m benchmarks.observatory`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from operator import attrgetter
from typing import Any, Never, override

from fastworker.domain.errors import unknown_task_id
from fastworker.domain.events import (
    ActionTaken,
    Event,
    LocalsTold,
    PriorityChanged,
    PriorityLimited,
    PriorityResumed,
    TaskDeleted,
    TaskDue,
    TaskFinished,
    TaskLeased,
    TaskNoted,
    TaskRetried,
    TaskReturned,
    TaskSubmitted,
    TaskTraced,
    WorkerJoined,
    WorkerLeft,
    WorkerPolled,
)
from fastworker.domain.journal import LogLine
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import RANKS, TaskPriority
from fastworker.domain.task import Outcome, Task
from fastworker.domain.text import bounded, text_of

from ..ports.clock import Clock
from ..ports.event_sink import Ear, EventSink
from .audit_log import AuditLog
from .changed_priorities import ChangedPriorities
from .changes import Changes
from .error_groups import ErrorGroups, Failure
from .function_tallies import FunctionTallies
from .history import History
from .kept_locals import KeptLocals
from .measures import Measures
from .task_ends import TaskEnds
from .task_index import TaskIndex
from .task_spans import TaskSpans
from .worker_log import SaidLine, WorkerLog
from .worker_series import WorkerSeries

MOST_ASIDE = 500
"""So many events of one kind are taken in at the next poll of a worker: in less than 1 ms."""

TICK_SECONDS = 1.0
LAG_SECONDS = 0.1
"""How often the event loop is timed, and what was put aside is taken in, while something happens; else with each tick,
for ten wakes per second are most of what an idle control plane costs. Arguments and results are held for so long."""

REASON_CHARACTERS = 300
_SUBMITTED_ID = attrgetter("submission.task_id")
_TASK_ID = attrgetter("task_id")
_FAILED = frozenset({TaskStatus.FAILURE, TaskStatus.LOST})


class Observatory(EventSink):
    """What is seen of one ledger; made before the first event."""

    def __init__(self, ledger: Ledger, *, now: float, spans: TaskSpans | None = None) -> None:
        self._ledger = ledger
        self.spans = TaskSpans() if spans is None else spans
        self.index = TaskIndex(self._take_in)
        self.ends = TaskEnds(self._take_in)
        self.history = History(ledger, now=now)
        self.errors = ErrorGroups(self._take_in)
        self.locals = KeptLocals()
        self.functions = FunctionTallies(self._take_in, began=now)
        self.measures = Measures(self._take_in)
        self._changed_priorities = ChangedPriorities(ledger)
        self.workers = WorkerLog(self._take_in)
        self.worker_series = WorkerSeries(ledger.workers)
        self.audit = AuditLog()
        self.allowed_since: dict[TaskPriority, float] = {}  # what may run there: a limit came, went, a pause ended
        self.changes = Changes(self._take_in)
        self.blind_since: float | None = None  # until then every event was heard, to a second
        self.blind_because = ""
        self._has_heard = False  # of a task, since `run` looked
        self._submitted: list[TaskSubmitted] = []
        self._leased: list[TaskLeased] = []
        self._finished: list[TaskFinished] = []
        self._forgotten: list[Task] = []
        ledger.results.on_forget = self._forgotten.append
        self._ears: dict[type[Any], Ear] = {
            TaskSubmitted: self._submitted.append,
            TaskLeased: self._leased.append,
            TaskFinished: self._finished.append,
            TaskRetried: self._retried,
            TaskReturned: self._waiting_again,
            TaskDue: self._waiting_again,
            TaskNoted: self._noted,
            TaskTraced: self._traced,
            LocalsTold: self._locals_told,
            PriorityChanged: self._reordered,
            PriorityLimited: self._allowed,
            PriorityResumed: self._allowed,
            TaskDeleted: self._deleted,
            WorkerPolled: self._polled,
            WorkerJoined: self.workers.join,
            WorkerLeft: self._left,
            ActionTaken: self.audit.add,
        }

    @override
    def emit(self, event: Event) -> None:
        ear = self._ears.get(type(event))
        if ear is not None:
            ear(event)

    @override
    def ear(self, kind: type[Any]) -> Ear | None:
        return self._ears.get(kind)

    @override
    def dropped(self, error: Exception) -> None:
        """Remember that nothing is heard from now on: what is shown stays as it is, and people are to know."""
        self.blind_since = self.history.second.began
        self.blind_because = bounded(f"{type(error).__name__}: {text_of(error)}", REASON_CHARACTERS)

    def task(self, task_id: str, *, now: float) -> Task:
        """Return a remembered task; this does not count as a use of its result.

        Raises:
            UnknownTaskId: no task of that id was ever seen.
            ResultExpired: it may have been, and is not remembered any more.
        """
        results = self._ledger.results
        task = self._ledger.tasks.get(task_id) or results.get(task_id, now=now)
        if task is None:
            raise unknown_task_id(task_id, is_forgotten=results.may_have_forgotten(task_id))
        return task

    def waiting_since(self, priorities: Collection[TaskPriority] = TaskPriority) -> float | None:
        """Return since when the task of some priorities waits that has waited longest; None when none waits."""
        first = [task.queued_at for task in map(self._ledger.queue.oldest, priorities) if task is not None]
        moved = [since for since in map(self._changed_priorities.waiting_since, priorities) if since is not None]
        return min(first + moved, default=None)

    def tick(self, *, now: float) -> None:
        """End the present second of the history; called once per second, or later."""
        self._take_in()
        self.history.tick(now=now)
        self.worker_series.tick(now=now)

    async def run(self, clock: Clock) -> Never:
        """End each second of the history, and time the event loop, until cancelled."""
        due = clock.now()
        tick_at = due + TICK_SECONDS
        while True:
            due = min(due + LAG_SECONDS, tick_at) if self._has_heard else tick_at
            self._has_heard = False
            await clock.sleep_until(due)
            lag = clock.now() - due
            self.history.note_lag(lag)
            self._take_in()
            if due >= tick_at:
                self.tick(now=clock.now())
                tick_at = due + TICK_SECONDS
            if lag > LAG_SECONDS:  # do not run after the time that was lost
                due, tick_at = due + lag, tick_at + lag

    # ---- frequent events ----

    def _polled(self, _: WorkerPolled) -> None:
        if len(self._submitted) >= MOST_ASIDE or len(self._leased) >= MOST_ASIDE or len(self._finished) >= MOST_ASIDE:
            self._take_in()

    def _take_in(self) -> None:
        """Take in what was put aside, then let go of the tasks that are not remembered any more."""
        if self._submitted or self._leased or self._finished:
            self._has_heard = True
            unfinished, kept = self._ledger.tasks, self._ledger.results.by_id
            gone = {task.submission.task_id: task for task in self._forgotten}  # since their events

            def found(task_ids: Iterable[str]) -> list[Task]:
                return [unfinished.get(each) or kept.get(each) or gone[each] for each in task_ids]

            submitted, leased, finished = (_emptied(each) for each in (self._submitted, self._leased, self._finished))
            self._take_in_submitted(submitted, found(map(_SUBMITTED_ID, submitted)))
            self._take_in_leased(leased, found(map(_TASK_ID, leased)))
            self._take_in_finished(finished, found(map(_TASK_ID, finished)))
            self.errors.answer(_emptied(self.index.named_origins))  # afterwards: they may have failed in between
        if self._forgotten:
            forgotten = _emptied(self._forgotten)
            self.index.forget(forgotten)
            self.ends.forget(forgotten)
            self.errors.forget(forgotten)
            self.spans.forget(forgotten)
            self.locals.forget(forgotten)

    def _take_in_submitted(self, events: list[TaskSubmitted], tasks: list[Task]) -> None:
        ranks = self.index.add(tasks)
        for event, task in zip(events, tasks, strict=True):
            if event.submission is not task.submission:  # its priority was changed at once
                ranks[RANKS[task.submission.priority]] -= 1
                ranks[RANKS[event.submission.priority]] += 1
        self.history.count_submitted(ranks)
        self._note_changes(tasks)

    def _take_in_leased(self, events: list[TaskLeased], tasks: list[Task]) -> None:
        waits: defaultdict[int, list[float]] = defaultdict(list)
        for event, task in zip(events, tasks, strict=True):
            waits[RANKS[task.submission.priority]].append(event.lease.leased_at - task.queued_at)
        self.history.count_leased(self.index.move(tasks), waits)
        self.measures.add_waits(waits)
        self._note_changes(tasks)

    def _take_in_finished(self, events: list[TaskFinished], tasks: list[Task]) -> None:
        self.index.move(tasks)
        self.ends.add(tasks)
        runs: defaultdict[str, list[float]] = defaultdict(list)
        later: dict[str, list[float]] = {}
        for event, task in zip(events, tasks, strict=True):
            outcome = event.outcome
            if outcome.status is TaskStatus.SUCCESS:
                runs[task.submission.name].append(outcome.run_seconds)
                if task.attempts > 1:
                    later.setdefault(task.submission.name, []).append(outcome.run_seconds)
            else:
                self._end(task, outcome, event.at)
        for name, durations in runs.items():
            self.history.count_successes(durations)
            self.functions.open(name, events[-1].at).succeed(durations, now=events[-1].at)
            self.measures.add_runs(name, durations, later.get(name, ()))
        self.errors.end((event.task_id, event.outcome.status) for event in events)
        self._note_changes(tasks)

    def _end(self, task: Task, outcome: Outcome, at: float) -> None:
        self.history.count_end(outcome.status)
        if outcome.status in _FAILED:
            self._fail(task, outcome, at, is_retried=False)
        elif _has_run_until_now(task):
            self.functions.open(task.submission.name, at).cancel(now=at)

    def _note_changes(self, tasks: list[Task]) -> None:
        if self.changes.is_on:
            for task in tasks:
                self.changes.note(task)

    # ---- rare events ----

    def _retried(self, event: TaskRetried) -> None:
        self._take_in()  # what came before
        task = self._ledger.tasks[event.task_id]
        self.index.move([task])
        self.history.count_retry()
        self._fail(task, event.outcome, event.at, is_retried=True)
        self._note_changes([task])

    def _waiting_again(self, event: TaskReturned | TaskDue) -> None:
        self._take_in()  # what came before
        tasks = [self._ledger.tasks[event.task_id]]
        self.index.move(tasks)
        self._note_changes(tasks)

    def _reordered(self, event: PriorityChanged) -> None:
        self._take_in()  # what came before
        task = self._ledger.tasks[event.task_id]
        self.index.set_rank(task)
        if task.status is TaskStatus.QUEUED:
            self._changed_priorities.add(task)
        self._note_changes([task])

    def _allowed(self, event: PriorityLimited | PriorityResumed) -> None:
        self.allowed_since[event.priority] = event.at

    def _deleted(self, event: TaskDeleted) -> None:
        self._take_in()  # what came before; the index hears of it as of all that is forgotten
        if self.changes.is_on:
            self.changes.note_deleted(event.task_id)

    def _traced(self, event: TaskTraced) -> None:
        self.spans.add(self._ledger.tasks[event.task_id], event.attempt, event.worker_id, event.span)

    def _locals_told(self, event: LocalsTold) -> None:
        self.locals.add(self._ledger.tasks[event.task_id], event.attempt, event.locals)

    def _noted(self, event: TaskNoted) -> None:
        task, line = self._ledger.tasks[event.task_id], event.note
        if isinstance(line, LogLine) and task.lease is not None:
            said = SaidLine(task.task_id, task.submission.name, task.lease.attempt, event.at, line)
            self.workers.say(task.lease.worker_id, said)

    def _left(self, event: WorkerLeft) -> None:
        self._take_in()  # what failed on it
        self.workers.leave(event)
        self.worker_series.leave(event)

    def _fail(self, task: Task, outcome: Outcome, at: float, *, is_retried: bool) -> None:
        name = task.submission.name
        worker_id = task.lease.worker_id if task.lease else ""  # none: its id was used again before this was taken in
        durations = [outcome.run_seconds] if outcome.status is TaskStatus.FAILURE else []  # a loss tells none
        self.functions.open(name, at).fail(durations, is_retried=is_retried, now=at)
        self.history.count_runs(durations)
        if durations:
            self.measures.add_runs(name, durations, durations if task.attempts > 1 else ())
        self.workers.fail(worker_id)
        if outcome.error is not None:
            self.errors.add(Failure(task.task_id, name, worker_id, outcome.error, is_retried, at))


def _has_run_until_now(task: Task) -> bool:
    """True when the end of a task was that of an attempt, and it did not wait for its first or its next."""
    lease, history = task.lease, task.history
    return lease is not None and not (history and history[-1].number == lease.attempt)


def _emptied[T](things: list[T]) -> list[T]:
    """Return what is in a list, and leave the list empty: it is known by others."""
    taken = things.copy()
    things.clear()
    return taken
