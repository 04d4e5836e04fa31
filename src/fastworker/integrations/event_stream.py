"""The steps of a task as server-sent events, as a pure ASGI response; on asyncio and trio.

Two kinds of event: `status` and `progress`, each with JSON as its data. The log lines of a task are not told: they
may say what is not meant for a browser. A browser that lost its connection goes on where it was, by its
`Last-Event-ID`; one that comes back after the end is told with a 204 not to come again.
"""

import json
import signal
from contextlib import aclosing, suppress
from typing import Any

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from fastworker.application.handle import TaskHandle
from fastworker.application.task_event import TaskEvent
from fastworker.domain.errors import FastWorkerError, ResultExpired, UnknownTaskId

from .asgi import Receive, Scope, Send

KEEP_ALIVE_SECONDS = 15.0
"""Proxies end connections on which nothing moves, commonly after 30 or 60 s."""

GLANCE_SECONDS = 0.5
"""How often a quiet stream looks whether its server is stopping."""

HEADERS = {"cache-control": "no-cache", "x-accel-buffering": "no"}
"""Nobody on the way is to keep the stream, or to gather it before passing it on."""

END = "end"
"""The id of the last event."""


class EventStream:
    """One answer: the steps of one task, until it ends, the browser goes, or the server stops."""

    def __init__(self, handle: TaskHandle[Any]) -> None:
        """Raises TypeError for a mere id."""
        if not isinstance(handle, TaskHandle):
            raise TypeError(
                f"sse_response takes a TaskHandle, not {type(handle).__name__}: client.handle(task_id) makes one"
            )
        self._handle = handle

    async def answer(self, scope: Scope, receive: Receive, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        """Send the whole response; `headers` are those of its beginning."""
        last_id = _last_event_id(scope)
        if last_id == END:
            await send({"type": "http.response.start", "status": 204, "headers": []})
        else:
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            into, chunks = anyio.create_memory_object_stream[bytes]()
            with into, chunks:
                async with anyio.create_task_group() as group:
                    group.start_soon(_cancel_when_gone, receive, group.cancel_scope)
                    group.start_soon(self._read, _number(last_id), into)
                    await _pass_on(chunks, send)
                    group.cancel_scope.cancel()
        with suppress(OSError):  # the browser has gone
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _read(self, after: int, into: MemoryObjectSendStream[bytes]) -> None:
        with into:
            try:
                async with aclosing(self._handle.events(after=after)) as events:
                    async for event in events:
                        if event.line is None:
                            await into.send(event_chunk(event))
            except FastWorkerError as error:
                await into.send(failure_chunk(error))


def event_chunk(event: TaskEvent) -> bytes:
    """Return a change of status or a progress as the browser gets it."""
    said: dict[str, Any] = {"task_id": event.task_id, "at": event.at.isoformat(), "attempt": event.attempt}
    if event.progress is not None:
        progress = event.progress
        said |= {"done": progress.done, "total": progress.total, "message": progress.message}
    else:
        said |= {"status": event.status, "is_last": event.is_last}
    return _chunk("status" if event.progress is None else "progress", said, END if event.is_last else str(event.number))


def failure_chunk(error: FastWorkerError) -> bytes:
    """Return why there will be no more; a browser comes again by itself unless that is of no use."""
    is_for_good = isinstance(error, UnknownTaskId | ResultExpired)
    return _chunk("unavailable", {"code": error.code, "message": str(error)}, END if is_for_good else None)


def _chunk(kind: str, said: dict[str, Any], number: str | None) -> bytes:
    lines = [f"event: {kind}", f"data: {json.dumps(said)}"]  # JSON has no line breaks
    if number is not None:
        lines.insert(0, f"id: {number}")
    return "\n".join([*lines, "", ""]).encode()


def _last_event_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"last-event-id":
            return bytes(value).decode("latin-1").strip()
    return ""


def _number(last_id: str) -> int:
    return int(last_id) if last_id.isdecimal() and len(last_id) < 16 else 0


async def _cancel_when_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


async def _pass_on(chunks: MemoryObjectReceiveStream[bytes], send: Send) -> None:
    """Send chunks until there are no more, and a comment when there was none for long."""
    quiet_seconds = 0.0
    while not server_is_stopping():
        chunk = None
        with anyio.move_on_after(GLANCE_SECONDS):
            try:
                chunk = await chunks.receive()
            except anyio.EndOfStream:
                return
        quiet_seconds = 0.0 if chunk else quiet_seconds + GLANCE_SECONDS
        if quiet_seconds >= KEEP_ALIVE_SECONDS:
            chunk, quiet_seconds = b": nothing new\n\n", 0.0
        if chunk is not None and not await _is_sent(chunk, send):
            return


async def _is_sent(chunk: bytes, send: Send) -> bool:
    try:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    except OSError:  # the browser has gone
        return False
    return True


def server_is_stopping() -> bool:
    """Tell whether this process is a uvicorn that was told to stop.

    It waits for open responses before it tells the application, and then this one would never end: without this,
    `--reload` hangs as long as somebody watches a task. uvicorn says so nowhere else than to its handler of signals.
    """
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return getattr(server, "should_exit", False) is True
