"""Attempts that do not succeed, and what is tried again."""

from datetime import timedelta

import pytest

from fastworker.application.messages import AttemptState
from fastworker.application.task_function import task
from fastworker.application.task_options import submit_options
from fastworker.domain.errors import (
    ControlPlaneRestarted,
    NotFinished,
    Reject,
    ResultExpired,
    Retry,
    TaskFailed,
    TaskLost,
    UnknownTaskId,
)
from fastworker.domain.events import TaskRetried, TaskSubmitted
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.terms import Backoff

from ...builders import a_uuid7
from .system import AnyTask, HeldTask, a_system
from .tasks import divide, echo

pytestmark = pytest.mark.anyio

TEN_SECONDS = Backoff(10, factor=1, jitter=0)


class FailingTask:
    """A task function `failing()` that raises these errors in turn, and then returns the number of its runs."""

    def __init__(self, *errors: BaseException, **options: object) -> None:
        self.runs = 0

        def failing() -> int:
            self.runs += 1
            if self.runs <= len(errors):
                raise errors[self.runs - 1]
            return self.runs

        self.function: AnyTask = task(name="failing", **options)(failing)  # type: ignore[call-overload]


def attempts(history: tuple[AttemptState, ...]) -> list[tuple[int, str, TaskStatus, str]]:
    """What a history says of each attempt."""
    return [(each.number, each.worker_id, each.status, each.error.message if each.error else "") for each in history]


async def test_a_task_that_fails_twice_and_then_succeeds_tells_the_history_of_its_attempts() -> None:
    failing = FailingTask(OSError("first"), OSError("second"), retries=2, backoff=TEN_SECONDS)
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", failing.function)
        async with system.client() as client:
            handle = await client.delay("failing")
            await system.advance(9)
            assert failing.runs == 1
            assert await handle.status() is TaskStatus.SCHEDULED
            await system.advance(12)
            assert await handle == 3
            result = await handle.result()
            assert result is not None
            assert result.attempts == 3
            assert attempts(result.history) == [
                (1, "w1", TaskStatus.FAILURE, "first"),
                (2, "w1", TaskStatus.FAILURE, "second"),
            ]
            assert [each.leased_after_seconds for each in result.history] == [0, 10]


async def test_a_task_whose_attempts_are_used_up_fails_with_its_last_error() -> None:
    failing = FailingTask(OSError("first"), OSError("second"), OSError("third"), retries=1, backoff=0)
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", failing.function)
        async with system.client() as client:
            handle = await client.delay("failing")
            await system.advance(1)
            with pytest.raises(TaskFailed, match="OSError: second"):
                await handle
            assert failing.runs == 2


@pytest.mark.parametrize(
    ("options", "runs"),
    [
        ({}, 2),
        ({"retry_on": OSError}, 2),
        ({"retry_on": (ValueError, LookupError)}, 1),
        ({"never_on": OSError}, 1),
        ({"retry_on": OSError, "never_on": ConnectionError}, 1),
        ({"retry_on": ConnectionResetError, "never_on": ()}, 2),
    ],
)
async def test_only_the_exceptions_that_were_named_are_tried_again(options: dict[str, object], runs: int) -> None:
    failing = FailingTask(ConnectionResetError("gone"), retries=1, backoff=0, **options)
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", failing.function)
        async with system.client() as client:
            handle = await client.delay("failing")
            await system.advance(1)
            assert handle.is_done
            assert failing.runs == runs


async def test_a_task_may_say_how_long_to_wait_for_its_next_attempt() -> None:
    failing = FailingTask(Retry("busy", after=60), retries=1, backoff=TEN_SECONDS, retry_on=())
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", failing.function)
        async with system.client() as client:
            handle = await client.delay("failing")
            await system.advance(59)
            assert failing.runs == 1
            await system.advance(1)
            assert await handle == 2


async def test_a_task_that_asks_for_a_retry_and_has_none_left_fails() -> None:
    failing = FailingTask(Retry("busy", after=1))
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", failing.function)
        async with system.client() as client:
            handle = await client.delay("failing")
            await system.advance(5)
            with pytest.raises(TaskFailed, match="Retry: busy"):
                await handle


async def test_a_task_that_rejects_its_work_is_not_tried_again() -> None:
    failing = FailingTask(Reject("no such user"), retries=5, backoff=0)
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", failing.function)
        async with system.client() as client:
            handle = await client.delay("failing")
            await system.advance(5)
            with pytest.raises(TaskFailed, match="Reject: no such user"):
                await handle
            assert failing.runs == 1


async def test_wrong_arguments_are_not_tried_again() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", divide)
        async with system.client() as client:
            options = submit_options(retries=5, backoff=0)
            handle = await client.submit("divide", ("no number", 1), {}, options)
            await system.advance(5)
            with pytest.raises(TaskFailed, match="InvalidArguments"):
                await handle
        assert control_plane.happened(TaskRetried) == []


async def test_declared_terms_apply_to_submissions_by_name_and_each_can_be_replaced() -> None:
    failing = FailingTask(*[OSError()] * 100, retries=1, backoff=0)
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", failing.function)
        async with system.client() as client:
            for retries, runs in ((None, 2), (0, 1), (3, 4)):
                failing.runs = 0
                handle = await client.submit("failing", (), {}, submit_options(retries=retries))
                await system.advance(1)
                assert handle.is_done
                assert failing.runs == runs


async def test_a_task_whose_worker_was_lost_runs_again_elsewhere() -> None:
    held = HeldTask(retries=1, backoff=1)
    async with a_system() as system:
        await system.start_control_plane()
        lost = await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 7)
            await system.settle()
            await system.start_worker("w2", held.function)
            await lost.kill()
            await system.advance(20)
            assert held.started == [7, 7]
            held.release()
            assert await handle == 7
            result = await handle.result()
            assert result is not None
            assert (result.worker_id, result.attempts) == ("w2", 2)
            [(number, worker_id, status, _)] = attempts(result.history)
            assert (number, worker_id, status) == (1, "w1", TaskStatus.LOST)


async def test_a_task_that_loses_three_workers_is_lost_and_names_every_one() -> None:
    held = HeldTask(retries=10, backoff=0)
    async with a_system() as system:
        await system.start_control_plane()
        async with system.client() as client:
            for number in range(3):
                worker = await system.start_worker(f"w{number}", held.function)
                if number == 0:
                    handle = await client.delay("held", 7)
                await system.settle()
                assert len(held.started) == number + 1
                await worker.kill()
                await system.advance(20)
            with pytest.raises(TaskLost) as caught:
                await handle
            for number in range(3):
                assert f"attempt {number + 1} on worker 'w{number}'" in str(caught.value)


async def test_a_finished_task_is_run_again_as_a_new_one_that_names_its_origin() -> None:
    failing = FailingTask(OSError("first"))
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", failing.function)
        async with system.client() as client:
            first = await client.delay("failing")
            await system.settle()
            second = await first.retry()
            assert second != first
            assert await second == 2
            third = await client.retry(str(second))
            assert await third == 3
            results = [await each.result() for each in (first, second, third)]
            assert [result.origin for result in results if result] == [None, first, second]
        assert len(control_plane.happened(TaskSubmitted)) == 3


async def test_a_task_that_has_not_ended_cannot_be_run_again() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            with pytest.raises(NotFinished, match="only a finished task"):
                await handle.retry()
            held.release()
            assert await handle == 1


async def test_a_task_that_is_not_known_cannot_be_run_again() -> None:
    async with a_system() as system:
        await system.start_control_plane(ledger=Ledger(result_capacity=1))
        await system.start_worker("w1", echo)
        async with system.client() as client:
            with pytest.raises(UnknownTaskId):
                await client.retry("never-seen")
            handles = await client.map("echo", [(1,), (2,)])
            await system.settle()
            with pytest.raises(ResultExpired):
                await handles[0].retry()
            assert client._life is not None
            assert not (await client._life.parts()).listener._pending


async def test_a_repetition_that_is_refused_says_why_and_leaves_nothing_behind() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client() as client:
            handle = await client.delay("echo", 1)
            await handle
            control_plane.ledger.names.clear()
            with pytest.raises(Exception, match="no task named 'echo'"):
                await handle.retry()
            assert client._life is not None
            assert not (await client._life.parts()).listener._pending


async def test_a_restart_between_two_attempts_ends_the_task_for_who_waits_and_the_worker_works_on() -> None:
    failing = FailingTask(OSError("first"), retries=3, backoff=TEN_SECONDS)
    async with a_system() as system:
        first = await system.start_control_plane(lease_seconds=3)
        await system.start_worker("w1", failing.function)
        async with system.client() as client:
            handle = await client.delay("failing")
            await system.advance(1)
            assert await handle.status() is TaskStatus.SCHEDULED
            await first.kill()
            second = await system.start_control_plane(lease_seconds=3)
            await system.advance(5)
            with pytest.raises(ControlPlaneRestarted):
                await handle
            assert second.worker_ids == ["w1"]
            await system.advance(30)
            assert failing.runs == 1
            assert await (await client.delay("failing")) == 2


async def test_a_task_accepted_by_a_new_control_plane_before_the_listener_has_noticed_it_is_not_failed() -> None:
    async with a_system() as system:
        first = await system.start_control_plane(lease_seconds=3)
        await system.start_worker("w1", echo)
        async with system.client() as client:
            await (await client.delay("echo", 1))
            await system.settle()
            await first.kill()
            await system.start_control_plane(ledger=Ledger(names=["echo"]))
            submitting = system.call(client.delay, "echo", 5)
            await system.advance(30)
            assert await submitting.result() == 5


async def test_awaiting_an_id_that_is_not_known_fails_each_time() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        async with system.client() as client:
            handle = client.handle(a_uuid7(1_750_000_000_000))
            for _ in range(2):
                waiting = system.call(handle.wait)
                await system.advance(30)
                with pytest.raises(UnknownTaskId):
                    waiting.result()


@pytest.mark.parametrize(
    "after",
    [float("nan"), float("inf"), -1, 10**400, "5", timedelta(seconds=5), object()],
    ids=["nan", "inf", "negative", "huge", "text", "timedelta", "object"],
)
async def test_a_task_that_asks_for_an_impossible_wait_harms_only_itself(after: object) -> None:
    class Wish(Retry):
        """As a task's own code may make it."""

        def __init__(self) -> None:
            super().__init__("busy")
            self.after = after  # type: ignore[assignment]

    failing = FailingTask(Wish(), retries=1, backoff=1)
    async with a_system() as system:
        await system.start_control_plane()
        worker = await system.start_worker("w1", failing.function, echo)
        async with system.client() as client:
            handle = await client.delay("failing")
            await system.advance(10)
            other = await client.delay("echo", 1)
            await system.advance(10)
            assert worker.error is None
            assert handle.is_done
            assert other.is_done
