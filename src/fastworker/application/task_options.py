"""The options of task functions and of submissions, as users write them, made into terms."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from fastworker.domain.errors import InvalidOption
from fastworker.domain.priority import TaskPriority
from fastworker.domain.retry import exception_name
from fastworker.domain.tags import tags_of
from fastworker.domain.terms import NO_TERMS, Backoff, Terms
from fastworker.domain.text import bounded

from .limits import LONGEST_ID

type Exceptions = type[BaseException] | Iterable[type[BaseException]]
"""One exception class, or several."""

type Seconds = float | timedelta


@dataclass(frozen=True, slots=True)
class SubmitOptions:
    """How one submission differs from the defaults of its function; None leaves the default.

    `at` and `expires_at` are moments of the clock on the wall; they become seconds when the task is submitted.
    """

    priority: TaskPriority | None = None
    task_id: str | None = None
    terms: Terms = NO_TERMS
    at: datetime | None = None
    expires_at: datetime | None = None

    def terms_at(self, wall: Callable[[], float]) -> Terms | None:
        """Return the terms of a submission that leaves now, at `wall` Unix seconds; None when nothing is asked."""
        terms = self.terms
        if self.at is not None:
            terms = replace(terms, delay_seconds=max(0.0, self.at.timestamp() - wall()))
        if self.expires_at is not None:
            terms = replace(terms, expires_seconds=max(0.0, self.expires_at.timestamp() - wall()))
        return None if terms is NO_TERMS else terms


NO_OPTIONS = SubmitOptions()


def submit_options(
    *,
    priority: TaskPriority | str | None = None,
    task_id: str | None = None,
    delay: Seconds | None = None,
    at: datetime | None = None,
    expires: Seconds | datetime | None = None,
    retries: int | None = None,
    backoff: Backoff | Seconds | None = None,
    retry_on: Exceptions | None = None,
    never_on: Exceptions | None = None,
    timeout: Seconds | None = None,
    tags: Iterable[str] | None = None,
) -> SubmitOptions:
    """Return the options of a submission.

    Raises:
        InvalidOption: a value cannot work, or `delay` and `at` are both given.
    """
    _check_id(task_id)
    if delay is not None and at is not None:
        raise InvalidOption("delay= and at= both say when the task may start; give one of them")
    run_terms = task_terms(
        retries=retries, backoff=backoff, retry_on=retry_on, never_on=never_on, timeout=timeout, tags=tags
    )
    when = Terms(
        delay_seconds=_seconds("delay", delay),
        expires_seconds=None if isinstance(expires, datetime) else _seconds("expires", expires),
    )
    terms = when.over(run_terms)
    return SubmitOptions(
        priority=None if priority is None else TaskPriority.parse(priority),
        task_id=task_id,
        terms=NO_TERMS if terms == NO_TERMS else terms,
        at=_aware("at", at),
        expires_at=_aware("expires", expires) if isinstance(expires, datetime) else None,
    )


def task_terms(
    *,
    retries: int | None = None,
    backoff: Backoff | Seconds | None = None,
    retry_on: Exceptions | None = None,
    never_on: Exceptions | None = None,
    timeout: Seconds | None = None,
    tags: Iterable[str] | None = None,
) -> Terms:
    """Return what is agreed for every run, and what each is called; raises `InvalidOption`."""
    if retries is not None and (isinstance(retries, bool) or not isinstance(retries, int)):
        raise InvalidOption(f"retries is {retries!r}; expected a whole number")
    initial = None if isinstance(backoff, Backoff) else _seconds("backoff", backoff)
    terms = Terms(
        retries=retries,
        backoff=backoff if isinstance(backoff, Backoff) else None if initial is None else Backoff(initial),
        retry_on=_names("retry_on", retry_on),
        never_on=_names("never_on", never_on),
        timeout_seconds=_seconds("timeout", timeout),
        tags=None if tags is None else tags_of(tags),
    )
    return NO_TERMS if terms == NO_TERMS else terms


def _check_id(task_id: Any) -> None:
    if task_id is not None and not (isinstance(task_id, str) and 1 <= len(task_id) <= LONGEST_ID):
        raise InvalidOption(f"id is {bounded(repr(task_id), 100)}; expected a text of 1 to {LONGEST_ID} characters")


def _seconds(what: str, value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidOption(f"{what} is {value!r}; expected seconds, or a timedelta")
    return float(value)


def _aware(what: str, moment: Any) -> datetime | None:
    if moment is None:
        return None
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        raise InvalidOption(
            f"{what} is {moment!r}; expected an aware datetime, as datetime.now(UTC): a naive one names no moment"
        )
    return moment


def _names(what: str, kinds: Any) -> tuple[str, ...] | None:
    if kinds is None:
        return None
    is_one = isinstance(kinds, type | str) or not isinstance(kinds, Iterable)
    classes: tuple[Any, ...] = (kinds,) if is_one else tuple(kinds)
    for kind in classes:
        if not isinstance(kind, type) or not issubclass(kind, BaseException):
            raise InvalidOption(f"{what} names {kind!r}; expected exception classes")
    return tuple(map(exception_name, classes))
