"""The public calls and what they give, for the type checker alone: nothing here is run.

`assert_type` holds what a call gives; an ignored error holds that a wrong call is seen.
"""

from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, assert_type

from fastworker import (
    Client,
    SyncClient,
    SyncTaskHandle,
    TaskHandle,
    TaskPriority,
    TaskResult,
    TaskStatus,
    task,
)

# ---- task functions ----


@task
def word_count(text: str, *, unique: bool = False) -> int:
    return len(set(text.split()) if unique else text.split())


@task(name="thumbnail", priority="high", tags=("pictures", "nightly"))
async def resize(path: Path, width: int) -> Path:
    return path.with_suffix(f".{width}.png")


@task(priority=TaskPriority.LOW)
def tidy_up() -> None: ...


def calls_run_here_as_before() -> None:
    assert_type(word_count("a b"), int)
    assert_type(word_count.name, str)
    assert_type(word_count.priority, TaskPriority)


async def an_async_task_is_awaited_here_as_before() -> None:
    called: Callable[[Path, int], Coroutine[Any, Any, Path]] = resize

    assert_type(await resize(Path("a.png"), 800), Path)
    assert_type(await called(Path("a.png"), 800), Path)


# ---- submitting ----


async def submitting_gives_a_handle_on_the_result() -> None:
    assert_type(await word_count.submit("a b", unique=True), TaskHandle[int])
    assert_type(await resize.submit(Path("a.png"), width=800), TaskHandle[Path])
    assert_type(await tidy_up.submit(), TaskHandle[None])


async def wrong_arguments_are_seen() -> None:
    await word_count.submit(7)  # type: ignore[arg-type]
    await word_count.submit("a b", True)  # type: ignore[call-arg]
    await resize.submit(Path("a.png"))  # type: ignore[call-arg]
    await resize.options(priority="low").submit("a.png", 800)  # type: ignore[arg-type]
    resize.submit_sync(Path("a.png"), "wide")  # type: ignore[arg-type]
    resize.options(urgency="low")  # type: ignore[call-arg]
    resize.options(tags=[7])  # type: ignore[list-item]


async def options_change_the_submission_and_not_its_types() -> None:
    urgent = resize.options(priority=TaskPriority.CRITICAL, id="thumbnail-1", tags=["tenant:acme"])

    assert_type(await urgent.submit(Path("a.png"), 800), TaskHandle[Path])
    assert_type(await urgent.map([(Path("a.png"), 800)]), list[TaskHandle[Path]])
    assert_type(urgent.submit_sync(Path("a.png"), 800), SyncTaskHandle[Path])


async def many_calls_give_many_handles() -> None:
    assert_type(await resize.map([(Path("a.png"), 800), (Path("b.png"), 800)]), list[TaskHandle[Path]])


def blocking_code_submits_too() -> None:
    handle = resize.submit_sync(Path("a.png"), 800)

    assert_type(handle, SyncTaskHandle[Path])
    assert_type(handle.get(timeout=10), Path)
    assert_type(handle.get(), Path)
    assert_type(handle.status(), TaskStatus)
    assert_type(handle.result(), TaskResult[Path] | None)


# ---- handles ----


async def a_handle_is_awaited_for_the_result_and_is_its_id() -> None:
    handle = await word_count.submit("a b")
    task_id: str = handle
    awaitable: Awaitable[int] = handle

    assert_type(await handle, int)
    assert_type(await awaitable, int)
    assert_type(handle.is_done, bool)
    assert_type(await handle.wait(), None)
    assert_type(await handle.status(), TaskStatus)
    assert_type(task_id.upper(), str)


async def a_handle_shows_what_the_task_came_to() -> None:
    result = await (await word_count.submit("a b")).result()

    assert_type(result, TaskResult[int] | None)
    assert result is not None
    assert_type(result.result, int | None)
    assert_type(result.status, TaskStatus)
    assert_type(result.attempts, int)


async def a_callback_takes_the_handle() -> None:
    def note(handle: TaskHandle[int]) -> None: ...

    def note_a_path(handle: TaskHandle[Path]) -> None: ...

    handle = await word_count.submit("a b")
    handle.add_done_callback(note)
    handle.add_done_callback(print)
    handle.add_done_callback(note_a_path)  # type: ignore[arg-type]


# ---- clients ----


async def a_client_submits_by_name_or_function() -> None:
    async with Client("tcp://127.0.0.1:5555", connect_timeout=1.0) as client:
        assert_type(client, Client)
        assert_type(await client.delay("resize", Path("a.png"), 800, priority="critical"), TaskHandle[Any])
        assert_type(await client.delay(resize, Path("a.png"), width=800), TaskHandle[Any])
        assert_type(await client.map("resize", [(Path("a.png"), 800)]), list[TaskHandle[Any]])
        assert_type(await client.get_task_result("thumbnail-1"), TaskResult[Any] | None)
        assert_type(await client.status("thumbnail-1"), TaskStatus)
        async for handle in client.as_completed(await resize.map([(Path("a.png"), 800)])):
            assert_type(handle, TaskHandle[Path])


async def a_client_is_started_and_stopped_by_an_application() -> None:
    client = Client()

    assert_type(await client.start(), None)
    assert_type(client.stop(), None)
    assert_type(await client.aclose(), None)


def a_client_for_blocking_code() -> None:
    with SyncClient() as client:
        assert_type(client, SyncClient)
        assert_type(client.delay("resize", Path("a.png"), 800), SyncTaskHandle[Any])
        assert_type(client.map(resize, [(Path("a.png"), 800)]), list[SyncTaskHandle[Any]])
        assert_type(client.get_task_result("thumbnail-1"), TaskResult[Any] | None)


# ---- what cannot be a task ----

not_a_function: Callable[[], int] = task(7)  # type: ignore[call-overload]
