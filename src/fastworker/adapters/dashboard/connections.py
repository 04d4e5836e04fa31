"""Connections of browsers and programs: bounded in number and in patience, and told what is wrong as a problem.

The web server waits for a request for as long as nobody sends one. Here each connection has some seconds for it, some
more for the body that was announced, a minute for somebody who does not read the answer, and when there are too many,
the one that has idled for longest makes room.
"""

import asyncio
from secrets import token_hex
from typing import Any, override

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from .guard import problem_headers
from .problem_kinds import BAD_REQUEST, TOO_MANY_CONNECTIONS
from .problems import ApiProblem, problem_bytes
from .security_headers import security_headers

MOST_CONNECTIONS = 1_000
REQUEST_SECONDS = 10.0
"""How long the head of a request may take, from its first byte; the first one of a connection, from its beginning."""

BODY_SECONDS = 60.0
STALLED_SECONDS = 60.0
"""How long an answer waits for somebody who reads nothing of it."""


class Connection(H11Protocol):
    """One connection. Everything about HTTP itself is the library's."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._patience: asyncio.TimerHandle | None = None
        self._waits_for = ""
        self._stalled: asyncio.TimerHandle | None = None
        self.idle_since = self.loop.time()

    @property
    def is_idle(self) -> bool:
        """True while no request is under way."""
        no_cycle = self.cycle is None  # which the library does not say of the type
        return no_cycle or self.cycle.response_complete

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        self._be_patient()
        if len(self.connections) > MOST_CONNECTIONS:
            self._make_room()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_for("")
        self._read_on()
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        self.idle_since = self.loop.time()
        super().data_received(data)
        self._be_patient()

    @override
    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.conn.trailing_data[0]:  # a part of the next request came before this answer was given
            self._be_patient()

    @override
    def send_400_response(self, msg: str) -> None:
        self._refuse(ApiProblem(BAD_REQUEST, "this is no request of HTTP/1.1"))

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        self._read_on()
        self._stalled = self.loop.call_later(STALLED_SECONDS, self.transport.abort)

    @override
    def resume_writing(self) -> None:
        super().resume_writing()
        self._read_on()

    def _read_on(self) -> None:
        """Take note that an answer is read, or that nobody waits for that any more."""
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _be_patient(self) -> None:
        """Wait for what is missing, and only for some time."""
        if self.transport.is_closing():
            self._wait_for("")
        elif self.is_idle:
            self._wait_for("request")
        else:
            self._wait_for("body" if self.cycle.more_body else "")

    def _wait_for(self, what: str) -> None:
        if what == self._waits_for:
            return
        if self._patience is not None:
            self._patience.cancel()
        self._waits_for = what
        seconds = BODY_SECONDS if what == "body" else REQUEST_SECONDS
        self._patience = self.loop.call_later(seconds, self.transport.close) if what else None

    def _make_room(self) -> None:
        """Hang up the connection that has idled for longest, or this one, if all others are busy."""
        others = [each for each in self.connections if isinstance(each, Connection) and each is not self]
        idlest = min((each for each in others if each.is_idle), key=lambda each: each.idle_since, default=None)
        if idlest is None:
            self._refuse(ApiProblem(TOO_MANY_CONNECTIONS, f"more than {MOST_CONNECTIONS:,} connections"))
        else:
            self.connections.discard(idlest)  # so that the next one that comes makes another go
            idlest.transport.abort()

    def _refuse(self, problem: ApiProblem) -> None:
        """Say what is wrong and hang up; only hang up when an answer is begun already."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            request_id = token_hex(8)
            body = problem_bytes(problem, instance=request_id)
            headers = [*problem_headers(body), *security_headers(), (b"x-request-id", request_id.encode())]
            answer = h11.Response(status_code=problem.kind.status, headers=headers)
            for event in (answer, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
