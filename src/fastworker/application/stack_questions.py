"""Asks workers for the Python stack of what they run, with the answers to their polls: for those that have no address.

The answer comes with the worker's next poll. A question is asked once: whoever is not answered in time asks again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import anyio

from fastworker.domain.errors import RequestTimeout, TooManyPeers
from fastworker.domain.text import bounded

from .inspection import MOST_UNDER_WAY, PATIENCE_SECONDS
from .messages import STACK_CHARACTERS, RunningTask, StackEntry
from .ports.clock import Clock

MOST_CHARACTERS = STACK_CHARACTERS + 100
"""A worker of ours adds to the ends of a long stack how much it has left out."""


@dataclass(slots=True, eq=False)
class Question:
    """What somebody wants to know of an attempt; `answered` when its worker has said it."""

    worker_id: str
    token: int
    is_sent: bool = False
    running: RunningTask | None = None
    answered: anyio.Event = field(default_factory=anyio.Event)


class StackQuestions:
    """The questions that are open, a few at a time; `wake` has a worker's held poll answered."""

    def __init__(self, clock: Clock, *, wake: Callable[[str], None]) -> None:
        self._clock = clock
        self._wake = wake
        self._open: list[Question] = []

    async def ask(self, worker_id: str, token: int) -> RunningTask | None:
        """Return how an attempt runs, with its Python stack; None when it does not (any more).

        Raises:
            TooManyPeers: several workers are being asked already.
            RequestTimeout: the worker does not answer in time.
        """
        if len(self._open) >= MOST_UNDER_WAY:
            raise TooManyPeers(f"{MOST_UNDER_WAY} workers are being asked already; try again")
        question = Question(worker_id, token)
        self._open.append(question)
        try:
            self._wake(worker_id)
            with self._clock.scope_until(self._clock.now() + PATIENCE_SECONDS):
                await question.answered.wait()
                return question.running
        finally:
            self._open.remove(question)
        raise RequestTimeout(f"it said nothing with its polls within {PATIENCE_SECONDS:g} s")

    def has_for(self, worker_id: str) -> bool:
        """True when a worker is to be asked something."""
        return any(each.worker_id == worker_id and not each.is_sent for each in self._open)

    def take_for(self, worker_id: str) -> list[int]:
        """Return the tokens of the attempts that a worker is to be asked about now."""
        asked = [each for each in self._open if each.worker_id == worker_id and not each.is_sent]
        for each in asked:
            each.is_sent = True
        return sorted({each.token for each in asked})

    def answer(self, worker_id: str, entries: Sequence[StackEntry]) -> None:
        """Take what a worker says; what nobody waits for any more is dropped."""
        said = {entry.token: entry.running for entry in entries}
        for each in self._open:
            if each.worker_id == worker_id and each.token in said:
                each.running = _bounded(said[each.token])
                each.answered.set()


def _bounded(running: RunningTask | None) -> RunningTask | None:
    if running is None:
        return None
    stack = bounded(running.stack, MOST_CHARACTERS)
    return RunningTask(running.task_id, running.name, running.attempt, running.run_seconds, stack, running.is_stuck)
