"""Arguments that many handlers take."""

from collections.abc import Callable
from typing import Annotated, Any

from litestar import Request
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter

from fastworker.domain.action import Actor

from ..access import Identity
from ..cursors import LONGEST_CURSOR
from ..models.problem import Problem
from ..parts import Parts
from ..problems import MEDIA_TYPE
from ..proxies import forwarded_in

Asking = Request[Any, Identity, Any]

Limit = Annotated[int, QueryParameter(ge=1, le=200, description="Most items on the page.")]
PAGE_SIZE = 50
CursorText = Annotated[
    str | None, QueryParameter(max_length=LONGEST_CURSOR, description="`next_cursor` or `prev_cursor` of another page.")
]
LONGEST_TEXT = 500


def fails_with(*statuses: int) -> dict[int, ResponseSpec]:
    """Return the problems that a handler may answer with, besides those that every one may."""
    every = (400, 401, 403, 404, 500)
    return {
        status: ResponseSpec(Problem, media_type=MEDIA_TYPE, description="Problem", generate_examples=False)
        for status in sorted({*every, *statuses})
    }


def also(status: int, record: type[Any], description: str) -> dict[int, ResponseSpec]:
    """Return another answer that a handler may give."""
    return {status: ResponseSpec(record, description=description, generate_examples=False)}


def actor_of(request: Asking) -> Actor:
    """Return who asks, for the record."""
    return actor_as(request, request.auth)


def actor_as(request: Request[Any, Any, Any], identity: Identity) -> Actor:
    """Return who asks as somebody, for the record."""
    remote = forwarded_in(request.scope).remote or (request.client.host if request.client else "")
    return Actor(identity.actor, identity.role.label, remote)


def steer[R](parts: Parts, act: Callable[..., R]) -> R:
    """Carry out a use case of people."""
    return parts.control_plane.steer(act)
