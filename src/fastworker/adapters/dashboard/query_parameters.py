"""The rule for query parameters: one that a route does not have is refused, as an unknown member of a body is.

Otherwise `?stauts=failure` would be answered with all tasks. Which parameters a route has is what its handler and the
dependencies of that declare: nothing is written twice. A route that takes any says so with `ANY_QUERY`. Where tasks are
wanted, each of their arguments is a parameter, too: `args.user.id=7`.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from .models.problem import ProblemError
from .problem_kinds import UNKNOWN_PARAMETER
from .problems import ApiProblem
from .task_query import is_argument

TAKES_ANY = "fastworker_takes_any_query"
ANY_QUERY: Mapping[str, Any] = {TAKES_ANY: True}
WANTED_TASKS = "wanted"
"""The dependency that reads the parameters for arguments."""

LONGEST_TOLD = 100
MOST_TOLD = 5


class KnownParameters:
    """Remembers what each handler declares, from when it is first asked with a query."""

    def __init__(self) -> None:
        self._names: dict[BaseRouteHandler, list[str]] = {}

    def check(self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        """Let a request pass to its handler; raises `ApiProblem` that names the parameters that it does not have."""
        if not connection.scope["query_string"] or TAKES_ANY in handler.opt:
            return
        known = self._of(handler, connection.scope["path_params"])
        unknown = sorted(set(connection.query_params) - set(known))
        if WANTED_TASKS in handler.resolve_dependencies():
            unknown = [name for name in unknown if not is_argument(name)]
        del unknown[MOST_TOLD:]
        if unknown:
            errors = [ProblemError(message=_hint(name, known), parameter=name[:LONGEST_TOLD]) for name in unknown]
            told = "; ".join(f"{error.parameter}: {error.message}" for error in errors)
            raise ApiProblem(UNKNOWN_PARAMETER, told, errors=errors)

    def _of(self, handler: BaseRouteHandler, path_parameters: dict[str, Any]) -> list[str]:
        names = self._names.get(handler)
        if names is None:
            declared = handler.create_kwargs_model(path_parameters).expected_query_params
            names = self._names[handler] = sorted(parameter.field_alias for parameter in declared)
        return names


def _hint(name: str, known: list[str]) -> str:
    if not known:
        return "unknown; nothing can be asked here by parameters"
    near = get_close_matches(name[:LONGEST_TOLD], known, n=1)
    return f"unknown; did you mean {near[0]}?" if near else f"unknown; there are {', '.join(known)}"
