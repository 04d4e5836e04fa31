"""The life of one task, for people: its attempts, and what happened between them.

What the ledger does not keep is not invented: a moment or a duration that is not known is None. The moments are
monotonic seconds of the control plane.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fastworker.domain.journal import Step
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import Attempt, ErrorRecord, Task, latest_attempt


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One attempt: the wait before it, where and when it ran, how it ended, and when the next one was due.

    `status` is `running` while it runs. `ended_at` is when its worker had done with it: the report came later.
    """

    number: int
    worker_id: str
    leased_at: float
    wait_seconds: float | None
    run_seconds: float | None
    status: TaskStatus
    error: ErrorRecord | None = None
    next_due_at: float | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """A task came to a status; `attempt` is how many had begun by then."""

    at: float
    status: TaskStatus
    attempt: int
    worker_id: str = ""


@dataclass(frozen=True, slots=True)
class TaskLife:
    """All that is known of how a task came to where it is, oldest first; `steps` is its journal, if it has one."""

    attempts: list[AttemptView]
    transitions: list[Transition]
    steps: list[Step]


def task_life(task: Task) -> TaskLife:
    """Return the life of a remembered task."""
    steps = task.journal.after(0) if task.journal else []
    attempts = [_attempt_view(attempt, task, steps) for attempt in _attempts(task)]
    transitions = sorted({*_from_record(task, attempts), *_from_journal(task, steps)}, key=_in_order)
    return TaskLife(attempts, transitions, steps)


def first_queued_at(task: Task) -> float:
    """Return when a task first waited for a worker, or is to."""
    early = due_early_at(task)
    return task.submitted_at + (task.submission.terms.delay_seconds or 0.0) if early is None else early


def due_early_at(task: Task) -> float | None:
    """Return when somebody had a task run before the end of its delay; None of any other."""
    return task.journal.due_early_at if task.journal else None


def _attempts(task: Task) -> Iterator[Attempt]:
    yield from task.history
    lease, outcome = task.lease, task.outcome
    is_latest_over = bool(task.history) and lease is not None and task.history[-1].number == lease.attempt
    if lease is None or is_latest_over:
        return
    if outcome is not None:
        yield latest_attempt(task, outcome)
    else:
        yield Attempt(lease.attempt, lease.worker_id, lease.leased_at, 0.0, TaskStatus.RUNNING)


def _attempt_view(attempt: Attempt, task: Task, steps: list[Step]) -> AttemptView:
    is_running = attempt.status is TaskStatus.RUNNING
    return AttemptView(
        attempt.number,
        attempt.worker_id,
        attempt.leased_at,
        _wait(attempt, task, steps),
        None if is_running else attempt.run_seconds,
        attempt.status,
        attempt.error,
        _next_due_at(attempt, task, steps),
    )


def _wait(attempt: Attempt, task: Task, steps: list[Step]) -> float | None:
    """Return how long a task waited for this attempt: since it was submitted or due, or last came to wait."""
    if attempt not in task.history:  # it is the latest: nothing has come after it
        return attempt.leased_at - task.queued_at
    if attempt.number == 1:
        return max(0.0, attempt.leased_at - first_queued_at(task))
    queued = [step.at for step in steps if step.status is TaskStatus.QUEUED and step.attempt == attempt.number - 1]
    return attempt.leased_at - queued[-1] if queued else None


def _next_due_at(attempt: Attempt, task: Task, steps: list[Step]) -> float | None:
    """Return when the attempt after this one was to begin; known is when it did come to wait."""
    if attempt.number == task.attempts and task.status is TaskStatus.SCHEDULED:
        return task.due_at
    queued = [step.at for step in steps if step.status is TaskStatus.QUEUED and step.attempt == attempt.number]
    return queued[0] if queued else None


def _from_record(task: Task, attempts: list[AttemptView]) -> Iterator[Transition]:
    """Yield what the task itself tells: its beginning, the begin of each attempt, its end."""
    is_delayed = bool(task.submission.terms.delay_seconds)
    yield Transition(task.submitted_at, TaskStatus.SCHEDULED if is_delayed else TaskStatus.QUEUED, 0)
    for attempt in attempts:
        yield Transition(attempt.leased_at, TaskStatus.RUNNING, attempt.number, attempt.worker_id)
    if is_delayed and task.queued_at > task.submitted_at:
        yield Transition(first_queued_at(task) if task.history else task.queued_at, TaskStatus.QUEUED, 0)
    if task.finished_at is not None:
        yield Transition(task.finished_at, task.status, task.attempts)


def _from_journal(task: Task, steps: list[Step]) -> Iterator[Transition]:
    """Yield what only the journal tells: the waits between attempts."""
    for step in steps:
        if step.status in (TaskStatus.SCHEDULED, TaskStatus.QUEUED) and step.attempt and step.at >= task.submitted_at:
            yield Transition(step.at, step.status, step.attempt)


def _in_order(transition: Transition) -> tuple[float, int, int]:
    """Sort what happens at one moment as it happens: an attempt begins, a wait begins, the task ends."""
    waits = (TaskStatus.RUNNING, TaskStatus.SCHEDULED, TaskStatus.QUEUED)
    status = transition.status
    return transition.at, transition.attempt, waits.index(status) if status in waits else len(waits)
