"""`@task`: what it makes of a function, and what it refuses."""

import functools
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from typing import Any

import anyio
import pytest

from fastworker.application.limits import LONGEST_ID
from fastworker.application.task_function import SubmitOptions, TaskFunction, task
from fastworker.domain.errors import CallerError, ClientNotRunning, InvalidOption, InvalidPriority
from fastworker.domain.priority import TaskPriority
from fastworker.domain.terms import NO_TERMS, Backoff, Terms


def test_a_bare_decorator_takes_name_and_priority_from_nowhere_else() -> None:
    @task
    def resize(width: int) -> int:
        """Resize something."""
        return width

    assert isinstance(resize, TaskFunction)
    assert (resize.name, resize.priority, resize.is_async) == ("resize", TaskPriority.NORMAL, False)
    assert (resize.__name__, resize.__doc__) == ("resize", "Resize something.")


def test_an_empty_call_of_the_decorator_is_the_bare_decorator() -> None:
    @task()
    def resize() -> None: ...

    assert (resize.name, resize.priority) == ("resize", TaskPriority.NORMAL)


def test_options_of_the_decorator_name_the_task_and_its_priority() -> None:
    @task(name="pictures.resize", priority="HIGH")
    def resize() -> None: ...

    assert (resize.name, resize.priority) == ("pictures.resize", TaskPriority.HIGH)
    assert repr(resize) == f"<task 'pictures.resize' of module {__name__}>"


@pytest.mark.parametrize("priority", [TaskPriority.LOW, "low", "Low", "LOW"])
def test_a_priority_is_a_member_or_its_name_in_any_case(priority: TaskPriority | str) -> None:
    assert task(priority=priority)(_plain).priority is TaskPriority.LOW


def test_a_priority_that_is_none_of_the_four_is_refused_before_the_function_is_seen() -> None:
    with pytest.raises(InvalidPriority, match="no priority 'urgent'; expected one of: critical, high, normal, low"):
        task(priority="urgent")


def test_calling_a_task_function_is_calling_the_function() -> None:
    @task
    def add(first: int, *, second: int = 1) -> int:
        return first + second

    assert add(1, second=2) == 3


def test_calling_an_async_task_function_gives_its_coroutine() -> None:
    @task
    async def add(first: int, second: int) -> int:
        return first + second

    assert add.is_async
    assert anyio.run(add, 1, 2) == 3


def _plain() -> None: ...


def _generator() -> Iterator[int]:
    yield 1


class _Callable:
    def __call__(self) -> None: ...

    def method(self) -> None: ...


@pytest.mark.parametrize(
    "thing", [_generator, _Callable, _Callable(), _Callable().method, functools.partial(_plain), 5]
)
def test_what_is_no_plain_function_is_refused(thing: Any) -> None:
    with pytest.raises(CallerError, match=r"@task takes a plain `def` or `async def` function, not"):
        task(thing)


def test_an_async_generator_is_refused() -> None:
    async def numbers() -> AsyncIterator[int]:
        yield 1

    with pytest.raises(CallerError, match="@task takes a plain"):
        task(numbers)


def test_a_task_function_cannot_be_decorated_again() -> None:
    with pytest.raises(CallerError, match="not <task '_plain'"):
        task(task(_plain))


def test_a_function_that_was_wrapped_keeps_its_name_and_signature() -> None:
    def twice[**P](function: Callable[P, int]) -> Callable[P, int]:
        @functools.wraps(function)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> int:
            return 2 * function(*args, **kwargs)

        return wrapper

    @task
    @twice
    def count_up(number: int) -> int:
        return number + 1

    assert (count_up.name, count_up(1)) == ("count_up", 4)


def test_options_make_a_view_and_leave_the_function_as_it_was() -> None:
    function = task(_plain)
    options = function.options(priority="critical", id="mine")
    assert options._options == SubmitOptions(TaskPriority.CRITICAL, "mine")
    assert function.options()._options == SubmitOptions(None, None)
    assert function._options == SubmitOptions()


def test_options_of_the_decorator_are_what_is_agreed_for_every_run() -> None:
    @task(retries=3, backoff=2, never_on=KeyError, timeout=timedelta(minutes=1), isolation="process")
    def resize() -> None: ...

    assert resize.terms == Terms(retries=3, backoff=Backoff(2.0), never_on=("builtins.KeyError",), timeout_seconds=60.0)
    assert resize.isolation == "process"
    assert task(_plain).terms is NO_TERMS
    assert task(_plain).isolation is None


def test_options_of_the_decorator_that_cannot_work_are_refused_before_the_function_is_seen() -> None:
    with pytest.raises(InvalidOption, match="isolation is 'thread'; expected 'process', or nothing"):
        task(isolation="thread")  # type: ignore[call-overload]
    with pytest.raises(InvalidOption, match="retries is -1"):
        task(retries=-1)


def test_the_name_of_a_task_has_a_bound() -> None:
    with pytest.raises(InvalidOption, match="the name of a task has 1 to"):
        task(name="x" * (LONGEST_ID + 1))(_plain)


def test_what_the_options_of_a_submission_leave_out_stays_as_declared() -> None:
    function = task(retries=3, timeout=9)(_plain)
    options = function.options(retries=0, delay=5)._options
    assert options.terms.over(function.terms) == Terms(retries=0, delay_seconds=5.0, timeout_seconds=9.0)


def test_options_refuse_a_priority_that_is_none() -> None:
    with pytest.raises(InvalidPriority):
        task(_plain).options(priority="urgent")


@pytest.mark.anyio
async def test_a_map_goes_to_the_current_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastworker.application.current_client._new_client", None)
    with pytest.raises(ClientNotRunning):
        await task(_plain).map([()])
