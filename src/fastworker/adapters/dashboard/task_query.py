r"""The filter of the list of tasks: parameters, and a line of words such as `status:failure name:resize timeout`.

A word `key:value` narrows by that key, `args.user.id:7` by an argument, as the parameter `args.user.id=7` does; all
other words together are text that is searched in id, name and error. Several values of one key are alternatives;
several keys must all hold. `since:` and `until:` take a moment (RFC 3339), or how long ago it is: `since:15m`.

A value with blanks stands in quotes, `tag:"two words"`, with `\"` for a quote in it and `\\` for a backslash. A quote
that nothing closes is a character like others: whoever searches for a part of an error is not to be refused for it.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from math import inf
from typing import Any

from pydantic_core import to_json

from fastworker.application.observatory.task_filter import TaskFilter
from fastworker.domain.errors import FastWorkerError
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import Task

from .argument_paths import LONGEST_ARGUMENT, LONGEST_TOLD, MOST_ARGUMENTS, ArgumentPath, path_of
from .moments import Moments
from .parts import Parts
from .problems import invalid_parameter
from .records.payloads import SHOWN_BYTES, Decode, arguments_decoder

MOST_WORDS = 20
KEYS = ("status", "priority", "name", "worker", "tag", "error", "parent", "origin")
MOMENTS = ("since", "until")
ARGUMENT = "args."
MOST_DECODERS = 64
MOST_BYTES = 4 << 20
"""Of arguments read for one request: about 20 ms."""

WORD = re.compile(r'([^\s:]+):"((?:[^"\\]|\\.)*)"(?!\S)|\S+')
"""Key and value of a word with quotes, else a word without: the page reads the same (suggestions.ts)."""

ESCAPED = re.compile(r'\\(["\\])')

AGE = re.compile(r"(\d{1,6})([smhd])", re.ASCII)
FIRST_YEAR, LAST_YEAR = 1970, 2200
"""No task was submitted before, and none that is remembered will be after."""

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

type Wanted = tuple[ArgumentPath, str]
"""An argument, and the value that it is to have."""


@dataclass(frozen=True, slots=True)
class TaskQuery:
    """What was asked for, as parameters of a request or members of a body."""

    status: Sequence[TaskStatus] = ()
    priority: Sequence[TaskPriority] = ()
    name: Sequence[str] = ()
    worker: Sequence[str] = ()
    fingerprint: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    q: str = ""
    parent: Sequence[str] = ()
    origin: Sequence[str] = ()
    arguments: Sequence[Wanted] = ()
    tag: Sequence[str] = ()

    def filter(self, parts: Parts, *, most_bytes: float = MOST_BYTES) -> TaskFilter:
        """Return it as the application's filter; raises `ApiProblem` that names the word that cannot work.

        `most_bytes` of arguments are read; who rests while it reads may take `inf`.
        """
        words = parse_words(self.q)
        arguments = [*words.arguments, *self.arguments]
        also = _also(arguments, parts, most_bytes) if arguments else None
        moments = parts.moments
        return TaskFilter(
            statuses=frozenset([*self.status, *_members(TaskStatus, "status", words.values["status"])]),
            priorities=frozenset([*self.priority, *_members(TaskPriority, "priority", words.values["priority"])]),
            names=frozenset([*self.name, *words.values["name"]]),
            workers=frozenset([*self.worker, *words.values["worker"]]),
            tags=frozenset([*self.tag, *words.values["tag"]]),
            parents=frozenset([*self.parent, *words.values["parent"]]),
            origins=frozenset([*self.origin, *words.values["origin"]]),
            fingerprint=self.fingerprint or (words.values["error"][0] if words.values["error"] else None),
            since=max(-inf if self.since is None else moments.monotonic(self.since), words.since(moments)),
            until=min(inf if self.until is None else moments.monotonic(self.until), words.until(moments)),
            text=" ".join(words.text),
            also=also,
        )


@dataclass(frozen=True, slots=True)
class Words:
    """A line of words, sorted by what they are."""

    values: dict[str, list[str]] = field(default_factory=lambda: {key: [] for key in KEYS})
    arguments: list[Wanted] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    moments: dict[str, str] = field(default_factory=dict)

    def since(self, moments: Moments) -> float:
        """Return the moment of `since:`, without one the beginning of time."""
        return self._at("since", moments, otherwise=-inf)

    def until(self, moments: Moments) -> float:
        """Return the moment of `until:`, without one the end of time."""
        return self._at("until", moments, otherwise=inf)

    def _at(self, key: str, moments: Moments, *, otherwise: float) -> float:
        text = self.moments.get(key)
        return otherwise if text is None else moments.monotonic(moment_of(key, text, moments))


def moment_of(key: str, text: str, moments: Moments) -> datetime:
    """Return a moment written as in RFC 3339 or as how long ago it is; raises `ApiProblem` when it is none."""
    age = AGE.fullmatch(text)
    try:
        found = moments.now() - timedelta(**{UNITS[age[2]]: int(age[1])}) if age else datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise invalid_parameter(
            "q", f"{key}: expected a moment (RFC 3339) or an age such as 15m, got {text!r}"
        ) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise invalid_parameter("q", f"{key}: expected a moment of the years {FIRST_YEAR} to {LAST_YEAR}")
    return found


def parse_words(q: str) -> Words:
    """Return the words of a line; raises `ApiProblem` when there are too many."""
    found = Words()
    words = list(WORD.finditer(q))
    if len(words) > MOST_WORDS:
        raise invalid_parameter("q", f"{len(words)} words; at most {MOST_WORDS}")
    for word in words:
        key, colon, value = _pair(word)
        if colon and value and key in KEYS:
            found.values[key].append(value)
        elif colon and value and key in MOMENTS:
            found.moments[key] = value
        elif colon and is_argument(key):
            found.arguments.append((_path("q", key), value))
        else:
            found.text.append(word[0])
    return found


def _pair(word: re.Match[str]) -> tuple[str, str, str]:
    """Return key, colon and value of a word, as `partition` does, without the quotes around the value."""
    if word[1] is None:
        return word[0].partition(":")
    return word[1], ":", ESCAPED.sub(r"\1", word[2])


def is_argument(key: str) -> bool:
    """Tell whether a key names an argument, such as `args.user.id`."""
    return key.startswith(ARGUMENT) and len(key) > len(ARGUMENT)


def wanted_arguments(pairs: Iterable[tuple[str, str]]) -> tuple[Wanted, ...]:
    """Return the arguments among parameters; raises `ApiProblem` when they are too many, too deep or too long."""
    found = [(key, value) for key, value in pairs if is_argument(key)]
    for number, (key, value) in enumerate(found):
        if number >= MOST_ARGUMENTS:
            raise invalid_parameter(key[:LONGEST_TOLD], f"{len(found)} arguments; at most {MOST_ARGUMENTS}")
        if len(key) > len(ARGUMENT) + LONGEST_ARGUMENT or len(value) > LONGEST_ARGUMENT:
            raise invalid_parameter(key[:LONGEST_TOLD], f"at most {LONGEST_ARGUMENT} characters")
    return tuple((_path(key, key), value) for key, value in found)


def _path(parameter: str, key: str) -> ArgumentPath:
    try:
        return path_of(key.removeprefix(ARGUMENT))
    except ValueError as error:
        raise invalid_parameter(parameter[:LONGEST_TOLD], str(error)) from None


def _members[E: (TaskStatus, TaskPriority)](kind: type[E], key: str, values: Iterable[str]) -> list[E]:
    try:
        return [kind(value) for value in values]
    except ValueError as error:
        raise invalid_parameter("q", f"{key}: {error}; expected one of {', '.join(kind)}") from None


def _also(wanted: Sequence[Wanted], parts: Parts, most_bytes: float) -> Callable[[Task], bool]:
    return argument_check(
        wanted,
        lru_cache(MOST_DECODERS)(lambda name: arguments_decoder(parts, name)),
        is_hiding=parts.redaction.is_on,
        most_bytes=most_bytes,
    )


def argument_check(
    wanted: Sequence[Wanted],
    decoder_of: Callable[[str], Decode],
    *,
    is_hiding: bool = False,
    most_bytes: float = MOST_BYTES,
) -> Callable[[Task], bool]:
    """Return whether the arguments of a task have these values, compared as text; what is hidden has none.

    Reading arguments is dear: only those are read in which the values stand at all, and only so many bytes of them. Of
    arguments that are too large to be shown, nothing is found. With `is_hiding`, what is read, and so what is refused,
    does not depend on what stands there: else the refusal would tell what is hidden.
    """
    texts = [] if is_hiding else [to_json(value)[1:-1] for _, value in wanted]
    bytes_left = most_bytes

    def holds(task: Task) -> bool:
        nonlocal bytes_left
        payload = task.submission.payload
        if len(payload) > SHOWN_BYTES or not all(text in payload for text in texts):
            return False
        bytes_left -= len(payload)
        if bytes_left < 0:
            raise invalid_parameter(
                "q", f"{ARGUMENT}…: too many arguments to look at; narrow it by name or status, too"
            )
        try:
            named = decoder_of(task.submission.name)(payload)
        except FastWorkerError:
            return False
        return all(_text(_at(named, path)) == value for path, value in wanted)

    return holds


def _at(value: Any, path: Sequence[str]) -> Any:
    """Return what stands at a path in JSON values; the arguments without a name are numbered from 0."""
    if isinstance(value, dict) and "" in value and path[0] not in value:
        value = value[""]
    for part in path:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isascii() and part.isdigit() and len(part) < 7 and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
