"""Problems as exceptions, and as bodies of `application/problem+json`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from litestar.exceptions import HTTPException

from .models.problem import Problem, ProblemError
from .problem_kinds import INVALID_PARAMETER, ProblemKind

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "/problems/"
RETRY_SECONDS = 5
"""What a client that was refused for lack of room is asked to wait."""


class ApiProblem(HTTPException):
    """An answer other than the one that was hoped for."""

    def __init__(
        self,
        kind: ProblemKind,
        detail: str,
        *,
        errors: Sequence[ProblemError] = (),
        current_status: str | None = None,
        missing_right: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail=detail, status_code=kind.status, headers=dict(headers or {}))
        self.kind = kind
        self.errors = list(errors)
        self.current_status = current_status
        self.missing_right = missing_right


def invalid_parameter(parameter: str, message: str) -> ApiProblem:
    """Return the problem of one parameter."""
    error = ProblemError(message=message, parameter=parameter)
    return ApiProblem(INVALID_PARAMETER, f"{parameter}: {message}", errors=[error])


def problem_of(error: ApiProblem, *, instance: str) -> Problem:
    """Return the body that tells of a problem."""
    return Problem(
        type=TYPE_PREFIX + error.kind.slug,
        title=error.kind.title,
        status=error.kind.status,
        detail=error.detail,
        instance=instance,
        errors=error.errors,
        current_status=error.current_status,
        missing_right=error.missing_right,
    )


def problem_bytes(error: ApiProblem, *, instance: str) -> bytes:
    """Return the body as JSON, without the members that say nothing."""
    return problem_of(error, instance=instance).model_dump_json(exclude_none=True).encode()


def with_status(kind: ProblemKind, status: int) -> ProblemKind:
    """Return a kind under the status that the framework chose."""
    return replace(kind, status=status)
