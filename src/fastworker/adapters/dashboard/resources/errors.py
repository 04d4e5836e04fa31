"""Failures in groups."""

from litestar import get
from litestar.params import FromPath

from ..models.error_group import ErrorGroupDetail, ErrorGroupPage
from ..models.page import Total
from ..paging import cut
from ..parts import Given
from ..paths import name_in_path
from ..problem_kinds import NOT_FOUND
from ..problems import ApiProblem
from ..records.errors import error_group_detail, error_group_record
from .arguments import PAGE_SIZE, CursorText, Limit, fails_with

TAGS = ["errors"]


@get("/errors", operation_id="list_errors", tags=TAGS, responses=fails_with(), sync_to_thread=False)
def list_errors(parts: Given, cursor: CursorText = None, limit: Limit = PAGE_SIZE) -> ErrorGroupPage:
    """Return the groups of equal failures, the latest failure first."""
    groups = sorted(parts.observatory.errors.newest_first(), key=lambda group: (-group.last_at, group.fingerprint))
    page = cut(groups, lambda group: (-group.last_at, group.fingerprint), name="errors", cursor=cursor, limit=limit)
    now = parts.clock.now()
    return ErrorGroupPage(
        items=[error_group_record(group, parts.moments, now=now) for group in page.items],
        next_cursor=page.next_cursor,
        prev_cursor=page.prev_cursor,
        total=Total(value=page.total),
        as_of=parts.moments.now(),
    )


@get("/errors/{fingerprint:str}", operation_id="get_error", tags=TAGS, responses=fails_with(), sync_to_thread=False)
def get_error(parts: Given, fingerprint: FromPath[str]) -> ErrorGroupDetail:
    """Return one group with the traceback of its latest failure."""
    group = parts.observatory.errors.get(name_in_path(fingerprint))
    if group is None:
        raise ApiProblem(NOT_FOUND, f"no group of failures {fingerprint[:100]!r}")
    return error_group_detail(group, parts.moments, now=parts.clock.now())


HANDLERS = [list_errors, get_error]
