"""Logging in and out."""

from typing import Any

from litestar import Request, Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.params import JSONBody

from ..access import PUBLIC, VIEWER, Identity
from ..conditional import Answer
from ..models.audit import Role as RoleName
from ..models.system import SessionRequest, SessionState
from ..parts import Given, Parts
from ..problem_kinds import UNAUTHENTICATED
from ..problems import ApiProblem
from ..roles import Role
from ..sessions import SESSION_SECONDS
from ..tokens import find_token
from .arguments import Asking, fails_with

TAGS = ["session"]
ROLE_NAMES: dict[Role, RoleName] = {Role.VIEWER: "viewer", Role.OPERATOR: "operator", Role.ADMIN: "admin"}


@get("/session", operation_id="get_session", tags=TAGS, responses=fails_with(), sync_to_thread=False)
def get_session(request: Asking, parts: Given) -> SessionState:
    """Return who is asking, and what the role allows."""
    return _state(parts, request.auth)


@post(
    "/session",
    operation_id="log_in",
    tags=TAGS,
    opt=PUBLIC,
    status_code=200,
    responses=fails_with(415, 422),
    sync_to_thread=False,
)
def log_in(
    request: Request[Any, Identity | None, Any], parts: Given, data: JSONBody[SessionRequest]
) -> Response[SessionState]:
    """Begin a session with a token, or with the one-time word of the login URL; the answer sets a cookie."""
    if parts.access.open_as is not None:
        return Answer(_state(parts, parts.access.open_as))
    actor, role = _login(parts, data)
    cookie = parts.access.sessions.open(actor, role)
    session = parts.access.sessions.find(cookie)
    assert session is not None
    state = _state(parts, Identity(actor, role, "session", session.expires_at))
    is_secure = request.scope["scheme"] == "https"
    return Answer(state, cookies=[_cookie(parts, cookie, int(SESSION_SECONDS), is_secure=is_secure)])


def _login(parts: Parts, data: JSONBody[SessionRequest]) -> tuple[str, Role]:
    if data.once is not None and parts.access.sessions.redeem(data.once):
        return "login-url", Role.ADMIN
    token = find_token(parts.access.tokens, data.token) if data.token is not None else None
    if token is None:
        raise ApiProblem(UNAUTHENTICATED, "that is no token of this control plane, or the login URL was used or is old")
    return token.actor, token.role


@delete(
    "/session",
    operation_id="log_out",
    tags=TAGS,
    opt=VIEWER,
    responses=fails_with(),
    sync_to_thread=False,
)
def log_out(request: Asking, parts: Given) -> Response[None]:
    """End the session of the cookie that is sent along; without one, nothing happens."""
    cookie = request.cookies.get(parts.access.cookie_name, "")
    parts.access.sessions.close(cookie)
    return Response(None, status_code=204, cookies=[_cookie(parts, "", 0, is_secure=False)])


def _cookie(parts: Parts, value: str, seconds: int, *, is_secure: bool) -> Cookie:
    return Cookie(
        key=parts.access.cookie_name,
        value=value,
        max_age=seconds,
        path=parts.root_path or "/",
        httponly=True,
        samesite="strict",
        secure=is_secure,
    )


def _state(parts: Parts, identity: Identity) -> SessionState:
    return SessionState(
        actor=identity.actor,
        role=ROLE_NAMES[identity.role],
        is_read_only=identity.role < Role.OPERATOR,
        method=identity.method,
        expires_at=parts.moments.of(identity.expires_at),
    )


HANDLERS = [get_session, log_in, log_out]
