"""The tasks of a filter as a file."""

from collections.abc import AsyncIterator
from math import inf
from typing import Annotated, Any, cast, override

from litestar import Litestar, Request, get
from litestar.params import QueryParameter
from litestar.response import Stream
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

from fastworker.application.observatory.exports import MOST_TASKS, MOST_UNDER_WAY, Export

from ..parts import Given
from ..problem_kinds import TOO_MANY
from ..problems import RETRY_SECONDS, ApiProblem
from ..records.exports import MEDIA_TYPES, FileKind, lines
from .arguments import fails_with
from .wanted import WANTED, Wanted


class File(Stream):
    """A file as it is written; its place is left when the answer ends, also one that nobody has begun to read."""

    def __init__(self, content: AsyncIterator[bytes], export: Export, **more: Any) -> None:
        super().__init__(content, **more)
        self._export = export

    @override
    def to_asgi_response(self, app: Litestar | None, request: Request[Any, Any, Any], **more: Any) -> ASGIResponse:
        """Return what is sent, and ends the export."""
        respond = super().to_asgi_response(app, request, **more)

        async def respond_and_end(scope: Scope, receive: Receive, send: Send) -> None:
            try:
                await respond(scope, receive, send)
            finally:
                self._export.end()

        return cast(ASGIResponse, respond_and_end)


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
    format: Annotated[FileKind, QueryParameter(description="A JSON object per line, or a table.")],
    limit: Annotated[int, QueryParameter(ge=1, le=MOST_TASKS, description="Most tasks in the file.")] = MOST_TASKS,
) -> Stream:
    """Return the rows of the tasks that fit as a file, the oldest first.

    When there are as many rows as `limit`, there may be more: ask for parts of the time with `since` and `until`.
    """
    tasks = wanted.filter(parts, most_bytes=inf)
    export = parts.exports.begin()
    if export is None:
        headers = {"retry-after": str(RETRY_SECONDS)}
        raise ApiProblem(TOO_MANY, f"{MOST_UNDER_WAY} files are being written; try again later", headers=headers)
    headers = {
        "content-disposition": f'attachment; filename="tasks.{format}"',
        "cache-control": "no-store",
        "x-accel-buffering": "no",
    }
    content = lines(export, tasks, format, parts, most=limit)
    return File(content, export, media_type=MEDIA_TYPES[format], headers=headers)


HANDLERS = [export_tasks]
