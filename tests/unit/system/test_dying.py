"""Workers, control planes and connections that go away, and what becomes of the tasks."""

import pytest

from fastworker.application.messages import Beat, Goodbye, Hello, Join, Report, Submit, Submitted
from fastworker.domain.errors import (
    ControlPlaneRestarted,
    ControlPlaneUnreachable,
    DeadlinePassed,
    TaskLost,
    UnknownWorker,
)
from fastworker.domain.events import ReportSuperseded, SessionClosed, SessionOpened, TaskLeased, WorkerLeft
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus

from .system import CLIENTS, WORKERS, HeldTask, a_system
from .tasks import echo
from .wire import Wire

pytestmark = pytest.mark.anyio


# ---- workers ----


async def test_what_a_killed_worker_ran_is_lost_within_the_lease_time_and_new_work_runs_elsewhere() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane(lease_seconds=15)
        worker = await system.start_worker("w1", held.function, slots=2)
        async with system.client() as client:
            handles = await client.map("held", [(1,), (2,)])
            await system.settle()
            await worker.kill()
            await system.start_worker("w2", held.function)
            await system.advance(10)
            assert [handle.is_done for handle in handles] == [False, False]
            await system.advance(6)
            for handle in handles:
                with pytest.raises(TaskLost, match=r"was lost with its worker \(attempt 1 on worker 'w1': silent"):
                    await handle
            held.release()
            assert await (await client.delay("held", 3)) == 3
        assert control_plane.worker_ids == ["w2"]
        assert control_plane.happened(WorkerLeft)[0].reason == "silent for 15.0 s"


async def test_what_waits_when_a_worker_is_killed_runs_on_another() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            handles = await client.map("held", [(1,), (2,)])
            await system.settle()
            await worker.kill()
            await system.start_worker("w2", held.function)
            await system.settle()
            held.release(2)
            assert await handles[1] == 2
            assert held.started == [1, 2]


async def test_a_worker_that_was_frozen_too_long_has_its_late_report_superseded_and_takes_new_work() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            late = await client.delay("held", 1)
            await system.settle()
            worker.wire.freeze()
            await system.advance(20)
            with pytest.raises(TaskLost):
                await late
            assert control_plane.worker_ids == []

            held.release(1)
            worker.wire.thaw()
            await system.advance(1)
            assert [event.task_id for event in control_plane.happened(ReportSuperseded)] == [late]
            assert await late.status() is TaskStatus.LOST
            assert control_plane.worker_ids == ["w1"]
            held.release()
            assert await (await client.delay("held", 2)) == 2


async def test_a_worker_that_rejoined_is_not_given_the_slots_that_its_old_tasks_still_take() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        worker = await system.start_worker("w1", held.function, slots=2)
        async with system.client() as client:
            await client.delay("held", 1)
            await system.settle()
            worker.wire.freeze()
            await system.advance(20)
            worker.wire.thaw()
            await system.advance(1)
            await client.map("held", [(2,), (3,)])
            await system.settle()
            assert held.started == [1, 2]
            held.release(1)
            await system.settle()
            assert held.started == [1, 2, 3]


async def test_a_worker_frozen_for_less_than_the_lease_time_loses_nothing() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            worker.wire.freeze()
            await system.advance(9)
            worker.wire.thaw()
            await system.settle()
            held.release()
            assert await handle == 1
        assert control_plane.happened(WorkerLeft) == []


async def test_a_long_task_on_a_live_worker_is_never_lost() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.advance(600)
            held.release()
            assert await handle == 1
        assert len(control_plane.happened(TaskLeased)) == 1


# ---- the control plane ----


async def test_after_a_restart_waiting_handles_fail_workers_rejoin_and_new_work_runs() -> None:
    held = HeldTask()
    async with a_system() as system:
        first = await system.start_control_plane()
        await system.start_worker("w1", held.function, slots=2)
        async with system.client() as client:
            handles = await client.map("held", [(1,), (2,), (3,)])
            await system.settle()
            await first.kill()
            await system.advance(3)
            assert not any(handle.is_done for handle in handles)
            second = await system.start_control_plane()
            await system.advance(5)
            for handle in handles:
                with pytest.raises(ControlPlaneRestarted):
                    await handle
            assert second.worker_ids == ["w1"]
            held.release()
            await system.settle()
            assert await (await client.delay("held", 4)) == 4
        assert held.started.count(3) == 0


async def test_outcomes_of_tasks_from_before_a_restart_are_superseded() -> None:
    held = HeldTask()
    async with a_system() as system:
        first = await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            await first.kill()
            second = await system.start_control_plane()
            await system.advance(5)
            held.release()
            await system.settle()
            assert [event.task_id for event in second.happened(ReportSuperseded)] == [handle]


async def test_a_client_that_waits_for_nothing_does_not_notice_a_restart() -> None:
    async with a_system() as system:
        first = await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client() as client:
            assert await (await client.delay("echo", 1)) == 1
            await first.kill()
            await system.start_control_plane()
            await system.advance(1)
            assert await (await client.delay("echo", 2)) == 2


async def test_without_a_control_plane_a_submission_fails_after_the_connect_timeout() -> None:
    async with a_system() as system, system.client(connect_timeout=5) as client:
        submitting = system.call(client.delay, "echo", 1)
        await system.advance(4.9)
        assert not submitting.is_done
        await system.advance(0.2)
        with pytest.raises(ControlPlaneUnreachable, match=f"no control plane answered at {CLIENTS} within 5 s"):
            submitting.result()


async def test_without_a_control_plane_every_look_fails_after_the_connect_timeout() -> None:
    async with a_system() as system, system.client(connect_timeout=2) as client:
        looks = [
            system.call(client.status, "x"),
            system.call(client.get_task_result, "x"),
            system.call(client.inspect),
        ]
        await system.advance(20)
        for look in looks:
            with pytest.raises(ControlPlaneUnreachable):
                look.result()


async def test_many_calls_that_wait_for_no_control_plane_all_fail_after_one_connect_timeout() -> None:
    async with a_system() as system, system.client(connect_timeout=5) as client:
        calls = [system.call(client.status, "x") for _ in range(10)]
        await system.advance(5.5)
        assert [call.is_done for call in calls] == [True] * 10


async def test_a_submission_waits_for_a_control_plane_that_starts_within_the_connect_timeout() -> None:
    async with a_system() as system, system.client(connect_timeout=5) as client:
        submitting = system.call(client.delay, "echo", 1)
        await system.advance(4)
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        await system.advance(0.5)
        with pytest.raises(Exception, match="no task named 'echo'"):
            submitting.result()
        assert await (await client.delay("echo", 1)) == 1


async def test_handles_fail_after_the_reconnect_timeout_when_the_control_plane_stays_away() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client(connect_timeout=5, reconnect_timeout=30) as client:
            handle = await client.delay("held", 1)
            await system.settle()
            await control_plane.kill()
            await system.advance(29)
            assert not handle.is_done
            await system.advance(7)
            with pytest.raises(ControlPlaneUnreachable, match="whether this task ran is unknown"):
                await handle


async def test_a_submission_that_may_have_been_read_is_not_sent_into_another_epoch() -> None:
    async with a_system() as system:
        first = await system.start_control_plane(ledger=Ledger(names=["echo"]))
        wire = Wire(system.network)
        async with system.client(wire=wire) as client:
            await system.settle()
            wire.lose(Submitted)
            submitting = system.call(client.delay, "echo", 1)
            await system.settle()
            assert len(first.ledger.tasks) == 1
            await first.kill()
            second = await system.start_control_plane(ledger=Ledger(names=["echo"]))
            await system.advance(2)
            with pytest.raises(ControlPlaneRestarted, match="whether the old one started it is unknown"):
                submitting.result()
            assert second.ledger.tasks == {}


async def test_a_submission_is_given_up_when_the_control_plane_goes_away_while_it_is_sent() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane(ledger=Ledger(names=["echo"]))
        wire = Wire(system.network)
        async with system.client(wire=wire, connect_timeout=5) as client:
            await system.settle()
            wire.lose(Submitted, times=1_000)
            submitting = system.call(client.delay, "echo", 1)
            await system.advance(4)
            assert not submitting.is_done
            await system.advance(12)
            with pytest.raises(ControlPlaneUnreachable, match="whether the one before accepted this task is unknown"):
                submitting.result()
            assert len(control_plane.ledger.tasks) == 1


# ---- silence ----


async def test_a_session_dropped_after_silence_is_opened_again_and_its_handles_still_complete() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", held.function, slots=3)
        wire = Wire(system.network)
        async with system.client(wire=wire) as client:
            ended, running = await client.map("held", [(1,), (2,)])
            await system.settle()
            wire.freeze()
            await system.advance(70)
            assert [event.reason for event in control_plane.happened(SessionClosed)] == ["silent"]
            held.release(1)
            await system.settle()
            wire.thaw()
            await system.advance(1)
            assert await ended == 1
            held.release(2)
            assert await running == 2
            assert len(control_plane.happened(SessionOpened)) == 2
            held.release()
            assert await (await client.delay("held", 3)) == 3


async def test_a_client_that_leaves_says_goodbye() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        wire = Wire(system.network)
        async with system.client(wire=wire):
            await system.advance(6)
        assert wire.count(Goodbye) == 1
        assert [event.reason for event in control_plane.happened(SessionClosed)] == ["left"]
        assert control_plane.ledger.sessions == {}


# ---- requests that are read too late ----


async def test_requests_whose_deadline_has_passed_are_not_carried_out() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane(ledger=Ledger(names=["echo"]))
        await system.ask(CLIENTS, Hello(session_id="s1"))
        epoch, late = control_plane.config.epoch, system.clock.now() - 0.1
        submit = Submit(epoch=epoch, session_id="s1", deadline=late, entries=[], payloads=[])
        join = Join(epoch=epoch, deadline=late, worker_id="w1", incarnation="i1", slots=1, names=["echo"])
        for address, request in ((CLIENTS, submit), (WORKERS, join)):
            with pytest.raises(DeadlinePassed, match=r"read 0\.1 s after its sender gave up"):
                await system.ask(address, request)
        assert control_plane.worker_ids == []


async def test_requests_of_another_epoch_are_refused() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        with pytest.raises(ControlPlaneRestarted, match="this control plane is epoch-1, the request is for epoch-0"):
            await system.ask(WORKERS, Beat(epoch="epoch-0", worker_id="w1", incarnation="i1"))


async def test_a_worker_that_is_not_registered_is_told_to_join() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        epoch = control_plane.config.epoch
        for request in (
            Beat(epoch=epoch, worker_id="w1", incarnation="i1"),
            Report(epoch=epoch, worker_id="w1", incarnation="i1", entries=[]),
        ):
            with pytest.raises(UnknownWorker, match="'w1' is not registered"):
                await system.ask(WORKERS, request)
