"""The whole system in one process, for tests: no port, no process, and time that a test moves.

Names are loaded when they are first used: pytest imports this package at its start, for the plugin.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .errors import FaultUnused as FaultUnused
    from .errors import NotSubmitted as NotSubmitted
    from .errors import StillWaiting as StillWaiting
    from .local_system import LocalSystem as LocalSystem
    from .submissions import Submitted as Submitted
    from .sync_local_system import SyncLocalSystem as SyncLocalSystem

_HOME_OF = {
    "FaultUnused": "errors",
    "LocalSystem": "local_system",
    "NotSubmitted": "errors",
    "StillWaiting": "errors",
    "Submitted": "submissions",
    "SyncLocalSystem": "sync_local_system",
}

__all__ = list(_HOME_OF)


def __dir__() -> list[str]:
    return sorted(__all__)


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import_module("fastworker.entrypoints.default_clients")
    value = globals()[name] = getattr(import_module(f".{home}", __name__), name)
    return value
