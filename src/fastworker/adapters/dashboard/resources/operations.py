"""Actions on many tasks at once."""

from math import inf
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from fastworker.application.bulk import Operation as DomainOperation
from fastworker.application.bulk import Selection

from ..access import OPERATOR
from ..argument_paths import path_of
from ..conditional import Answer
from ..models.operation import Operation, OperationPage
from ..models.problem import ProblemError
from ..models.submission import BulkCount, BulkFilter, BulkRequest
from ..parts import Given, Parts
from ..problem_kinds import INVALID_BODY, NOT_FOUND
from ..problems import ApiProblem
from ..records.operations import API_NAMES, operation_record
from ..task_query import TaskQuery
from .arguments import PAGE_SIZE, Asking, CursorText, Limit, actor_of, also, fails_with
from .lists import Listing

TAGS = ["operations"]
ACTIONS = {name: action for action, name in API_NAMES.items()}


@post(
    "/tasks/bulk",
    operation_id="act_on_tasks",
    tags=TAGS,
    opt=OPERATOR,
    status_code=202,
    responses=fails_with(409, 413, 415, 422, 429)
    | also(202, Operation, "It goes on by itself; look at the operation.")
    | also(200, BulkCount, "The count of a dry run."),
)
async def act_on_tasks(request: Asking, parts: Given, data: JSONBody[BulkRequest]) -> Response[Any]:
    """Cancel, retry, delete or give another priority to many tasks. With `dry_run`, only count them."""
    action, selection, priority = ACTIONS[data.action], _selection(parts, data), data.priority
    if data.dry_run:
        counted = await parts.operations.count(action, selection, priority=priority)
        return Answer(BulkCount(matching=counted.matching, possible=counted.possible), status_code=200)
    expected = data.expected_count
    operation = await parts.operations.start(
        actor_of(request), action, selection, priority=priority, expected_count=expected
    )
    return Answer(operation_record(operation, parts.moments), status_code=202)


def _selection(parts: Parts, data: JSONBody[BulkRequest]) -> Selection:
    if bool(data.ids) == (data.filter is not None):
        problem = ProblemError(message="expected either ids or filter", pointer="/ids")
        raise ApiProblem(INVALID_BODY, "/ids: expected either ids or filter", errors=[problem])
    if data.filter is None:
        return Selection(ids=tuple(dict.fromkeys(data.ids or ())))
    try:  # without a bound: whoever looks for these tasks rests again and again
        return Selection(filter=_query(data.filter).filter(parts, most_bytes=inf))
    except ApiProblem as problem:
        raise _in_filter(problem) from None


def _in_filter(problem: ApiProblem) -> ApiProblem:
    """Return what is wrong with the words of `q` as the fault of a body."""
    errors = [ProblemError(message=each.message, pointer=f"/filter/{each.parameter}") for each in problem.errors]
    return ApiProblem(INVALID_BODY, f"/filter/{problem.detail}", errors=errors)


def _query(wanted: BulkFilter) -> TaskQuery:
    return TaskQuery(
        status=wanted.status,
        priority=wanted.priority,
        name=wanted.name,
        worker=wanted.worker,
        tag=wanted.tag,
        fingerprint=wanted.fingerprint,
        since=wanted.since,
        until=wanted.until,
        q=wanted.q,
        parent=wanted.parent,
        origin=wanted.origin,
        arguments=[(path_of(path), value) for path, value in wanted.args.items()],
    )


@get("/operations", operation_id="list_operations", tags=TAGS, responses=fails_with(), sync_to_thread=False)
def list_operations(parts: Given, cursor: CursorText = None, limit: Limit = PAGE_SIZE) -> OperationPage:
    """Return the bulk actions of late, the newest first."""
    found = sorted(parts.operations.newest_first(), key=lambda each: (-each.created_at, each.operation_id))
    listing = Listing("operations", found, lambda each: (-each.created_at, each.operation_id))
    return listing.page(
        OperationPage,
        lambda some: [operation_record(each, parts.moments, with_items=False) for each in some],
        parts,
        cursor=cursor,
        limit=limit,
    )


@get(
    "/operations/{operation_id:str}",
    operation_id="get_operation",
    tags=TAGS,
    responses=fails_with(),
    sync_to_thread=False,
)
def get_operation(parts: Given, operation_id: FromPath[str]) -> Operation:
    """Return a bulk action and how far it is."""
    return _record(parts, parts.operations.get(operation_id), operation_id)


@post(
    "/operations/{operation_id:str}/cancel",
    operation_id="cancel_operation",
    tags=TAGS,
    opt=OPERATOR,
    status_code=200,
    responses=fails_with(),
    sync_to_thread=False,
)
def cancel_operation(request: Asking, parts: Given, operation_id: FromPath[str]) -> Operation:
    """Leave the rest of a bulk action undone; what is done stays done."""
    return _record(parts, parts.operations.cancel(actor_of(request), operation_id), operation_id)


def _record(parts: Parts, operation: DomainOperation | None, operation_id: str) -> Operation:
    if operation is None:
        raise ApiProblem(NOT_FOUND, f"no operation {operation_id[:100]!r} is remembered")
    return operation_record(operation, parts.moments)


HANDLERS = [act_on_tasks, list_operations, get_operation, cancel_operation]
