"""FastWorker: a task queue with nothing to install beside it.

Names are loaded when they are first used, so that `import fastworker` stays light.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .application.blocking import BlocksEventLoop as BlocksEventLoop
    from .application.current_task import CurrentTask as CurrentTask
    from .application.current_task import current_task as current_task
    from .application.handle import SyncTaskHandle as SyncTaskHandle
    from .application.handle import TaskHandle as TaskHandle
    from .application.task_event import TaskEvent as TaskEvent
    from .application.task_function import TaskFunction as TaskFunction
    from .application.task_function import task as task
    from .application.task_result import TaskResult as TaskResult
    from .domain.cancellation import Cancellation as Cancellation
    from .domain.errors import AddressUnusable as AddressUnusable
    from .domain.errors import BadFrame as BadFrame
    from .domain.errors import BlockingInTask as BlockingInTask
    from .domain.errors import CallerError as CallerError
    from .domain.errors import ClientNotRunning as ClientNotRunning
    from .domain.errors import ConnectionLost as ConnectionLost
    from .domain.errors import ControlPlaneError as ControlPlaneError
    from .domain.errors import ControlPlaneRestarted as ControlPlaneRestarted
    from .domain.errors import ControlPlaneUnreachable as ControlPlaneUnreachable
    from .domain.errors import Draining as Draining
    from .domain.errors import FastWorkerError as FastWorkerError
    from .domain.errors import IdConflict as IdConflict
    from .domain.errors import InvalidArguments as InvalidArguments
    from .domain.errors import InvalidOption as InvalidOption
    from .domain.errors import InvalidPriority as InvalidPriority
    from .domain.errors import InvalidResult as InvalidResult
    from .domain.errors import InvalidSetting as InvalidSetting
    from .domain.errors import InvalidTaskModule as InvalidTaskModule
    from .domain.errors import NotEncodable as NotEncodable
    from .domain.errors import NotFinished as NotFinished
    from .domain.errors import NotInTask as NotInTask
    from .domain.errors import PayloadTooLarge as PayloadTooLarge
    from .domain.errors import ProcessDied as ProcessDied
    from .domain.errors import ProtocolMismatch as ProtocolMismatch
    from .domain.errors import QueueFull as QueueFull
    from .domain.errors import Reject as Reject
    from .domain.errors import RequestTimeout as RequestTimeout
    from .domain.errors import ResultExpired as ResultExpired
    from .domain.errors import Retry as Retry
    from .domain.errors import TaskCancelled as TaskCancelled
    from .domain.errors import TaskError as TaskError
    from .domain.errors import TaskExpired as TaskExpired
    from .domain.errors import TaskFailed as TaskFailed
    from .domain.errors import TaskLost as TaskLost
    from .domain.errors import TaskTimeout as TaskTimeout
    from .domain.errors import TooManyPeers as TooManyPeers
    from .domain.errors import TooManyUnfinished as TooManyUnfinished
    from .domain.errors import UnknownTask as UnknownTask
    from .domain.errors import UnknownTaskId as UnknownTaskId
    from .domain.errors import UnknownWorker as UnknownWorker
    from .domain.errors import WireError as WireError
    from .domain.journal import LogLine as LogLine
    from .domain.journal import Progress as Progress
    from .domain.lifecycle import TaskStatus as TaskStatus
    from .domain.priority import TaskPriority as TaskPriority
    from .domain.terms import Backoff as Backoff
    from .entrypoints.client import Client as Client
    from .entrypoints.client import SyncClient as SyncClient

_HOMES = {
    "application.blocking": ("BlocksEventLoop",),
    "application.current_task": (
        "CurrentTask",
        "current_task",
    ),
    "application.handle": (
        "SyncTaskHandle",
        "TaskHandle",
    ),
    "application.task_event": ("TaskEvent",),
    "application.task_function": (
        "TaskFunction",
        "task",
    ),
    "application.task_result": ("TaskResult",),
    "domain.cancellation": ("Cancellation",),
    "domain.errors": (
        "AddressUnusable",
        "BadFrame",
        "BlockingInTask",
        "CallerError",
        "ClientNotRunning",
        "ConnectionLost",
        "ControlPlaneError",
        "ControlPlaneRestarted",
        "ControlPlaneUnreachable",
        "Draining",
        "FastWorkerError",
        "IdConflict",
        "InvalidArguments",
        "InvalidOption",
        "InvalidPriority",
        "InvalidResult",
        "InvalidSetting",
        "InvalidTaskModule",
        "NotEncodable",
        "NotFinished",
        "NotInTask",
        "PayloadTooLarge",
        "ProcessDied",
        "ProtocolMismatch",
        "QueueFull",
        "Reject",
        "RequestTimeout",
        "ResultExpired",
        "Retry",
        "TaskCancelled",
        "TaskError",
        "TaskExpired",
        "TaskFailed",
        "TaskLost",
        "TaskTimeout",
        "TooManyFollowed",
        "TooManyPeers",
        "TooManyUnfinished",
        "UnknownTask",
        "UnknownTaskId",
        "UnknownWorker",
        "WireError",
    ),
    "domain.journal": (
        "LogLine",
        "Progress",
    ),
    "domain.lifecycle": ("TaskStatus",),
    "domain.priority": ("TaskPriority",),
    "domain.terms": ("Backoff",),
    "entrypoints.client": (
        "Client",
        "SyncClient",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = list(_HOME_OF)
__version__ = "0.1.0"


def __dir__() -> list[str]:
    return sorted(__all__)


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import_module(".entrypoints.default_clients", __name__)  # so that `fn.submit` finds a client
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value
