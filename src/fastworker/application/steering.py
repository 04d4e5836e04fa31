"""What people may do to the whole. Each use case is noted for the record with who did it; a refusal is noted, too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypedDict

from fastworker.domain.action import Action, Actor
from fastworker.domain.cancellation import Cancellation
from fastworker.domain.directive import LONGEST_DRAIN_SECONDS
from fastworker.domain.errors import FastWorkerError, InvalidOption, unknown_task_name
from fastworker.domain.events import (
    ActionTaken,
    FunctionPaused,
    FunctionResumed,
    PriorityLimited,
    PriorityPaused,
    PriorityResumed,
    TaskDeleted,
)
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.pause import Pause
from fastworker.domain.priority import TaskPriority
from fastworker.domain.queue_limit import QueueLimit, check_limit, numbers_of
from fastworker.domain.session import Session
from fastworker.domain.tags import Tags
from fastworker.domain.task import Submission, Task
from fastworker.domain.terms import LONGEST_SECONDS, Terms
from fastworker.domain.text import bounded

from .admission import (
    Admission,
    ended,
    once_more,
    scheduled,
    waiting,
    worker_to_drain,
    worker_to_resize,
    worker_to_resume,
)
from .before_and_after import allowed_by, in_words, stance_of
from .decisions import Decisions
from .limits import LONGEST_ID, Limits

NOBODY = ""
"""The session of tasks that no client waits for."""

REASON_CHARACTERS = 300


class EditedTerms(TypedDict, total=False):
    """What else is agreed for a task that runs again: what is left out stays, None is as its function declares it."""

    retries: int | None
    timeout_seconds: float | None
    delay_seconds: float | None
    expires_seconds: float | None
    tags: Tags | None


@dataclass(frozen=True, slots=True)
class Edit:
    """How a task that runs again differs from what it was; None: not at all.

    Without `terms` it begins at once, and never expires. With them, its delay and its expiry count anew.
    """

    payload: bytes | None = None
    priority: TaskPriority | None = None
    terms: EditedTerms | None = None


AS_IT_WAS = Edit()


class Steer(Protocol):
    """Makes a decision now, and lets whoever it concerns know: `ControlPlane.steer`."""

    def __call__[T](self, decide: "Callable[[Steering, float], T]") -> T: ...


class Steering:
    """The use cases of people. What is noted as before and after is text, for people as well."""

    def __init__(self, ledger: Ledger, decisions: Decisions, *, limits: Limits) -> None:
        self._ledger = ledger
        self._decisions = decisions
        self._limits = limits

    def note(self, action: Action, *, now: float) -> None:
        """Put on record what somebody did, or was refused; of long texts, the ends."""
        target, refusal = bounded(action.target, LONGEST_ID), bounded(action.refusal, REASON_CHARACTERS)
        self._decisions.record(ActionTaken(replace(action, target=target, refusal=refusal), now))

    def submit(self, actor: Actor, submission: Submission, *, now: float) -> None:
        """Accept a task that no client waits for; the same id with the same call again is the same task.

        Raises:
            CallerError, ControlPlaneError: whatever a submission may be refused with.
        """
        self._accept(submission, now)
        self._decisions.dispatch(now)
        self.note(Action(actor, "submit", submission.task_id, after=submission.name), now=now)

    def rerun(self, actor: Actor, task_id: str, new_task_id: str, *, edit: Edit = AS_IT_WAS, now: float) -> Submission:
        """Submit what a finished task was, edited or not, as a new task; return the new submission.

        Raises:
            UnknownTaskId, ResultExpired: the task is not known (any more).
            NotFinished: it has not ended.
            CallerError, ControlPlaneError: whatever a submission may be refused with.
        """
        task = ended(self._remembered(task_id, now), task_id, self._ledger, what_for="be run again")
        again = _edited(once_more(task, task_id, new_task_id, self._ledger), edit, task.submission.terms)
        self._accept(again, now)
        self._decisions.dispatch(now)
        self.note(Action(actor, "rerun", task_id, after=new_task_id), now=now)
        return again

    def cancel(self, actor: Actor, task_id: str, *, now: float) -> Cancellation:
        """See that a task does not start, or is ended by its worker; return what became of it."""
        task = self._remembered(task_id, now)
        before = task.status.value if task else ""
        answer = self._decisions.cancel(task_id, now)
        self._decisions.dispatch(now)
        self.note(Action(actor, "cancel", task_id, before, answer.value), now=now)
        return answer

    def cancel_some(self, task_ids: Sequence[str], *, now: float) -> list[Cancellation]:
        """Cancel a part of what a bulk action is for; the action as a whole is noted, not each task."""
        answers = [self._decisions.cancel(task_id, now) for task_id in task_ids]
        self._decisions.dispatch(now)
        return answers

    def purge_some(self, task_ids: Sequence[str], *, now: float) -> list[bool]:
        """Cancel those of some tasks that wait in the queue still; return of each whether it did."""
        answers = [self._purge_one(task_id, now) for task_id in task_ids]
        self._decisions.dispatch(now)
        return answers

    def rerun_some(self, pairs: Sequence[tuple[str, str]], *, now: float) -> list[FastWorkerError | None]:
        """Submit finished tasks again, as (id, new id); return why not, where not. The action as a whole is noted."""
        answers = [_refusal(self._rerun_one, task_id, new_task_id, now) for task_id, new_task_id in pairs]
        self._decisions.dispatch(now)
        return answers

    def set_priority(self, actor: Actor, task_id: str, priority: TaskPriority, *, now: float) -> TaskPriority:
        """Give a task that waits another priority; return the one before. What has it already stays where it is.

        Raises:
            UnknownTaskId, ResultExpired: the task is not known (any more).
            NotWaiting: it runs, or has ended.
        """
        before = waiting(self._remembered(task_id, now), task_id, self._ledger).submission.priority
        self._change_priority(actor, task_id, priority, now)
        self._decisions.dispatch(now)
        if before is not priority:
            self.note(Action(actor, "set priority", task_id, before.value, priority.value), now=now)
        return before

    def set_priority_of_some(
        self, actor: Actor, task_ids: Sequence[str], priority: TaskPriority, *, now: float
    ) -> list[FastWorkerError | None]:
        """Give those of some tasks that wait another priority; return why not, where not. The whole is noted."""
        answers = [_refusal(self._change_priority, actor, task_id, priority, now) for task_id in task_ids]
        self._decisions.dispatch(now)
        return answers

    def run_now(self, actor: Actor, task_id: str, *, now: float) -> TaskStatus:
        """Have a scheduled task wait for a worker from now on, whatever its time; return what it is by then.

        It goes behind those that wait already, and stays behind a pause; what is due by now goes before it.

        Raises:
            UnknownTaskId, ResultExpired: the task is not known (any more).
            NotWaiting: it is not scheduled.
        """
        task = scheduled(self._remembered(task_id, now), task_id, self._ledger)
        self._decisions.dispatch(now)
        if task.status is TaskStatus.SCHEDULED:  # else its time has come by itself
            self._decisions.make_due(task, now)
            self._decisions.dispatch(now)
        self.note(Action(actor, "run now", task_id, TaskStatus.SCHEDULED.value, task.status.value), now=now)
        return task.status

    def delete(self, actor: Actor, task_id: str, *, now: float) -> TaskStatus:
        """Forget a task that has ended, with its result; return how it ended. Who waits for its end has heard of it.

        Raises:
            UnknownTaskId, ResultExpired: the task is not known (any more).
            NotFinished: it has not ended.
        """
        status = self._delete(task_id, now)
        self.note(Action(actor, "delete", task_id, status.value, "forgotten"), now=now)
        return status

    def delete_some(self, task_ids: Sequence[str], *, now: float) -> list[FastWorkerError | None]:
        """Forget those of some tasks that have ended; return why not, where not. The action as a whole is noted."""
        return [_refusal(self._delete, task_id, now) for task_id in task_ids]

    # ---- workers ----

    def drain_worker(self, actor: Actor, worker_id: str, *, now: float) -> None:
        """Have a worker take no more, finish what it runs, and leave; raises `UnknownWorker`, `WorkerUnavailable`."""
        worker = worker_to_drain(worker_id, self._ledger)
        before = stance_of(worker)
        self._decisions.drain_worker(worker, now)
        self.note(Action(actor, "drain worker", worker_id, before, stance_of(worker)), now=now)

    def shut_down_worker(self, actor: Actor, worker_id: str, *, drain_seconds: float, now: float) -> None:
        """Drain a worker that leaves after so many seconds whatever still runs, which is lost then.

        One that drains already is given that time, more or less, from when it hears of it; the process of one that was
        told to end gives it no more than its own drain timeout.

        Raises:
            UnknownWorker: no worker of that id is connected.
            InvalidOption: the seconds are none that it can wait.
            WorkerUnavailable: it is the control plane's own.
        """
        if not 0 <= drain_seconds <= LONGEST_DRAIN_SECONDS:
            raise InvalidOption(f"a drain of at most {drain_seconds!r} s; expected 0 to {LONGEST_DRAIN_SECONDS:,.0f}")
        worker = worker_to_drain(worker_id, self._ledger)
        before = stance_of(worker)
        self._decisions.drain_worker(worker, now, drain_seconds)
        self.note(Action(actor, "shut down worker", worker_id, before, stance_of(worker)), now=now)

    def resume_worker(self, actor: Actor, worker_id: str, *, now: float) -> None:
        """Ask a worker that was told to leave to stay; whether it could is seen when it asks for work.

        Raises:
            UnknownWorker: no worker of that id is connected (any more).
            WorkerUnavailable: it does not drain, or leaves because its process was told to.
        """
        worker = worker_to_resume(worker_id, self._ledger)
        if worker.directive.is_to_leave:  # else it is asked to stay already
            before = stance_of(worker)
            self._decisions.direct(worker, is_to_leave=False, drain_seconds=None)
            self.note(Action(actor, "resume worker", worker_id, before, stance_of(worker)), now=now)

    def resize_worker(self, actor: Actor, worker_id: str, slots: int, *, now: float) -> None:
        """Have a worker run so many tasks at once, for as long as its process lives; what runs already runs on.

        Raises:
            UnknownWorker: no worker of that id is connected.
            InvalidOption: so many slots cannot be.
            WorkerUnavailable: it drains.
        """
        worker = worker_to_resize(worker_id, slots, self._ledger, self._limits)
        before = worker.directive.slots or worker.card.slots  # what it was told, whether it has obeyed yet or not
        self._decisions.direct(worker, slots=slots)
        self.note(Action(actor, "resize worker", worker_id, f"{before} slots", f"{slots} slots"), now=now)

    # ---- pauses ----

    def pause_priority(
        self, actor: Actor, priority: TaskPriority, *, reason: str = "", seconds: float | None = None, now: float
    ) -> Pause:
        """Have the waiting tasks of a priority not start, for some seconds or until it is resumed.

        Raises:
            InvalidOption: the seconds are none that can pass.
        """
        pause = _pause(actor, reason, seconds, now)
        before = in_words(self._ledger.pauses.priorities.get(priority))
        self._decisions.record(PriorityPaused(priority, pause))
        self.note(Action(actor, "pause priority", priority.value, before, in_words(pause)), now=now)
        return pause

    def pause_function(
        self, actor: Actor, name: str, *, reason: str = "", seconds: float | None = None, now: float
    ) -> Pause:
        """Have the waiting tasks of a task function not start, for some seconds or until it is resumed.

        Raises:
            UnknownTask: no task function of that name is known.
            InvalidOption: the seconds are none that can pass.
        """
        if name not in self._ledger.names:
            raise unknown_task_name(bounded(name, LONGEST_ID), sorted(self._ledger.names))
        pause = _pause(actor, reason, seconds, now)
        before = in_words(self._ledger.pauses.functions.get(name))
        self._decisions.record(FunctionPaused(name, pause))
        self.note(Action(actor, "pause function", name, before, in_words(pause)), now=now)
        return pause

    def resume_priority(self, actor: Actor, priority: TaskPriority, *, now: float) -> None:
        """Let the tasks of a priority start again; one that is not paused stays as it is."""
        pause = self._ledger.pauses.priorities.get(priority)
        if pause is not None:
            self._decisions.record(PriorityResumed(priority, now))
            self._decisions.dispatch(now)
            self.note(Action(actor, "resume priority", priority.value, in_words(pause), in_words(None)), now=now)

    def resume_function(self, actor: Actor, name: str, *, now: float) -> None:
        """Let the tasks of a task function start again; one that is not paused stays as it is."""
        pause = self._ledger.pauses.functions.get(name)
        if pause is not None:
            self._decisions.record(FunctionResumed(name, now))
            self._decisions.dispatch(now)
            self.note(Action(actor, "resume function", name, in_words(pause), in_words(None)), now=now)

    def resume_what_is_over(self, *, now: float) -> None:
        """End the pauses whose time has passed."""
        pauses = self._ledger.pauses
        for priority in [priority for priority, pause in pauses.priorities.items() if pause.is_over(now)]:
            self._decisions.record(PriorityResumed(priority, now))
        for name in [name for name, pause in pauses.functions.items() if pause.is_over(now)]:
            self._decisions.record(FunctionResumed(name, now))

    # ---- limits ----

    def limit_priority(
        self, actor: Actor, priority: TaskPriority, *, at_once: int | None, per_second: float | None, now: float
    ) -> None:
        """Have at most so many tasks of a priority run at once, and so many start per second; None: any number.

        What runs already counts, and runs on, even if it is more. The same numbers once more change nothing.

        Raises:
            InvalidOption: one of the two is out of its bounds.
        """
        check_limit(at_once, per_second)
        before = self._ledger.queue_limits.limit_of(priority)
        wanted = at_once, per_second
        if wanted != numbers_of(before):
            after = None if wanted == numbers_of(None) else QueueLimit(actor.name, now, at_once, per_second)
            self._decisions.record(PriorityLimited(priority, after, now))
            self._decisions.dispatch(now)
            self.note(Action(actor, "limit priority", priority.value, allowed_by(before), allowed_by(after)), now=now)

    # ---- parts ----

    def _purge_one(self, task_id: str, now: float) -> bool:
        task = self._ledger.tasks.get(task_id)
        if task is None or task.status is not TaskStatus.QUEUED:
            return False
        return self._decisions.cancel(task_id, now) is Cancellation.CANCELLED

    def _rerun_one(self, task_id: str, new_task_id: str, now: float) -> None:
        self._accept(once_more(self._remembered(task_id, now), task_id, new_task_id, self._ledger), now)

    def _delete(self, task_id: str, now: float) -> TaskStatus:
        task = ended(self._remembered(task_id, now), task_id, self._ledger, what_for="be deleted")
        self._decisions.record(TaskDeleted(task_id))
        return task.status

    def _change_priority(self, actor: Actor, task_id: str, priority: TaskPriority, now: float) -> None:
        task = waiting(self._remembered(task_id, now), task_id, self._ledger)
        self._decisions.change_priority(task, priority, actor.name, now)

    def _remembered(self, task_id: str, now: float) -> Task | None:
        return self._ledger.tasks.get(task_id) or self._ledger.results.get(task_id, now=now)

    def _accept(self, submission: Submission, now: float) -> None:
        admission = Admission(self._ledger, self._limits, Session(heard_at=now), is_repeated=False)
        refusal = self._decisions.accept_submission(NOBODY, submission, now, admission)
        if refusal is not None:
            raise refusal


def _refusal[**P](do: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> FastWorkerError | None:
    """Do something for one of many, and return why it was refused, if it was."""
    try:
        do(*args, **kwargs)
    except FastWorkerError as error:
        return error
    return None


def _edited(submission: Submission, edit: Edit, first: Terms) -> Submission:
    """Return what was to begin at once as a person wants it, who has edited the task with the `first` terms."""
    terms = submission.terms
    if edit.terms is not None:
        terms = replace(terms, delay_seconds=first.delay_seconds, expires_seconds=first.expires_seconds)
        terms = replace(terms, **edit.terms)
    return replace(
        submission,
        payload=submission.payload if edit.payload is None else edit.payload,
        priority=submission.priority if edit.priority is None else edit.priority,
        terms=terms,
    )


def _pause(actor: Actor, reason: str, seconds: float | None, now: float) -> Pause:
    if seconds is not None and not 0 < seconds <= LONGEST_SECONDS:
        raise InvalidOption(f"a pause of {seconds!r} s; expected more than 0, and at most ten years")
    return Pause(actor.name, bounded(reason, REASON_CHARACTERS), now, None if seconds is None else now + seconds)
