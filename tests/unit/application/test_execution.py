"""One attempt, whatever the user's function does."""

import asyncio
from collections.abc import Callable
from typing import Any

import anyio
import pytest

from fastworker.adapters.json_codec import JsonPayloadCodec
from fastworker.application.execution import (
    MESSAGE_CHARACTERS,
    TRACEBACK_CHARACTERS,
    Execution,
    StopReason,
    error_record,
    perform,
    perform_async,
    stopped,
)
from fastworker.application.messages import PAYLOAD_BYTES
from fastworker.application.task_function import task
from fastworker.domain.errors import Reject, Retry
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import ErrorRecord, Outcome
from fastworker.domain.terms import Terms


class SteppingClock:
    """Shows 1000, and 2.5 seconds more at each look."""

    def __init__(self) -> None:
        self._now = 997.5

    def __call__(self) -> float:
        self._now += 2.5
        return self._now


def an_execution(function: Callable[..., Any], *args: Any) -> Execution:
    """An attempt of a function called by position."""
    codec = JsonPayloadCodec()
    return Execution(
        task_id="t1",
        attempt=1,
        token=1,
        function=task(function),
        signature=codec.signature(function),
        payload=codec.encode_arguments(args, {}),
        now=SteppingClock(),
    )


def performed(function: Callable[..., Any], *args: Any) -> Outcome:
    """What came of a `def` function."""
    return perform(an_execution(function, *args))


def the_error(outcome: Outcome) -> ErrorRecord:
    """The error of a failure."""
    assert outcome.status is TaskStatus.FAILURE
    assert outcome.payload == b""
    assert outcome.error is not None
    return outcome.error


def test_a_function_that_returns_is_a_success_with_its_encoded_result_and_its_time() -> None:
    def add(first: int, second: int) -> int:
        return first + second

    assert performed(add, 1, 2) == Outcome(TaskStatus.SUCCESS, b"3", None, 2.5)


def test_the_start_is_noted_before_the_function_is_called() -> None:
    seen: list[float] = []

    def look() -> None:
        seen.append(execution.started_at)

    execution = an_execution(look)
    perform(execution)
    assert seen == [1000.0]


def test_a_function_that_raises_is_a_failure_with_type_message_and_traceback() -> None:
    def fail() -> None:
        raise KeyError("missing")

    outcome = performed(fail)
    error = the_error(outcome)
    assert (error.error_type, error.message) == ("KeyError", "'missing'")
    assert 'raise KeyError("missing")' in error.traceback
    assert "application/execution.py" not in error.traceback
    assert outcome.run_seconds == 2.5


@pytest.mark.parametrize("raised", [SystemExit("stop"), KeyboardInterrupt(), GeneratorExit(), BaseException("odd")])
def test_even_what_would_end_a_process_ends_only_the_attempt(raised: BaseException) -> None:
    def fail() -> None:
        raise raised

    async def fail_async() -> None:
        raise raised

    assert the_error(performed(fail)).error_type == type(raised).__name__
    if not isinstance(raised, GeneratorExit):  # a coroutine may not swallow it
        assert the_error(anyio.run(perform_async, an_execution(fail_async))).error_type == type(raised).__name__


def test_arguments_that_do_not_fit_fail_without_a_traceback() -> None:
    def add(first: int) -> int:
        raise AssertionError("not called")

    error = the_error(performed(add, "no number"))
    assert error.error_type == "InvalidArguments"
    assert error.traceback == ""


def test_a_result_without_a_json_form_fails_and_names_its_place() -> None:
    def give() -> Any:
        return {"items": [1, object()]}

    error = the_error(performed(give))
    assert error.error_type == "NotEncodable"
    assert "result['items'][1]: object has no JSON form" in error.message
    assert error.traceback == ""


def test_a_result_over_the_limit_fails() -> None:
    def give() -> str:
        return "x" * PAYLOAD_BYTES

    assert the_error(performed(give)).error_type == "PayloadTooLarge"


def test_an_exception_whose_text_cannot_be_shown_still_fails_properly() -> None:
    class Unspeakable(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no words")

    def fail() -> None:
        raise Unspeakable

    error = the_error(performed(fail))
    assert error.error_type == "Unspeakable"
    assert error.message == "(its text cannot be shown: RuntimeError)"
    assert "Unspeakable" in error.traceback


def test_an_exception_whose_text_cannot_be_shown_for_a_base_exception_still_fails_properly() -> None:
    class Unspeakable(Exception):
        def __str__(self) -> str:
            raise SystemExit("no words")

    def fail() -> None:
        raise Unspeakable

    assert the_error(performed(fail)).error_type == "Unspeakable"


def test_an_exception_that_cannot_be_formatted_has_a_traceback_that_says_so() -> None:
    def fail() -> None:
        raise SyntaxError("broken", ("tasks.py", 1, 1, 5))  # its fourth detail should be a text

    error = the_error(performed(fail))
    assert error.error_type == "SyntaxError"
    assert error.traceback == "SyntaxError (its text cannot be shown: AttributeError)\n"


def test_long_messages_and_tracebacks_lose_their_middle() -> None:
    def fail() -> None:
        raise ValueError("a" * 100_000 + "b")

    error = the_error(performed(fail))
    assert len(error.message) < MESSAGE_CHARACTERS + 100
    assert error.message.startswith("aaa")
    assert error.message.endswith("aab")
    assert f"... {100_001 - MESSAGE_CHARACTERS} characters left out ..." in error.message
    assert len(error.traceback) < TRACEBACK_CHARACTERS + 100


def test_an_endless_recursion_fails_with_a_bounded_traceback() -> None:
    def dig(depth: int) -> int:
        return dig(depth + 1) + 1

    error = the_error(performed(dig, 0))
    assert error.error_type == "RecursionError"
    assert len(error.traceback) < TRACEBACK_CHARACTERS + 100


def test_text_that_utf8_cannot_carry_is_replaced() -> None:
    def fail() -> None:
        raise ValueError("a \udcff in a name")

    error = the_error(performed(fail))
    assert error.message == "a ? in a name"
    error.traceback.encode()


def test_a_chain_of_causes_is_shown() -> None:
    def fail() -> None:
        try:
            raise KeyError("first")
        except KeyError as error:
            raise ValueError("second") from error

    assert "KeyError: 'first'" in the_error(performed(fail)).traceback


def test_an_error_that_was_never_raised_has_a_record_too() -> None:
    record = error_record(ValueError("as a value"))
    assert (record.error_type, record.message) == ("ValueError", "as a value")
    assert record.traceback == ""


# ---- async functions ----


@pytest.mark.anyio
async def test_an_async_function_that_returns_is_a_success() -> None:
    async def add(first: int, second: int) -> int:
        await anyio.lowlevel.checkpoint()
        return first + second

    assert await perform_async(an_execution(add, 1, 2)) == Outcome(TaskStatus.SUCCESS, b"3", None, 2.5)


@pytest.mark.anyio
async def test_an_async_function_that_raises_is_a_failure() -> None:
    async def fail() -> None:
        raise KeyError("missing")

    error = the_error(await perform_async(an_execution(fail)))
    assert 'raise KeyError("missing")' in error.traceback
    assert "application/execution.py" not in error.traceback


@pytest.mark.anyio
async def test_the_cancellation_of_the_worker_passes_through() -> None:
    outcomes: list[Outcome] = []

    async def work() -> None:
        outcomes.append(await perform_async(an_execution(anyio.sleep_forever)))

    async with anyio.create_task_group() as group:
        group.start_soon(work)
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()
    assert outcomes == []


@pytest.mark.anyio
async def test_a_function_that_raises_while_it_is_cancelled_has_failed() -> None:
    outcomes: list[Outcome] = []

    async def stubborn() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            raise ValueError("in the clean-up")

    async def work() -> None:
        outcomes.append(await perform_async(an_execution(stubborn)))

    async with anyio.create_task_group() as group:
        group.start_soon(work)
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()
    assert [the_error(outcome).error_type for outcome in outcomes] == ["ValueError"]


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_function_that_raises_a_cancellation_by_itself_has_failed() -> None:
    async def cancel_itself() -> None:
        raise asyncio.CancelledError("by myself")

    error = the_error(await perform_async(an_execution(cancel_itself)))
    assert (error.error_type, error.message) == ("CancelledError", "by myself")


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_function_that_awaits_a_cancelled_task_of_its_own_has_failed() -> None:
    async def await_cancelled() -> None:
        helper = asyncio.create_task(asyncio.sleep(3_600))
        await asyncio.sleep(0)
        helper.cancel()
        await helper

    assert the_error(await perform_async(an_execution(await_cancelled))).error_type == "CancelledError"


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_function_that_cancels_the_task_it_runs_in_has_failed() -> None:
    async def cancel_me() -> None:
        current = asyncio.current_task()
        assert current is not None
        current.cancel()
        await asyncio.sleep(3_600)

    attempt = asyncio.create_task(perform_async(an_execution(cancel_me)))
    assert the_error(await attempt).error_type == "CancelledError"


# ---- made to end ----


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize(
    ("reason", "status", "error_type"),
    [
        (StopReason.TIMEOUT, TaskStatus.FAILURE, "TaskTimeout"),
        (StopReason.CANCEL, TaskStatus.CANCELLED, "TaskCancelled"),
    ],
)
async def test_an_async_function_that_was_stopped_tells_why(
    reason: StopReason, status: TaskStatus, error_type: str
) -> None:
    async def be_cancelled() -> None:
        raise asyncio.CancelledError

    execution = an_execution(be_cancelled)
    execution.terms = Terms(timeout_seconds=5)
    execution.stop_reason = reason
    outcome = await perform_async(execution)
    assert outcome.status is status
    assert outcome.error is not None
    assert outcome.error.error_type == error_type
    assert outcome.is_retryable is (reason is StopReason.TIMEOUT)


def test_a_function_that_raises_because_it_was_cancelled_ends_so_and_shows_what_it_raised() -> None:
    def give_in() -> None:
        raise RuntimeError("I was told to stop")

    execution = an_execution(give_in)
    execution.stop_reason = StopReason.CANCEL
    outcome = perform(execution)
    assert outcome.status is TaskStatus.CANCELLED
    assert outcome.error is not None
    assert outcome.error.error_type == "TaskCancelled"
    assert outcome.error.message == "cancelled while it ran: its code ended with RuntimeError: I was told to stop"
    assert "in give_in" in outcome.error.traceback
    assert not outcome.is_retryable


def test_an_attempt_that_waited_beyond_its_deadline_does_not_begin() -> None:
    begun: list[int] = []
    execution = an_execution(lambda: begun.append(1))
    execution.start_by = 999.0
    assert perform(execution) == Outcome(TaskStatus.EXPIRED)
    assert begun == []


@pytest.mark.anyio
async def test_an_async_attempt_that_waited_beyond_its_deadline_does_not_begin() -> None:
    begun: list[int] = []

    async def begin() -> None:
        begun.append(1)

    execution = an_execution(begin)
    execution.start_by = 999.0
    assert await perform_async(execution) == Outcome(TaskStatus.EXPIRED)
    assert begun == []


def test_threads_that_note_at_once_note_in_one_place() -> None:
    execution = an_execution(lambda: None)
    first = execution.notes
    assert execution._begin_notes() is first


def test_an_attempt_that_was_stopped_before_it_began_has_not_run() -> None:
    execution = an_execution(lambda: None)
    execution.stop_reason = StopReason.CANCEL
    outcome = stopped(execution, "it had not begun")
    assert outcome.error == ErrorRecord("TaskCancelled", "cancelled before it began")
    assert outcome.run_seconds == 0.0


def test_a_timeout_is_retryable_only_where_it_is_named() -> None:
    for retry_on, is_retryable in ((None, True), ((), False), (("builtins.TimeoutError",), True)):
        execution = an_execution(lambda: None)
        execution.terms = Terms(timeout_seconds=5, retry_on=retry_on)
        execution.stop_reason = StopReason.TIMEOUT
        assert stopped(execution, "").is_retryable is is_retryable


def test_what_a_task_asks_for_about_its_next_attempt_is_told() -> None:
    def raise_it(after: float | None) -> None:
        raise Retry(after=after)

    def refuse() -> None:
        raise Reject

    wish = performed(raise_it, 2.5)
    assert (wish.is_retryable, wish.retry_after) == (True, 2.5)
    assert performed(raise_it, None).retry_after is None
    assert performed(refuse).is_retryable is False
    assert performed(raise_it).is_retryable is False  # arguments that do not fit


def test_a_retry_that_asks_for_a_wait_that_is_no_number_still_fails_only_the_attempt() -> None:
    def raise_it() -> None:
        raise Retry(after=float("nan"))

    assert performed(raise_it).status is TaskStatus.FAILURE
