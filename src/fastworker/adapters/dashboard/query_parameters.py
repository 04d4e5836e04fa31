"""The rule for query parameters: one that a route does not have is refused, as an unknown member of a body is, and so
is a call without one that it needs; each is named.

Otherwise `?stauts=failure` would be answered with all tasks. Which parameters a route has is what its handler and the
dependencies of that declare: nothing is written twice. A route that takes any says so with `ANY_QUERY`. Where tasks are
wanted, each of their arguments is a parameter, too: `args.user.id=7`.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from .models.problem import ProblemError
from .problem_kinds import UNKNOWN_PARAMETER
from .problems import ApiProblem, invalid_parameter
from .task_query import is_argument

TAKES_ANY = "fastworker_takes_any_query"
ANY_QUERY: Mapping[str, Any] = {TAKES_ANY: True}
WANTED_TASKS = "wanted"
"""The dependency that reads the parameters for arguments."""

LONGEST_TOLD = 100
MOST_TOLD = 5


class Declared(NamedTuple):
    """The parameters of a handler, and those of them without which it cannot be called."""

    names: list[str]
    needed: list[str]


class KnownParameters:
    """Remembers what each handler declares, from when it is first asked."""

    def __init__(self) -> None:
        self._declared: dict[BaseRouteHandler, Declared] = {}

    def check(self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        """Let a request pass to its handler; raises `ApiProblem` that names what is wrong, or missing."""
        if TAKES_ANY in handler.opt:
            return
        declared = self._of(handler, connection.scope["path_params"])
        if connection.scope["query_string"]:
            _refuse_unknown(connection, handler, declared.names)
        for name in declared.needed:
            if name not in connection.query_params:
                raise invalid_parameter(name, "it is needed")

    def _of(self, handler: BaseRouteHandler, path_parameters: dict[str, Any]) -> Declared:
        declared = self._declared.get(handler)
        if declared is None:
            parameters = handler.create_kwargs_model(path_parameters).expected_query_params
            names = sorted(parameter.field_alias for parameter in parameters)
            needed = sorted(parameter.field_alias for parameter in parameters if parameter.is_required)
            declared = self._declared[handler] = Declared(names, needed)
        return declared


def _refuse_unknown(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler, known: list[str]
) -> None:
    unknown = sorted(set(connection.query_params) - set(known))
    if WANTED_TASKS in handler.resolve_dependencies():
        unknown = [name for name in unknown if not is_argument(name)]
    del unknown[MOST_TOLD:]
    if unknown:
        errors = [ProblemError(message=_hint(name, known), parameter=name[:LONGEST_TOLD]) for name in unknown]
        told = "; ".join(f"{error.parameter}: {error.message}" for error in errors)
        raise ApiProblem(UNKNOWN_PARAMETER, told, errors=errors)


def _hint(name: str, known: list[str]) -> str:
    if not known:
        return "unknown; nothing can be asked here by parameters"
    near = get_close_matches(name[:LONGEST_TOLD], known, n=1)
    return f"unknown; did you mean {near[0]}?" if near else f"unknown; there are {', '.join(known)}"
