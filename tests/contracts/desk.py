"""The two ends of a conversation in these tests: a desk that answers, and questions under way."""

import time
from collections.abc import Callable

import anyio
from anyio.abc import TaskGroup

from fastworker.application.messages import Fetched, Goodbye, Message, Reported, TaskState
from fastworker.application.ports.transport import Requester

PATIENCE_SECONDS = 10.0
"""How long, in real time, a test waits for what should happen at once."""


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition; the test fails when it is not met in time."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"not within {PATIENCE_SECONDS:g} s"
        await anyio.sleep(0.001)


def question(number: int) -> Message:
    """Return a request that can be told from others."""
    return Goodbye(session_id=str(number))


def answer(number: int) -> Message:
    """Return the desk's reply to that question."""
    return Reported(superseded=[str(number)])


def with_payload(payload: bytes) -> Message:
    """Return a message that carries bytes."""
    return Fetched(entries=[TaskState("id", None)], payloads=[payload])


class Desk:
    """Notes every request; answers at once, or, if it is closed, when it is opened."""

    def __init__(self, *, is_open: bool = True) -> None:
        self.requests: list[Message] = []
        self.cancelled = 0
        self._open = anyio.Event()
        if is_open:
            self.open()

    def open(self) -> None:
        """Answer what waits, and from now on everything at once."""
        self._open.set()

    async def has(self, count: int) -> None:
        """Wait until so many requests have come."""
        await until(lambda: len(self.requests) >= count)

    async def handle(self, request: Message) -> Message:
        """Answer a question."""
        self.requests.append(request)
        try:
            await self._open.wait()
        except anyio.get_cancelled_exc_class():
            self.cancelled += 1
            raise
        return Reported(superseded=[request.session_id]) if isinstance(request, Goodbye) else request


class Asked:
    """A request under way in a task of its own: later its reply or its error."""

    def __init__(self, group: TaskGroup, requester: Requester, message: Message, *, timeout: float = 8.0) -> None:
        self.reply: Message | None = None
        self.error: Exception | None = None
        self.scope = anyio.CancelScope()
        self._over = anyio.Event()
        group.start_soon(self._ask, requester, message, timeout)

    async def over(self) -> None:
        """Wait for the end of the request."""
        with anyio.fail_after(PATIENCE_SECONDS):
            await self._over.wait()

    async def _ask(self, requester: Requester, message: Message, timeout: float) -> None:
        try:
            with self.scope:
                self.reply = await requester.request(message, timeout=timeout)
        except Exception as error:
            self.error = error
        finally:
            self._over.set()
