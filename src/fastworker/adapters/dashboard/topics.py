"""What is told of each topic, and whether there is anything new to tell."""

from collections.abc import Iterable, Iterator, Mapping
from math import inf

from fastworker.application.observatory.history import Step

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

TASK = "task:"

type News = tuple[str, str, Record]


class Topics:
    """Remembers of each topic what was told last."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._followed = FollowedTasks(parts)
        self._told: dict[str, object] = {}
        self._workers_told_at = -inf

    def need_changes(self, topics: Iterable[str]) -> bool:
        """Tell whether tasks that change are to be noted."""
        return "tasks" in topics

    def forget(self, topic: str) -> None:
        """Forget what was told of a topic: nobody listens to it any more."""
        self._told.pop(topic, None)
        self._followed.forget(topic)

    def begin(self, topics: Iterable[str], *, now: float) -> None:
        """Remember how followed tasks are, from when their change is news."""
        for topic in topics:
            if topic.startswith(TASK):
                self._followed.begin(topic, topic.removeprefix(TASK), now=now)

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
        tasks, others = parts.observatory.changes.take()
        if not tasks:
            return
        changed = [task_summary(task, parts.ledger, parts.moments) for task in tasks[:MOST_TOLD]]
        counts = task_counts(parts.observatory.index.counts())
        more = others + len(tasks) - len(changed)
        yield "tasks", "tasks", TasksEvent(topic="tasks", changed=changed, more=more, counts=counts)

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
        groups = list(self._parts.observatory.errors.newest_first())
        told = self._told_numbers("errors")
        counts = {group.fingerprint: group.count for group in groups}
        changed = [group for group in groups if told.get(group.fingerprint) != group.count][:MOST_TOLD]
        self._told["errors"] = counts
        if changed:
            records = [error_group_record(group, self._parts.moments, now=now) for group in changed]
            yield "errors", "errors", ErrorsEvent(topic="errors", changed=records)

    def _operations(self) -> Iterator[News]:
        operations = self._parts.operations.newest_first()
        told = self._told_numbers("operations")
        numbers = {each.operation_id: _how_far(each.done, is_over=each.is_over) for each in operations}
        self._told["operations"] = numbers
        changed = [each for each in operations if told.get(each.operation_id) != numbers[each.operation_id]][:MOST_TOLD]
        if changed:
            records = [operation_record(each, self._parts.moments) for each in changed]
            yield "operations", "operations", OperationsEvent(topic="operations", changed=records)

    def _audit(self) -> Iterator[News]:
        log = self._parts.observatory.audit
        last = self._told_numbers("audit").get("last", log.last)
        self._told["audit"] = {"last": log.last}
        if log.last > last:
            newest = log.newest_first(limit=min(MOST_TOLD, log.last - last))
            entries = [audit_record(entry, self._parts.moments) for entry in newest]
            yield "audit", "audit", AuditEvent(topic="audit", entries=entries)

    def _told_numbers(self, topic: str) -> Mapping[str, int]:
        told = self._told.get(topic, {})
        assert isinstance(told, dict)
        return told


def _how_far(done: int, *, is_over: bool) -> int:
    return -1 if is_over else done
