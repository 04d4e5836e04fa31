"""Tasks: the list, one task, submitting, and single actions."""

from datetime import datetime
from typing import Annotated, Literal

from litestar import Response, get, post
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter

from fastworker.application.observatory.task_pages import Order, Place, count, page
from fastworker.application.steering import Edit
from fastworker.domain.cancellation import Cancellation
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import Submission
from fastworker.domain.terms import Terms

from ..access import OPERATOR
from ..conditional import Answer
from ..cursors import Cursor, decode_cursor, encode_cursor, foreign_cursor, list_hash
from ..idempotency import HEADER, LONGEST_KEY, Claim
from ..models.page import Total
from ..models.problem import ProblemError
from ..models.submission import Cancelled, Submitted, TaskSubmission
from ..models.task import TaskCounts, TaskPage
from ..parts import Given, Parts
from ..paths import name_in_path
from ..problem_kinds import INVALID_BODY, WRONG_STATE
from ..problems import ApiProblem
from ..records.tasks import task_counts, task_summary
from ..task_query import TaskQuery
from .arguments import LONGEST_TEXT, PAGE_SIZE, Asking, CursorText, Limit, actor_of, also, fails_with, steer

TAGS = ["tasks"]
Texts = Annotated[list[str] | None, QueryParameter(max_items=50)]
ORDERS = {"newest": Order.NEWEST_FIRST, "oldest": Order.OLDEST_FIRST}


@get("/tasks", operation_id="list_tasks", tags=TAGS, responses=fails_with(), sync_to_thread=False)
def list_tasks(
    parts: Given,
    status: Annotated[list[TaskStatus] | None, QueryParameter(max_items=8)] = None,
    priority: Annotated[list[TaskPriority] | None, QueryParameter(max_items=4)] = None,
    name: Texts = None,
    worker: Texts = None,
    fingerprint: Annotated[str | None, QueryParameter(max_length=100)] = None,
    since: Annotated[datetime | None, QueryParameter(description="Submitted at this moment or later.")] = None,
    until: Annotated[datetime | None, QueryParameter(description="Submitted before this moment.")] = None,
    q: Annotated[str, QueryParameter(max_length=LONGEST_TEXT, description="Words, or key:value.")] = "",
    order: Annotated[Literal["newest", "oldest"], QueryParameter(description="What comes first.")] = "newest",
    cursor: CursorText = None,
    limit: Limit = PAGE_SIZE,
) -> TaskPage:
    """Return tasks that are remembered, by the moment of their submission."""
    query = TaskQuery(status or (), priority or (), name or (), worker or (), fingerprint, since, until, q)
    of = list_hash("tasks", order, query)
    wanted, index = query.filter(parts.moments, parts.codec), parts.observatory.index
    found = page(index, wanted, order=ORDERS[order], at=_place(cursor, of), limit=limit)
    counted = count(index, wanted)
    return TaskPage(
        items=[task_summary(task, parts.ledger, parts.moments) for task in found.tasks],
        next_cursor=_cursor(found.next, of),
        prev_cursor=_cursor(found.previous, of),
        total=Total(value=counted.value, relation="eq" if counted.is_exact else "gte"),
        is_bounded=not found.is_complete,
        searched=None if found.is_complete else found.looked,
        as_of=parts.moments.now(),
    )


def _place(cursor: str | None, of: str) -> Place | None:
    if cursor is None:
        return None
    found = decode_cursor(cursor, of=of)
    number = found.key[0]
    if len(found.key) != 1 or not isinstance(number, int) or number < 0:
        raise foreign_cursor()
    return Place(number, Order.OLDEST_FIRST if found.is_backward else Order.NEWEST_FIRST)


def _cursor(place: Place | None, of: str) -> str | None:
    if place is None:
        return None
    return encode_cursor(Cursor((place.number,), is_backward=place.order is Order.OLDEST_FIRST), of=of)


@get("/tasks/counts", operation_id="count_tasks", tags=TAGS, responses=fails_with(), sync_to_thread=False)
def count_tasks(parts: Given) -> TaskCounts:
    """Return how many tasks are remembered in each status."""
    return task_counts(parts.observatory.index.counts())


@post(
    "/tasks",
    operation_id="submit_task",
    tags=TAGS,
    opt=OPERATOR,
    responses=fails_with(409, 413, 415, 422, 429, 503),
    sync_to_thread=False,
)
def submit_task(
    request: Asking,
    parts: Given,
    data: JSONBody[TaskSubmission],
    key: Annotated[
        str | None,
        HeaderParameter(name=HEADER, min_length=1, max_length=LONGEST_KEY, description="The same key submits once."),
    ] = None,
) -> Submitted:
    """Submit a task. With an Idempotency-Key, the same request again gives the same task."""
    actor = actor_of(request)
    if key is None:
        claim = Claim(parts.new_id(), parts.clock.now())
    else:
        claim = parts.keys.claim(actor.name, key, data.model_dump_json())
    if not claim.is_accepted:
        submission = _submission(parts, claim.task_id, data)
        steer(parts, lambda steering, now: steering.submit(actor, submission, now=now))
        claim.is_accepted = True
    return _submitted(parts, claim.task_id, data.name)


def _submission(parts: Parts, task_id: str, data: JSONBody[TaskSubmission]) -> Submission:
    payload = parts.catalogue.payload(data.name, data.args, data.kwargs)
    declaration = parts.catalogue.get(data.name, now=parts.clock.now()).declaration
    priority = data.priority or (declaration.priority if declaration else TaskPriority.NORMAL)
    return Submission(task_id, data.name, priority, payload, _terms(data))


@post(
    "/tasks/{task_id:str}/actions/cancel",
    operation_id="cancel_task",
    tags=TAGS,
    opt=OPERATOR,
    status_code=200,
    responses=fails_with(409, 410) | also(202, Cancelled, "It runs, and its worker was told to end it."),
    sync_to_thread=False,
)
def cancel_task(request: Asking, parts: Given, task_id: FromPath[str]) -> Response[Cancelled]:
    """Cancel a task: one that waits never starts, one that runs is told to end."""
    task_id, actor = name_in_path(task_id), actor_of(request)
    task = parts.observatory.task(task_id, now=parts.clock.now())
    answer = steer(parts, lambda steering, now: steering.cancel(actor, task_id, now=now))
    match answer:
        case Cancellation.CANCELLED:
            return Answer(Cancelled(id=task_id, outcome="cancelled"), status_code=200)
        case Cancellation.STOPPING:
            return Answer(Cancelled(id=task_id, outcome="stopping"), status_code=202)
        case _:
            status = task.status.value
            raise ApiProblem(WRONG_STATE, f"task {task_id} has ended: {status}", current_status=status)


@post(
    "/tasks/{task_id:str}/actions/retry",
    operation_id="retry_task",
    tags=TAGS,
    opt=OPERATOR,
    responses=fails_with(409, 410, 429, 503),
    sync_to_thread=False,
)
def retry_task(request: Asking, parts: Given, task_id: FromPath[str]) -> Submitted:
    """Run the same call again as a new task, which names this one as its origin. Only a task that has ended can."""
    return _rerun(request, parts, name_in_path(task_id), Edit())


@post(
    "/tasks/{task_id:str}/actions/rerun",
    operation_id="rerun_task",
    tags=TAGS,
    opt=OPERATOR,
    responses=fails_with(409, 410, 413, 415, 422, 429, 503),
    sync_to_thread=False,
)
def rerun_task(request: Asking, parts: Given, task_id: FromPath[str], data: JSONBody[TaskSubmission]) -> Submitted:
    """Run an edited call as a new task, which names this one as its origin. Only a task that has ended can."""
    task_id = name_in_path(task_id)
    task = parts.observatory.task(task_id, now=parts.clock.now())
    if data.name != task.submission.name:
        problem = ProblemError(message=f"expected {task.submission.name!r}", pointer="/name")
        raise ApiProblem(INVALID_BODY, f"/name: task {task_id} is one of {task.submission.name!r}", errors=[problem])
    payload = parts.catalogue.payload(data.name, data.args, data.kwargs)
    return _rerun(request, parts, task_id, Edit(payload=payload, priority=data.priority, terms=_terms(data)))


def _rerun(request: Asking, parts: Parts, task_id: str, edit: Edit) -> Submitted:
    actor, new_id = actor_of(request), parts.new_id()
    task = parts.observatory.task(task_id, now=parts.clock.now())
    if not task.status.is_final:
        detail = f"task {task_id} is {task.status.value}: only a finished task can be run again"
        raise ApiProblem(WRONG_STATE, detail, current_status=task.status.value)
    steer(parts, lambda steering, now: steering.rerun(actor, task_id, new_id, edit=edit, now=now))
    return _submitted(parts, new_id, task.submission.name)


def _terms(data: JSONBody[TaskSubmission]) -> Terms:
    return Terms(
        retries=data.retries,
        timeout_seconds=data.timeout_seconds,
        delay_seconds=data.delay_seconds,
        expires_seconds=data.expires_seconds,
        origin=data.origin,
    )


def _submitted(parts: Parts, task_id: str, name: str) -> Submitted:
    waits = bool(parts.control_plane.coordinator.names_without_worker({name}))
    return Submitted(id=task_id, is_waiting_for_worker=waits)


HANDLERS = [list_tasks, count_tasks, submit_task, cancel_task, retry_task, rerun_task]
