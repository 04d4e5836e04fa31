"""The local variables of a failure's own frames, where --show-locals asks for them.

They are read where the attempt failed, before its outcome leaves, and travel ahead of that as a note: no client hears
of them, and a failure without them is the same as ever. Of exceptions that led to each other the last one's frames come
first; those of the members of an exception group are left out.
"""

from collections.abc import Callable, Iterable, Iterator
from inspect import CO_OPTIMIZED
from itertools import islice, takewhile
from traceback import walk_tb
from types import BuiltinFunctionType, FrameType, FunctionType, MethodType, ModuleType
from typing import Any

from fastworker.domain.frame_locals import FailureLocals, FrameLocals

from .app_frames import is_app_file
from .bounded_repr import VALUE_CHARACTERS, bounded_repr, cut

MOST_FRAMES = 10
MOST_VARIABLES = 20
"""Of one frame."""

MOST_CHARACTERS = 8_192
"""Of one failure, with the names: half of what its traceback may have. The 1,000 failures kept are 8 MB then, as a
rule; it is also what keeps a report with many failures far from the largest frame."""

RENDERING_SECONDS = 0.1
"""No value is begun later than this: an attempt in an event loop holds that up meanwhile, and no value that is being
rendered can be given up."""

PLACE_CHARACTERS = 500
_LARGEST_LINE = 1 << 31
_LINKS = ("__cause__", "__context__", "__suppress_context__")
_NOT_SHOWN = (ModuleType, FunctionType, BuiltinFunctionType, MethodType, type)

type _Variables = Iterable[tuple[str, str]]


def locals_of(error: BaseException, *, now: Callable[[], float]) -> FailureLocals | None:
    """Return the variables of an error's innermost app frames; None when it has no such frame, or they have none."""
    until = now() + RENDERING_SECONDS
    frames = (
        (frame.f_code.co_filename, line, frame.f_code.co_name, _rendered(frame, now, until))
        for frame, line in _app_frames(error)
    )
    return _fitting(frames)


def bounded_locals(told: FailureLocals) -> FailureLocals | None:
    """Return no more of what a worker has sent than this module would have read."""
    return _fitting((each.file, each.line, each.function, each.variables) for each in reversed(told.frames))


def _app_frames(error: BaseException | None) -> Iterator[tuple[FrameType, int]]:
    """Yield frames and lines, the innermost first, of an error and then of what led to it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        for frame, line in reversed(list(walk_tb(error.__traceback__))):
            if is_app_file(frame.f_code.co_filename) and frame.f_code.co_flags & CO_OPTIMIZED:  # a function's
                yield frame, line
        error = _what_led_to(error)


def _what_led_to(error: BaseException) -> BaseException | None:
    """Ask the slots of exceptions themselves: a class of a user's own may have put code in their place."""
    cause, context, is_cut = (vars(BaseException)[name].__get__(error) for name in _LINKS)
    led: BaseException | None = cause or (None if is_cut else context)
    return led


def _rendered(frame: FrameType, now: Callable[[], float], until: float) -> Iterator[tuple[str, str]]:
    for name, value in frame.f_locals.items():
        if now() > until:
            return
        if _is_shown(name, value):
            yield name, bounded_repr(value)


def _is_shown(name: str, value: Any) -> bool:
    """Tell whether a variable says something of a failure; by its type, for some objects are asked for their class."""
    return name.isidentifier() and not name.startswith("__") and not issubclass(type(value), _NOT_SHOWN)


def _fitting(frames: Iterable[tuple[str, int, str, _Variables]]) -> FailureLocals | None:
    """Return what there is room for of some frames; they come with the innermost first."""
    room, told = _Room(), []
    for long_file, line, long_function, variables in islice(frames, MOST_FRAMES):
        file, function = cut(long_file, PLACE_CHARACTERS), cut(long_function, PLACE_CHARACTERS)
        room.take(file, function)
        taken = tuple(takewhile(room.take_pair, islice(map(_cut_pair, variables), MOST_VARIABLES)))
        if taken:
            told.append(FrameLocals(file, min(max(line, 0), _LARGEST_LINE), function, taken))
    return FailureLocals(tuple(reversed(told))) if told else None


def _cut_pair(pair: tuple[str, str]) -> tuple[str, str]:
    name, text = pair
    return cut(name, VALUE_CHARACTERS), cut(text, VALUE_CHARACTERS)


class _Room:
    """How many characters may still be told."""

    def __init__(self) -> None:
        self._left = MOST_CHARACTERS

    def take(self, *texts: str) -> bool:
        """Make room smaller by some texts; False when they do not fit any more."""
        self._left -= sum(map(len, texts))
        return self._left >= 0

    def take_pair(self, pair: tuple[str, str]) -> bool:
        """Do so for a name and its text."""
        return self.take(*pair)
