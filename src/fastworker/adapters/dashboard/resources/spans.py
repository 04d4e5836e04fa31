"""The spans of a task's trace that are kept here."""

from typing import Any

from litestar import get
from litestar.params import FromPath

from ..models.span import TaskSpanPage
from ..parts import Given
from ..paths import name_in_path
from ..records.spans import span_record
from .arguments import PAGE_SIZE, CursorText, Limit, fails_with
from .lists import Listing


@get(
    "/tasks/{task_id:str}/spans",
    operation_id="list_spans",
    tags=["tasks"],
    responses=fails_with(410),
    sync_to_thread=False,
)
def list_spans(
    parts: Given, task_id: FromPath[str], cursor: CursorText = None, limit: Limit = PAGE_SIZE
) -> TaskSpanPage:
    """Return the spans of a task that are kept: the waits, its attempts, and what ended inside these.

    There are some where the control plane and its workers trace (OTEL_* variables); all others of the trace, such as
    that of the submission, are where the traces are sent to.
    """
    task = parts.observatory.task(name_in_path(task_id), now=parts.clock.now())
    kept = parts.observatory.spans.of(task)
    listing = Listing(f"spans {task.task_id}", kept, lambda each: (each.number,))
    return listing.page(
        TaskSpanPage,
        lambda some: [span_record(each, parts.redaction) for each in some],
        parts,
        cursor=cursor,
        limit=limit,
    )


HANDLERS: list[Any] = [list_spans]
