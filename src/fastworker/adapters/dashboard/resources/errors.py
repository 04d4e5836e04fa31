"""Failures in groups: see them, say that they were seen, mute them."""

from collections.abc import Callable
from math import inf
from typing import Annotated, Literal

from litestar import get, post
from litestar.params import FromPath, QueryParameter

from fastworker.application.observatory.error_groups import ErrorGroup as DomainGroup
from fastworker.domain.action import Actor
from fastworker.domain.terms import LONGEST_SECONDS

from ..access import OPERATOR
from ..models.error_group import ErrorGroup, ErrorGroupDetail, ErrorGroupPage
from ..parts import Given, Parts
from ..paths import name_in_path
from ..problem_kinds import NOT_FOUND
from ..problems import ApiProblem
from ..records.errors import error_group_detail, error_group_record
from .arguments import PAGE_SIZE, Asking, CursorText, Limit, actor_of, fails_with
from .lists import Listing

TAGS = ["errors"]
type Shown = Literal["all", "new", "muted"]
Within = Annotated[
    float | None,
    QueryParameter(gt=0, le=LONGEST_SECONDS, description="Only those that failed in the last so many seconds."),
]
SHOWN: dict[Shown, Callable[[DomainGroup], bool]] = {
    "all": lambda group: True,
    "new": lambda group: group.is_new,
    "muted": lambda group: group.muted is not None,
}


@get("/errors", operation_id="list_errors", tags=TAGS, responses=fails_with(), sync_to_thread=False)
def list_errors(
    parts: Given,
    show: Annotated[Shown, QueryParameter(description="new: that nobody has seen, and nobody has muted.")] = "all",
    within: Within = None,
    cursor: CursorText = None,
    limit: Limit = PAGE_SIZE,
) -> ErrorGroupPage:
    """Return the groups of equal failures, the latest failure first."""
    now = parts.clock.now()
    since = -inf if within is None else now - within
    groups = [
        group for group in parts.observatory.errors.newest_first() if SHOWN[show](group) and group.last_at >= since
    ]
    listing = Listing(f"errors {show} {within}", sorted(groups, key=_latest_first), _latest_first)
    return listing.page(
        ErrorGroupPage,
        lambda some: [error_group_record(group, parts.moments, now=now) for group in some],
        parts,
        cursor=cursor,
        limit=limit,
    )


def _latest_first(group: DomainGroup) -> tuple[float, str]:
    return -group.last_at, group.fingerprint


@get("/errors/{fingerprint:str}", operation_id="get_error", tags=TAGS, responses=fails_with(), sync_to_thread=False)
def get_error(parts: Given, fingerprint: FromPath[str]) -> ErrorGroupDetail:
    """Return one group with the traceback of its latest failure."""
    fingerprint = name_in_path(fingerprint)
    return error_group_detail(
        _known(parts.observatory.errors.get(fingerprint), fingerprint), parts.moments, now=parts.clock.now()
    )


@post(
    "/errors/{fingerprint:str}/seen",
    operation_id="mark_error_seen",
    tags=TAGS,
    opt=OPERATOR,
    status_code=200,
    responses=fails_with(),
    sync_to_thread=False,
)
def mark_error_seen(request: Asking, parts: Given, fingerprint: FromPath[str]) -> ErrorGroup:
    """Say that one knows of all failures of a group so far; what fails from now on is new again."""
    return _say(request, parts, fingerprint, parts.triage.mark_seen)


@post(
    "/errors/{fingerprint:str}/mute",
    operation_id="mute_error",
    tags=TAGS,
    opt=OPERATOR,
    status_code=200,
    responses=fails_with(),
    sync_to_thread=False,
)
def mute_error(request: Asking, parts: Given, fingerprint: FromPath[str]) -> ErrorGroup:
    """Say that nobody is to be told of the failures of a group, old or new; they are counted still."""
    return _say(request, parts, fingerprint, parts.triage.mute)


@post(
    "/errors/{fingerprint:str}/unmute",
    operation_id="unmute_error",
    tags=TAGS,
    opt=OPERATOR,
    status_code=200,
    responses=fails_with(),
    sync_to_thread=False,
)
def unmute_error(request: Asking, parts: Given, fingerprint: FromPath[str]) -> ErrorGroup:
    """Say that people are to be told of the failures of a group again."""
    return _say(request, parts, fingerprint, parts.triage.unmute)


def _say(
    request: Asking, parts: Parts, fingerprint: str, say: Callable[[Actor, str], DomainGroup | None]
) -> ErrorGroup:
    fingerprint = name_in_path(fingerprint)
    group = _known(say(actor_of(request), fingerprint), fingerprint)
    return error_group_record(group, parts.moments, now=parts.clock.now())


def _known(group: DomainGroup | None, fingerprint: str) -> DomainGroup:
    if group is None:
        raise ApiProblem(NOT_FOUND, f"no group of failures {fingerprint[:100]!r}")
    return group


HANDLERS = [list_errors, get_error, mark_error_seen, mute_error, unmute_error]
