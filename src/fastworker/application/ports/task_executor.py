"""Running attempts."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from fastworker.application.execution import Execution
from fastworker.domain.task import Outcome

type Done = Callable[[Execution, Outcome], None]
type Noted = Callable[[Execution], None]
"""Told that an attempt has added to its `notes`; one call may stand for many notes."""


class TaskExecutor(ABC):
    """Runs attempts.

    The worker bounds how many are started at a time: it is leased no more than it has slots. An executor that keeps
    threads or processes for them has no more of these than slots, and what was started beyond that, as when slots were
    taken away, waits for one. Any other runs at once what was started.

    Rules (tests/contracts/task_executor.py): each started attempt ends in exactly one call of `done`, on the event
    loop that opened the executor, unless the executor was closed first; an attempt that raises, even a
    BaseException, harms no other. What an attempt notes is told by `noted` on the same loop, before its `done`.
    """

    @abstractmethod
    def open(self, done: Done, noted: Noted) -> AbstractAsyncContextManager[None]:
        """Make the executor ready; leaving the context abandons what still runs."""

    @abstractmethod
    def start(self, execution: Execution) -> None:
        """Begin an attempt, and do not wait for it; one that never waits itself may be `done` already."""

    @abstractmethod
    def stop(self, execution: Execution) -> None:
        """Have a running attempt end, for its `stop_reason`, by the means that this executor has; return at once.

        An attempt that cannot be made to end goes on, and ends in `done` when it does; so does one that ends by
        itself in this moment. Stopping twice is stopping once.
        """

    @abstractmethod
    def resize(self, slots: int) -> None:
        """Keep at most so many threads or processes from now on; change nothing, if there are none.

        What runs goes on, what waits is run, and those that are too many end when they have nothing to run.
        """

    @abstractmethod
    def stack(self, execution: Execution) -> str:
        """Return the present Python stack of a running attempt, innermost call last; empty when it has none."""
