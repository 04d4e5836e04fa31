"""The locals of a failure's own frames, where --show-locals asks for them.

They are read where the attempt failed, before its outcome leaves, and travel ahead of that as a note: no client hears
of them, and a failure without them is the same as ever. Of exceptions that led to each other the last one's frames come
first; those of the members of an exception group are left out.
"""

from collections.abc import Callable, Iterable, Iterator
from inspect import CO_OPTIMIZED, getargs
from itertools import islice, takewhile
from threading import Lock
from traceback import walk_tb
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, MethodType, ModuleType
from typing import Any

from fastworker.domain.frame_locals import FailureLocals, FrameLocals

from .app_frames import is_app_file
from .bounded_repr import MORE, VALUE_CHARACTERS, Budget, bounded_repr, cut

MOST_FRAMES = 10
MOST_LOCALS = 20
"""Of one frame."""

MOST_CHARACTERS = 8_192
"""Of one failure, with the names: half of what its traceback may have. The 1,000 failures kept are 8 MB then, as a
rule; it is also what keeps a report with many failures far from the largest frame."""

RENDERING_SECONDS = 0.1
"""Of one failure, and in the long run of each second: an attempt in an event loop holds that up meanwhile. No value is
begun later than this, and no member of one; what is being rendered cannot be given up, and counts with all its time."""

NOT_READ = (MORE, f"not read: other failures took the time for it, {RENDERING_SECONDS:g} s of a second")

PLACE_CHARACTERS = 500
_LARGEST_LINE = 1 << 31
_LINKS = ("__cause__", "__context__", "__suppress_context__")
_NOT_SHOWN = (ModuleType, FunctionType, BuiltinFunctionType, MethodType, type)

type ReadLocals = Callable[[BaseException], FailureLocals | None]
type _Locals = Iterable[tuple[str, str]]


class LocalsReader:
    """Reads the locals of the failures of one process, from whatever thread, for no more than a part of its time.

    Time comes back as it passes. What one failure takes beyond it is missing to the next ones.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = Lock()
        self._left_seconds = RENDERING_SECONDS
        self._counted_until = now()

    def __call__(self, error: BaseException) -> FailureLocals | None:
        """Return the locals of an error's innermost app frames; None when it has no such frame, or they have none."""
        if not self._has_time():
            return _fitting(_left_out(error), Budget(MOST_CHARACTERS, now=self._now, until=self._now()))
        began_at = self._now()
        try:
            return self._read(error, until=began_at + RENDERING_SECONDS)
        finally:
            self._take(self._now() - began_at)

    def _read(self, error: BaseException, *, until: float) -> FailureLocals | None:
        budget = Budget(MOST_CHARACTERS, now=self._now, until=until)
        frames = (
            (frame.f_code.co_filename, line, frame.f_code.co_name, _rendered(frame, budget))
            for frame, line in _app_frames(error)
        )
        return _fitting(frames, budget)

    def _has_time(self) -> bool:
        with self._lock:
            now = self._now()
            come_back = (now - self._counted_until) * RENDERING_SECONDS
            self._left_seconds = min(RENDERING_SECONDS, self._left_seconds + come_back)
            self._counted_until = now
            return self._left_seconds > 0

    def _take(self, seconds: float) -> None:
        with self._lock:
            self._left_seconds -= seconds


def bounded_locals(sent: FailureLocals) -> FailureLocals | None:
    """Return no more of what a worker has sent than this module would have read."""
    frames = ((each.file, each.line, each.function, each.locals) for each in reversed(sent.frames))
    return _fitting(frames, Budget(MOST_CHARACTERS, now=lambda: 0.0, until=0.0))


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
    """Ask the slots of exceptions themselves, and not whether they are true: a user's class may have code for both."""
    cause, context, is_cut = (vars(BaseException)[name].__get__(error) for name in _LINKS)
    led: BaseException | None = context if cause is None and not is_cut else cause
    return led


def _left_out(error: BaseException) -> Iterator[tuple[str, int, str, _Locals]]:
    """Return the innermost frame, which says that nothing was read."""
    for frame, line in islice(_app_frames(error), 1):
        yield frame.f_code.co_filename, line, frame.f_code.co_name, [NOT_READ]


def _rendered(frame: FrameType, budget: Budget) -> Iterator[tuple[str, str]]:
    starred = _starred(frame.f_code)
    for name, value in frame.f_locals.items():
        if budget.is_spent:
            return
        if _is_shown(name, value):
            yield starred.get(name, name), bounded_repr(value, budget)


def _starred(code: CodeType) -> dict[str | None, str]:
    """Return how the parameters that take whatever is left over are written."""
    _, positional, named = getargs(code)
    return {positional: f"*{positional}", named: f"**{named}"}


def _is_shown(name: str, value: Any) -> bool:
    """Tell whether a variable says something of a failure; by its type, for some objects are asked for their class."""
    return name.isidentifier() and not name.startswith("__") and not issubclass(type(value), _NOT_SHOWN)


def _fitting(frames: Iterable[tuple[str, int, str, _Locals]], budget: Budget) -> FailureLocals | None:
    """Return what there is room for of some frames; they come with the innermost first."""
    fitting = []
    for long_file, line, long_function, of_frame in islice(frames, MOST_FRAMES):
        file, function = cut(long_file, PLACE_CHARACTERS), cut(long_function, PLACE_CHARACTERS)
        budget.take(file, function)
        pairs = islice(map(_cut_pair, of_frame), MOST_LOCALS)
        taken = tuple(takewhile(lambda pair: budget.take(*pair), pairs))
        if taken:
            fitting.append(FrameLocals(file, min(max(line, 0), _LARGEST_LINE), function, taken))
    return FailureLocals(tuple(reversed(fitting))) if fitting else None


def _cut_pair(pair: tuple[str, str]) -> tuple[str, str]:
    name, text = pair
    return cut(name, VALUE_CHARACTERS), cut(text, VALUE_CHARACTERS)
