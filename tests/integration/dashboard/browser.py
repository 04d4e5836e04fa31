"""Asking a real dashboard over a real socket."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.integration.processes import free_port
from tests.integration.system import StartSystem, System

MODULES = "dashboard_work"
PATIENCE = httpx.Timeout(20.0)
LOCAL = ""
"""The control plane runs the tasks itself."""


@contextmanager
def a_dashboard(
    start: StartSystem, flags: str = "", *, headers: dict[str, str] | None = None
) -> Iterator[tuple[System, httpx.Client]]:
    """Start a control plane with a dashboard, and a client of it."""
    port = free_port()
    system = start(workers=0, modules=MODULES, control_plane=LOCAL, dashboard=f"--dashboard-port {port} {flags}")
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE, headers=headers) as http:
        yield system, http


def events(response: httpx.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the events of a stream, as (kind, data)."""
    kind = ""
    for line in response.iter_lines():
        if line.startswith("event: "):
            kind = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield kind, json.loads(line.removeprefix("data: "))


def raw(port: int, request: bytes) -> bytes:
    """Send bytes as they are, and return all that comes back until the server hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))
