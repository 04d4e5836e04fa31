"""Lists of tasks through the API: their counts by status, the order of their ends, arguments as parameters."""

import pytest

from fastworker.adapters.dashboard.argument_paths import LONGEST_ARGUMENT, MOST_ARGUMENTS, MOST_DEPTH

from .served import Served, a_dashboard
from .test_security import is_problem
from .test_tasks_api import submitted

pytestmark = pytest.mark.anyio


async def some_tasks(served: Served) -> None:
    """Run tasks: three of `echo` end well; of `divide`, one does and two fail."""
    for number in range(3):
        await submitted(served, args=[number])
    for divisor in (1, 0, 0):
        await served.system.advance(1.0)
        await submitted(served, "divide", kwargs={"dividend": 6, "divisor": divisor})


async def counts(served: Served, query: str = "") -> dict[str, int]:
    """Return the numbers that are not zero."""
    response = await served.get(f"/tasks/counts{query}")
    assert response.status_code == 200, response.text
    body = response.json()
    assert (body.pop("at_least"), body.pop("searched"), bool(body.pop("as_of"))) == ([], None, True)
    return {status: number for status, number in body.items() if number}


async def test_the_counts_are_of_the_tasks_that_fit() -> None:
    async with a_dashboard() as served:
        await some_tasks(served)
        assert await counts(served) == {"success": 4, "failure": 2}
        assert await counts(served, "?name=divide") == {"success": 1, "failure": 2}
        assert await counts(served, "?q=ZeroDivision") == {"failure": 2}
        assert await counts(served, "?worker=w1&priority=normal&name=echo") == {"success": 3}
        assert await counts(served, "?priority=high") == {}
        assert await counts(served, "?since=2999-01-01T00:00:00Z".replace("2999", "2199")) == {}
        assert await counts(served, "?status=failure") == {"failure": 2}
        assert await counts(served, "?args.divisor=0") == {"failure": 2}


async def test_counts_of_a_filter_that_cannot_be_are_refused() -> None:
    async with a_dashboard() as served:
        assert is_problem(await served.get("/tasks/counts?status=dead"), 400, "invalid-parameter")
        assert is_problem(await served.get("/tasks/counts?q=priority:urgent"), 400, "invalid-parameter")


async def test_tasks_are_listed_by_their_ends_in_both_directions() -> None:
    async with a_dashboard() as served:
        await some_tasks(served)
        latest = await served.items("/tasks?order=latest-end&status=failure&status=lost")
        ends = [task["finished_at"] for task in latest]
        assert len(ends) == 2
        assert ends == sorted(ends, reverse=True)
        assert await served.items("/tasks?order=earliest-end&status=failure") == latest[::-1]


async def test_dead_letters_are_the_tasks_whose_tries_are_used_up() -> None:
    async with a_dashboard() as served:
        await some_tasks(served)
        dead = await served.items("/dead-letters")
        assert dead == await served.items("/tasks?order=latest-end&status=failure&status=lost")
        assert await served.items("/dead-letters?order=earliest-end&name=divide") == dead[::-1]
        assert await served.items("/dead-letters?status=lost") == []
        assert await served.items("/dead-letters?q=status:success") == []
        assert is_problem(await served.get("/dead-letters?status=success"), 400, "invalid-parameter")
        assert is_problem(await served.get("/dead-letters?order=newest"), 400, "invalid-parameter")


async def test_pages_by_the_end_have_cursors_of_their_own() -> None:
    async with a_dashboard() as served:
        await some_tasks(served)
        everything = await served.items("/tasks?order=latest-end")
        first = (await served.get("/tasks?order=latest-end&limit=4")).json()
        assert (first["total"], first["prev_cursor"]) == ({"value": 6, "relation": "eq"}, None)
        second = (await served.get(f"/tasks?order=latest-end&limit=4&cursor={first['next_cursor']}")).json()
        assert first["items"] + second["items"] == everything
        back = (await served.get(f"/tasks?order=latest-end&limit=4&cursor={second['prev_cursor']}")).json()
        assert back["items"] == first["items"]
        for order in ("newest", "earliest-end"):
            foreign = await served.get(f"/tasks?order={order}&cursor={first['next_cursor']}")
            assert is_problem(foreign, 400, "invalid-cursor")


async def test_an_argument_is_a_parameter_of_its_own() -> None:
    async with a_dashboard() as served:
        await some_tasks(served)
        assert [task["name"] for task in await served.items("/tasks?args.divisor=1")] == ["divide"]
        assert await served.items("/tasks?args.divisor=1&args.dividend=7") == []
        assert len(await served.items("/tasks?args.divisor=0&q=args.dividend:6")) == 2
        assert sum((await served.get("/tasks/histogram?args.divisor=0")).json()["counts"]) == 2
        assert len((await served.get("/tasks/export?format=jsonl&args.divisor=0")).text.splitlines()) == 2


async def test_where_no_tasks_are_listed_there_is_no_parameter_of_arguments() -> None:
    async with a_dashboard() as served:
        assert is_problem(await served.get("/workers?args.divisor=1"), 400, "unknown-parameter")
        assert is_problem(await served.get("/tasks?args.=1"), 400, "unknown-parameter")
        assert is_problem(await served.get("/tasks?args." + "a." * 9 + "b=1"), 400, "invalid-parameter")


async def test_many_tasks_are_chosen_by_an_argument() -> None:
    async with a_dashboard() as served:
        await some_tasks(served)
        body = {"action": "retry", "filter": {"args": {"divisor": "0"}}, "dry_run": True}
        assert (await served.post("/tasks/bulk", body)).json() == {"matching": 2, "possible": 2}


@pytest.mark.parametrize(
    ("args", "pointer"),
    [
        ({"": "0"}, "/filter/args/"),
        ({"a" * (LONGEST_ARGUMENT + 1): "0"}, f"/filter/args/{'a' * (LONGEST_ARGUMENT + 1)}"),
        ({"divisor": "0" * (LONGEST_ARGUMENT + 1)}, "/filter/args/divisor"),
        ({"a." * MOST_DEPTH + "b": "0"}, "/filter/args"),
        ({str(number): "0" for number in range(MOST_ARGUMENTS + 1)}, "/filter/args"),
    ],
)
async def test_an_argument_that_names_none_chooses_no_tasks_and_never_all(args: dict[str, str], pointer: str) -> None:
    async with a_dashboard() as served:
        await some_tasks(served)
        response = await served.post("/tasks/bulk", {"action": "delete", "filter": {"args": args}})
        assert is_problem(response, 422, "invalid-body")
        assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
        assert await counts(served) == {"success": 4, "failure": 2}
