"""Asking what was submitted, and reading what was submitted instead."""

import pytest

from fastworker import InvalidArguments, TaskPriority, UnknownTask
from fastworker.testing import LocalSystem, NotSubmitted, Submitted

from . import work
from .work import double, halve, many

pytestmark = pytest.mark.anyio


async def test_a_submission_is_found_by_any_of_its_arguments_however_they_were_passed() -> None:
    async with LocalSystem(work) as system:
        handle = await halve.submit(9, by=3)
        await system.client.delay("halve", value=4)
        (first,) = system.submitted(halve, by=3)
        assert first == Submitted(handle, "halve", {"value": 9, "by": 3}, TaskPriority.NORMAL)
        assert system.submitted(halve, 9) == system.submitted("halve", value=9, by=3) == [first]
        assert len(system.submitted(halve)) == 2
        assert [each.arguments for each in system.submitted(halve, by=2)] == [{"value": 4, "by": 2}]


async def test_the_rest_of_the_arguments_is_compared_too() -> None:
    async with LocalSystem(work) as system:
        await many.submit(1, 2, 3, colour="red", size="small")
        assert system.submitted(many, colour="red")
        assert system.submitted(many, 1, 2, 3)
        for args, kwargs in [((1, 2), {}), ((), {"colour": "blue"}), ((), {"weight": "1"})]:
            with pytest.raises(NotSubmitted):
                system.submitted(many, *args, **kwargs)


async def test_priority_and_delay_are_told() -> None:
    async with LocalSystem(work) as system:
        await double.options(priority="high", delay=5_400).submit(1)
        (submitted,) = system.submissions()
        assert submitted.priority is TaskPriority.HIGH
        assert submitted.delay_seconds == 5_400
        assert str(submitted) == "double(value=1)   high   delayed 1h30m"


async def test_a_submission_tells_its_tags() -> None:
    async with LocalSystem(work) as system:
        await double.options(tags=["tenant:acme", "nightly"]).submit(1)
        (submitted,) = system.submissions()
        assert submitted.tags == ("tenant:acme", "nightly")
        assert str(submitted) == "double(value=1)   tag tenant:acme   tag nightly"


async def test_a_failure_lists_what_was_submitted_instead() -> None:
    async with LocalSystem(work) as system:
        await double.submit(1)
        await double.options(priority="low").submit(2)
        await halve.submit(4)
        with pytest.raises(NotSubmitted) as raised:
            system.submitted(double, value=3)
        assert str(raised.value) == (
            "double(value=3) was not submitted\n"
            "double was, with other arguments:\n"
            "  double(value=1)\n"
            "  double(value=2)   low\n"
            "other tasks were:\n"
            "  halve(value=4, by=2)"
        )
        with pytest.raises(NotSubmitted) as raised:
            system.submitted(many)
        assert str(raised.value).splitlines()[:2] == ["many() was not submitted", "these were:"]


async def test_a_failure_says_when_nothing_was_submitted() -> None:
    async with LocalSystem(work) as system:
        with pytest.raises(NotSubmitted) as raised:
            system.submitted(double, 1)
        assert str(raised.value) == "double(value=1) was not submitted\nnothing was"


async def test_long_values_and_long_lists_are_cut() -> None:
    async with LocalSystem(work) as system:
        await many.map([(number, *range(100)) for number in range(30)])
        with pytest.raises(NotSubmitted) as raised:
            system.submitted(many, -1)
        lines = str(raised.value).splitlines()
        assert lines[-1] == "  ... and 10 more"
        assert all(len(line) < 130 for line in lines)


async def test_an_argument_that_the_function_does_not_have_is_a_mistake_of_the_test() -> None:
    async with LocalSystem(work) as system:
        with pytest.raises(InvalidArguments, match=r"double\(\) is never submitted like this: .*'valu'"):
            system.submitted(double, valu=1)


async def test_a_function_that_is_not_part_of_the_system_is_a_mistake_too() -> None:
    async with LocalSystem(double) as system:
        with pytest.raises(UnknownTask, match="no task named 'halve'"):
            system.submitted(halve)
        with pytest.raises(UnknownTask, match="did you mean: double"):
            system.submitted("doubel")


async def test_arguments_that_do_not_fit_are_shown_as_they_came() -> None:
    async with LocalSystem(work) as system:
        await system.client.delay("double", "a word")
        (submitted,) = system.submissions()
        assert str(submitted) == "double(*=['a word'])"


async def test_it_is_an_assertion_that_fails() -> None:
    async with LocalSystem(work) as system:
        with pytest.raises(AssertionError):
            system.submitted(double)


@pytest.mark.anyio
async def test_a_function_that_is_no_task_is_refused_by_name() -> None:
    def plain() -> None: ...

    async with LocalSystem(work) as system:
        with pytest.raises(UnknownTask, match=r"plain.* is no task function: decorate it with @task"):
            system.submitted(plain)  # type: ignore[arg-type]
        with pytest.raises(UnknownTask, match="is no task function"):
            system.fail_next(plain, ValueError())  # type: ignore[arg-type]
