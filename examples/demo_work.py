"""What the demonstration submits, and what it keeps of each task that has ended."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_system import EXAMPLES
from real_work import checksum_tree, count_words, make_thumbnail, summarise_logs

from fastworker import Client, FastWorkerError, TaskHandle, TaskPriority

FILES = EXAMPLES / "files"

type Labels = dict[TaskHandle[Any], str]
"""What to call each submitted task, in the order of submission."""


@dataclass(frozen=True, slots=True)
class Row:
    """One task that has ended; `number` is its place in the order of submission."""

    number: int
    label: str
    priority: str
    worker: str
    wait_seconds: float
    run_seconds: float
    result: str
    succeeded: bool


async def roll_call(client: Client, workers: Iterable[str]) -> None:
    """Return when each of the workers has done a task.

    Tasks that come at once and are more than one worker has room for reach every worker that has joined.
    """
    missing = set(workers)
    while missing:
        handles = await asyncio.gather(*(checksum_tree.submit(FILES) for _ in range(8)))
        async for handle in client.as_completed(handles):
            missing.discard((await row_of(handle, 0, "roll call")).worker)


async def submit_everything(thumbnails: Path) -> Labels:
    """Submit the least urgent work first, so that the rest has something to overtake."""
    return {
        **await submit_thumbnails(960, thumbnails, TaskPriority.LOW),
        **await submit_thumbnails(480, thumbnails, TaskPriority.NORMAL),
        **await submit_texts(),
        **await submit_thumbnails(160, thumbnails, TaskPriority.HIGH),
        **await submit_logs(),
        **await submit_checksums(TaskPriority.CRITICAL),
    }


async def submit_thumbnails(width: int, into: Path, priority: TaskPriority) -> Labels:
    """Submit one task for each picture."""
    thumbnail = make_thumbnail.options(priority=priority)
    pictures = files_in("images")
    return {await thumbnail.submit(picture, width, into): f"thumbnail {picture.stem}" for picture in pictures}


async def submit_texts() -> Labels:
    """Submit one task for each text; their priority is normal, as for every task that says nothing else."""
    return {await count_words.submit(text): f"words {text.stem}" for text in files_in("texts")}


async def submit_logs() -> Labels:
    """Submit one task for each day and one for all days; their priority, high, is on the decorator."""
    days = files_in("server_logs")
    return {
        **{await summarise_logs.submit([day]): f"logs {day.stem}" for day in days},
        await summarise_logs.submit(days): "logs all days",
    }


async def submit_checksums(priority: TaskPriority) -> Labels:
    """Submit one task for each folder of files and one for all of them."""
    checksum = checksum_tree.options(priority=priority)
    folders = [FILES, *files_in(".")]
    return {await checksum.submit(folder): f"checksum {folder.name}" for folder in folders}


def files_in(folder: str) -> list[Path]:
    """Return what lies in a folder of `files/`, in the order of the names."""
    return sorted((FILES / folder).iterdir())


async def collect(client: Client, labels: Labels, *, after_each: Callable[[], object]) -> list[Row]:
    """Return a row for each task, in the order in which they ended; `after_each` is called once per task."""
    numbers = {handle: number for number, handle in enumerate(labels, start=1)}
    rows = []
    async for handle in client.as_completed(labels):
        rows.append(await row_of(handle, numbers[handle], labels[handle]))
        after_each()
    return rows


async def row_of(handle: TaskHandle[Any], number: int, label: str) -> Row:
    """Return what is kept of a task that has ended, well or not."""
    try:
        result, succeeded = str(await handle), True
    except FastWorkerError as error:
        result, succeeded = str(error), False
    end = await handle.result()
    assert end is not None, "as_completed yields tasks that have ended"
    return Row(
        number=number,
        label=label,
        priority=end.priority.name.lower(),
        worker=end.worker_id,
        wait_seconds=end.wait_seconds,
        run_seconds=end.run_seconds,
        result=result,
        succeeded=succeeded,
    )
