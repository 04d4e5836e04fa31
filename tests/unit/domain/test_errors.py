import pickle
from itertools import chain

import pytest

from fastworker.domain.errors import (
    CallerError,
    ControlPlaneError,
    FastWorkerError,
    TaskError,
    TaskFailed,
    UnknownTask,
    WireError,
    error_from_code,
    unknown_task_name,
)


def all_errors(root: type[FastWorkerError] = FastWorkerError) -> list[type[FastWorkerError]]:
    return [root, *chain.from_iterable(all_errors(child) for child in root.__subclasses__())]


ERRORS = all_errors()


def test_no_two_errors_share_a_code():
    assert len({error.code for error in ERRORS}) == len(ERRORS)


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_has_a_code_of_its_own(error):
    assert "code" in vars(error)


@pytest.mark.parametrize("error", ERRORS[1:])
def test_every_error_says_who_can_do_something_about_it(error):
    assert issubclass(error, CallerError | TaskError | ControlPlaneError | WireError)


@pytest.mark.parametrize("error", [error for error in ERRORS if error is not TaskFailed])
def test_an_error_survives_the_wire_with_its_text(error):
    received = error_from_code(error.code, "what was met")

    assert (type(received), str(received)) == (error, "what was met")


@pytest.mark.parametrize("code", ["", "from_a_newer_version", TaskFailed.code])
def test_a_code_that_no_refusal_can_have_becomes_the_root_error(code):
    received = error_from_code(code, "what was met")

    assert (type(received), str(received)) == (FastWorkerError, "what was met")


def test_a_failed_task_shows_the_remote_traceback():
    error = TaskFailed("ValueError", "no such size", "Traceback:\n  line 1\n")

    assert str(error) == "ValueError: no such size\n\nOn the worker:\nTraceback:\n  line 1"
    assert (error.error_type, error.message) == ("ValueError", "no such size")
    assert error.remote_traceback == "Traceback:\n  line 1\n"


def test_a_failed_task_without_a_traceback_is_one_line():
    assert str(TaskFailed("ValueError", "no such size")) == "ValueError: no such size"


def test_a_failed_task_keeps_its_parts_on_the_way_out_of_a_process_pool():
    error = pickle.loads(pickle.dumps(TaskFailed("ValueError", "no such size", "Traceback")))

    assert (error.error_type, error.message, error.remote_traceback) == ("ValueError", "no such size", "Traceback")


@pytest.mark.parametrize(
    ("known", "hint"),
    [
        (["resize_image", "send_mail"], "did you mean: resize_image"),
        (["send_mail", "add"], "known here: add, send_mail"),
        ([f"job_{number}" for number in range(10)], f"known here: {', '.join(f'job_{n}' for n in range(8))}"),
        ([], "known here: none"),
    ],
)
def test_an_unknown_name_is_answered_with_near_names_or_else_some_known_ones(known, hint):
    error = unknown_task_name("resize_imgae", known)

    assert type(error) is UnknownTask
    assert str(error) == f"no task named 'resize_imgae'; {hint} (is its module in --task-modules?)"
