"""Whether a task is tried again after an attempt that did not succeed, and when."""

from .lifecycle import TaskStatus
from .task import Outcome, Task
from .terms import DEFAULT_BACKOFF, Terms

EVERY_EXCEPTION = ("builtins.Exception",)


def next_attempt_at(task: Task, outcome: Outcome, *, now: float, chance: float, max_losses: int) -> float | None:
    """Return when the next attempt of a running task is due; None when this outcome is final.

    Exceptions and lost workers use up the same attempts; lost workers are also counted on their own, so that a task
    that kills its workers stops after `max_losses` of them. `chance` is a random number from 0 to 1, for the jitter.
    """
    terms = task.submission.terms
    if task.is_cancelling or task.attempts > (terms.retries or 0):
        return None
    if outcome.status is TaskStatus.LOST:
        if task.losses + 1 >= max_losses:
            return None
    elif outcome.status is not TaskStatus.FAILURE or not outcome.is_retryable:
        return None
    wait = outcome.retry_after
    if wait is None:
        wait = (terms.backoff or DEFAULT_BACKOFF).seconds(task.attempts, chance=chance)
    due_at = now + wait
    return None if task.expires_at is not None and due_at >= task.expires_at else due_at


def exception_name(kind: type) -> str:
    """Return how an exception class is named in terms."""
    return f"{kind.__module__}.{kind.__qualname__}"


def may_retry(kind: type[BaseException], terms: Terms) -> bool:
    """Tell whether an exception of this class may be tried again: `never_on` wins over `retry_on`."""
    names = {exception_name(each) for each in kind.__mro__}
    if not names.isdisjoint(terms.never_on or ()):
        return False
    return not names.isdisjoint(EVERY_EXCEPTION if terms.retry_on is None else terms.retry_on)
