"""Ends that were asked for: of clients, workers and the control plane."""

import anyio
import pytest

from fastworker.application.current_client import current_client
from fastworker.application.messages import Leave
from fastworker.domain.errors import ClientNotRunning, Draining, TaskLost
from fastworker.domain.events import TaskReturned, WorkerLeft
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus

from .system import HeldTask, a_system
from .tasks import echo

pytestmark = pytest.mark.anyio


# ---- the client ----


async def test_leaving_a_client_fails_its_unfinished_handles_and_the_tasks_go_on() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
        with pytest.raises(ClientNotRunning, match="the client was stopped before the task was done"):
            await handle
        held.release()
        await system.settle()
        assert control_plane.ledger.finished[TaskStatus.SUCCESS] == 1


async def test_a_submission_under_way_fails_when_the_client_is_left() -> None:
    async with a_system() as system:
        async with system.client() as client:
            sent = system.call(client.delay, "echo", 1)
            await system.settle()
            collected = system.call(client.delay, "echo", 2)
            await system.settle()
        await system.settle()
        for submitting in (sent, collected):
            with pytest.raises(ClientNotRunning):
                submitting.result()


async def test_a_client_that_is_not_running_refuses_every_call() -> None:
    async with a_system() as system:
        client = system.client()
        with pytest.raises(ClientNotRunning, match="this client is not running"):
            await client.delay("echo", 1)
        async with client:
            pass
        with pytest.raises(ClientNotRunning, match="this client is not running"):
            await client.status("x")


async def test_a_client_can_be_entered_again() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        client = system.client()
        for number in range(2):
            async with client:
                assert await (await client.delay("echo", number)) == number


async def test_clients_nest_and_the_inner_one_is_current() -> None:
    async with a_system() as system, system.client() as outer:
        async with system.client() as inner:
            assert current_client() is inner
        assert current_client() is outer


# ---- the worker ----


async def test_a_worker_that_stops_finishes_what_runs_and_then_leaves() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            running, waiting = await client.map("held", [(1,), (2,)])
            await system.settle()
            worker.role.stop()
            await system.advance(20)
            assert not worker.ended.is_set()
            held.release()
            await system.settle()
            assert await running == 1
            assert worker.ended.is_set()
            assert await waiting.status() is TaskStatus.QUEUED
        assert [event.reason for event in control_plane.happened(WorkerLeft)] == ["left"]
        assert held.started == [1]


async def test_an_idle_worker_that_stops_leaves_at_once() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", echo)
        worker.role.stop()
        await system.settle()
        assert worker.ended.is_set()
        assert control_plane.worker_ids == []


async def test_a_worker_that_stops_gives_up_on_what_outlasts_the_drain_timeout() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        worker = await system.start_worker("w1", held.function, drain_seconds=30)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            worker.role.stop()
            await system.advance(29)
            assert not worker.ended.is_set()
            await system.advance(2)
            assert worker.ended.is_set()
            with pytest.raises(TaskLost):
                await handle


async def test_leases_that_never_reached_a_stopping_worker_wait_again_with_no_attempt_counted() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            worker.wire.freeze()
            handle = await client.delay("held", 1)
            await system.settle()
            assert await handle.status() is TaskStatus.RUNNING
            worker.role.stop()
            worker.wire.thaw()
            await system.settle()
            assert [event.task_id for event in control_plane.happened(TaskReturned)] == [handle]
            await system.start_worker("w2", held.function)
            held.release()
            await handle
            result = await handle.result()
            assert result is not None
            assert result.attempts == 1


async def test_a_worker_can_stop_before_it_ever_found_a_control_plane() -> None:
    async with a_system() as system:
        worker = await system.start_worker("w1", echo)
        worker.role.stop()
        await system.settle()
        assert worker.ended.is_set()
        assert worker.error is None


async def test_a_worker_stops_although_the_control_plane_is_gone() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            await client.delay("held", 1)
            await system.settle()
            await control_plane.kill()
            worker.role.stop()
            held.release()
            await system.advance(32)
            assert worker.ended.is_set()
            assert worker.wire.count(Leave) == 1


async def test_a_worker_stops_while_its_report_is_under_way_and_reports_once_more() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            worker.wire.freeze()
            held.release()
            await system.settle()
            worker.role.stop()
            await system.settle()
            worker.wire.thaw()
            await system.settle()
            assert await handle == 1
        assert control_plane.ledger.superseded == 0


async def test_a_worker_that_was_replaced_while_it_stops_ends_all_the_same() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        worker = await system.start_worker("w1", held.function, drain_seconds=10)
        async with system.client() as client:
            await client.delay("held", 1)
            await system.settle()
            worker.role.stop()
            await system.start_worker("w1", held.function)
            held.release()
            await system.advance(12)
            assert worker.ended.is_set()


# ---- the control plane ----


async def test_a_stopping_control_plane_refuses_submissions_and_waits_for_what_runs() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            running, waiting = await client.map("held", [(1,), (2,)])
            await system.settle()
            assert control_plane.ledger.running == 1
            control_plane.role.stop()
            await system.settle()
            with pytest.raises(Draining, match="takes no new tasks"):
                await client.delay("held", 3)
            await system.advance(10)
            assert not control_plane.ended.is_set()
            held.release()
            await system.advance(2)
            assert await running == 1
            assert control_plane.ended.is_set()
            assert not waiting.is_done
        assert held.started == [1]


async def test_a_stopping_control_plane_waits_until_its_clients_have_read_what_ended() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client() as client:
            handle = await client.delay("echo", 1)
            control_plane.role.stop()
            await system.settle()
            assert control_plane.ended.is_set()
            assert handle.is_done


async def test_an_idle_control_plane_stops_at_once_and_its_addresses_are_free() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        control_plane.role.stop()
        control_plane.role.stop()
        await system.settle()
        assert control_plane.ended.is_set()
        again = await system.start_control_plane()
        assert not again.ended.is_set()


async def test_a_stopping_control_plane_gives_up_on_what_outlasts_the_drain_timeout() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane(drain_seconds=30)
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            await client.delay("held", 1)
            await system.settle()
            control_plane.role.stop()
            await system.advance(29)
            assert not control_plane.ended.is_set()
            await system.advance(2.5)
            assert control_plane.ended.is_set()


async def test_a_stopping_control_plane_starts_nothing_that_waits() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane(ledger=Ledger(names=["held"]))
        async with system.client() as client:
            await client.delay("held", 1)
            control_plane.role.stop()
            await system.start_worker("w1", held.function)
            await anyio.lowlevel.checkpoint()
            assert held.started == []
