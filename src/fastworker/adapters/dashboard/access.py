"""Who asks, and whether they may: checked for the very handler that is about to run, so that no path slips by.

Deny by default: a handler that says nothing is for viewers if it only reads and for admins if it does not. What is
open to everybody says so with `PUBLIC`; a test lists all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from .origins import SAFE_METHODS
from .problem_kinds import MISSING_RIGHT, UNAUTHENTICATED, UNKNOWN_TOKEN
from .problems import ApiProblem
from .proxies import NOT_FORWARDED, Forwarded, forwarded_in
from .roles import Role
from .sessions import Sessions
from .tokens import Token, find_token

ROLE = "fastworker_role"
PUBLIC: Mapping[str, Any] = {ROLE: None}
VIEWER: Mapping[str, Any] = {ROLE: Role.VIEWER}
OPERATOR: Mapping[str, Any] = {ROLE: Role.OPERATOR}
ADMIN: Mapping[str, Any] = {ROLE: Role.ADMIN}

type Method = Literal["loopback", "token", "session", "insecure", "proxy"]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks; `expires_at` is of the monotonic clock, None for those who need no session."""

    actor: str
    role: Role
    method: Method
    expires_at: float | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """How people show who they are. Without tokens everybody is `open_as`."""

    sessions: Sessions
    cookie_name: str
    tokens: Sequence[Token] = ()
    open_as: Identity | None = None

    def identify(self, authorization: str, cookie: str, forwarded: Forwarded = NOT_FORWARDED) -> Identity | None:
        """Return who shows this Authorization header, or whom a trusted proxy has let in, or whose this cookie is."""
        if self.open_as is not None:
            return self.open_as
        scheme, _, secret = authorization.partition(" ")
        if scheme.lower() == "bearer":
            token = find_token(self.tokens, secret.strip())
            return None if token is None else Identity(token.actor, token.role, "token")
        if forwarded.user is not None and forwarded.role is not None:
            return Identity(forwarded.user, forwarded.role, "proxy")
        session = self.sessions.find(cookie) if cookie else None
        return None if session is None else Identity(session.actor, session.role, "session", session.expires_at)

    def authorize(self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        """Let a request pass to its handler, with the identity as `request.auth`; raises `ApiProblem`."""
        needed = _needed_role(handler, str(connection.scope.get("method", "")))
        authorization = connection.headers.get("authorization", "")
        identity = self.identify(
            authorization,
            connection.cookies.get(self.cookie_name, ""),
            forwarded_in(connection.scope),
        )
        connection.scope["auth"] = identity
        if needed is None:
            return
        if identity is None:
            raise _stranger(authorization)
        if identity.role < needed:
            detail = f"this needs the role {needed.label}; {identity.actor} is {identity.role.label}"
            raise ApiProblem(MISSING_RIGHT, detail, missing_right=needed.label)


def _stranger(authorization: str) -> ApiProblem:
    """Return the problem of who shows a token that is none, or nothing."""
    challenge = 'Bearer realm="fastworker"'
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() == "bearer" and secret.strip():
        headers = {"www-authenticate": f'{challenge}, error="invalid_token"'}
        return ApiProblem(UNKNOWN_TOKEN, "it is none of the tokens of this control plane", headers=headers)
    detail = "send a token as `Authorization: Bearer …`, or log in"
    return ApiProblem(UNAUTHENTICATED, detail, headers={"www-authenticate": challenge})


def _needed_role(handler: BaseRouteHandler, method: str) -> Role | None:
    if ROLE in handler.opt:
        role: Role | None = handler.opt[ROLE]
        return role
    return Role.VIEWER if method in SAFE_METHODS else Role.ADMIN
