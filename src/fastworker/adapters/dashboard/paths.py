"""Names in paths: ids of tasks and workers and names of functions are their users' own, and may hold a slash.

A server decodes the path before routing, so that an encoded slash would part a name in two. Here it stands for itself
as one character of the private use area until the name is read.
"""

from urllib.parse import unquote_to_bytes

from litestar.enums import HttpMethod, ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

SLASH = "\ue000"


def name_in_path(value: str) -> str:
    """Return a name as it was meant."""
    return value.replace(SLASH, "/")


class PathRewriter:
    """Keeps encoded slashes within their part of the path, and takes away the prefix of a reverse proxy, if it did not.

    Both styles of proxies work at once: those that strip the prefix and those that keep it.
    """

    def __init__(self, app: ASGIApp, *, root_path: str) -> None:
        self._app = app
        self._root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request under the path that routes know; HEAD as GET, of which the beginning is answered."""
        if scope["type"] == ScopeType.HTTP:
            scope["path"] = self._path(scope["path"], scope.get("raw_path") or b"")
            scope["root_path"] = ""
            if scope["method"] == HttpMethod.HEAD:
                scope, send = {**scope, "method": HttpMethod.GET}, _head_only(send)
        await self._app(scope, receive, send)

    def _path(self, path: str, raw_path: bytes) -> str:
        if b"%2f" in raw_path.lower():
            parts = raw_path.partition(b"?")[0].split(b"/")
            path = "/".join(unquote_to_bytes(part).decode("utf-8", "replace").replace("/", SLASH) for part in parts)
        if self._root_path and (path == self._root_path or path.startswith(f"{self._root_path}/")):
            path = path[len(self._root_path) :]
        return path or "/"


def _head_only(send: Send) -> Send:
    """Return a way to answer that ends with the headers: also a stream, which has no other end."""

    async def head_only(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return head_only
