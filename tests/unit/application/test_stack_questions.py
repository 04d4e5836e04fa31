"""Asking workers for stacks with the answers to their polls."""

import anyio
import pytest

from fastworker.adapters.memory import ManualClock
from fastworker.application.inspection import MOST_UNDER_WAY, PATIENCE_SECONDS
from fastworker.application.messages import STACK_CHARACTERS, RunningTask, StackEntry
from fastworker.application.stack_questions import StackQuestions
from fastworker.domain.errors import RequestTimeout, TooManyPeers

pytestmark = pytest.mark.anyio


def runs(stack: str = "in echo") -> RunningTask:
    return RunningTask("t1", "echo", 1, 2.5, stack)


class Asking:
    """Questions that are asked beside the test; `answers` has what came of each, by token."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.woken: list[str] = []
        self.questions = StackQuestions(self.clock, wake=self.woken.append)
        self.answers: list[object] = []

    async def ask(self, worker_id: str, token: int) -> None:
        try:
            self.answers.append(await self.questions.ask(worker_id, token))
        except RequestTimeout as error:
            self.answers.append(str(error))


async def test_a_worker_is_woken_and_asked_once_and_each_who_asks_is_answered():
    asking = Asking()
    async with anyio.create_task_group() as group:
        for _ in range(2):
            group.start_soon(asking.ask, "w1", 7)
        await asking.clock.settle()
        assert asking.woken == ["w1", "w1"]
        assert (asking.questions.has_for("w1"), asking.questions.has_for("w2")) == (True, False)
        assert asking.questions.take_for("w1") == [7]
        assert not asking.questions.has_for("w1")
        asking.questions.answer("w2", [StackEntry(7, runs())])
        asking.questions.answer("w1", [StackEntry(8, runs())])
        await asking.clock.settle()
        assert asking.answers == []
        asking.questions.answer("w1", [StackEntry(7, runs())])
    assert asking.answers == [runs(), runs()]


async def test_that_an_attempt_does_not_run_any_more_is_an_answer():
    asking = Asking()
    async with anyio.create_task_group() as group:
        group.start_soon(asking.ask, "w1", 7)
        await asking.clock.settle()
        asking.questions.answer("w1", [StackEntry(7)])
    assert asking.answers == [None]


async def test_of_a_long_stack_the_ends_are_kept_whatever_a_worker_sends():
    asking = Asking()
    async with anyio.create_task_group() as group:
        group.start_soon(asking.ask, "w1", 7)
        await asking.clock.settle()
        asking.questions.answer("w1", [StackEntry(7, runs("x" * 3 * STACK_CHARACTERS))])
    (answer,) = asking.answers
    assert isinstance(answer, RunningTask)
    assert len(answer.stack) < 1.01 * STACK_CHARACTERS


async def test_a_worker_that_says_nothing_is_waited_for_some_seconds_and_a_few_are_asked_at_a_time():
    asking = Asking()
    async with anyio.create_task_group() as group:
        for token in range(MOST_UNDER_WAY):
            group.start_soon(asking.ask, "w1", token)
        await asking.clock.settle()
        with pytest.raises(TooManyPeers):
            await asking.questions.ask("w1", 9)
        await asking.clock.advance(PATIENCE_SECONDS + 0.1)
    assert asking.answers == ["it said nothing with its polls within 3 s"] * MOST_UNDER_WAY
    assert not asking.questions.has_for("w1")
