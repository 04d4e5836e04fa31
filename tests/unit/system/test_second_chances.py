"""What must not go wrong when a reply is lost, a process stands still, or somebody comes late."""

import pytest

from fastworker.application.limits import Limits
from fastworker.application.messages import Hello, Leases, Message, Poll, Report, Reported, ReportEntry, Welcome
from fastworker.application.task_function import SubmitOptions
from fastworker.application.views import outcomes
from fastworker.domain.errors import (
    AddressUnusable,
    ClientNotRunning,
    InvalidArguments,
    ResultExpired,
    TaskLost,
    UnknownTaskId,
    WireError,
)
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import ErrorRecord

from ...builders import ManualCoordinator, a_submission, a_uuid7
from .system import CLIENTS, HeldTask, a_system
from .tasks import echo

pytestmark = pytest.mark.anyio


async def test_a_task_of_another_client_can_be_awaited_by_its_id() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as submitter, system.client() as other:
            task_id = str(await submitter.delay("held", 7))
            waiting = system.call(other.handle(task_id).wait)
            await system.settle()
            held.release()
            await system.settle()
            waiting.result()
            assert await other.handle(task_id) == 7
            assert [await handle async for handle in other.as_completed([other.handle(task_id)])] == [7]


async def test_awaiting_an_id_that_was_never_seen_fails_at_once() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        async with system.client() as client:
            with pytest.raises(UnknownTaskId):
                await client.handle(a_uuid7(1_750_000_000_000))


async def test_a_stopped_client_takes_no_more_submissions() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client() as client:
            assert client._life is not None
            parts = await client._life.parts()
        with pytest.raises(ClientNotRunning):
            parts.submitter.add(*client._prepare("echo", (1,), {}, SubmitOptions()))


async def test_a_wrong_call_in_a_map_submits_none_of_them() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client() as client:
            with pytest.raises(InvalidArguments):
                await client.map(echo, [(1,), ("no number",)])
            with pytest.raises(InvalidArguments, match="one tuple of arguments per call"):
                await client.map("echo", ["ab"])
            assert not control_plane.ledger.tasks


async def test_a_worker_that_hears_nothing_for_a_lease_keeps_its_tasks_while_its_beats_arrive() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane(lease_seconds=15)
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            worker.wire.lose(Leases, times=5)  # each is held for 5 s before it gets lost
            await system.advance(40)
            assert control_plane.worker_ids == ["w1"]
            held.release()
            await system.advance(20)
            assert await handle == 1


async def test_a_control_plane_that_stood_still_drops_nobody_for_it() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane(lease_seconds=15)
        await system.start_worker("w1", echo)
        await system.settle()
        system.clock._now += 100
        await system.advance(2)
        assert control_plane.worker_ids == ["w1"]


async def test_a_control_plane_that_stops_at_once_tells_who_waits() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            control_plane.role.stop()
            await system.settle()
            control_plane.role.stop_now()
            await system.advance(2)
            with pytest.raises(TaskLost):
                await handle
            assert [task.task_id for task in control_plane.role.abandoned] == [str(handle)]


async def test_a_control_plane_can_be_stopped_at_once_from_the_start() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        control_plane.role.stop_now()
        await system.advance(2)
        assert control_plane.role.abandoned == []


def test_a_repeated_submission_whose_result_may_be_forgotten_is_not_run_again() -> None:
    plane = ManualCoordinator(limits=Limits(), result_capacity=1)
    plane.join()
    ids = [a_uuid7(1_750_000_000_000 + number) for number in range(2)]
    for task_id in ids:
        plane.accepted(a_submission(task_id))
        (task,) = plane.poll()
        plane.report(task)
    again = plane.coordinator.submit("client", [a_submission(ids[0])], now=plane.now, is_repeated=True)
    assert [type(answer) for answer in again] == [ResultExpired]


def test_an_endless_error_and_a_time_that_is_no_number_are_made_fit_to_be_told() -> None:
    error = ErrorRecord("E", "m" * 100_000, "t" * 1_000_000)
    entry = ReportEntry("t1", 1, TaskStatus.FAILURE, float("nan"), error)
    for message in (
        Report(epoch="e", worker_id="w", incarnation="i", entries=[entry], payloads=[b""]),
        Poll(epoch="e", deadline=1, worker_id="w", incarnation="i", acknowledged=0, entries=[entry], payloads=[b""]),
    ):
        [(_, _, outcome)] = outcomes(message)
        assert outcome.run_seconds == 0.0
        assert outcome.error is not None
        assert len(outcome.error.traceback) < 5_000


async def test_a_worker_that_is_stopped_while_it_has_no_control_plane_lets_its_tasks_end() -> None:
    held = HeldTask()

    async def another_life(request: Message) -> Message:
        if isinstance(request, Hello):
            return Welcome(epoch="other", version="1", now=0.0, worker_address=CLIENTS, task_modules=[])
        raise WireError("not now")

    async with a_system() as system:
        control_plane = await system.start_control_plane(lease_seconds=3)
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            await client.delay("held", 1)
            await system.settle()
        await control_plane.kill()
        async with system.network.serve([CLIENTS], another_life):
            await system.advance(10)
            worker.role.stop()
            await system.advance(5)
            assert len(worker.role._attempts) == 1
            held.release()
            await system.advance(1)
            assert len(worker.role._attempts) == 0


async def test_a_worker_whose_last_words_get_lost_still_leaves() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", echo)
        await system.settle()
        worker.wire.lose(Reported)
        worker.role.stop()
        await system.advance(2)
        assert worker.wire.has_lost_all()
        assert control_plane.worker_ids == []


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_client_whose_start_failed_can_be_started_again() -> None:
    async with a_system() as system:
        client = system.client(address="nonsense")
        for _ in range(2):
            await client.start()
            with pytest.raises(AddressUnusable):
                await client.delay("echo", 1)
            await system.settle()
        await client.aclose()


async def test_a_worker_looks_for_its_control_plane_until_one_answers() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane(lease_seconds=3)
        worker = await system.start_worker("w1", echo)
        await control_plane.kill()
        await system.advance(30)
        restarted = await system.start_control_plane()
        await system.advance(30)
        assert restarted.worker_ids == ["w1"]
        assert worker.error is None
