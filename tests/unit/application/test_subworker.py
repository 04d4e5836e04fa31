"""A subworker: odd answers, odd moments to stop, and the loop that its heartbeat runs in."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio
import pytest

from fastworker.application.messages import Beacon, Hello, Join, Joined, Leases, Leave, Message, Noted, Poll, Report
from fastworker.application.task_function import task
from fastworker.application.task_registry import TaskRegistry
from fastworker.domain.errors import TaskFailed
from tests.unit.replies import reply_of
from tests.unit.system.system import BEACON, CLIENTS, WORKERS, HeldTask, RunningWorker, System, a_system
from tests.unit.system.tasks import echo

from .scripted import a_welcome

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def in_the_same_loop(run: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Run a heartbeat beside the worker, in its own loop."""
    async with anyio.create_task_group() as group:
        group.start_soon(run)
        yield
        group.cancel_scope.cancel()


async def test_a_heartbeat_may_run_in_the_loop_of_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(System, "background", staticmethod(in_the_same_loop))
    async with a_system() as system:
        await system.start_control_plane()
        worker = await system.start_worker("w1", echo)
        async with system.client() as client:
            assert await (await client.delay("echo", 1)) == 1
            worker.role.stop()
            await system.advance(3)
        assert worker.ended.is_set()
        assert worker.error is None


async def test_a_worker_that_is_stopped_before_it_runs_ends_at_once() -> None:
    async with a_system() as system:
        worker = RunningWorker(system, TaskRegistry([echo]), (), {"worker_id": "w1", "slots": 1})
        worker.role.stop()
        await worker.run()
        assert worker.wire.sent == []


async def test_a_worker_that_is_stopped_between_its_join_and_its_first_poll_leaves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workers: list[RunningWorker] = []

    @asynccontextmanager
    async def stop_meanwhile(run: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
        workers[0].role.stop()
        yield

    monkeypatch.setattr(System, "background", staticmethod(stop_meanwhile))
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        workers.append(RunningWorker(system, TaskRegistry([echo]), (), {"worker_id": "w1", "slots": 1}))
        await workers[0].run()
        assert [type(message) for message in workers[0].wire.sent] == [Hello, Join, Report, Leave]
        assert control_plane.worker_ids == []


async def test_leases_that_come_again_in_another_reply_are_started_once() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane(worker_address="tcp://127.0.0.1:1")
        given: list[Leases] = []

        async def repeat(request: Message) -> Message:
            if given and isinstance(request, Poll) and request.acknowledged == 1:
                return given.pop()
            reply = await reply_of(control_plane.role.worker_desk.answer, request)
            if isinstance(reply, Leases) and reply.entries:
                given.append(reply)
            return reply

        async with system.network.serve([WORKERS], repeat), system.client() as client:
            await system.start_worker("w1", held.function, slots=2, worker_address=WORKERS)
            await client.delay("held", 1)
            await system.settle()
        assert given == []
        assert held.started == [1]


async def test_messages_on_the_beacon_that_are_none_are_passed_over() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane(discovery_address="tcp://127.0.0.1:1")
        await system.start_worker("w1", echo, control_plane_address=None)
        async with system.network.publish(BEACON) as beacon:
            await beacon.publish(Noted())
            await system.settle()
            assert control_plane.worker_ids == []
            await beacon.publish(Beacon(epoch="epoch-1", client_address=CLIENTS, worker_address=WORKERS))
            await system.settle()
        assert control_plane.worker_ids == ["w1"]


async def test_a_worker_whose_join_is_answered_oddly_tries_again() -> None:
    joins: list[Message] = []

    async def greet(request: Message) -> Message:
        return a_welcome()

    async def answer_oddly(request: Message) -> Message:
        joins.append(request)
        return Noted()

    async with a_system() as system:
        async with system.network.serve([CLIENTS], greet), system.network.serve([WORKERS], answer_oddly):
            await system.start_worker("w1", echo)
            await system.advance(2)
        assert len(joins) > 3
        assert {type(join) for join in joins} == {Join}


@pytest.mark.parametrize("kind", [Poll, Report])
async def test_a_worker_whose_work_is_answered_oddly_goes_on(kind: type[Message]) -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        answer_worker = control_plane.role.worker_desk.answer
        await control_plane.kill()
        odd = 2

        async def answer(request: Message) -> Message:
            nonlocal odd
            if isinstance(request, kind) and odd:
                odd -= 1
                return Joined(beat_seconds=1, lease_seconds=1)
            return await reply_of(answer_worker, request)

        again = await system.start_control_plane(worker_address="tcp://127.0.0.1:1")
        answer_worker = again.role.worker_desk.answer

        async with system.network.serve([WORKERS], answer):
            await system.start_worker("w1", held.function, worker_address=WORKERS)
            async with system.client() as client:
                await system.advance(2)
                handle = await client.delay("held", 1)
                await system.settle()
                held.release()
                await system.advance(2)
                assert await handle == 1
        assert odd == 0


async def test_a_worker_takes_more_than_a_batch_of_leases_and_runs_each_once() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function, slots=2_000)
        async with system.client() as client:
            handles = await client.map("held", [(number,) for number in range(1_500)])
            await system.settle()
            assert len(held.started) == 1_500
            held.release()
            await system.settle()
            assert [handle.value() for handle in handles] == list(range(1_500))


async def test_leases_of_large_arguments_come_batch_by_batch() -> None:
    @task
    def measure(text: str) -> int:
        return len(text)

    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", measure, slots=10)
        async with system.client() as client:
            handles = await client.map("measure", [("x" * 400_000,) for _ in range(10)])
            await system.settle()
            assert [handle.value() for handle in handles] == [400_000] * 10


async def test_a_task_whose_annotations_cannot_be_read_fails_alone_and_the_worker_goes_on() -> None:
    def broken(value: "NoSuchType") -> None:  # type: ignore[name-defined] # noqa: F821
        """Name a type that does not exist."""

    async with a_system() as system:
        await system.start_control_plane()
        worker = await system.start_worker("w1", task(broken), echo)
        async with system.client() as client:
            handle = await client.delay("broken", 1)
            await system.advance(1)
            assert worker.error is None
            assert handle.is_done
            with pytest.raises(TaskFailed, match="NoSuchType"):
                await handle
            assert await (await client.delay("echo", 1)) == 1


async def test_a_worker_greets_and_joins_before_it_asks_for_work() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        worker = await system.start_worker("w1", echo)
        kinds = [type(message) for message in worker.wire.sent]
        assert kinds[:2] == [Hello, Join]
        assert kinds.count(Poll) == 1
        assert Leases not in kinds
