"""Events as log lines: what an operator wants to know, one line per fact."""

from typing import override

import structlog

from fastworker.application.ports.event_sink import EventSink
from fastworker.domain.events import (
    DrainStarted,
    Event,
    ReportSuperseded,
    TaskFinished,
    WorkerJoined,
    WorkerLeft,
)
from fastworker.domain.lifecycle import TaskStatus

log = structlog.get_logger()


class LogSink(EventSink):
    """Logs workers that come and go, and tasks that do not succeed."""

    @override
    def emit(self, event: Event) -> None:
        match event:
            case TaskFinished():
                self._finished(event)
            case WorkerJoined():
                card = event.card
                log.info("worker_joined", worker_id=card.worker_id, slots=card.slots, tasks=len(card.names))
            case WorkerLeft():
                log.info("worker_left", worker_id=event.worker_id, reason=event.reason)
            case ReportSuperseded():
                log.warning("report_superseded", worker_id=event.worker_id, task_id=event.task_id)
            case DrainStarted():
                log.info("drain_started")
            case _:
                pass

    def _finished(self, event: TaskFinished) -> None:
        outcome = event.outcome
        if outcome.status is TaskStatus.SUCCESS:
            return
        error = f"{outcome.error.error_type}: {outcome.error.message}" if outcome.error else None
        log.warning("task_not_successful", task_id=event.task_id, status=outcome.status.value, error=error)
