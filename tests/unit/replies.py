"""Asking a handler, as a transport does."""

import anyio

from fastworker.application.messages import Message
from fastworker.application.ports.transport import Handler, LateReply


async def reply_of(handler: Handler, request: Message) -> Message:
    """Return what a handler answers, however late; raises what it raises."""
    answer = handler(request)
    if isinstance(answer, Message):
        return answer
    if isinstance(answer, LateReply):
        return await _given(answer)
    return await answer


async def _given(late: LateReply) -> Message:
    is_given = anyio.Event()
    replies: list[Message | Exception] = []

    def take(given: LateReply) -> None:
        try:
            replies.append(given.make())
        except Exception as error:
            replies.append(error)
        is_given.set()

    late.then(take)
    await is_given.wait()
    reply = replies[0]
    if isinstance(reply, Exception):
        raise reply
    return reply
