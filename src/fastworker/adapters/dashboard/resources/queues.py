"""The four priorities: see them, pause and resume them."""

from litestar import get, post
from litestar.params import FromPath, JSONBody

from fastworker.domain.priority import TaskPriority

from ..access import OPERATOR
from ..models.page import Total
from ..models.queue import Queue, QueuePage
from ..models.submission import PauseRequest
from ..parts import Given, Parts
from ..problem_kinds import NOT_FOUND
from ..problems import ApiProblem
from ..records.queues import queue_records
from .arguments import Asking, actor_of, fails_with, steer

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


@post(
    "/queues/{priority:str}/pause",
    operation_id="pause_queue",
    tags=TAGS,
    opt=OPERATOR,
    status_code=200,
    responses=fails_with(415, 422),
    sync_to_thread=False,
)
def pause_queue(request: Asking, parts: Given, priority: FromPath[str], data: JSONBody[PauseRequest]) -> Queue:
    """Hold back the waiting tasks of a priority; those that run go on. A new pause takes the place of the old one."""
    queue, actor = _priority(priority), actor_of(request)
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
    responses=fails_with(),
    sync_to_thread=False,
)
def resume_queue(request: Asking, parts: Given, priority: FromPath[str]) -> Queue:
    """Let the tasks of a priority start again; resuming what is not paused changes nothing."""
    queue, actor = _priority(priority), actor_of(request)
    steer(parts, lambda steering, now: steering.resume_priority(actor, queue, now=now))
    return _queue(parts, queue)


def _priority(name: str) -> TaskPriority:
    try:
        return TaskPriority(name)
    except ValueError:
        detail = f"no queue {name[:100]!r}; there are: {', '.join(TaskPriority)}"
        raise ApiProblem(NOT_FOUND, detail) from None


def _queue(parts: Parts, priority: TaskPriority) -> Queue:
    return next(queue for queue in all_queues(parts) if queue.priority is priority)


HANDLERS = [list_queues, get_queue, pause_queue, resume_queue]
