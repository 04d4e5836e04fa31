"""Names in paths: ids of tasks and workers and names of functions are their users' own, and may hold a slash.

A server decodes the path before routing, so that an encoded slash would part a name in two. Here it stands for itself
as one character of the private use area until the name is read.
"""

from urllib.parse import unquote_to_bytes

from litestar.enums import HttpMethod, ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from .proxies import FORWARDED, TrustedProxies

SLASH = "\ue000"
ROOT_PATH = "fastworker_root_path"
"""Where stands in a request's scope at which path the browser sees this server."""

NO_PROXIES = TrustedProxies()


def name_in_path(value: str) -> str:
    """Return a name as it was meant."""
    return value.replace(SLASH, "/")


class PathRewriter:
    """Keeps encoded slashes within their part of the path, and takes away the prefix of a reverse proxy, if it did not.

    The prefix is the one that was configured, or that a trusted proxy names. Both styles of proxies work at once: those
    that strip it and those that keep it.
    """

    def __init__(self, app: ASGIApp, *, root_path: str, proxies: TrustedProxies = NO_PROXIES) -> None:
        self._app = app
        self._root_path = root_path
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request under the path that routes know; HEAD as GET, of which the beginning is answered."""
        if scope["type"] == ScopeType.HTTP:
            forwarded = self._proxies.read(scope)
            root_path = self._root_path if forwarded.prefix is None else forwarded.prefix
            scope[FORWARDED], scope[ROOT_PATH] = forwarded, root_path  # type: ignore[literal-required] # ASGI has room
            scope["path"] = _path(scope["path"], scope.get("raw_path") or b"", root_path)
            scope["root_path"] = ""
            if scope["method"] == HttpMethod.HEAD:
                scope, send = {**scope, "method": HttpMethod.GET}, _head_only(send)
        await self._app(scope, receive, send)


def _path(path: str, raw_path: bytes, root_path: str) -> str:
    if b"%2f" in raw_path.lower():
        parts = raw_path.partition(b"?")[0].split(b"/")
        path = "/".join(unquote_to_bytes(part).decode("utf-8", "replace").replace("/", SLASH) for part in parts)
    if root_path and (path == root_path or path.startswith(f"{root_path}/")):
        path = path[len(root_path) :]
    return path or "/"


def root_path_of(scope: Scope) -> str:
    """Return the path at which the browser sees this server."""
    return str(scope.get(ROOT_PATH, ""))


def _head_only(send: Send) -> Send:
    """Return a way to answer that ends with the headers: also a stream, which has no other end."""

    async def head_only(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return head_only
