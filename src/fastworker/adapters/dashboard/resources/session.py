"""Logging in and out."""

from typing import Any

from litestar import Request, Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.params import JSONBody

from fastworker.domain.action import Action

from ..access import PUBLIC, VIEWER, Identity
from ..conditional import Answer
from ..models.audit import Role as RoleName
from ..models.system import SessionRequest, SessionState
from ..parts import Given, Parts
from ..paths import root_path_of
from ..problem_kinds import UNAUTHENTICATED
from ..problems import ApiProblem
from ..roles import Role
from ..sessions import SESSION_SECONDS
from ..tokens import find_token
from .arguments import Asking, actor_as, fails_with, steer

TAGS = ["session"]
MOST_BODY_BYTES = 4_096
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
    responses=fails_with(413, 415, 422),
    request_max_body_size=MOST_BODY_BYTES,  # strangers may send this
    sync_to_thread=False,
)
def log_in(
    request: Request[Any, Identity | None, Any], parts: Given, data: JSONBody[SessionRequest]
) -> Response[SessionState]:
    """Begin a session with a token, or with the one-time word of the login URL; the answer sets a cookie."""
    if parts.access.open_as is not None:
        return Answer(_state(parts, parts.access.open_as))
    actor, role = _login(parts, data)
    sessions = parts.access.sessions
    sessions.close(_cookie_of(request, parts))  # this browser's cookie is about to be another
    cookie = sessions.open(actor, role)
    session = sessions.find(cookie)
    assert session is not None
    identity = Identity(actor, role, "session", session.expires_at)
    _note(request, parts, identity, "log in")
    cookies = [_cookie(request, parts, cookie, SESSION_SECONDS)]
    return Answer(_state(parts, identity), cookies=cookies)


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
    if parts.access.sessions.close(_cookie_of(request, parts)):
        _note(request, parts, request.auth, "log out")
    return Response(None, status_code=204, cookies=[_cookie(request, parts, "", 0)])


def _is_secure(request: Request[Any, Any, Any]) -> bool:
    """Tell whether the browser speaks TLS, to a proxy perhaps: then its page says so as the origin."""
    return request.scope["scheme"] == "https" or request.headers.get("origin", "").lower().startswith("https://")


def _cookie_of(request: Request[Any, Any, Any], parts: Parts) -> str:
    return request.cookies.get(parts.access.cookie_name, "")


def _note(request: Request[Any, Any, Any], parts: Parts, identity: Identity, what: str) -> None:
    action = Action(actor_as(request, identity), what, "session")
    steer(parts, lambda steering, now: steering.note(action, now=now))


def _cookie(request: Request[Any, Any, Any], parts: Parts, value: str, seconds: float) -> Cookie:
    return Cookie(
        key=parts.access.cookie_name,
        value=value,
        max_age=int(seconds),
        path=root_path_of(request.scope) or "/",
        httponly=True,
        samesite="strict",
        secure=_is_secure(request),
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
