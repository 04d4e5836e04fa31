"""What a profile in the speedscope format says in a few lines."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

EVENT_LOOP_STEP = "Handle._run"
IMPORTED_FROM = re.compile(r".*/(site-packages|src|lib/python3\.\d+)/")

type Frame = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Hot:
    """A place in the code, and the part of the time that was spent there."""

    place: str
    part: float


def hottest_lines(profile: dict[str, Any], most: int) -> list[Hot]:
    """Return the lines that ran themselves for the longest time."""
    seconds: Counter[str] = Counter()
    for stack, weight in _stacks(profile):
        seconds[_line(stack[-1])] += weight
    return _parts(seconds, profile, most)


def hottest_functions(profile: dict[str, Any], most: int) -> list[Hot]:
    """Return the functions that ran, or had others run, for the longest time; what starts an event loop is left out."""
    seconds: Counter[str] = Counter()
    for stack, weight in _stacks(profile):
        for function in {_function(frame) for frame in _one_step(stack)}:  # once, however often it calls itself
            seconds[function] += weight
    return _parts(seconds, profile, most)


def seconds_in(profile: dict[str, Any]) -> float:
    """Return how long its threads ran, all together."""
    return sum(weight for _, weight in _stacks(profile))


def _stacks(profile: dict[str, Any]) -> Iterator[tuple[Sequence[Frame], float]]:
    frames = profile["shared"]["frames"]
    for thread in profile["profiles"]:
        for sample, weight in zip(thread["samples"], thread["weights"], strict=True):
            if sample:
                yield [frames[index] for index in sample], weight


def _parts(seconds: Counter[str], profile: dict[str, Any], most: int) -> list[Hot]:
    whole = seconds_in(profile)
    return [Hot(place, spent / whole) for place, spent in seconds.most_common(most)]


def _one_step(stack: Sequence[Frame]) -> Sequence[Frame]:
    """Return what a step of the event loop runs; a stack of no event loop as it is."""
    steps = [depth for depth, frame in enumerate(stack) if frame["name"] == EVENT_LOOP_STEP]
    return stack[steps[-1] + 1 :] if steps else stack


def _line(frame: Frame) -> str:
    return f"{frame['name']} ({_file(frame)}:{frame.get('line') or '?'})"


def _function(frame: Frame) -> str:
    return f"{frame['name']} ({_file(frame)})"


def _file(frame: Frame) -> str:
    """Return the path below the folder from which it was imported."""
    return IMPORTED_FROM.sub("", frame.get("file") or "?")
