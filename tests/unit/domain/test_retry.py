import pytest

from fastworker.domain.errors import TaskTimeout
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.retry import exception_name, may_retry, next_attempt_at
from fastworker.domain.terms import Backoff, Terms

from ...builders import a_failure, a_lease, a_task, an_outcome

NOW = 1000.0
RETRIES = Terms(retries=2, backoff=Backoff(10.0, jitter=0.5))
LOST = an_outcome(TaskStatus.LOST)


def due(
    outcome, *, terms=RETRIES, attempts=1, losses=0, expires_at=None, is_cancelling=False, chance=0.0
) -> float | None:
    """Return when a running task is tried again, as seconds from now."""
    task = a_task(terms=terms, status=TaskStatus.RUNNING, attempts=attempts, lease=a_lease(attempt=attempts))
    task.losses, task.expires_at, task.is_cancelling = losses, expires_at, is_cancelling
    at = next_attempt_at(task, outcome, now=NOW, chance=chance, max_losses=3)
    return None if at is None else at - NOW


@pytest.mark.parametrize(
    ("seconds", "outcome", "task"),
    [
        (10.0, a_failure(), {}),
        (5.0, a_failure(), {"chance": 1.0}),
        (20.0, a_failure(), {"attempts": 2}),
        (None, a_failure(), {"attempts": 3}),
        (None, a_failure(), {"terms": Terms()}),
        (None, a_failure(), {"terms": Terms(retries=0)}),
        (0.75, a_failure(), {"terms": Terms(retries=1), "chance": 0.5}),  # the default backoff
        (3.0, a_failure(retry_after=3.0), {}),
        (0.0, a_failure(retry_after=0.0), {"chance": 1.0}),
        (None, a_failure(is_retryable=False), {}),
        (None, a_failure(is_retryable=False, retry_after=3.0), {}),
        (None, a_failure(), {"is_cancelling": True}),
        (None, an_outcome(TaskStatus.CANCELLED), {}),
        (None, an_outcome(TaskStatus.SUCCESS), {}),
        (10.0, LOST, {}),
        (10.0, LOST, {"losses": 1}),
        (None, LOST, {"losses": 2}),
        (None, LOST, {"attempts": 3}),
        (None, LOST, {"is_cancelling": True}),
        (10.0, a_failure(), {"losses": 2}),
        (10.0, a_failure(), {"expires_at": NOW + 10.1}),
        (None, a_failure(), {"expires_at": NOW + 10.0}),
        (None, a_failure(retry_after=30.0), {"expires_at": NOW + 20.0}),
    ],
)
def test_the_next_attempt_is_due(seconds, outcome, task):
    assert due(outcome, **task) == seconds


class Outer:
    class Inner(ValueError):
        pass


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (ValueError, "builtins.ValueError"),
        (TaskTimeout, "fastworker.domain.errors.TaskTimeout"),
        (Outer.Inner, f"{__name__}.Outer.Inner"),
    ],
)
def test_an_exception_is_named_by_its_module_and_its_place_in_it(kind, name):
    assert exception_name(kind) == name


@pytest.mark.parametrize(
    ("kind", "terms", "is_retryable"),
    [
        (ValueError, Terms(), True),
        (KeyboardInterrupt, Terms(), False),
        (ValueError, Terms(retry_on=()), False),
        (ValueError, Terms(retry_on=("builtins.ValueError",)), True),
        (Outer.Inner, Terms(retry_on=("builtins.ValueError",)), True),
        (ValueError, Terms(retry_on=(f"{__name__}.Outer.Inner",)), False),
        (KeyboardInterrupt, Terms(retry_on=("builtins.BaseException",)), True),
        (ValueError, Terms(never_on=("builtins.ValueError",)), False),
        (Outer.Inner, Terms(retry_on=(f"{__name__}.Outer.Inner",), never_on=("builtins.ValueError",)), False),
        (ValueError, Terms(never_on=("builtins.OSError",)), True),
        (TaskTimeout, Terms(retry_on=("builtins.TimeoutError",)), True),
    ],
)
def test_an_exception_may_be_tried_again(kind, terms, is_retryable):
    assert may_retry(kind, terms) is is_retryable
