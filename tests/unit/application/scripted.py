"""The other end of a session, as a test dictates it."""

from collections.abc import Iterable, Sequence
from typing import override

from fastworker.application.messages import Message, Welcome
from fastworker.application.ports.transport import Requester


class ScriptedRequester(Requester):
    """Answers the requests in order with the given replies, raising those that are errors; notes what was asked."""

    def __init__(self, replies: Iterable[Message | Exception]) -> None:
        self._replies = iter(replies)
        self.asked: list[Message] = []

    @override
    async def request(self, message: Message, *, timeout: float) -> Message:
        self.asked.append(message)
        reply = next(self._replies)
        if isinstance(reply, Exception):
            raise reply
        return reply


def a_welcome(*, epoch: str = "epoch-1", now: float = 1000.0, task_modules: Sequence[str] = ()) -> Welcome:
    """The greeting of a control plane whose clock shows what ours does."""
    return Welcome(
        epoch=epoch,
        version="1",
        now=now,
        worker_address="tcp://127.0.0.1:5556",
        task_modules=list(task_modules),
    )
