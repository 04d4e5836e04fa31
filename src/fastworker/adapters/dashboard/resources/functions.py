"""Task functions: see them, pause and resume them."""

from collections.abc import Sequence

from litestar import get, post
from litestar.params import FromPath, JSONBody

from fastworker.domain.errors import UnknownTask

from ..access import OPERATOR
from ..models.function import Function, FunctionDetail, FunctionPage
from ..models.submission import PauseRequest
from ..parts import Given, Parts
from ..paths import name_in_path
from ..preconditions import IfMatch, check_version
from ..problem_kinds import NOT_FOUND
from ..problems import ApiProblem
from ..records.functions import bars, function_record
from .arguments import PAGE_SIZE, Asking, CursorText, Limit, actor_of, fails_with, steer
from .lists import Listing

TAGS = ["functions"]


@get("/functions", operation_id="list_functions", tags=TAGS, responses=fails_with(), sync_to_thread=False)
def list_functions(parts: Given, cursor: CursorText = None, limit: Limit = PAGE_SIZE) -> FunctionPage:
    """Return the task functions by name."""
    listing = Listing("functions", parts.catalogue.names, lambda name: (name,))
    return listing.page(FunctionPage, lambda names: _functions(parts, names), parts, cursor=cursor, limit=limit)


@get("/functions/{name:str}", operation_id="get_function", tags=TAGS, responses=fails_with(), sync_to_thread=False)
def get_function(parts: Given, name: FromPath[str]) -> FunctionDetail:
    """Return one task function with what it takes."""
    name = name_in_path(name)
    function = _function(parts, name)
    measures = parts.observatory.measures
    return FunctionDetail(
        **dict(function),
        parameters=parts.catalogue.parameters(name),
        run_histogram=bars(measures.runs_of(name), measures.later_runs_of(name)),
    )


@post(
    "/functions/{name:str}/pause",
    operation_id="pause_function",
    tags=TAGS,
    opt=OPERATOR,
    status_code=200,
    responses=fails_with(412, 415, 422),
    sync_to_thread=False,
)
def pause_function(
    request: Asking, parts: Given, name: FromPath[str], data: JSONBody[PauseRequest], if_match: IfMatch = None
) -> Function:
    """Hold back the waiting tasks of a function; those that run go on. A new pause takes the place of the old one."""
    name, actor = name_in_path(name), actor_of(request)
    check_version(if_match, _function(parts, name).version)
    steer(
        parts,
        lambda steering, now: steering.pause_function(actor, name, reason=data.reason, seconds=data.seconds, now=now),
    )
    return _function(parts, name)


@post(
    "/functions/{name:str}/resume",
    operation_id="resume_function",
    tags=TAGS,
    opt=OPERATOR,
    status_code=200,
    responses=fails_with(412),
    sync_to_thread=False,
)
def resume_function(request: Asking, parts: Given, name: FromPath[str], if_match: IfMatch = None) -> Function:
    """Let the tasks of a function start again; resuming what is not paused changes nothing."""
    name, actor = name_in_path(name), actor_of(request)
    check_version(if_match, _function(parts, name).version)
    steer(parts, lambda steering, now: steering.resume_function(actor, name, now=now))
    return _function(parts, name)


def _functions(parts: Parts, names: Sequence[str]) -> list[Function]:
    views = parts.catalogue.some(names, now=parts.clock.now())
    return [function_record(view, parts.moments) for view in views]


def _function(parts: Parts, name: str) -> Function:
    try:
        return function_record(parts.catalogue.get(name, now=parts.clock.now()), parts.moments)
    except UnknownTask as error:
        raise ApiProblem(NOT_FOUND, str(error)) from error


HANDLERS = [list_functions, get_function, pause_function, resume_function]
