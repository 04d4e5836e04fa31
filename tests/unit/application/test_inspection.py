"""Asking a worker what it runs."""

import anyio
import pytest

from fastworker.adapters.json_codec import JsonFrameCodec
from fastworker.adapters.memory import InMemoryTransport, ManualClock
from fastworker.application.inspection import MOST_UNDER_WAY, PATIENCE_SECONDS, Inspection
from fastworker.application.messages import InspectWorker, Message, Noted, RunningTask, WorkerInspected
from fastworker.domain.errors import RequestTimeout, TooManyPeers, WireError

pytestmark = pytest.mark.anyio

ADDRESS = "tcp://127.0.0.1:7001"
RUNS = RunningTask("t1", "echo", 1, 2.5, "in echo")


class Network:
    """A network in memory, with a worker that answers when it is asked."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.transport = InMemoryTransport(JsonFrameCodec(), self.clock)
        self.inspection = Inspection(self.transport)
        self.reply: Message = WorkerInspected(worker_id="w1", slots=1, running=[RUNS])

    def serve(self):
        return self.transport.serve([ADDRESS], self.answer)

    def answer(self, request: Message) -> Message:
        assert isinstance(request, InspectWorker)
        return self.reply


async def test_a_worker_tells_how_a_task_runs():
    network = Network()
    async with network.serve():
        assert await network.inspection.running(ADDRESS, "t1") == RUNS
        assert await network.inspection.running(ADDRESS, "t2") is None


async def test_what_answers_otherwise_is_no_worker():
    network = Network()
    network.reply = Noted()
    async with network.serve():
        with pytest.raises(WireError, match="Noted"):
            await network.inspection.running(ADDRESS, "t1")


async def test_only_a_few_are_asked_at_a_time_and_none_for_long():
    network = Network()
    errors: list[Exception] = []

    async def ask() -> None:
        with pytest.raises(RequestTimeout) as raised:
            await network.inspection.running(ADDRESS, "t1")
        errors.append(raised.value)

    async with anyio.create_task_group() as group:
        for _ in range(MOST_UNDER_WAY):
            group.start_soon(ask)
        await network.clock.settle()
        with pytest.raises(TooManyPeers):
            await network.inspection.running(ADDRESS, "t1")
        await network.clock.advance(PATIENCE_SECONDS + 1)
    assert len(errors) == MOST_UNDER_WAY
    async with network.serve():
        assert await network.inspection.running(ADDRESS, "t1") == RUNS
