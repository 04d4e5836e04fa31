"""What is agreed for a task beside its call: when it may start, how long it may run, how often it is tried."""

from dataclasses import dataclass, fields, replace
from math import isfinite

from .errors import InvalidOption
from .tags import Tags
from .value import value

LONGEST_SECONDS = 10 * 366 * 86_400.0
"""Ten years: more is a mistake in the unit."""

MOST_RETRIES = 1_000
MOST_EXCEPTIONS = 32
LONGEST_NAME = 300


def _check_number(what: str, number: object, least: int, most: int) -> None:
    if not isinstance(number, int | float) or not least <= number <= most:
        raise InvalidOption(f"{what} is {number!r}; expected a number from {least} to {most}")


def _check_seconds(what: str, seconds: object, *, least: float) -> None:
    if not isinstance(seconds, int | float) or not isfinite(seconds) or not least <= seconds <= LONGEST_SECONDS:
        raise InvalidOption(f"{what} is {seconds!r} s; expected {least:g} to {LONGEST_SECONDS:.0f} s (ten years)")


type TraceContext = tuple[tuple[str, str], ...]
"""What a trace goes on from, as pairs of a name and a value: `traceparent` of the W3C, and what goes with it."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before the next attempt: `initial` seconds, then `factor` times as long each time.

    It never exceeds `maximum` seconds. The part `jitter` of it (0 to 1) is left to chance, so that what failed
    together does not come back together.
    """

    initial: float = 1.0
    factor: float = 2.0
    maximum: float = 300.0
    jitter: float = 0.5

    def __post_init__(self) -> None:
        _check_seconds("backoff initial", self.initial, least=0.0)
        _check_seconds("backoff maximum", self.maximum, least=0.0)
        _check_number("backoff factor", self.factor, 1, 1_000)
        _check_number("backoff jitter", self.jitter, 0, 1)

    def seconds(self, attempt: int, *, chance: float) -> float:
        """Return the wait after a failed attempt, counted from 1; `chance` is a random number from 0 to 1."""
        try:
            whole = min(self.maximum, self.initial * float(self.factor) ** (attempt - 1))
        except OverflowError:
            whole = self.maximum if self.initial else 0.0
        return whole * (1 - self.jitter * chance)


@value
class Terms:
    """None means: as the task function declares it, or else the default, which is written at each field.

    `retry_on` and `never_on` name exception classes as `module.Class`; an exception counts when it is an instance of
    one. Times are seconds. `origin` is the task that this one runs again, `trace` what it was submitted in, `parent`
    the running task that submitted it. The `tags` are looked at (`tags_of`) where they
    come in, not with each change of the others.
    """

    retries: int | None = None  # 0
    backoff: Backoff | None = None  # Backoff()
    retry_on: tuple[str, ...] | None = None  # every Exception
    never_on: tuple[str, ...] | None = None  # none
    timeout_seconds: float | None = None  # without end
    delay_seconds: float | None = None  # at once
    expires_seconds: float | None = None  # never
    origin: str | None = None  # none
    trace: TraceContext | None = None  # none
    parent: str | None = None  # none
    tags: Tags | None = None  # none

    def __post_init__(self) -> None:
        if self.retries is not None and not 0 <= self.retries <= MOST_RETRIES:
            raise InvalidOption(f"retries is {self.retries!r}; expected a whole number from 0 to {MOST_RETRIES}")
        if self.timeout_seconds is not None:
            _check_seconds("timeout", self.timeout_seconds, least=0.001)
        if self.delay_seconds is not None:
            _check_seconds("delay", self.delay_seconds, least=0.0)
        if self.expires_seconds is not None:
            _check_seconds("expires", self.expires_seconds, least=0.0)
        for names in (self.retry_on or (), self.never_on or ()):
            if len(names) > MOST_EXCEPTIONS or any(len(name) > LONGEST_NAME for name in names):
                raise InvalidOption(f"at most {MOST_EXCEPTIONS} exceptions of {LONGEST_NAME} characters can be named")
        for relation, task_id in (("an origin", self.origin), ("a parent", self.parent)):
            if task_id is not None and len(task_id) > LONGEST_NAME:
                raise InvalidOption(f"{relation} of {len(task_id)} characters; expected the id of a task")

    def after(self, seconds: float) -> "Terms":
        """Return the terms as they are so many seconds later: times that were to pass have partly passed."""
        if self.delay_seconds is None and self.expires_seconds is None:
            return self
        return replace(
            self,
            delay_seconds=None if self.delay_seconds is None else max(0.0, self.delay_seconds - seconds),
            expires_seconds=None if self.expires_seconds is None else max(0.0, self.expires_seconds - seconds),
        )

    def over(self, declared: "Terms") -> "Terms":
        """Return these terms, with what they leave open as declared."""
        return Terms(*(_first(getattr(self, field), getattr(declared, field)) for field in _FIELDS))


_FIELDS = tuple(field.name for field in fields(Terms))
NO_TERMS = Terms()
"""Everything as by default."""

DEFAULT_BACKOFF = Backoff()


def _first[V](asked: V | None, declared: V | None) -> V | None:
    return declared if asked is None else asked
