"""What people want of workers that cannot be told at that moment, or that meet a control plane with other limits."""

from collections.abc import Callable

import pytest

from fastworker.application.limits import Limits
from fastworker.application.messages import Join, Leases, Poll
from fastworker.domain.errors import InvalidSetting
from fastworker.domain.events import WorkerJoined

from .directing import drain, resize, resume, shut_down, worker_of
from .system import HeldTask, RunningControlPlane, RunningWorker, System, a_system

pytestmark = pytest.mark.anyio


async def meanwhile_dropped(
    system: System, control_plane: RunningControlPlane, worker: RunningWorker, act: Callable[[], None]
) -> None:
    """Do something while a worker is out of reach, until it was dropped and is back."""
    worker.wire.freeze()
    worker.wire.lose(Leases)
    act()
    await system.advance(20)
    assert control_plane.worker_ids == []
    worker.wire.thaw()
    await system.advance(5)
    assert worker.wire.has_lost_all()


async def test_a_worker_that_was_dropped_before_it_heard_of_its_slots_has_them_when_it_is_back() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function, slots=1)
        await meanwhile_dropped(system, control_plane, worker, lambda: resize(control_plane, "w1", 3))
        async with system.client() as client:
            await client.map("held", [(number,) for number in range(4)])
            await system.settle()
            assert sorted(held.started) == [0, 1, 2]
            held.release()
        assert worker_of(control_plane).has_obeyed


@pytest.mark.parametrize("act", [drain, lambda control_plane: shut_down(control_plane, 5.0)])
async def test_a_worker_that_was_dropped_before_it_heard_that_it_is_to_leave_leaves_when_it_is_back(
    act: Callable[[RunningControlPlane], None],
) -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", HeldTask().function)
        await meanwhile_dropped(system, control_plane, worker, lambda: act(control_plane))
        assert len(control_plane.happened(WorkerJoined)) == 2
        assert worker.ended.is_set()
        assert worker.error is None


async def test_a_worker_with_more_slots_than_the_next_control_plane_takes_joins_with_those_of_its_setting() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function, slots=8)
        resize(control_plane, "w1", 500)
        await system.settle()
        await control_plane.kill()
        successor = await system.start_control_plane(limits=Limits(max_slots=100))
        await system.advance(20)
        assert worker.error is None
        assert worker_of(successor).card.slots == 8
        resize(successor, "w1", 9)
        await system.settle()
        assert worker_of(successor).card.slots == 9


async def test_a_worker_whose_own_slots_are_too_many_ends_and_says_so() -> None:
    async with a_system() as system:
        await system.start_control_plane(limits=Limits(max_slots=100))
        worker = await system.start_worker("w1", HeldTask().function, slots=101)
        assert isinstance(worker.error, InvalidSetting)
        assert worker.wire.count(Join) == 1


async def test_a_poll_from_before_a_worker_stayed_has_nothing_run_twice() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function, slots=2)
        async with system.client() as client:
            await client.delay("held", 1)
            await system.settle()
            drain(control_plane)
            await system.settle()
            late = next(sent for sent in worker.wire.sent if isinstance(sent, Poll) and sent.is_leaving)
            resume(control_plane)
            await system.settle()
            worker.wire.freeze()
            await client.delay("held", 2)
            await system.settle()
            control_plane.role.worker_desk.answer(late)
            worker.wire.thaw()
            await system.advance(7)
            assert held.started == [1, 2]
            held.release()
