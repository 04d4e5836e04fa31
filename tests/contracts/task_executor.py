"""What every executor of attempts keeps to."""

import json
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import anyio
import pytest

from fastworker.adapters.json_codec import JsonPayloadCodec
from fastworker.application.current_task import current_task
from fastworker.application.execution import Execution, StopReason
from fastworker.application.failure_locals import LocalsReader
from fastworker.application.notes import LINES_WAITING, Note
from fastworker.application.ports.task_executor import TaskExecutor
from fastworker.application.task_function import TaskFunction, task
from fastworker.domain.frame_locals import FailureLocals
from fastworker.domain.journal import LogLine, Progress
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import Outcome
from fastworker.domain.terms import Terms

from . import task_bodies
from .desk import until

CODEC = JsonPayloadCodec()


def executions(function: TaskFunction[..., Any, Any], *calls: tuple[Any, ...]) -> list[Execution]:
    """Return one attempt per call."""
    signature = CODEC.signature(function.function)
    payloads = [CODEC.encode_arguments(args, {}) for args in calls]
    return [
        Execution(f"task-{number}", 1, number, function, signature, payload, lambda: 0.0)
        for number, payload in enumerate(payloads)
    ]


class Results:
    """What an executor said of its attempts, and where it said so."""

    def __init__(self) -> None:
        self.outcomes: list[tuple[Execution, Outcome]] = []
        self.notes: dict[int, list[Note]] = {}
        self.events: list[tuple[str, int]] = []
        self.threads: set[int] = set()
        self.most_at_once = 0

    def done(self, execution: Execution, outcome: Outcome) -> None:
        self.outcomes.append((execution, outcome))
        self.events.append(("done", execution.token))
        self.threads.add(threading.get_ident())

    def noted(self, execution: Execution) -> None:
        taken = execution.notes.take()
        self.notes.setdefault(execution.token, []).extend(taken)
        self.most_at_once = max(self.most_at_once, len(taken))
        self.events.append(("noted", execution.token))
        self.threads.add(threading.get_ident())

    async def have(self, count: int) -> None:
        await until(lambda: len(self.outcomes) >= count)

    def by_token(self) -> dict[int, Any]:
        """Return the payload of each success, and the type and message of each error."""
        return {
            execution.token: (outcome.error.error_type, outcome.error.message) if outcome.error else outcome.payload
            for execution, outcome in self.outcomes
        }


class TaskExecutorContract:
    """Each sentence of the port's docstring. Subclasses make the executor, and the kind of functions that it runs."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture
    def anyio_backend(self) -> str:
        return "asyncio"

    @pytest.fixture
    def executor(self) -> TaskExecutor:
        """The executor that is tested, with room for at least eight attempts at once."""
        raise NotImplementedError

    @pytest.fixture
    def telling_executor(self, executor: TaskExecutor) -> TaskExecutor:
        """The same, for attempts whose failures tell their locals."""
        return executor

    def a_task(self, body: Callable[..., Any]) -> TaskFunction[..., Any, Any]:
        """Return a task that does what one of `task_bodies` does; `def` unless the executor runs another kind."""

        def function(*args: Any) -> Any:
            return body(*args)

        return task(function)

    async def test_each_started_attempt_ends_in_exactly_one_call_of_done(self, executor: TaskExecutor) -> None:
        results = Results()
        attempts = executions(self.a_task(task_bodies.double), *((number,) for number in range(300)))
        async with executor.open(results.done, results.noted):
            for attempt in attempts:
                executor.start(attempt)
            await results.have(300)
            await anyio.lowlevel.checkpoint()
        assert len(results.outcomes) == 300
        assert results.by_token() == {number: str(number * 2).encode() for number in range(300)}
        assert {outcome.status for _, outcome in results.outcomes} == {TaskStatus.SUCCESS}

    async def test_attempts_may_be_started_by_ones_as_others_end(self, executor: TaskExecutor) -> None:
        results = Results()
        async with executor.open(results.done, results.noted):
            for attempt in executions(self.a_task(task_bodies.nothing), *[()] * 50):
                executor.start(attempt)
                await results.have(attempt.token + 1)
        assert results.by_token() == dict.fromkeys(range(50), b"null")

    async def test_done_is_called_on_the_event_loop_that_opened_the_executor(self, executor: TaskExecutor) -> None:
        results = Results()
        async with executor.open(results.done, results.noted):
            for attempt in executions(self.a_task(task_bodies.nothing), *[()] * 20):
                executor.start(attempt)
            await results.have(20)
        assert results.threads == {threading.get_ident()}

    async def test_an_attempt_that_raises_even_a_base_exception_harms_no_other(self, executor: TaskExecutor) -> None:
        results = Results()
        async with executor.open(results.done, results.noted):
            for attempt in executions(self.a_task(task_bodies.raise_something), *((number,) for number in range(40))):
                executor.start(attempt)
            await results.have(40)
        assert results.by_token() == {
            0: ("ValueError", "bad"),
            1: ("SystemExit", "3"),
            2: ("KeyboardInterrupt", ""),
            3: ("GeneratorExit", ""),
            4: ("CancelledError", ""),
            5: ("Odd", "(its text cannot be shown: Odd)"),
        } | {number: str(number).encode() for number in range(6, 40)}

    async def test_an_error_that_tells_its_locals_ends_its_attempt_whatever_objects_it_has(
        self, telling_executor: TaskExecutor
    ) -> None:
        results, read = Results(), LocalsReader(time.monotonic)
        attempts = executions(self.a_task(task_bodies.fail_with_something_odd), *((number,) for number in range(20)))
        async with telling_executor.open(results.done, results.noted):
            for attempt in attempts:
                attempt.read_locals = read
                telling_executor.start(attempt)
            await results.have(20)
            await anyio.lowlevel.checkpoint()
        errors = [results.by_token()[number] for number in range(3)]
        assert [error[0] for error in errors] == ["ValueError", "Unnamed", "ValueError"]
        assert [results.by_token()[number] for number in range(3, 20)] == [b"%d" % number for number in range(3, 20)]
        for number in range(3):
            (found,) = results.notes[number]
            assert isinstance(found, FailureLocals)
            assert dict(found.frames[-1].locals) == {"number": str(number), "held": "<repr failed: Unnamed>"}

    async def test_an_attempt_with_arguments_that_do_not_fit_or_a_result_without_a_json_form_is_a_failure(
        self, executor: TaskExecutor
    ) -> None:
        results = Results()
        wrong, odd = executions(self.a_task(task_bodies.make_a_lock), (1, 2, 3), ())
        wrong.payload = b'{"nothing":'
        async with executor.open(results.done, results.noted):
            executor.start(wrong)
            executor.start(odd)
            await results.have(2)
        assert {token: error for token, (error, _) in results.by_token().items()} == {
            0: "InvalidArguments",
            1: "NotEncodable",
        }

    async def test_a_failure_carries_the_traceback_of_the_task(self, executor: TaskExecutor) -> None:
        results = Results()
        async with executor.open(results.done, results.noted):
            executor.start(executions(self.a_task(task_bodies.stumble), ())[0])
            await results.have(1)
        error = results.outcomes[0][1].error
        assert error is not None
        assert "in stumble" in error.traceback
        assert error.traceback.endswith("LookupError: nothing there\n")

    async def test_what_was_started_runs_to_its_end_whatever_the_slots_become(self, executor: TaskExecutor) -> None:
        results = Results()
        attempts = executions(self.a_task(task_bodies.double), *((number,) for number in range(18)))
        async with executor.open(results.done, results.noted):
            for slots, some in ((1, attempts[:6]), (4, attempts[6:12]), (2, attempts[12:])):
                for attempt in some:
                    executor.start(attempt)
                executor.resize(slots)
            await results.have(18)
            await anyio.lowlevel.checkpoint()
        assert results.by_token() == {number: str(number * 2).encode() for number in range(18)}
        assert len(results.outcomes) == 18

    async def test_an_attempt_that_is_not_running_has_no_stack(self, executor: TaskExecutor) -> None:
        results = Results()
        (attempt,) = executions(self.a_task(task_bodies.nothing), ())
        async with executor.open(results.done, results.noted):
            assert executor.stack(attempt) == ""
            executor.start(attempt)
            await results.have(1)
            assert executor.stack(attempt) == ""

    async def test_stopping_an_attempt_that_has_ended_is_harmless(self, executor: TaskExecutor) -> None:
        results = Results()
        first, second = executions(self.a_task(task_bodies.double), (1,), (2,))
        async with executor.open(results.done, results.noted):
            executor.start(first)
            await results.have(1)
            first.stop_reason = StopReason.CANCEL
            executor.stop(first)
            executor.start(second)
            await results.have(2)
        assert results.by_token() == {0: b"2", 1: b"4"}
        assert len(results.outcomes) == 2

    async def test_an_attempt_that_is_stopped_at_once_ends_once_whether_it_has_begun_or_not(
        self, executor: TaskExecutor
    ) -> None:
        results = Results()
        attempts = executions(self.a_task(task_bodies.nothing), *[()] * 20)
        async with executor.open(results.done, results.noted):
            for attempt in attempts:
                executor.start(attempt)
                attempt.stop_reason = StopReason.CANCEL
                executor.stop(attempt)
            await results.have(20)
            await anyio.lowlevel.checkpoint()
        assert sorted(execution.token for execution, _ in results.outcomes) == list(range(20))
        assert {outcome.status for _, outcome in results.outcomes} <= {TaskStatus.SUCCESS, TaskStatus.CANCELLED}
        assert max(outcome.run_seconds for _, outcome in results.outcomes) < 60

    @pytest.mark.parametrize("body", [task_bodies.report_twice, task_bodies.report_from_a_thread])
    async def test_what_an_attempt_notes_is_told_on_the_loop_before_its_done(
        self, executor: TaskExecutor, body: Callable[..., Any]
    ) -> None:
        results = Results()
        calls = [(7,)] * 5 if body is task_bodies.report_twice else [()] * 5
        async with executor.open(results.done, results.noted):
            for attempt in executions(self.a_task(body), *calls):
                executor.start(attempt)
            await results.have(5)
            await anyio.lowlevel.checkpoint()
        for token in range(5):
            events = [event for event, of in results.events if of == token]
            assert events in (["noted", "done"], ["noted", "noted", "done"])
            assert results.notes[token][-1] == Progress(2, 2, "all of 7")
        assert results.threads == {threading.get_ident()}

    async def test_a_flood_of_notes_does_not_pile_up_and_leaves_the_newest(self, executor: TaskExecutor) -> None:
        results = Results()
        (attempt,) = executions(self.a_task(task_bodies.flood), ())
        async with executor.open(results.done, results.noted):
            executor.start(attempt)
            await results.have(1)
        newest = LogLine("info", "flood", str(task_bodies.FLOOD - 1))
        assert [note for note in results.notes[0] if isinstance(note, LogLine)][-1] == newest
        assert [note for note in results.notes[0] if isinstance(note, Progress)][-1].done == task_bodies.FLOOD
        assert results.most_at_once <= LINES_WAITING + 1
        assert len(results.events) <= 2 * task_bodies.FLOOD + 1


class KeepingExecutorContract(TaskExecutorContract):
    """Executors that keep threads or processes for attempts: no more of these than slots."""

    async def test_as_many_attempts_run_at_once_as_there_are_slots_and_the_others_wait_for_their_turn(
        self, executor: TaskExecutor, tmp_path: Path
    ) -> None:
        gate, results = tmp_path / "gate", Results()
        attempts = executions(self.a_task(task_bodies.run_until), *[(str(gate),)] * 7)
        async with executor.open(results.done, results.noted):
            executor.resize(3)
            for attempt in attempts[:3]:
                executor.start(attempt)
            await until(lambda: len(results.notes) == 3)  # and none has ended: the gate is closed
            executor.resize(1)
            for attempt in attempts[3:]:
                executor.start(attempt)
            gate.touch()
            await results.have(7)
        later = sorted(json.loads(results.by_token()[number]) for number in range(3, 7))
        assert all(ended_at <= began_at for (_, ended_at), (began_at, _) in pairwise(later))


class StoppingExecutorContract(TaskExecutorContract):
    """Executors that can make a running attempt end."""

    def an_endless_task(self) -> TaskFunction[..., Any, Any]:
        """Return a task that reports progress and then never ends."""
        raise NotImplementedError

    @pytest.mark.parametrize(
        ("reason", "status", "error_type"),
        [
            (StopReason.CANCEL, TaskStatus.CANCELLED, "TaskCancelled"),
            (StopReason.TIMEOUT, TaskStatus.FAILURE, "TaskTimeout"),
        ],
    )
    async def test_a_stopped_attempt_ends_for_the_reason_of_the_stop(
        self, executor: TaskExecutor, reason: StopReason, status: TaskStatus, error_type: str
    ) -> None:
        results = Results()
        (attempt,) = executions(self.an_endless_task(), ())
        attempt.terms = Terms(timeout_seconds=3_600.0)
        async with executor.open(results.done, results.noted):
            executor.start(attempt)
            await until(lambda: 0 in results.notes)
            attempt.stop_reason = reason
            executor.stop(attempt)
            await results.have(1)
        (outcome,) = (outcome for _, outcome in results.outcomes)
        assert outcome.status is status
        assert outcome.error is not None
        assert outcome.error.error_type == error_type

    async def test_stopping_twice_is_stopping_once_and_ends_no_other(self, executor: TaskExecutor) -> None:
        results = Results()
        first, second = executions(self.an_endless_task(), (), ())
        async with executor.open(results.done, results.noted):
            executor.start(first)
            executor.start(second)
            await until(lambda: len(results.notes) == 2)
            first.stop_reason = StopReason.CANCEL
            executor.stop(first)
            executor.stop(first)
            await results.have(1)
            (later,) = executions(self.a_task(task_bodies.nothing), ())
            executor.start(later)
            await results.have(2)
            await anyio.lowlevel.checkpoint()
        assert [execution for execution, _ in results.outcomes] == [first, later]


class AsyncExecutorContract(StoppingExecutorContract):
    """Executors of `async def` tasks: those can wait for each other, and be abandoned while they wait."""

    def a_task(self, body: Callable[..., Any]) -> TaskFunction[..., Any, Any]:
        async def function(*args: Any) -> Any:
            return body(*args)

        return task(function)

    def an_endless_task(self) -> TaskFunction[..., Any, Any]:
        @task
        async def wait_for_ever() -> None:
            current_task().progress(0)
            await anyio.sleep_forever()

        return wait_for_ever

    async def test_a_stopped_attempt_may_clean_up_and_its_answer_counts_if_it_has_one(
        self, executor: TaskExecutor
    ) -> None:
        @task
        async def insist() -> str:
            current_task().progress(0)
            try:
                await anyio.sleep_forever()
            except anyio.get_cancelled_exc_class():
                return f"stopped: {current_task().is_cancelled}"

        results = Results()
        (attempt,) = executions(insist, ())
        async with executor.open(results.done, results.noted):
            executor.start(attempt)
            await until(lambda: 0 in results.notes)
            attempt.stop_reason = StopReason.CANCEL
            executor.stop(attempt)
            await results.have(1)
        assert results.by_token() == {0: b'"stopped: True"'}

    async def test_many_attempts_wait_beside_each_other_whatever_the_slots(self, executor: TaskExecutor) -> None:
        running = 0
        all_run = anyio.Event()

        @task
        async def wait_for_all() -> None:
            nonlocal running
            running += 1
            if running == 500:
                all_run.set()
            await all_run.wait()

        results = Results()
        async with executor.open(results.done, results.noted):
            executor.resize(1)
            for attempt in executions(wait_for_all, *[()] * 500):
                executor.start(attempt)
            await results.have(500)
        assert results.by_token() == dict.fromkeys(range(500), b"null")

    async def test_leaving_abandons_what_still_runs_without_a_word(self, executor: TaskExecutor) -> None:
        events: list[str] = []

        @task
        async def wait_for_ever() -> None:
            events.append("started")
            try:
                await anyio.sleep_forever()
            finally:
                events.append("ended")

        results = Results()
        async with executor.open(results.done, results.noted):
            for attempt in executions(wait_for_ever, (), ()):
                executor.start(attempt)
            await until(lambda: len(events) == 2)
        await until(lambda: len(events) == 4)
        await anyio.lowlevel.checkpoint()
        assert results.outcomes == []
