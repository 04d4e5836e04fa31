"""The local variables of a failure's frames as text, as people are shown them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FrameLocals:
    """The variables of one frame, as (name, text), and its place as the traceback names it."""

    file: str
    line: int
    function: str
    variables: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FailureLocals:
    """What the frames of one failure had, the outermost first, as in its traceback; without those that are unknown."""

    frames: tuple[FrameLocals, ...]
