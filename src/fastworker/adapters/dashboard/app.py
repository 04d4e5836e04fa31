"""The application: all routes, what happens around each, and the layers outside."""

from collections.abc import Sequence
from typing import Any

from litestar import Litestar, Request, Response, Router
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.exceptions import NotFoundException
from litestar.handlers import BaseRouteHandler
from litestar.plugins.pydantic import PydanticPlugin
from litestar.types import ASGIApp, ControllerRouterHandler

from . import refusals
from .bodies import MOST_ARGUMENT_BYTES
from .conditional import Answer
from .guard import Guard
from .hosts import AllowedHosts
from .page_files import PageFiles
from .parts import Parts
from .paths import NO_PROXIES, PathRewriter
from .proxies import TrustedProxies
from .query_parameters import KnownParameters
from .refusal_notes import RefusalNotes
from .resources import (
    document,
    errors,
    events,
    export,
    functions,
    health,
    metrics,
    operations,
    overview,
    queues,
    session,
    spans,
    stack,
    system,
    task,
    task_actions,
    tasks,
    workers,
)
from .resources.page import is_lost_person, lost_page, page_handlers
from .security_headers import security_headers

API = "/api/v1"
API_HANDLERS: list[ControllerRouterHandler] = [
    *overview.HANDLERS,
    *tasks.HANDLERS,
    *export.HANDLERS,
    *task.HANDLERS,
    *task_actions.HANDLERS,
    *spans.HANDLERS,
    *stack.HANDLERS,
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

    notes = RefusalNotes(parts)

    known = KnownParameters()

    def admit(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        parts.access.authorize(connection, handler)
        known.check(connection, handler)  # afterwards: strangers are told nothing of parameters

    def fail(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        notes.note(request, error)
        if isinstance(error, NotFoundException) and is_lost_person(request):
            return lost_page(request, files)
        return refusals.handle(request, error)

    return Litestar(
        routes(files),
        guards=[admit],  # one, for each takes a turn in a thread
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
    proxies: TrustedProxies = NO_PROXIES,
) -> ASGIApp:
    """Return the application as it is served."""
    max_body_bytes = min(max_payload_bytes, MOST_ARGUMENT_BYTES) + BODY_SLACK_BYTES
    litestar = make_litestar(parts, files, max_body_bytes=max_body_bytes)
    headers = security_headers(frame_ancestors)
    guard = Guard(litestar, hosts=hosts, max_body_bytes=max_body_bytes, headers=headers)
    return PathRewriter(guard, root_path=parts.root_path, proxies=proxies)  # outside, so that the guard knows the path
