"""What is told of each topic, and whether there is anything new to tell."""

from collections.abc import Callable, Iterable, Iterator
from math import inf

from fastworker.application.bulk import Operation
from fastworker.application.observatory.history import Step

from .event_hub import TASK
from .followed_tasks import FollowedTasks
from .models.event import (
    AuditEvent,
    ErrorsEvent,
    OperationsEvent,
    OverviewEvent,
    QueuesEvent,
    TasksEvent,
    WorkersEvent,
)
from .models.record import Record
from .parts import Parts
from .records.errors import error_group_record
from .records.history import row
from .records.operations import audit_record, operation_record
from .records.overview import overview_record
from .records.tasks import task_counts, task_summary
from .resources.queues import all_queues
from .resources.workers import first_workers

MOST_TOLD = 50
MOST_WORKERS = 100
WORKERS_SECONDS = 5.0
"""Workers are told anew after so long, even if nothing has changed but when each was heard of."""

type News = tuple[str, str, Record]


class Topics:
    """Remembers of each topic what was told last."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._followed = FollowedTasks(parts)
        self._told: dict[str, object] = {}
        self._workers_told_at = -inf
        self._numbers: dict[str, Callable[[], dict[str, int]]] = {
            "errors": self._error_numbers,
            "operations": self._operation_numbers,
            "audit": self._audit_numbers,
        }

    def need_changes(self, topics: Iterable[str]) -> bool:
        """Tell whether tasks that change are to be noted."""
        return "tasks" in topics

    def forget(self, topic: str) -> None:
        """Forget what was told of a topic: nobody listens to it any more."""
        self._told.pop(topic, None)
        self._followed.forget(topic)

    def begin(self, topics: Iterable[str], *, now: float) -> None:
        """Remember how things are that somebody begins to listen to, so that a change of them is news."""
        for topic in topics:
            if topic.startswith(TASK):
                self._followed.begin(topic, topic.removeprefix(TASK), now=now)
            elif topic in self._numbers:
                self._told.setdefault(topic, self._numbers[topic]())

    def news(self, topics: set[str], *, now: float, is_second: bool) -> Iterator[News]:
        """Yield what is new of the topics, as (topic, kind, record); some are looked at once per second only."""
        if "tasks" in topics:
            yield from self._tasks()
        for topic in topics:
            if topic.startswith(TASK):
                yield from self._followed.news(topic, topic.removeprefix(TASK), now=now)
        if "operations" in topics:
            yield from self._operations()
        if "audit" in topics:
            yield from self._audit()
        if is_second:
            yield from self._each_second(topics, now)

    def _each_second(self, topics: set[str], now: float) -> Iterator[News]:
        if "overview" in topics:
            yield self._overview(now)
        if "queues" in topics:
            yield from self._if_new(QueuesEvent(topic="queues", queues=all_queues(self._parts)))
        if "workers" in topics:
            yield from self._workers(now)
        if "errors" in topics:
            yield from self._errors(now)

    def _if_new(self, record: QueuesEvent) -> Iterator[News]:
        if self._told.get(record.topic) != record:
            self._told[record.topic] = record
            yield record.topic, record.topic, record

    def _tasks(self) -> Iterator[News]:
        parts = self._parts
        tasks, others, deleted, others_deleted = parts.observatory.changes.take()
        if not tasks and not deleted:
            return
        event = TasksEvent(
            topic="tasks",
            changed=[task_summary(task, parts) for task in tasks[:MOST_TOLD]],
            more=others + len(tasks[MOST_TOLD:]),
            deleted=deleted[:MOST_TOLD],
            more_deleted=others_deleted + len(deleted[MOST_TOLD:]),
            counts=task_counts(parts.observatory.index.counts()),
        )
        yield "tasks", "tasks", event

    def _overview(self, now: float) -> News:
        parts = self._parts
        latest = parts.observatory.history.samples(Step.SECOND, since=now - 3)[-1:]
        event = OverviewEvent(
            topic="overview",
            overview=overview_record(parts, now=now),
            at=parts.moments.unix(latest[0].at) if latest else None,
            row=row(latest[0]) if latest else {},
        )
        return "overview", "overview", event

    def _workers(self, now: float) -> Iterator[News]:
        workers = first_workers(self._parts, MOST_WORKERS)
        said = [worker.model_copy(update={"heard_at": None}) for worker in workers]
        if self._told.get("workers") == said and now - self._workers_told_at < WORKERS_SECONDS:
            return
        self._told["workers"] = said
        self._workers_told_at = now
        more = len(self._parts.ledger.workers) - len(workers)
        yield "workers", "workers", WorkersEvent(topic="workers", workers=workers, more=more)

    def _errors(self, now: float) -> Iterator[News]:
        before = self._told_numbers("errors")
        groups = self._parts.observatory.errors.newest_first()
        changed = [group for group in groups if before.get(group.fingerprint) != group.changes][:MOST_TOLD]
        if changed:
            records = [error_group_record(group, self._parts.moments, now=now) for group in changed]
            yield "errors", "errors", ErrorsEvent(topic="errors", changed=records)

    def _operations(self) -> Iterator[News]:
        before = self._told_numbers("operations")
        operations = self._parts.operations.newest_first()
        changed = [each for each in operations if before.get(each.operation_id) != _how_far(each)][:MOST_TOLD]
        if changed:
            records = [operation_record(each, self._parts.moments, with_items=False) for each in changed]
            yield "operations", "operations", OperationsEvent(topic="operations", changed=records)

    def _audit(self) -> Iterator[News]:
        log = self._parts.observatory.audit
        before = self._told_numbers("audit")["last"]
        if log.last > before:
            newest = log.newest_first(limit=min(MOST_TOLD, log.last - before))
            entries = [audit_record(entry, self._parts.moments) for entry in newest]
            yield "audit", "audit", AuditEvent(topic="audit", entries=entries)

    def _told_numbers(self, topic: str) -> dict[str, int]:
        """Return the numbers that tell what was told of a topic, and remember those of now."""
        now = self._numbers[topic]()
        before = self._told.get(topic, now)
        self._told[topic] = now
        assert isinstance(before, dict)
        return before

    def _error_numbers(self) -> dict[str, int]:
        return {group.fingerprint: group.changes for group in self._parts.observatory.errors.newest_first()}

    def _operation_numbers(self) -> dict[str, int]:
        return {each.operation_id: _how_far(each) for each in self._parts.operations.newest_first()}

    def _audit_numbers(self) -> dict[str, int]:
        return {"last": self._parts.observatory.audit.last}


def _how_far(operation: Operation) -> int:
    return -1 if operation.is_over else operation.done
