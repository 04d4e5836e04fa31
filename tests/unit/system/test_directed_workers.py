"""Workers of which people want something: more or fewer slots, or to stay after all."""

from typing import Any

import pytest

from fastworker.application.messages import Leases, Poll, Report
from fastworker.domain.errors import InvalidOption, UnknownWorker, WorkerUnavailable
from fastworker.domain.events import WorkerObeyed, WorkerResumed
from fastworker.domain.worker_registry import LocalExecution

from .directing import ANN, drain, resize, resume, worker_of
from .system import HeldTask, a_system

pytestmark = pytest.mark.anyio

# ---- slots ----


async def test_a_worker_is_given_more_slots_and_is_leased_more_at_once() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", held.function, slots=1)
        async with system.client() as client:
            await client.map("held", [(number,) for number in range(4)])
            await system.settle()
            assert sorted(held.started) == [0]
            resize(control_plane, "w1", 3)
            await system.settle()
            assert sorted(held.started) == [0, 1, 2]
            assert worker_of(control_plane).card.slots == 3
            held.release()


async def test_a_worker_with_fewer_slots_goes_on_with_what_runs_and_takes_nothing_until_it_is_below() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", held.function, slots=3)
        async with system.client() as client:
            await client.map("held", [(number,) for number in range(6)])
            await system.settle()
            resize(control_plane, "w1", 1)
            assert worker_of(control_plane).card.slots == 1
            await system.settle()
            assert worker_of(control_plane).has_obeyed
            held.release(0, 1)
            await system.settle()
            assert sorted(held.started) == [0, 1, 2]
            held.release(2)
            await system.settle()
            assert sorted(held.started) == [0, 1, 2, 3]
            held.release()


async def test_what_a_worker_that_stands_still_is_not_told_yet_holds_for_what_it_is_leased() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function, slots=1)
        async with system.client() as client:
            await system.settle()
            worker.wire.freeze()
            resize(control_plane, "w1", 2)
            await client.map("held", [(1,), (2,), (3,)])
            await system.settle()
            assert len(worker_of(control_plane).leased) == 0
            assert worker_of(control_plane).card.slots == 1
            worker.wire.thaw()
            await system.advance(1)
            assert sorted(held.started) == [1, 2]
            held.release()


async def test_the_latest_of_several_sizes_holds_although_replies_get_lost() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function, slots=2)
        worker.wire.lose(Leases, times=3)
        resize(control_plane, "w1", 8)
        await system.advance(0.1)
        resize(control_plane, "w1", 4)
        await system.advance(5)
        assert worker.wire.has_lost_all()
        assert worker_of(control_plane).card.slots == 4
        assert worker_of(control_plane).has_obeyed


async def test_the_slots_of_a_worker_stay_what_they_were_set_to_when_it_joins_the_next_control_plane() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", held.function, slots=2)
        resize(control_plane, "w1", 5)
        await system.settle()
        await control_plane.kill()
        successor = await system.start_control_plane()
        await system.advance(20)
        assert worker_of(successor).card.slots == 5
        assert worker_of(successor).has_obeyed


async def test_the_own_worker_of_the_control_plane_is_resized_as_any_other() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        control_plane.ledger.workers._local_execution = LocalExecution.OVERFLOW
        await system.start_local_worker(held.function, slots=1)
        async with system.client() as client:
            await client.map("held", [(1,), (2,)])
            await system.settle()
            resize(control_plane, "control-plane", 2)
            await system.settle()
            assert sorted(held.started) == [1, 2]
            held.release()


async def test_a_resized_worker_asks_at_its_usual_pace_afterwards() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        resize(control_plane, "w1", 3)
        await system.settle()
        polls = worker.wire.count(Poll)
        await system.advance(20)
        assert 3 <= worker.wire.count(Poll) - polls <= 6
        assert len(control_plane.happened(WorkerObeyed)) == 1


@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        (lambda steering, now: steering.resize_worker(ANN, "w1", 0, now=now), InvalidOption),
        (lambda steering, now: steering.resize_worker(ANN, "w1", 10_001, now=now), InvalidOption),
        (lambda steering, now: steering.resize_worker(ANN, "w2", 3, now=now), UnknownWorker),
        (lambda steering, now: steering.shut_down_worker(ANN, "w1", drain_seconds=-1.0, now=now), InvalidOption),
        (lambda steering, now: steering.shut_down_worker(ANN, "w1", drain_seconds=1e6, now=now), InvalidOption),
        (lambda steering, now: steering.shut_down_worker(ANN, "w2", drain_seconds=1.0, now=now), UnknownWorker),
        (lambda steering, now: steering.resume_worker(ANN, "w1", now=now), WorkerUnavailable),
        (lambda steering, now: steering.resume_worker(ANN, "w2", now=now), UnknownWorker),
    ],
)
async def test_what_cannot_be_wanted_of_a_worker_is_refused(act: Any, refusal: type[Exception]) -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", HeldTask().function)
        with pytest.raises(refusal):
            control_plane.role.steer(act)
        assert worker_of(control_plane).directive.number == 0


async def test_a_worker_that_drains_is_not_resized() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            await client.delay("held", 1)
            drain(control_plane)
            with pytest.raises(WorkerUnavailable, match="worker w1 drains"):
                resize(control_plane, "w1", 3)
            held.release()


# ---- staying after all ----


async def test_a_drain_that_is_taken_back_in_time_leaves_the_worker_as_it_was() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function, slots=2)
        async with system.client() as client:
            first = await client.delay("held", 1)
            await system.settle()
            drain(control_plane)
            await system.advance(3)
            second = await client.delay("held", 2)
            resume(control_plane)
            await system.settle()
            assert sorted(held.started) == [1, 2]
            held.release()
            assert [await first, await second] == [1, 2]
            await system.advance(60)
            assert not worker.ended.is_set()
            assert worker_of(control_plane).is_draining is False
        assert len(control_plane.happened(WorkerResumed)) == 1


async def test_a_drain_that_its_worker_has_not_heard_of_is_taken_back() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            worker.wire.lose(Leases)
            drain(control_plane)
            await system.settle()
            assert worker.wire.has_lost_all()
            resume(control_plane)
            await system.advance(1)
            handle = await client.delay("held", 1)
            held.release()
            assert await handle == 1
            assert not worker.ended.is_set()


async def test_a_worker_whose_last_task_has_ended_before_it_hears_that_it_may_stay_leaves() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            drain(control_plane)
            await system.settle()
            worker.wire.freeze()
            held.release()
            await system.settle()
            resume(control_plane)
            assert worker_of(control_plane).is_draining
            worker.wire.thaw()
            await system.advance(2)
            assert await handle == 1
            assert worker.ended.is_set()
            with pytest.raises(UnknownWorker):
                resume(control_plane)
        assert control_plane.happened(WorkerResumed) == []


async def test_when_the_last_task_ends_as_a_drain_is_taken_back_both_ends_agree_on_what_came_of_it() -> None:
    """In this moment both ways are right; which one it is depends on who is heard first."""
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            drain(control_plane)
            await system.settle()
            resume(control_plane)
            held.release()
            await system.advance(40)
            assert await handle == 1
            has_stayed = len(control_plane.happened(WorkerResumed)) == 1
            assert worker.ended.is_set() is not has_stayed
            assert control_plane.worker_ids == (["w1"] if has_stayed else [])


async def test_a_worker_whose_process_was_told_to_end_leaves_although_a_drain_is_taken_back() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            drain(control_plane)
            await system.settle()
            worker.role.stop()
            resume(control_plane)
            await system.advance(1)
            assert worker_of(control_plane).is_draining
            with pytest.raises(WorkerUnavailable, match="its own process was told to"):
                resume(control_plane)
            held.release()
            await system.advance(1)
            assert await handle == 1
            assert worker.ended.is_set()


async def test_a_worker_that_stayed_drains_again_and_leaves() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            await client.delay("held", 1)
            await system.settle()
            for act in (drain, resume, drain):
                act(control_plane)
                await system.settle()
            held.release()
            await system.advance(1)
            assert worker.ended.is_set()


async def test_a_worker_that_stayed_and_is_stopped_leaves() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            await client.delay("held", 1)
            await system.settle()
            for act in (drain, resume):
                act(control_plane)
                await system.settle()
            worker.role.stop()
            await system.settle()
            assert worker_of(control_plane).is_draining
            held.release()
            await system.advance(1)
            assert worker.ended.is_set()


async def test_that_a_worker_stays_survives_the_loss_of_replies() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            await client.delay("held", 1)
            await system.settle()
            drain(control_plane)
            await system.settle()
            worker.wire.lose(Leases, times=3)
            resume(control_plane)
            await system.advance(5)
            assert worker.wire.has_lost_all()
            assert not worker_of(control_plane).is_draining
            held.release()
            await system.advance(1)
            assert not worker.ended.is_set()


async def test_a_report_from_before_a_worker_stayed_does_not_have_it_drain_again() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            await client.delay("held", 1)
            await system.settle()
            drain(control_plane)
            await system.settle()
            late = next(sent for sent in worker.wire.sent if isinstance(sent, Report) and sent.is_leaving)
            resume(control_plane)
            await system.settle()
            control_plane.role.worker_desk.answer(late)
            assert not worker_of(control_plane).is_draining
            held.release()


async def test_a_worker_that_is_asked_to_stay_twice_is_told_once() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            await client.delay("held", 1)
            await system.settle()
            drain(control_plane)
            await system.settle()
            worker.wire.freeze()
            resume(control_plane)
            resume(control_plane)
            assert worker_of(control_plane).directive.number == 2
            worker.wire.thaw()
            held.release()
