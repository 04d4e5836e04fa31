"""What the application refuses, and whatever else goes wrong, as problems."""

from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from fastworker.application.log import log
from fastworker.domain import errors

from .guard import REQUEST_ID
from .models.problem import ProblemError
from .problem_kinds import (
    BAD_REQUEST,
    CONFLICT,
    COUNT_CHANGED,
    DRAINING,
    FORGOTTEN,
    HTTP_KIND,
    INTERNAL,
    INVALID_BODY,
    INVALID_PARAMETER,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    QUEUE_FULL,
    TOO_LARGE,
    TOO_MANY,
    UNKNOWN_FUNCTION,
    WRONG_STATE,
    ProblemKind,
)
from .problems import MEDIA_TYPE, RETRY_SECONDS, ApiProblem, problem_bytes, with_status

KINDS: dict[type[errors.FastWorkerError], ProblemKind] = {  # the special before the general
    errors.UnknownTaskId: NOT_FOUND,
    errors.ResultExpired: FORGOTTEN,
    errors.UnknownTask: UNKNOWN_FUNCTION,
    errors.UnknownWorker: NOT_FOUND,
    errors.PayloadTooLarge: TOO_LARGE,
    errors.IdConflict: CONFLICT,
    errors.CountChanged: COUNT_CHANGED,
    errors.TooManyOperations: TOO_MANY,
    errors.NotFinished: WRONG_STATE,
    errors.NotWaiting: WRONG_STATE,
    errors.WorkerUnavailable: WRONG_STATE,
    errors.TooManyUnfinished: TOO_MANY,
    errors.QueueFull: QUEUE_FULL,
    errors.Draining: DRAINING,
    errors.CallerError: INVALID_BODY,
}
OF_KEY = ".[key]"
"""What the framework puts behind the name of a member when it is the name that is wrong."""

NO_BODY = "'data'"
"""All that the framework says where a body is needed and there is none."""

STATUS_KINDS = {400: BAD_REQUEST, 404: NOT_FOUND, 405: METHOD_NOT_ALLOWED, 413: TOO_LARGE}


def problem_for(error: Exception) -> ApiProblem:
    """Return the problem that tells of an error."""
    match error:
        case ApiProblem():
            return error
        case errors.FastWorkerError():
            return _refused(error)
        case ValidationException():
            return _invalid(error)
        case HTTPException():
            kind = STATUS_KINDS.get(error.status_code) or with_status(HTTP_KIND, error.status_code)
            return ApiProblem(kind, error.detail or kind.title, headers=error.headers)
        case RecursionError():
            return ApiProblem(BAD_REQUEST, "the body is nested too deep")
        case _:
            return ApiProblem(INTERNAL, "something failed here; the log of the control plane tells more")


def _refused(error: errors.FastWorkerError) -> ApiProblem:
    kind = next((kind for known, kind in KINDS.items() if isinstance(error, known)), None)
    if kind is None:
        return ApiProblem(INTERNAL, "something failed here; the log of the control plane tells more")
    headers = {"retry-after": str(RETRY_SECONDS)} if kind.status in (429, 503) else {}
    return ApiProblem(kind, str(error), headers=headers)


def _invalid(error: ValidationException) -> ApiProblem:
    """Return what the framework found wrong with parameters (400) or with a body (422)."""
    found = error.extra if isinstance(error.extra, list) else []
    of_body = [each for each in found if each.get("source") in ("body", None)]
    said = [_problem_error(each) for each in found]
    kind = INVALID_BODY if of_body else INVALID_PARAMETER
    detail = "; ".join(f"{each.pointer or each.parameter or 'body'}: {each.message}" for each in said[:3])
    return ApiProblem(kind, detail or error.detail, errors=said)


def _problem_error(each: dict[str, str]) -> ProblemError:
    key, message = each.get("key", "").removesuffix(OF_KEY), each.get("message", "it cannot work")[:500]
    if message == NO_BODY:
        return ProblemError(message="expected a JSON object, {} at least", pointer="")
    if each.get("source") in ("body", None):
        return ProblemError(message=message, pointer="/" + key.replace(".", "/") if key else "")
    return ProblemError(message=message, parameter=key)


def handle(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer a request that failed."""
    problem = problem_for(error)
    instance = str(request.scope.get(REQUEST_ID, ""))
    if problem.kind is INTERNAL:
        log.error("dashboard_request_failed", request_id=instance, path=request.scope["path"], exc_info=error)
    headers = {**(problem.headers or {}), "cache-control": "no-store"}
    body = problem_bytes(problem, instance=instance)
    return Response(body, status_code=problem.kind.status, headers=headers, media_type=MEDIA_TYPE)
