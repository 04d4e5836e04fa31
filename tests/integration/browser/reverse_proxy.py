"""A reverse proxy that shows a server below a path, as nginx does: it strips the path from what it passes on or not.

It may say so itself, in `X-Forwarded-Prefix`.
"""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import takewhile
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import cast

CHUNK_BYTES = 65_536
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class ReverseProxy(ThreadingTCPServer):
    """Passes on what is asked for below its path, with the Host that was asked for; keeps what is asked for beside."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False  # an event stream ends with its server

    def __init__(self, *, port: int, target_port: int, path: str, is_stripping: bool, says_so: bool = False) -> None:
        super().__init__(("127.0.0.1", port), _Connection)
        self.target_port = target_port
        self.more = f"X-Forwarded-Prefix: {path}\r\n".encode() if says_so else b""
        self.astray: list[str] = []
        self._path = path
        self._is_stripping = is_stripping

    def passed_on(self, target: str) -> str | None:
        """Return what a target is for the server; None for one that is not below the path."""
        if not target.startswith(f"{self._path}/"):
            self.astray.append(target)
            return None
        return target.removeprefix(self._path) if self._is_stripping else target


@contextmanager
def reverse_proxy(
    *, port: int, target_port: int, path: str, is_stripping: bool, says_so: bool = False
) -> Iterator[ReverseProxy]:
    """Have a proxy listen as long as the context is open."""
    with ReverseProxy(
        port=port, target_port=target_port, path=path, is_stripping=is_stripping, says_so=says_so
    ) as proxy:
        thread = Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()


class _Connection(StreamRequestHandler):
    """Carries one request and its answer, piece by piece as it comes."""

    def handle(self) -> None:
        with suppress(OSError):  # either side may hang up
            head = list(takewhile(bytes.strip, self.rfile))
            if head:  # a browser connects in advance, and may have nothing to ask
                self._answer(*head)

    def _answer(self, first: bytes, *head: bytes) -> None:
        proxy = cast(ReverseProxy, self.server)
        method, target, version = first.decode("ascii").split()
        passed_on = proxy.passed_on(target)
        if passed_on is None:
            self.wfile.write(NOT_FOUND)
            return
        with socket.create_connection(("127.0.0.1", proxy.target_port)) as server:
            server.sendall(f"{method} {passed_on} {version}\r\n".encode() + proxy.more + _one_answer(head))
            server.sendall(self.rfile.read(_body_bytes(head)))
            while piece := server.recv(CHUNK_BYTES):
                self.wfile.write(piece)


def _one_answer(head: Sequence[bytes]) -> bytes:
    """Return the headers with the wish that the connection ends after the answer."""
    kept = [line for line in head if not line.lower().startswith(b"connection:")]
    return b"".join([*kept, b"Connection: close\r\n\r\n"])


def _body_bytes(head: Sequence[bytes]) -> int:
    lengths = [line.partition(b":")[2] for line in head if line.lower().startswith(b"content-length:")]
    return int(lengths[0]) if lengths else 0
