"""Types that have parameters themselves, on their way through submissions; checked, never run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, assert_type

from fastworker import Backoff, SyncTaskHandle, TaskFunction, TaskHandle, task


@dataclass
class Page[T]:
    items: list[T]


@task
def pages(numbers: Sequence[int], size: int = 10) -> list[Page[int]]:
    return [Page(list(numbers[at : at + size])) for at in range(0, len(numbers), size)]


@task(retries=3, backoff=Backoff(1), timeout=timedelta(seconds=30))
async def largest(folders: dict[str, list[Path]]) -> tuple[Path, int] | None:
    return None


@task(isolation="process")
def variadic(first: int, *rest: str, **named: float) -> None: ...


async def results_keep_their_parameters() -> None:
    handle = await pages.submit([1, 2, 3], size=2)

    assert_type(handle, TaskHandle[list[Page[int]]])
    assert_type((await handle)[0].items, list[int])
    assert_type(await (await largest.submit({"a": [Path("b")]})), tuple[Path, int] | None)
    assert_type(await largest.map([({},)]), list[TaskHandle[tuple[Path, int] | None]])
    assert_type(pages.submit_sync([1]), SyncTaskHandle[list[Page[int]]])
    assert_type(pages.submit_sync([1]).get(), list[Page[int]])
    assert_type(await largest.options(delay=timedelta(hours=1)).submit({}), TaskHandle[tuple[Path, int] | None])


async def parameters_keep_theirs() -> None:
    await pages.submit(["1"])  # type: ignore[list-item]
    await largest.submit({"a": ["b"]})  # type: ignore[list-item]
    await pages.submit([1], size="2")  # type: ignore[arg-type]
    await pages.submit([1], sizes=2)  # type: ignore[call-arg]
    await variadic.submit(1, "a", "b", weight=1.5)
    await variadic.submit(1, 2)  # type: ignore[arg-type]
    await variadic.submit(1, weight="heavy")  # type: ignore[arg-type]


async def a_function_may_take_any_task_of_a_kind() -> None:
    async def run_twice[R](function: TaskFunction[[int], Any, R]) -> tuple[R, R]:
        return await (await function.submit(1)), await (await function.submit(2))

    @task
    def halve(value: int) -> float:
        return value / 2

    @task
    async def name(value: int) -> str:
        return str(value)

    assert_type(await run_twice(halve), tuple[float, float])
    assert_type(await run_twice(name), tuple[str, str])
    await run_twice(pages)  # type: ignore[arg-type]
