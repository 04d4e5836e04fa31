"""Looking at tasks: pending, ended, expired, never seen."""

import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest

from fastworker.adapters.json_codec import JsonPayloadCodec
from fastworker.application.client import TaskClient
from fastworker.application.messages import Fetch, Hello
from fastworker.application.task_function import task
from fastworker.domain.errors import ControlPlaneUnreachable, ResultExpired, TaskFailed, UnknownSession, UnknownTaskId
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority

from .system import CLIENTS, HeldTask, a_system
from .tasks import Order, divide, double_order, echo
from .wire import Wire

pytestmark = pytest.mark.anyio


async def test_a_pending_task_has_a_status_and_no_result() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            running, queued = await client.map("held", [(1,), (2,)])
            assert await client.get_task_result(running) is None
            assert await running.result() is None
            assert await client.status(running) is TaskStatus.RUNNING
            assert await queued.status() is TaskStatus.QUEUED


async def test_who_looks_after_the_control_plane_has_died_is_told_so_within_the_time_for_connecting() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client(connect_timeout=5.0) as client:
            handle = await client.delay("echo", 1)
            await handle
            await control_plane.kill()
            began = system.clock.now()
            looks = [system.call(client.get_task_result, handle), system.call(client.cancel, handle)]
            await system.advance(5.1)
            for look in looks:
                with pytest.raises(ControlPlaneUnreachable, match="within 5 s"):
                    look.result()
            assert system.clock.now() - began < 6


async def test_the_result_of_a_task_tells_how_it_went() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            first = await client.delay("held", 1)
            handle = await client.delay("held", 2, priority="high")
            await system.advance(3)
            held.release(1)
            await first
            await system.advance(4)
            held.release(2)
            await handle
            for result in (await client.get_task_result(handle), await handle.result()):
                assert result is not None
                assert (result.task_id, result.name, result.status) == (handle, "held", TaskStatus.SUCCESS)
                assert (result.result, result.error, result.attempts) == (2, None, 1)
                assert (result.priority, result.worker_id) == (TaskPriority.HIGH, "w1")
                assert (result.wait_seconds, result.run_seconds) == (3.0, 4.0)
            assert await handle.status() is TaskStatus.SUCCESS
            assert await client.status(str(handle)) is TaskStatus.SUCCESS


async def test_any_client_can_look_at_a_task_by_its_id() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", divide)
        async with system.client() as client, system.client() as other:
            good, bad = await client.map("divide", [(1, 2), (1, 0)])
            await good
            with pytest.raises(TaskFailed):
                await bad
            seen = await other.get_task_result(str(good))
            assert seen is not None
            assert seen.result == 0.5
            failed = await other.handle(str(bad)).result()
            assert failed is not None
            assert failed.error is not None
            assert (failed.status, failed.error.error_type) == (TaskStatus.FAILURE, "ZeroDivisionError")
            assert other.handle(good) is good


async def test_a_result_is_kept_for_its_time_and_then_expired() -> None:
    async with a_system() as system:
        await system.start_control_plane(ledger=Ledger(result_ttl_seconds=60))
        await system.start_worker("w1", echo)
        async with system.client() as client:
            handle = await client.delay("echo", 1)
            await handle
            await system.advance(59)
            assert await client.status(str(handle)) is TaskStatus.SUCCESS
            await system.advance(2)
            assert await client.get_task_result(str(handle)) is None
            with pytest.raises(ResultExpired, match="its result is not kept any more"):
                await client.status(str(handle))
            assert await handle == 1
            assert await handle.status() is TaskStatus.SUCCESS


async def test_an_id_that_was_never_seen_is_told_from_an_expired_one() -> None:
    async with a_system() as system:
        await system.start_control_plane(ledger=Ledger(result_ttl_seconds=60))
        await system.start_worker("w1", echo)
        async with system.client() as client:
            await (await client.delay("echo", 1))
            await system.advance(100)
            never_seen = system.new_id()
            for task_id in (never_seen, "no id at all"):
                with pytest.raises(UnknownTaskId, match=f"no task '{task_id}' was seen"):
                    await client.status(task_id)
                assert await client.get_task_result(task_id) is None


async def test_inspect_shows_names_workers_queue_and_counts() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function, echo, slots=1, base_address="tcp://127.0.0.1:7001")
        async with system.client() as client:
            await (await client.delay("echo", 1))
            await client.map("held", [(1,), (2,)])
            await client.delay("held", 3, priority="high")
            await system.advance(1)
            shown = await client.inspect()
        assert shown.names == ["echo", "held"]
        assert [(worker.worker_id, worker.running, worker.finished) for worker in shown.workers] == [("w1", 1, 1)]
        assert shown.workers[0].address == "tcp://127.0.0.1:7001"
        assert (shown.running, shown.results_kept, shown.superseded) == (1, 1, 0)
        assert {priority: depth for priority, depth in shown.queued.items() if depth} == {
            TaskPriority.HIGH: 1,
            TaskPriority.NORMAL: 1,
        }
        assert shown.finished[TaskStatus.SUCCESS] == 1
        assert (shown.epoch, shown.version, shown.up_seconds) == ("epoch-1", "1", 1.0)


async def test_results_too_large_for_one_batch_all_arrive() -> None:
    held = HeldTask()
    large = "x" * 400_000

    async def grow(number: int) -> str:
        await held.function(number)
        return large

    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", task(grow), slots=8)
        wire = Wire(system.network)
        async with system.client(wire=wire) as client:
            handles = await client.map("grow", [(number,) for number in range(8)])
            await system.settle()
            wire.freeze()
            held.release()
            await system.advance(70)
            wire.thaw()
            await system.advance(1)
            assert [await handle for handle in handles] == [large] * 8


async def test_a_client_that_reads_too_slowly_asks_for_what_it_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastworker.domain.ledger.OUTBOX_LIMIT", 3)
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo, slots=20)
        wire = Wire(system.network)
        async with system.client(wire=wire) as client:
            await (await client.delay("echo", 0))
            handles = await client.map("echo", [(number,) for number in range(20)])
            await system.settle()
            assert [handle.value() for handle in handles] == list(range(20))
            assert wire.count(Fetch) > 0


async def test_a_task_that_ended_and_expired_while_the_client_was_away_is_told_as_expired() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane(ledger=Ledger(result_ttl_seconds=10))
        await system.start_worker("w1", held.function)
        wire = Wire(system.network)
        async with system.client(wire=wire) as client:
            handle = await client.delay("held", 1)
            await system.settle()
            wire.freeze()
            await system.advance(70)
            held.release()
            await system.advance(20)
            wire.thaw()
            await system.advance(1)
            with pytest.raises(ResultExpired, match="its result is not kept any more"):
                await handle


async def test_a_fetch_that_watches_needs_a_session() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.ask(CLIENTS, Hello(session_id="s1"))
        with pytest.raises(UnknownSession):
            await system.ask(CLIENTS, Fetch(epoch="epoch-1", session_id="s2", task_ids=["x"], watch=True))


async def test_a_looked_up_result_of_a_handle_keeps_the_type_of_the_annotation() -> None:
    order = Order(UUID(int=1), datetime(2026, 1, 1, tzinfo=UTC), (1,))
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", double_order)
        async with system.client() as client:
            handle = await client.delay(double_order, order)
            await system.settle()
            result = await client.get_task_result(handle)
            assert result is not None
            assert result.result == Order(order.number, order.placed_at, (2,))


async def test_a_client_may_say_why_a_wait_will_not_end() -> None:
    class Impatient(TaskClient):
        """Waits for nothing."""

        async def until[R](self, wait: Callable[[], Awaitable[R]]) -> R:
            raise LookupError("nobody will come")

    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function)
        patient = system.client()
        async with Impatient(
            patient.config,
            transport=system.network,
            clock=system.clock,
            codec=JsonPayloadCodec(),
            new_id=system.new_id,
            jitter=random.Random(1),
        ) as client:
            handle = await client.delay("held", 1)
            with pytest.raises(LookupError):
                await handle
            with pytest.raises(LookupError):
                await anext(client.as_completed([handle]))
            with pytest.raises(LookupError):
                await anext(handle.events())
