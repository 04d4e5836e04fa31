"""Waiting for conditions, each with a deadline: the only way in which these tests let time pass."""

import time
from collections.abc import Callable

import anyio

GLANCE_SECONDS = 0.01


def until[T](condition: Callable[[], T], *, within: float = 10.0, what: str = "") -> T:
    """Return what the condition gives as soon as that is truthy; fail the test when the time is over."""
    deadline = time.monotonic() + within
    while not (met := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within:g} s: {what or condition}; last seen: {met!r}")
        time.sleep(GLANCE_SECONDS)
    return met


async def until_in_loop[T](condition: Callable[[], T], *, within: float = 10.0, what: str = "") -> T:
    """Do what `until` does, and let the event loop go on meanwhile."""
    deadline = time.monotonic() + within
    while not (met := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within:g} s: {what or condition}; last seen: {met!r}")
        await anyio.sleep(GLANCE_SECONDS)
    return met
