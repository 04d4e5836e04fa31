"""Judges a soak: what the client was told of each call, against what the tasks themselves wrote down.

The journal is the tasks' own: a line `ID start PID` before the work of each run and `ID end PID` after it. So what
really ran, and how often, is known without asking FastWorker.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import override


class Answer(StrEnum):
    """What the submission of a call came to."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"  # a typed error: nothing was accepted
    UNKNOWN = "unknown"  # a typed error that leaves open whether it was accepted


class End(StrEnum):
    """How an acknowledged call ended, as its submitter was told."""

    SUCCESS = "success"
    LOST = "lost"
    OTHER = "other"
    NONE = "none"  # it was not told in time


@dataclass(frozen=True, slots=True)
class Call:
    """What the client saw of one call; `detail` is the value or the error, as text.

    `was_in_doubt`: the connection of the client broke while the submission was under way.
    `was_disturbed`: the worker of a lost call was killed, frozen or cut off while it may have held the call.
    """

    call_id: str
    answer: Answer
    end: End = End.NONE
    is_value_right: bool = True
    was_in_doubt: bool = False
    was_disturbed: bool = True
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Runs:
    """How often a call was begun, and how often its end was reached."""

    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """The six counters, and a line about each unexpected thing."""

    attempted: int
    acknowledged: int
    lost: int
    recovered: int
    duplicated: int
    surprises: tuple[str, ...]

    @property
    def unexpected(self) -> int:
        """How many things happened that were not promised."""
        return len(self.surprises)

    @override
    def __str__(self) -> str:
        names = ("attempted", "acknowledged", "lost", "recovered", "unexpected", "duplicated")
        return ", ".join(f"{name} {getattr(self, name)}" for name in names)


def judge(calls: Sequence[Call], journal: Iterable[str], *, most_starts: int) -> Verdict:
    """Return the verdict on all calls of a soak, none of which may be started more than `most_starts` times.

    `lost`: acknowledged, and its submitter was told that it is lost. `recovered`: acknowledged, and a success although
    it was started more than once or its submission was in doubt. `duplicated`: ran to its end more than once.
    """
    known = {call.call_id: call for call in calls}
    runs, oddities = read_journal(journal, known)
    acknowledged = [call for call in calls if call.answer is Answer.ACKNOWLEDGED]
    surprises = [text for call in calls for text in surprises_of(call, runs[call.call_id], most_starts=most_starts)]
    if len(known) < len(calls):
        oddities.append(f"{len(calls) - len(known)} calls share an id with another")
    return Verdict(
        attempted=len(calls),
        acknowledged=len(acknowledged),
        lost=sum(call.end is End.LOST for call in acknowledged),
        recovered=sum(_is_recovered(call, runs[call.call_id]) for call in acknowledged),
        duplicated=sum(run.ends > 1 for run in runs.values()),
        surprises=(*oddities, *surprises),
    )


def read_journal(lines: Iterable[str], known: Mapping[str, Call]) -> tuple[dict[str, Runs], list[str]]:
    """Return the runs of each known call, and a text about each line that is of no known call or has no sense."""
    counts: Counter[tuple[str, str]] = Counter()
    oddities = []
    for line in lines:
        match line.split():
            case [call_id, "start" | "end" as what, pid] if call_id in known and pid.isdigit():
                counts[call_id, what] += 1
            case _:
                oddities.append(f"the journal has a line of no call: {line!r}")
    return {call_id: Runs(counts[call_id, "start"], counts[call_id, "end"]) for call_id in known}, oddities


def surprises_of(call: Call, runs: Runs, *, most_starts: int) -> Iterator[str]:
    """Say what was not promised about one call."""
    who = f"call {call.call_id} ({call.answer}, {call.end}, {runs.starts} starts, {runs.ends} ends)"
    if runs.starts > most_starts:
        yield f"{who} was started more than {most_starts} times"
    if runs.ends > runs.starts:
        yield f"{who} ended more often than it was started"
    if call.answer is Answer.REFUSED and runs.starts:
        yield f"{who} was started though it was refused: {call.detail}"
    if call.answer is Answer.ACKNOWLEDGED:
        for text in _surprises_of_end(call, runs):
            yield f"{who} {text}"


def _surprises_of_end(call: Call, runs: Runs) -> Iterator[str]:
    match call.end:
        case End.NONE:
            yield "was acknowledged and has no end"
        case End.OTHER:
            yield f"ended as nothing here should: {call.detail}"
        case End.LOST if not call.was_disturbed:
            yield f"is lost, and nobody disturbed its worker: {call.detail}"
        case End.SUCCESS if not call.is_value_right:
            yield f"has a wrong value: {call.detail}"
        case End.SUCCESS if not runs.ends:
            yield "is a success and never ran to its end"


def _is_recovered(call: Call, runs: Runs) -> bool:
    return call.end is End.SUCCESS and (runs.starts > 1 or call.was_in_doubt)
