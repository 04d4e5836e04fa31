"""Server-sent events: one listener of the hub as the bytes of a response that does not end."""

from collections.abc import AsyncIterator
from typing import Literal, cast

from fastworker.application.ports.clock import Clock

from .event_hub import EventHub, Listener
from .models.event import ByeEvent, HelloEvent, ResetEvent

PING_SECONDS = 15.0
RETRY_MILLISECONDS = 1_000

type ResetReason = Literal["other-boot", "gap", "overflow"]


def frame(kind: str, data: str, event_id: str | None = None) -> bytes:
    """Return one event. JSON has no raw line breaks, so the data is one line."""
    head = "" if event_id is None else f"id: {event_id}\n"
    return f"{head}event: {kind}\ndata: {data}\n\n".encode()


async def stream(hub: EventHub, listener: Listener, clock: Clock, hello: HelloEvent) -> AsyncIterator[bytes]:
    """Give what the listener hears, until it or the hub ends; a comment when nothing was said for a while."""
    try:
        yield f"retry: {RETRY_MILLISECONDS}\n\n".encode() + frame("hello", hello.model_dump_json())
        while True:
            yield _waiting(hub, listener)
            if listener.is_over:
                yield frame("bye", ByeEvent(reason="stopping").model_dump_json())
                return
            await _news(listener, clock)
    finally:
        hub.leave(listener)


async def _news(listener: Listener, clock: Clock) -> None:
    with clock.scope_until(clock.now() + PING_SECONDS):
        await listener.news.wait()


def _waiting(hub: EventHub, listener: Listener) -> bytes:
    """Return all that waits, in one piece; a comment when nothing does, so that proxies keep the connection."""
    parts = []
    if listener.reset is not None:
        reason = cast(ResetReason, listener.reset)
        listener.reset = None
        reset = ResetEvent(boot=hub.boot, seq=hub.seq, reason=reason)
        parts.append(frame("reset", reset.model_dump_json(), f"{hub.boot}-{hub.seq}"))
    while listener.waiting:
        event = listener.waiting.popleft()
        parts.append(frame(event.kind, event.data, f"{hub.boot}-{event.seq}"))
    return b"".join(parts) or b": ping\n\n"
