"""The four priorities: see them, pause, resume, limit and purge them."""

from typing import Any

from litestar import Response, get, post, put
from litestar.params import FromPath, JSONBody

from fastworker.application.bulk import BulkAction, Selection
from fastworker.application.observatory.task_filter import TaskFilter
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority

from ..access import OPERATOR
from ..conditional import Answer
from ..models.operation import Operation
from ..models.page import Total
from ..models.problem import ProblemError
from ..models.queue import Queue, QueuePage
from ..models.submission import BulkCount, LimitsRequest, PauseRequest, PurgeRequest
from ..models.task import TaskPage
from ..parts import Given, Parts
from ..preconditions import IfMatch, check_version
from ..problem_kinds import INVALID_BODY, NOT_FOUND
from ..problems import ApiProblem
from ..records.operations import operation_record
from ..records.queues import limits_version, pause_version, queue_records
from ..records.tasks import task_summary
from .arguments import PAGE_SIZE, Asking, Limit, actor_of, also, fails_with, steer

TAGS = ["queues"]


@get("/queues", operation_id="list_queues", tags=TAGS, responses=fails_with(), sync_to_thread=False)
def list_queues(parts: Given) -> QueuePage:
    """Return the queues, the most urgent first."""
    queues = all_queues(parts)
    return QueuePage(items=queues, total=Total(value=len(queues)), as_of=parts.moments.now())


def all_queues(parts: Parts) -> list[Queue]:
    """Return the queues, the most urgent first."""
    return queue_records(parts.observatory, parts.ledger, parts.moments, now=parts.clock.now())


@get("/queues/{priority:str}", operation_id="get_queue", tags=TAGS, responses=fails_with(), sync_to_thread=False)
def get_queue(parts: Given, priority: FromPath[str]) -> Queue:
    """Return one queue."""
    return _queue(parts, _priority(priority))


@get(
    "/queues/{priority:str}/next",
    operation_id="list_next_tasks",
    tags=TAGS,
    responses=fails_with(),
    sync_to_thread=False,
)
def list_next_tasks(parts: Given, priority: FromPath[str], limit: Limit = PAGE_SIZE) -> TaskPage:
    """Return the tasks that start next in a queue, in that order; those of paused functions are left out.

    If the queue itself is paused, it is the order in which they start when it is resumed. There are no further pages.
    """
    queue, waiting = _priority(priority), parts.ledger.queue
    tasks = waiting.front(queue, most=limit, held=parts.ledger.pauses.functions)
    return TaskPage(
        items=[task_summary(task, parts) for task in tasks],
        total=Total(value=waiting.depths()[queue]),
        as_of=parts.moments.now(),
    )


@post(
    "/queues/{priority:str}/pause",
    operation_id="pause_queue",
    tags=TAGS,
    opt=OPERATOR,
    status_code=200,
    responses=fails_with(412, 415, 422),
    sync_to_thread=False,
)
def pause_queue(
    request: Asking, parts: Given, priority: FromPath[str], data: JSONBody[PauseRequest], if_match: IfMatch = None
) -> Queue:
    """Hold back the waiting tasks of a priority; those that run go on. A new pause takes the place of the old one."""
    queue, actor = _priority(priority), actor_of(request)
    check_version(if_match, pause_version(parts.ledger.pauses.priorities.get(queue)))
    steer(
        parts,
        lambda steering, now: steering.pause_priority(actor, queue, reason=data.reason, seconds=data.seconds, now=now),
    )
    return _queue(parts, queue)


@post(
    "/queues/{priority:str}/resume",
    operation_id="resume_queue",
    tags=TAGS,
    opt=OPERATOR,
    status_code=200,
    responses=fails_with(412),
    sync_to_thread=False,
)
def resume_queue(request: Asking, parts: Given, priority: FromPath[str], if_match: IfMatch = None) -> Queue:
    """Let the tasks of a priority start again; resuming what is not paused changes nothing."""
    queue, actor = _priority(priority), actor_of(request)
    check_version(if_match, pause_version(parts.ledger.pauses.priorities.get(queue)))
    steer(parts, lambda steering, now: steering.resume_priority(actor, queue, now=now))
    return _queue(parts, queue)


@put(
    "/queues/{priority:str}/limits",
    operation_id="limit_queue",
    tags=TAGS,
    opt=OPERATOR,
    responses=fails_with(412, 415, 422),
    sync_to_thread=False,
)
def limit_queue(
    request: Asking, parts: Given, priority: FromPath[str], data: JSONBody[LimitsRequest], if_match: IfMatch = None
) -> Queue:
    """Say how many tasks of a priority may run at once and start per second; what runs already counts, and runs on."""
    queue, actor = _priority(priority), actor_of(request)
    check_version(if_match, limits_version(parts.ledger.queue_limits.limit_of(queue)))
    steer(
        parts,
        lambda steering, now: steering.limit_priority(
            actor, queue, at_once=data.at_once, per_second=data.per_second, now=now
        ),
    )
    return _queue(parts, queue)


@post(
    "/queues/{priority:str}/purge",
    operation_id="purge_queue",
    tags=TAGS,
    opt=OPERATOR,
    status_code=202,
    responses=fails_with(409, 415, 422, 429)
    | also(202, Operation, "It goes on by itself; look at the operation.")
    | also(200, BulkCount, "The count of a dry run."),
)
async def purge_queue(
    request: Asking, parts: Given, priority: FromPath[str], data: JSONBody[PurgeRequest]
) -> Response[Any]:
    """Cancel all tasks that wait in a priority. With `dry_run`, only count them; those that run go on."""
    queue, actor = _priority(priority), actor_of(request)
    waiting = TaskFilter(statuses=frozenset({TaskStatus.QUEUED}), priorities=frozenset({queue}))
    selection = Selection(filter=waiting, name=queue.value)
    if data.dry_run:
        counted = await parts.operations.count(BulkAction.PURGE, selection)
        return Answer(BulkCount(matching=counted.matching, possible=counted.possible), status_code=200)
    _check_agreement(data, queue)
    operation = await parts.operations.start(actor, BulkAction.PURGE, selection, expected_count=data.expected_count)
    return Answer(operation_record(operation, parts.moments), status_code=202)


def _check_agreement(data: JSONBody[PurgeRequest], queue: TaskPriority) -> None:
    """Refuse a purge that nobody has agreed to with the number of tasks and the name of the queue."""
    if data.expected_count is None:
        problem = ProblemError(message="expected the count of a dry run", pointer="/expected_count")
    elif data.name != queue.value:
        problem = ProblemError(message=f"expected {queue.value!r} once more", pointer="/name")
    else:
        return
    raise ApiProblem(INVALID_BODY, f"{problem.pointer}: {problem.message}", errors=[problem])


def _priority(name: str) -> TaskPriority:
    try:
        return TaskPriority(name)
    except ValueError:
        detail = f"no queue {name[:100]!r}; there are: {', '.join(TaskPriority)}"
        raise ApiProblem(NOT_FOUND, detail) from None


def _queue(parts: Parts, priority: TaskPriority) -> Queue:
    return next(queue for queue in all_queues(parts) if queue.priority is priority)


HANDLERS = [list_queues, get_queue, list_next_tasks, pause_queue, resume_queue, limit_queue, purge_queue]
