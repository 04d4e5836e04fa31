"""The control plane's part of a trace: how long a task waited."""

from collections.abc import Callable
from typing import Any, override

from opentelemetry.trace import SpanKind

from fastworker.application.ports.clock import Clock
from fastworker.application.ports.event_sink import Ear, EventSink
from fastworker.domain.events import Event, TaskLeased
from fastworker.domain.ledger import Ledger
from fastworker.domain.task import Task
from fastworker.domain.task_span import TaskSpan

from .messaging import about
from .otel_tracing import OtelTracing, end
from .shown_spans import shown_span
from .trace_headers import context_of

type Keep = Callable[[Task, int, str, TaskSpan], None]
"""Keeps a span of a task's attempt for people; the control plane's own has no worker."""


class WaitSpans(EventSink):
    """A span for each time that a traced task waited for a worker: from when it could have started to its lease."""

    def __init__(self, tracing: OtelTracing, ledger: Ledger, clock: Clock, keep: Keep | None = None) -> None:
        self._tracing = tracing
        self._ledger = ledger
        self._clock = clock
        self._keep = keep

    @override
    def emit(self, event: Event) -> None:
        if isinstance(event, TaskLeased):
            self._leased(event)

    @override
    def ear(self, kind: type[Any]) -> Ear | None:
        return self._leased if kind is TaskLeased else None

    def _leased(self, event: TaskLeased) -> None:
        task = self._ledger.tasks[event.task_id]
        submission, lease = task.submission, event.lease
        if submission.terms.trace is None:
            return
        said = about("wait", submission.name, submission.priority)
        said |= {"messaging.message.id": event.task_id, "fastworker.task.attempt": lease.attempt}
        said["messaging.client.id"] = lease.worker_id
        offset = self._clock.wall() - self._clock.now()
        span = self._tracing.start(
            f"wait {submission.name}",
            kind=SpanKind.INTERNAL,
            attributes=said,
            context=context_of(submission.terms.trace),
            start_time=int((task.queued_at + offset) * 1e9),
        )
        end(span, end_time=int((lease.leased_at + offset) * 1e9))
        if self._keep is not None and (shown := shown_span(span)) is not None:
            self._keep(task, lease.attempt, "", shown)
