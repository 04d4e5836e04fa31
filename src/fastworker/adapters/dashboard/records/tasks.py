"""Tasks as rows."""

from collections.abc import Mapping

from fastworker.application.observatory.seen_tags import SeenTags as DomainSeenTags
from fastworker.application.observatory.status_counts import StatusCounts
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import ErrorRecord, Task

from ..models.task import ErrorSummary, MatchingCounts, Progress, SeenTag, SeenTags, TaskCounts, TaskSummary
from ..parts import Parts
from .payloads import preview

MESSAGE_CHARACTERS = 500
"""Of an error's message in a row."""


def task_summary(task: Task, parts: Parts) -> TaskSummary:
    """Return a task as a row."""
    submission, lease, outcome, moments = task.submission, task.lease, task.outcome, parts.moments
    return TaskSummary(
        id=submission.task_id,
        name=submission.name,
        status=task.status,
        priority=submission.priority,
        worker_id=lease.worker_id if lease else None,
        attempts=task.attempts,
        most_attempts=1 + (submission.terms.retries or 0),
        submitted_at=moments.of(task.submitted_at),
        queued_at=moments.of(task.queued_at),
        due_at=moments.of(task.due_at),
        expires_at=moments.of(task.expires_at),
        started_at=moments.of(lease.leased_at) if lease else None,
        finished_at=moments.of(task.finished_at),
        wait_seconds=task.wait_seconds if lease else None,
        run_seconds=outcome.run_seconds if outcome else None,
        error=_error_summary(outcome.error) if outcome and outcome.error else None,
        progress=progress_of(task),
        is_cancelling=task.is_cancelling,
        is_held=task.status is TaskStatus.QUEUED and parts.ledger.pauses.of(task) is not None,
        origin=submission.terms.origin,
        parent=submission.terms.parent,
        tags=list(submission.terms.tags or ()),
        arguments_preview=preview(submission, parts),
    )


def _error_summary(error: ErrorRecord) -> ErrorSummary:
    return ErrorSummary(type=error.error_type, message=error.message[:MESSAGE_CHARACTERS])


def progress_of(task: Task) -> Progress | None:
    """Return the latest progress of the present attempt."""
    if task.journal is None:
        return None
    for step in reversed(task.journal.after(0)):
        if step.progress is not None and step.attempt == task.attempts:
            return Progress(done=step.progress.done, total=step.progress.total, message=step.progress.message)
    return None


def task_counts(counts: Mapping[TaskStatus, int]) -> TaskCounts:
    """Return counts by status."""
    return TaskCounts(**_by_name(counts))


def matching_counts(found: StatusCounts, parts: Parts) -> MatchingCounts:
    """Return the counts of a filter."""
    return MatchingCounts(
        **_by_name(found.by_status),
        at_least=sorted(found.at_least),
        searched=found.looked if found.at_least else None,
        as_of=parts.moments.now(),
    )


def seen_tags_record(found: DomainSeenTags, parts: Parts) -> SeenTags:
    """Return the tags that were seen."""
    return SeenTags(
        items=[SeenTag(tag=tag, tasks=count) for tag, count in found.counts],
        is_bounded=not found.is_complete,
        searched=None if found.is_complete else found.looked,
        as_of=parts.moments.now(),
    )


def _by_name(counts: Mapping[TaskStatus, int]) -> dict[str, int]:
    return {status.value: counts.get(status, 0) for status in TaskStatus}
