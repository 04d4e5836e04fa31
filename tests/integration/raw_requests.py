"""Requests as bytes: what a stranger sends over NNG, and what is answered."""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields, replace
from typing import Any

import anyio
import pynng

from fastworker.adapters.json_codec import JsonFrameCodec
from fastworker.application.messages import (
    FRAME_BYTES,
    AwaitCompletions,
    Hello,
    Inspect,
    Inspected,
    Join,
    Leases,
    Message,
    Poll,
    Refused,
    Report,
    ReportEntry,
    Submit,
    SubmitEntry,
    Welcome,
)
from fastworker.domain.priority import TaskPriority

from .system import System

SESSION, LIFE = "a session", "its only life"
LANES = 8
ANSWER_SECONDS = 30.0

CODEC = JsonFrameCodec()


class Stranger:
    """Asks at one address, some requests at a time, each with a patience that a working system never tries."""

    def __init__(self, socket: pynng.Req0) -> None:
        self._socket = socket

    async def ask_raw(self, frames: Iterable[tuple[str, bytes]]) -> dict[str, Message]:
        """Return what each frame was answered with, by its name."""
        answers: dict[str, Message] = {}
        left = iter(frames)
        async with anyio.create_task_group() as group:
            for _ in range(LANES):
                group.start_soon(self._ask_in_turn, left, answers)
        return answers

    async def ask(self, message: Message) -> Message:
        """Return the answer to one message."""
        return (await self.ask_raw([("it", CODEC.encode(message))]))["it"]

    async def _ask_in_turn(self, left: Iterator[tuple[str, bytes]], answers: dict[str, Message]) -> None:
        with self._socket.new_context() as context:
            for name, frame in left:
                with anyio.move_on_after(ANSWER_SECONDS) as patience:
                    await context.asend(frame)
                    answers[name] = CODEC.decode(await context.arecv())
                assert not patience.cancelled_caught, f"no answer to: {name}"


@asynccontextmanager
async def stranger(address: str) -> AsyncIterator[Stranger]:
    """Connect somebody who knows the protocol's bytes to an address."""
    with pynng.Req0(recv_max_size=FRAME_BYTES) as socket:
        socket.dial(address, block=True)
        yield Stranger(socket)


async def hello(client_address: str, session_id: str) -> Welcome:
    """Open a session as a client does."""
    async with stranger(client_address) as somebody:
        answer = await somebody.ask(Hello(session_id=session_id))
    assert isinstance(answer, Welcome), answer
    return answer


def meant_for(message: Message, **values: Any) -> Message:
    """Return a message with those of the values that it has fields for."""
    names = {field.name for field in fields(message)}
    return replace(message, **{name: value for name, value in values.items() if name in names})  # type: ignore[type-var]


def untyped(answers: dict[str, Message]) -> dict[str, Message]:
    """Return the answers that tell of an error inside."""
    return {
        name: answer
        for name, answer in answers.items()
        if isinstance(answer, Refused) and (answer.code == "control_plane_error" or "failed inside" in answer.message)
    }


@dataclass
class Peers:
    """A client and workers that say what they like, to one control plane."""

    epoch: str
    deadline: float
    client: Stranger
    worker: Stranger

    async def join(self, worker_id: str, **fields: Any) -> Message:
        values: dict[str, Any] = {"incarnation": LIFE, "slots": 2, "names": [f"task of {worker_id}"[:100]]} | fields
        return await self.worker.ask(Join(epoch=self.epoch, deadline=self.deadline, worker_id=worker_id, **values))

    def poll_of(self, worker_id: str, **fields: Any) -> Poll:
        values: dict[str, Any] = {"incarnation": LIFE, "acknowledged": 0} | fields
        return Poll(epoch=self.epoch, deadline=self.deadline, worker_id=worker_id, **values)

    async def leases(self, worker_id: str, **fields: Any) -> dict[str, int]:
        """Poll, and return the tokens of the leases by task."""
        answer = await self.worker.ask(self.poll_of(worker_id, **fields))
        assert isinstance(answer, Leases), answer
        return {entry.task_id: entry.token for entry in answer.entries}

    async def report(self, worker_id: str, entry: ReportEntry, payload: bytes = b"1", **fields: Any) -> Message:
        return await self.worker.ask(
            Report(
                epoch=self.epoch,
                worker_id=worker_id,
                incarnation=LIFE,
                entries=[entry],
                payloads=[payload],
                **fields,
            )
        )

    def submit_of(self, worker_id: str, *task_ids: str, payload: bytes = b"{}") -> Submit:
        """Return a submission of tasks that only this worker runs."""
        name = f"task of {worker_id}"[:100]
        return Submit(
            epoch=self.epoch,
            session_id=SESSION,
            deadline=self.deadline,
            entries=[SubmitEntry(task_id, name, TaskPriority.NORMAL) for task_id in task_ids],
            payloads=[payload] * len(task_ids),
        )

    async def submit(self, worker_id: str, *task_ids: str) -> Message:
        return await self.client.ask(self.submit_of(worker_id, *task_ids))

    async def completions(self, session_id: str = SESSION, **fields: Any) -> Message:
        values: dict[str, Any] = {"acknowledged": 0} | fields
        return await self.client.ask(AwaitCompletions(epoch=self.epoch, session_id=session_id, **values))

    async def inspect(self) -> Inspected:
        answer = await self.client.ask(Inspect())
        assert isinstance(answer, Inspected), answer
        return answer


@asynccontextmanager
async def peers_of(system: System) -> AsyncIterator[Peers]:
    welcome = await hello(system.address, SESSION)
    async with stranger(system.address) as client, stranger(system.worker_address) as worker:
        yield Peers(welcome.epoch, welcome.now + 3600, client, worker)
