"""Failures in groups."""

from fastworker.application.observatory.error_groups import ErrorGroup as DomainGroup
from fastworker.application.observatory.error_groups import Word as DomainWord
from fastworker.domain.lifecycle import TaskStatus

from ..models.error_group import ErrorGroup, ErrorGroupDetail, FailedTasks, Word
from ..moments import Moments
from .tasks import MESSAGE_CHARACTERS


def error_group_record(group: DomainGroup, moments: Moments, *, now: float) -> ErrorGroup:
    """Return a group as a row."""
    return ErrorGroup(
        fingerprint=group.fingerprint,
        error_type=group.error.error_type,
        message=group.error.message[:MESSAGE_CHARACTERS],
        frame=group.frame,
        count=group.count,
        retried=group.retried,
        tasks=_failed_tasks(group),
        new=group.count - group.seen_count,
        seen=_word(group.seen, moments),
        muted=_word(group.muted, moments),
        first_seen_at=moments.of(group.first_at),
        last_seen_at=moments.of(group.last_at),
        functions=sorted(group.functions),
        workers=sorted(group.workers),
        sample_task_id=group.task_ids[0] if group.task_ids else "",
        history=group.per_minute(now=now),
    )


def _failed_tasks(group: DomainGroup) -> FailedTasks:
    ended = group.ended
    return FailedTasks(
        trying=group.going_on,
        success=ended.get(TaskStatus.SUCCESS, 0),
        failure=ended.get(TaskStatus.FAILURE, 0),
        lost=ended.get(TaskStatus.LOST, 0),
        cancelled=ended.get(TaskStatus.CANCELLED, 0),
        expired=ended.get(TaskStatus.EXPIRED, 0),
    )


def _word(word: DomainWord | None, moments: Moments) -> Word | None:
    return None if word is None else Word(by=word.by, at=moments.of(word.at))


def error_group_detail(group: DomainGroup, moments: Moments, *, now: float) -> ErrorGroupDetail:
    """Return a group with its traceback and its latest tasks."""
    return ErrorGroupDetail(
        **dict(error_group_record(group, moments, now=now)),
        traceback=group.error.traceback,
        task_ids=list(group.task_ids),
    )
