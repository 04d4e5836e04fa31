"""The application: all routes, what happens around each, and the layers outside."""

from collections.abc import Sequence
from typing import Any

from litestar import Litestar, Request, Response, Router
from litestar.di import Provide
from litestar.plugins.pydantic import PydanticPlugin
from litestar.types import ASGIApp, ControllerRouterHandler

from fastworker.domain.action import Action, Actor
from fastworker.domain.text import bounded

from . import refusals
from .access import Identity
from .conditional import Answer
from .guard import Guard
from .hosts import AllowedHosts
from .origins import SAFE_METHODS
from .page_files import PageFiles
from .parts import Parts
from .paths import PathRewriter
from .resources import (
    document,
    errors,
    events,
    functions,
    health,
    metrics,
    operations,
    overview,
    queues,
    session,
    system,
    task,
    tasks,
    workers,
)
from .resources.page import page_handlers
from .security_headers import security_headers

API = "/api/v1"
API_HANDLERS: list[ControllerRouterHandler] = [
    *overview.HANDLERS,
    *tasks.HANDLERS,
    *task.HANDLERS,
    *errors.HANDLERS,
    *queues.HANDLERS,
    *workers.HANDLERS,
    *functions.HANDLERS,
    *operations.HANDLERS,
    *system.HANDLERS,
    *session.HANDLERS,
    *events.HANDLERS,
    *document.HANDLERS,
]
BODY_SLACK_BYTES = 64 << 10
"""What a submission says beside its arguments."""


def routes(files: PageFiles) -> list[ControllerRouterHandler]:
    """Return everything that is answered."""
    return [
        Router(API, route_handlers=API_HANDLERS),
        *health.HANDLERS,
        *metrics.HANDLERS,
        *page_handlers(files),
    ]


def make_litestar(parts: Parts, files: PageFiles, *, max_body_bytes: int) -> Litestar:
    """Return the application without the layers outside."""

    def fail(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        _note_refusal(parts, request, error)
        return refusals.handle(request, error)

    return Litestar(
        routes(files),
        guards=[parts.access.authorize],
        dependencies={"parts": Provide(lambda: parts, sync_to_thread=False)},
        response_class=Answer,
        exception_handlers={Exception: fail},
        plugins=[PydanticPlugin(prefer_alias=True)],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=max_body_bytes,
    )


def make_app(
    parts: Parts,
    files: PageFiles,
    *,
    hosts: AllowedHosts,
    max_payload_bytes: int,
    frame_ancestors: Sequence[str] = (),
) -> ASGIApp:
    """Return the application as it is served."""
    max_body_bytes = max_payload_bytes + BODY_SLACK_BYTES
    litestar = make_litestar(parts, files, max_body_bytes=max_body_bytes)
    return Guard(
        PathRewriter(litestar, root_path=parts.root_path),
        hosts=hosts,
        max_body_bytes=max_body_bytes,
        headers=security_headers(frame_ancestors),
    )


def _note_refusal(parts: Parts, request: Request[Any, Any, Any], error: Exception) -> None:
    """Put on record what somebody wanted to change and was not allowed to; strangers have no name to be noted."""
    identity = request.scope.get("auth")
    if request.method in SAFE_METHODS or not isinstance(identity, Identity):
        return
    problem = refusals.problem_for(error)
    what = getattr(request.scope.get("route_handler"), "operation_id", None) or "request"
    remote = request.client.host if request.client else ""
    actor = Actor(identity.actor, identity.role.label, remote)
    target, refusal = bounded(request.url.path, 200), bounded(problem.detail, 300)
    action = Action(actor, str(what).replace("_", " "), target, refusal=refusal)
    parts.control_plane.steer(lambda steering, now: steering.note(action, now=now))
