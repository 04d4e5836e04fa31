"""The tasks of a filter as a file."""

from math import inf
from typing import Annotated

from litestar import get
from litestar.params import QueryParameter
from litestar.response import Stream

from fastworker.application.observatory.exports import MOST_TASKS, MOST_UNDER_WAY

from ..parts import Given
from ..problem_kinds import TOO_MANY
from ..problems import RETRY_SECONDS, ApiProblem
from ..records.exports import MEDIA_TYPES, FileKind, lines
from .arguments import fails_with
from .wanted import WANTED, Wanted


@get(
    "/tasks/export",
    operation_id="export_tasks",
    tags=["tasks"],
    dependencies=WANTED,
    responses=fails_with(429),
    sync_to_thread=False,
)
def export_tasks(
    parts: Given,
    wanted: Wanted,
    kind: Annotated[FileKind, QueryParameter(name="format", description="A JSON object per line, or a table.")],
    limit: Annotated[int, QueryParameter(ge=1, le=MOST_TASKS, description="Most tasks in the file.")] = MOST_TASKS,
) -> Stream:
    """Return the rows of the tasks that fit as a file, the oldest first.

    When there are as many rows as `limit`, there may be more: go on with `since` as the moment of the last one.
    """
    if parts.exports.is_full:
        headers = {"retry-after": str(RETRY_SECONDS)}
        raise ApiProblem(TOO_MANY, f"{MOST_UNDER_WAY} files are being written; try again later", headers=headers)
    found = parts.exports.tasks(wanted.filter(parts, most_bytes=inf), most=limit)
    headers = {
        "content-disposition": f'attachment; filename="tasks.{kind}"',
        "cache-control": "no-store",
        "x-accel-buffering": "no",
    }
    return Stream(lines(found, kind, parts), media_type=MEDIA_TYPES[kind], headers=headers)


HANDLERS = [export_tasks]
