"""Events as log lines: what an operator wants to know, one line per fact."""

from collections.abc import Callable
from typing import Any, override

from fastworker.application.log import log
from fastworker.application.ports.event_sink import Ear, EventSink
from fastworker.domain.events import (
    LEFT,
    ActionTaken,
    DrainStarted,
    Event,
    ReportSuperseded,
    StopOrdered,
    TaskFinished,
    TaskRetried,
    WorkerDrained,
    WorkerJoined,
    WorkerLeft,
    WorkerResumed,
)
from fastworker.domain.lifecycle import TaskStatus


class LogSink(EventSink):
    """Logs workers that come and go, and tasks that do not succeed."""

    def __init__(self) -> None:
        self._loggers: dict[type[Any], Callable[[Any], None]] = {
            TaskFinished: _log_finished,
            TaskRetried: _log_retried,
            StopOrdered: _log_stop,
            WorkerDrained: _log_drained,
            WorkerResumed: _log_resumed,
            WorkerJoined: _log_joined,
            WorkerLeft: _log_left,
            ReportSuperseded: _log_superseded,
            DrainStarted: _log_drain,
            ActionTaken: _log_action,
        }

    @override
    def emit(self, event: Event) -> None:
        logger = self._loggers.get(type(event))  # most events are not logged: a table is quicker than a match
        if logger is not None:
            logger(event)

    @override
    def ear(self, kind: type[Any]) -> Ear | None:
        return self._loggers.get(kind)


def _log_finished(event: TaskFinished) -> None:
    outcome = event.outcome
    if outcome.status is TaskStatus.SUCCESS:
        return
    error = f"{outcome.error.error_type}: {outcome.error.message}" if outcome.error else None
    log.warning("task_not_successful", task_id=event.task_id, status=outcome.status.value, error=error)


def _log_retried(event: TaskRetried) -> None:
    outcome = event.outcome
    log.info(
        "task_retried",
        task_id=event.task_id,
        after=outcome.status.value,
        error=f"{outcome.error.error_type}: {outcome.error.message}" if outcome.error else None,
        in_seconds=round(event.due_at - event.at, 3),
    )


def _log_stop(event: StopOrdered) -> None:
    if not event.is_cancelled:
        log.warning("attempt_given_up", task_id=event.task_id, reason="its worker did not end it after its timeout")


def _log_drained(event: WorkerDrained) -> None:
    log.info("worker_drains", worker_id=event.worker_id, by_itself=event.by_itself)


def _log_resumed(event: WorkerResumed) -> None:
    log.info("worker_stays", worker_id=event.worker_id)


def _log_joined(event: WorkerJoined) -> None:
    log.info("worker_joined", worker_id=event.card.worker_id, slots=event.card.slots, tasks=len(event.card.names))


def _log_left(event: WorkerLeft) -> None:
    say = log.info if event.reason == LEFT else log.warning
    say("worker_left", worker_id=event.worker_id, reason=event.reason)


def _log_superseded(event: ReportSuperseded) -> None:
    log.warning("report_superseded", worker_id=event.worker_id, task_id=event.task_id)


def _log_drain(_: DrainStarted) -> None:
    log.info("drain_started")


def _log_action(event: ActionTaken) -> None:
    action = event.action
    log.info(
        "action_refused" if action.refusal else "action_taken",
        what=action.what,
        target=action.target,
        actor=action.actor.name,
        role=action.actor.role,
        remote=action.actor.remote,
        before=action.before,
        after=action.after,
        refusal=action.refusal or None,
    )
