"""Which tasks are asked for: the parameters that lists, files and pictures of tasks take alike."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Request
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter, SkipValidation

from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority

from ..problems import invalid_parameter
from ..task_query import FIRST_YEAR, LAST_YEAR, TaskQuery, wanted_arguments
from .arguments import LONGEST_TEXT

Texts = Annotated[list[str] | None, QueryParameter(max_items=50)]

WORDS = (
    'Words, or key:value, such as `args.user.id:7`; a value with blanks in quotes: `tag:"two words"`. An argument is '
    "also a parameter of its own: `args.user.id=7`, compared as text; several must all hold."
)


def wanted_tasks(
    request: Request[Any, Any, Any],
    status: Annotated[list[TaskStatus] | None, QueryParameter(max_items=8)] = None,
    priority: Annotated[list[TaskPriority] | None, QueryParameter(max_items=4)] = None,
    name: Texts = None,
    worker: Texts = None,
    fingerprint: Annotated[str | None, QueryParameter(max_length=100)] = None,
    since: Annotated[datetime | None, QueryParameter(description="Submitted at this moment or later.")] = None,
    until: Annotated[datetime | None, QueryParameter(description="Submitted before this moment.")] = None,
    q: Annotated[str, QueryParameter(max_length=LONGEST_TEXT, description=WORDS)] = "",
    parent: Annotated[Texts, QueryParameter(description="Submitted by one of these tasks.")] = None,
    origin: Annotated[Texts, QueryParameter(description="Runs one of these tasks again.")] = None,
    tag: Annotated[Texts, QueryParameter(description="Has one of these tags.")] = None,
) -> TaskQuery:
    """Return the parameters together."""
    _refuse_strange_moment("since", since)
    _refuse_strange_moment("until", until)
    arguments = wanted_arguments(request.query_params.multi_items())
    return TaskQuery(
        status or (),
        priority or (),
        name or (),
        worker or (),
        fingerprint,
        since,
        until,
        q,
        parent or (),
        origin or (),
        arguments,
        tag or (),
    )


def _refuse_strange_moment(parameter: str, moment: datetime | None) -> None:
    """Steps of time from or to the ends of the calendar cannot be told as moments."""
    if moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise invalid_parameter(parameter, f"expected a moment of the years {FIRST_YEAR} to {LAST_YEAR}")


WANTED = {"wanted": Provide(wanted_tasks, sync_to_thread=False)}
"""What a handler declares that takes these parameters."""

Wanted = SkipValidation[NamedDependency[TaskQuery]]
"""The type of its argument `wanted`."""
