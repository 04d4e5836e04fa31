"""Server-sent events: one listener of the hub as the bytes of a response that does not end."""

from collections.abc import AsyncIterator, Callable
from typing import Literal, cast

from fastworker.application.ports.clock import Clock

from .event_hub import EventHub, Listener
from .models.event import ByeEvent, HelloEvent, ResetEvent

PING_SECONDS = 15.0
PING = b": ping\n\n"
"""A comment, so that proxies keep the connection."""

RETRY_MILLISECONDS = 1_000

type ByeReason = Literal["stopping", "logged-out"]
type ResetReason = Literal["other-boot", "gap", "overflow"]


def frame(kind: str, data: str, event_id: str | None = None) -> bytes:
    """Return one event. JSON has no raw line breaks, so the data is one line."""
    head = "" if event_id is None else f"id: {event_id}\n"
    return f"{head}event: {kind}\ndata: {data}\n\n".encode()


async def stream(
    hub: EventHub, hello: HelloEvent, last_id: str | None, clock: Clock, may_go_on: Callable[[], bool]
) -> AsyncIterator[bytes]:
    """Give what is said on the topics of `hello`, until the hub ends; a comment when nothing was said for a while.

    Whether the listener may go on is asked again and again: a session can end. It listens from the first step on, so
    that a stream which nobody begins to read leaves nothing behind.
    """
    listener = hub.listen(hello.topics, last_id)
    try:
        yield f"retry: {RETRY_MILLISECONDS}\n\n".encode() + frame("hello", hello.model_dump_json())
        while True:
            if not may_go_on():  # asked before anything more is told
                yield _bye("logged-out")
                return
            if waiting := _waiting(hub, listener):
                yield waiting
            elif listener.is_over:
                yield _bye("stopping")
                return
            elif not await _news(listener, clock):
                yield PING
    finally:
        hub.leave(listener)


async def _news(listener: Listener, clock: Clock) -> bool:
    """Wait for news; False when there was none for a while."""
    with clock.scope_until(clock.now() + PING_SECONDS) as scope:
        await listener.news.wait()
    return not scope.cancelled_caught


def _waiting(hub: EventHub, listener: Listener) -> bytes:
    """Return all that waits, in one piece."""
    parts = []
    if listener.reset is not None:
        reason = cast(ResetReason, listener.reset)
        listener.reset = None
        reset = ResetEvent(boot=hub.boot, seq=hub.seq, reason=reason)
        parts.append(frame("reset", reset.model_dump_json(), f"{hub.boot}-{hub.seq}"))
    parts += [frame(event.kind, event.data, f"{hub.boot}-{event.seq}") for event in listener.take()]
    return b"".join(parts)


def _bye(reason: ByeReason) -> bytes:
    return frame("bye", ByeEvent(reason=reason).model_dump_json())
