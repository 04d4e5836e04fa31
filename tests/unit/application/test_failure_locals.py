"""Where --show-locals asks for it, a failure tells the locals of its own frames; else it tells nothing."""

import json
import os
from collections.abc import Callable
from itertools import chain
from typing import Any, override

import anyio
import pytest
from structlog.testing import capture_logs

from fastworker.adapters.json_codec import JsonPayloadCodec
from fastworker.application.bounded_repr import VALUE_CHARACTERS
from fastworker.application.execution import Execution, StopReason, perform, perform_async
from fastworker.application.failure_locals import (
    MOST_CHARACTERS,
    MOST_FRAMES,
    MOST_LOCALS,
    NOT_READ,
    LocalsReader,
    ReadLocals,
    bounded_locals,
)
from fastworker.application.task_function import task
from fastworker.domain.frame_locals import FailureLocals, FrameLocals
from fastworker.domain.lifecycle import TaskStatus


def at_once() -> float:
    """Show a clock that does not move."""
    return 1_000.0


READ = LocalsReader(at_once)


def an_execution(function: Callable[..., Any], *args: Any, read_locals: ReadLocals | None = READ) -> Execution:
    """An attempt whose failure tells its locals."""
    codec = JsonPayloadCodec()
    payload = codec.encode_arguments(args, {})
    return Execution("t1", 1, 1, task(function), codec.signature(function), payload, at_once, read_locals=read_locals)


def told_by(execution: Execution) -> list[dict[str, str]]:
    """The locals of each frame that an ended attempt has told."""
    (note,) = execution.notes.take()
    assert isinstance(note, FailureLocals)
    return [dict(frame.locals) for frame in note.frames]


def raised_by(function: Callable[[], object]) -> BaseException:
    """What a function raises."""
    try:
        function()
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def told(error: BaseException) -> FailureLocals:
    """What an error tells, as long as it takes."""
    found = READ(error)
    assert found is not None
    return found


def divide(by: int) -> float:
    share = {"of": [1, 2]}
    return len(share) / by


def test_the_frames_of_the_application_tell_their_variables_the_outermost_first() -> None:
    def work(amount: int) -> float:
        step = amount + 1
        return divide(step - 1)

    execution = an_execution(work, 0)
    outcome = perform(execution)
    (note,) = execution.notes.take()
    assert isinstance(note, FailureLocals)
    outer, inner = note.frames
    assert (dict(outer.locals), dict(inner.locals)) == (
        {"amount": "0", "step": "1"},
        {"by": "0", "share": "{'of': [1, 2]}"},
    )
    assert outcome.error is not None
    for frame in note.frames:
        assert f'  File "{frame.file}", line {frame.line}, in {frame.function}\n' in outcome.error.traceback


async def fail_later(number: int) -> None:
    await anyio.lowlevel.checkpoint()
    raise KeyError(number)


def test_an_async_function_tells_them_too_before_its_outcome() -> None:
    heard: list[Execution] = []
    execution = an_execution(fail_later, 7)
    execution.announce = heard.append
    outcome = anyio.run(perform_async, execution)
    assert outcome.status is TaskStatus.FAILURE
    assert heard == [execution]
    assert told_by(execution) == [{"number": "7"}]


@pytest.mark.parametrize("read", [None, READ])
def test_without_being_asked_or_without_a_failure_nothing_is_told(read: ReadLocals | None) -> None:
    fails, works = an_execution(divide, 0, read_locals=read), an_execution(divide, 2, read_locals=read)
    assert perform(works).status is TaskStatus.SUCCESS
    assert works.notes.take() == []
    plain, telling = perform(fails), perform(an_execution(divide, 0))
    assert plain == telling  # also as it goes over the wire
    assert len(fails.notes.take()) == (0 if read is None else 1)


def test_a_cancelled_attempt_that_raises_tells_what_it_had() -> None:
    def work(number: int) -> None:
        execution.stop_reason = StopReason.CANCEL
        raise ValueError(number)

    execution = an_execution(work, 3)
    assert perform(execution).status is TaskStatus.CANCELLED
    ((frame),) = told_by(execution)
    assert frame["number"] == "3"


def test_libraries_and_a_call_that_does_not_fit_tell_nothing() -> None:
    execution = an_execution(divide, "no number")
    assert perform(execution).status is TaskStatus.FAILURE
    assert execution.notes.take() == []
    assert READ(raised_by(lambda: json.loads("{"))) is None
    assert READ(ValueError("never raised")) is None
    assert READ(raised_by(lambda: exec("x = 1\nraise OSError", {}))) is None


def test_names_of_python_modules_functions_and_classes_are_left_out() -> None:
    class Local:
        pass

    class Lazy:
        """Is asked for its class by isinstance, and would do much work then."""

        @property  # type: ignore[misc]
        @override
        def __class__(self) -> type:
            raise AssertionError("asked")

        @override
        def __repr__(self) -> str:
            return "lazy"

    def fail() -> None:
        __hidden = 1
        module, function, method, built_in, kind, lazy = os, divide, [].append, len, Local, Lazy()
        assert module
        assert function
        raise ValueError([__hidden, method, built_in, kind, lazy])

    error = raised_by(fail)
    assert [dict(each.locals) for each in told(error).frames if each.function == "fail"] == [{"lazy": "lazy"}]


def test_frames_of_modules_and_classes_have_no_local_variables(tmp_path: Any) -> None:
    file = tmp_path / "settings.py"
    code = compile(
        "secret = 1\ndef go(x):\n    raise OSError(x)\nclass C:\n    own = 2\n    go(1)\n", str(file), "exec"
    )
    error = raised_by(lambda: exec(code, {}))
    assert [(each.function, each.locals) for each in told(error).frames if each.file == str(file)] == [
        ("go", (("x", "1"),))
    ]


def descend(left: int) -> None:
    if left:
        descend(left - 1)
    raise ValueError("deep")


def test_of_many_frames_the_innermost_are_told() -> None:
    frames = told(raised_by(lambda: descend(50))).frames
    assert [dict(frame.locals)["left"] for frame in frames] == [
        str(number) for number in range(MOST_FRAMES - 1, -1, -1)
    ]


def test_what_led_to_the_error_is_told_as_far_as_there_is_room() -> None:
    def cause(first: int) -> None:
        raise KeyError(first)

    def fail(second: int, *, hidden: bool) -> None:
        try:
            cause(1)
        except KeyError as error:
            if hidden:
                raise ValueError(second) from None
            raise ValueError(second) from error

    def functions(error: BaseException) -> list[str]:
        return [frame.function for frame in told(error).frames]

    assert functions(raised_by(lambda: fail(2, hidden=False))) == ["fail", "cause", "fail"]  # as in the traceback
    assert functions(raised_by(lambda: fail(2, hidden=True))) == ["fail"]


def test_errors_that_lead_to_each_other_in_a_ring_come_to_an_end() -> None:
    one, other = raised_by(lambda: divide(0)), raised_by(lambda: descend(0))
    one.__context__, other.__context__ = other, one
    assert {frame.function for frame in told(one).frames} >= {"divide", "descend"}


def fail_with_many() -> None:
    v00 = v01 = v02 = v03 = v04 = v05 = v06 = v07 = v08 = v09 = v10 = v11 = "x" * 1_000
    w00 = w01 = w02 = w03 = w04 = w05 = w06 = w07 = w08 = w09 = w10 = w11 = "y"
    long = [v00, v01, v02, v03, v04, v05, v06, v07, v08, v09, v10, v11]
    raise ValueError(long, w00, w01, w02, w03, w04, w05, w06, w07, w08, w09, w10, w11)


def recurse_with_many(left: int) -> None:
    if left:
        text = "z" * 1_000
        others = [text] * 20
        more, again, last = others, others, others
        recurse_with_many(left - 1)
        raise AssertionError([more, again, last])
    fail_with_many()


def characters(of: FailureLocals) -> int:
    texts = [text for frame in of.frames for text in (frame.file, frame.function, *chain(*frame.locals))]
    return sum(map(len, texts))


def test_what_is_told_is_bounded_by_variable_by_frame_and_in_all() -> None:
    found = told(raised_by(lambda: recurse_with_many(30)))
    *outer, inner = found.frames
    assert len(inner.locals) == MOST_LOCALS
    assert {len(text) for _, text in inner.locals} == {VALUE_CHARACTERS, len("'y'")}
    assert 0 < len(outer) < MOST_FRAMES
    assert MOST_CHARACTERS / 2 < characters(found) <= MOST_CHARACTERS


class Clock:
    """Stands still, until something takes its time."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Slow:
    """Takes some time to say what it is."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock, self._seconds = clock, seconds

    @override
    def __repr__(self) -> str:
        self._clock.now += self._seconds
        return "slow"


def fail_with(held: object) -> None:
    raise ValueError(id(held))


def held_by(clock: Clock, read: LocalsReader, held: object) -> list[tuple[str, str]]:
    """What the innermost frame tells of something that a failure had."""
    found = read(raised_by(lambda: fail_with(held)))
    return [] if found is None else list(found.frames[-1].locals)


def test_no_value_and_no_member_of_one_is_begun_when_rendering_has_taken_too_long() -> None:
    clock = Clock()
    slow = Slow(clock, 0.02)
    shown = "[[[slow, slow, slow, slow, slow, slow, ...], ...], ...]"
    assert held_by(clock, LocalsReader(clock), [[[slow] * 10] * 10] * 10) == [("held", shown)]
    assert clock.now == pytest.approx(1_000.12)
    mapping = dict.fromkeys(range(10), slow)
    assert held_by(clock, LocalsReader(clock), mapping)[0][1].endswith("5: slow, ...}")

    def fail_with_two(first: object, second: object) -> None:
        raise ValueError(id(first), id(second))

    found = LocalsReader(clock)(raised_by(lambda: fail_with_two(Slow(clock, 5.0), 2)))
    assert found is not None
    assert [dict(frame.locals) for frame in found.frames] == [{"first": "slow"}]


def test_the_failures_of_a_process_have_a_part_of_its_time_in_all_and_tell_when_it_is_spent() -> None:
    clock = Clock()
    read = LocalsReader(clock)
    slow = Slow(clock, 0.03)  # is in two frames
    assert [held_by(clock, read, slow) for _ in range(4)] == [[("held", "slow")]] * 2 + [[NOT_READ]] * 2
    clock.now += 0.05  # 0.008 s are missing, of which 0.1 s come back in a second
    assert held_by(clock, read, slow) == [NOT_READ]
    clock.now += 0.05
    assert held_by(clock, read, slow) == [("held", "slow")]
    clock.now += 1_000.0
    assert [held_by(clock, read, slow) for _ in range(3)] == [[("held", "slow")]] * 2 + [[NOT_READ]]
    assert read(ValueError("never raised")) is None


def test_parameters_that_take_what_is_left_over_have_their_stars() -> None:
    def fail(first: int, *rest: int, only: int = 0, **named: int) -> None:
        raise ValueError(first, only, named, rest)

    (frame,) = [each for each in told(raised_by(lambda: fail(1, 2, b=3))).frames if each.function == "fail"]
    assert dict(frame.locals) == {"first": "1", "*rest": "(2,)", "only": "0", "**named": "{'b': 3}"}


class Untrue(Exception):
    def __len__(self) -> int:
        return 0


class Unanswering(Exception):
    def __bool__(self) -> bool:
        raise RuntimeError("asked")


@pytest.mark.parametrize("kind", [Untrue, Unanswering])
def test_a_cause_is_not_asked_whether_it_is_true(kind: type[Exception]) -> None:
    def cause(first: int) -> None:
        raise kind(first)

    def fail(second: int) -> None:
        try:
            cause(1)
        except kind as error:
            raise ValueError(second) from error

    execution = an_execution(fail, 2)
    assert perform(execution).status is TaskStatus.FAILURE
    assert [frame.get("first") for frame in told_by(execution)] == [None, "1", None]


def test_whatever_reading_meets_the_failure_is_reported() -> None:
    def read(error: BaseException) -> FailureLocals | None:
        raise SystemExit("no")

    execution = an_execution(divide, 0, read_locals=read)
    with capture_logs() as lines:
        assert perform(execution) == perform(an_execution(divide, 0, read_locals=None))
    assert execution.notes.take() == []
    assert [(line["event"], line["task_id"], line["error"]) for line in lines] == [
        ("locals_not_read", "t1", "SystemExit")
    ]


def test_an_exception_that_raises_when_it_is_asked_for_its_cause_is_not_asked() -> None:
    class Odd(Exception):
        @property
        def __cause__(self) -> BaseException | None:  # type: ignore[override]
            raise OSError("no")

    def work(number: int) -> None:
        raise Odd("text")

    execution = an_execution(work, 1)
    assert perform(execution).status is TaskStatus.FAILURE
    assert told_by(execution) == [{"number": "1"}]


def test_a_value_that_cannot_be_shown_says_so_beside_the_others() -> None:
    class Broken:
        @override
        def __repr__(self) -> str:
            raise ValueError("no")

    def work(number: int) -> None:
        broken = Broken()
        raise KeyError(number, id(broken))

    execution = an_execution(work, 1)
    perform(execution)
    ((variables),) = told_by(execution)
    assert (variables["number"], variables["broken"]) == ("1", "<repr failed: ValueError>")


def a_frame(*variables: tuple[str, str], line: int = 3) -> FrameLocals:
    return FrameLocals("/app/tasks.py", line, "go", variables)


def test_what_a_worker_has_sent_is_bounded_in_the_same_way() -> None:
    fits = FailureLocals((a_frame(("x", "1")), a_frame(("y", "2"))))
    assert bounded_locals(fits) == fits
    assert bounded_locals(FailureLocals(())) is None
    assert bounded_locals(FailureLocals((a_frame(),))) is None
    long = bounded_locals(FailureLocals((a_frame(("n" * 999, "t" * 999), line=-1), a_frame(("x", "1"), line=1 << 99))))
    assert long is not None
    assert [len(part) for part in long.frames[0].locals[0]] == [VALUE_CHARACTERS, VALUE_CHARACTERS]
    assert [frame.line for frame in long.frames] == [0, 1 << 31]
    many = bounded_locals(FailureLocals(tuple(a_frame(*[(str(n), "1")] * 50, line=n) for n in range(50))))
    assert many is not None
    assert [frame.line for frame in many.frames] == list(range(40, 50))
    assert {len(frame.locals) for frame in many.frames} == {MOST_LOCALS}
    huge = bounded_locals(FailureLocals(tuple(a_frame(*[("n" * 200, "t" * 200)] * 20) for _ in range(10))))
    assert huge is not None
    assert characters(huge) <= MOST_CHARACTERS
