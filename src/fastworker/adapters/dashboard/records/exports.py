"""Tasks as the lines of a file: JSON Lines, or a table of comma-separated values that any spreadsheet opens."""

import csv
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from io import StringIO
from typing import Literal

from fastworker.application.observatory.exports import MOST_TASKS, Export
from fastworker.application.observatory.task_filter import TaskFilter
from fastworker.domain.task import Task

from ..models.task import TaskSummary
from ..parts import Parts
from .tasks import task_summary

type FileKind = Literal["jsonl", "csv"]
MEDIA_TYPES: dict[FileKind, str] = {"jsonl": "application/x-ndjson", "csv": "text/csv"}
COLUMNS = (
    "id",
    "name",
    "status",
    "priority",
    "worker_id",
    "attempts",
    "most_attempts",
    "submitted_at",
    "started_at",
    "finished_at",
    "wait_seconds",
    "run_seconds",
    "error_type",
    "error_message",
    "origin",
    "parent",
    "tags",
    "arguments_preview",
)
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would calculate: tasks may carry what strangers wrote."""


async def lines(
    export: Export, wanted: TaskFilter, kind: FileKind, parts: Parts, *, most: int = MOST_TASKS
) -> AsyncIterator[bytes]:
    """Yield the file, some lines at a time; the tasks are let go of when nobody reads on."""

    def write(tasks: Sequence[Task]) -> bytes:
        rows = [task_summary(task, parts) for task in tasks]
        return _objects(rows) if kind == "jsonl" else _table([_values(row) for row in rows])

    if kind == "csv":
        yield _table([COLUMNS])
    async with aclosing(export.parts(wanted, write, most=most)) as written:
        async for some in written:
            yield some


def _objects(rows: Sequence[TaskSummary]) -> bytes:
    return "".join(f"{row.model_dump_json()}\n" for row in rows).encode()


def _values(row: TaskSummary) -> list[str]:
    said = row.model_dump(mode="json", include=set(COLUMNS))
    said |= {"error_type": row.error.type, "error_message": row.error.message} if row.error else {}
    return [_cell(said.get(column)) for column in COLUMNS]


def _cell(value: object) -> str:
    if value is None or value == []:
        return ""
    if isinstance(value, list):  # as JSON: whatever joins them may stand in one of them
        value = json.dumps(value, ensure_ascii=False)
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA_BEGINS) else text


def _table(rows: Sequence[Sequence[str]]) -> bytes:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
