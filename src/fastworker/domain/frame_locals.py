"""The locals of a failure's frames, its local variables as text, as people are shown them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FrameLocals:
    """The locals of one frame, as (name, text), and its place as the traceback names it.

    The names of those that take what has no parameter of its own have their stars: `*args`, `**kwargs`.
    """

    file: str
    line: int
    function: str
    locals: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FailureLocals:
    """What the frames of one failure had, the outermost first, as in its traceback; without those that are unknown."""

    frames: tuple[FrameLocals, ...]
