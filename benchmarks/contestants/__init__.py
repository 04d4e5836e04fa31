"""The contestants: one module each, with a class for each configuration.

A module here imports its packages inside of functions: the runner reads the classes before there is an environment.
"""

import inspect
import pkgutil
import sys
from functools import cache
from importlib import import_module

from benchmarks.contestant import Contestant


@cache
def all_contestants() -> dict[str, type[Contestant]]:
    """Return the contestants by name: ours, then the limits, then the peers, each in the order of their names.

    A module that cannot be imported costs only the contestants in it; stderr says why.
    """
    found = {}
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        try:
            members = vars(import_module(module.name))
        except Exception as error:
            print(f"skipped: {module.name} cannot be imported: {error!r}", file=sys.stderr)
            continue
        found |= {kind.name: kind for kind in members.values() if _is_contestant(kind, module.name)}
    return dict(sorted(found.items(), key=_rank))


def find(name: str) -> type[Contestant]:
    """Return one contestant; raises LookupError with the names that there are."""
    try:
        return all_contestants()[name]
    except KeyError:
        raise LookupError(f"no contestant {name!r}; there are: {', '.join(all_contestants())}") from None


def _is_contestant(kind: object, module: str) -> bool:
    is_one = isinstance(kind, type) and issubclass(kind, Contestant) and kind.__module__ == module
    return is_one and not inspect.isabstract(kind) and hasattr(kind, "name")


def _rank(item: tuple[str, type[Contestant]]) -> tuple[int, str]:
    name, kind = item
    return ("ours", "limit", "peer").index(kind.role), name
