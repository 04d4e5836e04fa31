"""Pages of the list of tasks: by the moment of the submission, or of the end. Each order has cursors of its own."""

from fastworker.application.observatory.ended_tasks import Edge, EndOrder, ended_page
from fastworker.application.observatory.task_ends import ENDED
from fastworker.application.observatory.task_pages import Place, counted_page
from fastworker.application.observatory.task_walk import Order
from fastworker.domain.lifecycle import TaskStatus

from .cursors import Cursor, decode_cursor, encode_cursor, foreign_cursor, list_hash
from .models.page import Total
from .models.task import TaskPage
from .parts import Parts
from .records.tasks import task_summary
from .task_query import TaskQuery


def page_by_submission(parts: Parts, wanted: TaskQuery, order: Order, cursor: str | None, limit: int) -> TaskPage:
    """Return tasks by the moment of their submission."""
    of = list_hash("tasks", order.value, wanted)
    found, counted = counted_page(
        parts.observatory.index, wanted.filter(parts), order=order, at=_place(cursor, of), limit=limit
    )
    return TaskPage(
        items=[task_summary(task, parts) for task in found.tasks],
        next_cursor=_after(found.next, of),
        prev_cursor=_after(found.previous, of),
        total=Total(value=counted.value, relation="eq" if counted.is_exact else "gte"),
        is_bounded=not found.is_complete,
        searched=None if found.is_complete else found.looked,
        as_of=parts.moments.now(),
    )


def _place(cursor: str | None, of: str) -> Place | None:
    if cursor is None:
        return None
    found = decode_cursor(cursor, of=of)
    number = found.key[0]
    if len(found.key) != 1 or not isinstance(number, int) or number < 0:
        raise foreign_cursor()
    return Place(number, Order.OLDEST_FIRST if found.is_backward else Order.NEWEST_FIRST)


def _after(place: Place | None, of: str) -> str | None:
    if place is None:
        return None
    return encode_cursor(Cursor((place.number,), is_backward=place.order is Order.OLDEST_FIRST), of=of)


def page_by_end(
    parts: Parts,
    wanted: TaskQuery,
    order: EndOrder,
    cursor: str | None,
    limit: int,
    among: frozenset[TaskStatus] = ENDED,
) -> TaskPage:
    """Return tasks that have ended by the moment of their end."""
    of, seen = list_hash("tasks", order.value, wanted, sorted(among)), parts.observatory
    found = ended_page(
        seen.index, seen.ends, wanted.filter(parts), order=order, at=_edge(cursor, of), limit=limit, among=among
    )
    return TaskPage(
        items=[task_summary(task, parts) for task in found.tasks],
        next_cursor=_beside(found.next, of),
        prev_cursor=_beside(found.previous, of),
        total=Total(value=found.total.value, relation="eq" if found.total.is_exact else "gte"),
        is_bounded=not found.is_complete,
        searched=None if found.is_complete else found.looked,
        as_of=parts.moments.now(),
    )


def _edge(cursor: str | None, of: str) -> Edge | None:
    if cursor is None:
        return None
    found = decode_cursor(cursor, of=of)
    match found.key:
        case (int() | float() as at, int() as number):
            return Edge((float(at), number), found.is_backward)
    raise foreign_cursor()


def _beside(edge: Edge | None, of: str) -> str | None:
    return None if edge is None else encode_cursor(Cursor(edge.end, is_backward=edge.is_backward), of=of)
