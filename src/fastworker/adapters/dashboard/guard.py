"""Around the application: what never reaches the application, and what every answer carries.

Here stand the rules that must hold for each request alike, also for those that no route answers: the Host allow-list,
the rule against other origins, the kind and size of bodies, an id per request, and the headers of security.
"""

from collections.abc import Iterable, Mapping
from secrets import token_hex

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from fastworker.application.log import log

from .hosts import AllowedHosts
from .origins import SAFE_METHODS, refusal
from .problem_kinds import CROSS_ORIGIN, INTERNAL, TOO_LARGE, UNKNOWN_HOST, UNSUPPORTED_MEDIA_TYPE
from .problems import MEDIA_TYPE, ApiProblem, problem_bytes
from .security_headers import OPENER_POLICY, is_trustworthy

REQUEST_ID = "fastworker_request_id"
"""Where a request's id stands in its scope."""

type Headers = list[tuple[bytes, bytes]]


class Guard:
    """Passes on what may be answered."""

    def __init__(self, app: ASGIApp, *, hosts: AllowedHosts, max_body_bytes: int, headers: Headers) -> None:
        self._app = app
        self._hosts = hosts
        self._max_body_bytes = max_body_bytes
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != ScopeType.HTTP:
            return  # the server speaks nothing else
        request_id = token_hex(8)
        scope[REQUEST_ID] = request_id  # type: ignore[literal-required] # ASGI leaves room for keys of others
        headers = _single(scope["headers"])
        opener_policy = [OPENER_POLICY] if is_trustworthy(scope["scheme"], headers) else []
        answer = _Answer(send, [*self._headers, *opener_policy, (b"x-request-id", request_id.encode())])
        try:
            problem = self._problem(scope["method"], scope["path"], headers)
            if problem is None:
                await self._app(scope, receive, answer)
        except Exception as error:  # what the application itself did not turn into an answer
            log.exception("dashboard_request_failed", request_id=request_id, path=scope["path"], error=str(error))
            problem = ApiProblem(INTERNAL, "something failed here; the log of the control plane tells more")
            if answer.is_begun:
                raise  # so that the server hangs up
        if problem is not None:
            await _refuse(problem, request_id, answer)

    def _problem(self, method: str, path: str, headers: Mapping[str, str]) -> ApiProblem | None:
        host = headers.get("host", "")
        if not self._hosts.allow(host):
            detail = (
                f"this server does not answer as {host[:200]!r}; if it should, start it with --dashboard-allowed-host"
            )
            return ApiProblem(UNKNOWN_HOST, detail)
        reason = refusal(method, path, headers)
        if reason is not None:
            return ApiProblem(CROSS_ORIGIN, f"{reason}: only pages of this server may ask for this")
        return None if method in SAFE_METHODS else self._body_problem(headers)

    def _body_problem(self, headers: Mapping[str, str]) -> ApiProblem | None:
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()) or len(length) > 15 or int(length) > self._max_body_bytes:
            return ApiProblem(TOO_LARGE, f"a body has at most {self._max_body_bytes:,} bytes")
        has_body = int(length) > 0 or "transfer-encoding" in headers
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if has_body and media_type != "application/json":
            return ApiProblem(UNSUPPORTED_MEDIA_TYPE, f"this body is {media_type[:100]!r}")
        return None


class _Answer:
    """Sends an answer with more headers, and knows whether it is begun."""

    def __init__(self, send: Send, headers: Headers) -> None:
        self._send = send
        self._headers = headers
        self.is_begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.is_begun = True
            message["headers"] = [*message.get("headers", ()), *self._headers]
        await self._send(message)


def _single(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return headers by lower-case name; one that is said twice is joined, and so matches nothing."""
    found: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def problem_headers(body: bytes) -> Headers:
    """Return the headers of a problem after which the connection ends: a body that is not read must not keep it."""
    return [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]


async def _refuse(problem: ApiProblem, request_id: str, send: Send) -> None:
    body = problem_bytes(problem, instance=request_id)
    status, headers = problem.kind.status, problem_headers(body)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
