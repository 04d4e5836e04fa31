"""A pytest plugin that fails a run in which a port was opened or the transport of real processes was loaded."""

import sys
from typing import Any

import pytest

FORBIDDEN = ("socket.bind", "socket.connect", "socket.getaddrinfo")
seen: list[str] = []


def note(event: str, _: tuple[Any, ...]) -> None:
    """Note what this process does with sockets; the pair that wakes an event loop is neither bound nor connected."""
    if event in FORBIDDEN:
        seen.append(event)


def pytest_configure() -> None:
    """Begin to look."""
    sys.addaudithook(note)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Say what was seen."""
    if "pynng" in sys.modules:
        seen.append("pynng")
    print(f"\nports and transports: {', '.join(seen) or 'none'}")
    if seen:
        session.exitstatus = 3
