"""FastWorker: a task queue with nothing to install beside it.

Names are loaded when they are first used, so that `import fastworker` stays light.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .application.handle import (
        SyncTaskHandle as SyncTaskHandle,
    )
    from .application.handle import (
        TaskHandle as TaskHandle,
    )
    from .application.task_function import (
        TaskFunction as TaskFunction,
    )
    from .application.task_function import (
        task as task,
    )
    from .application.task_result import (
        TaskResult as TaskResult,
    )
    from .domain.errors import (
        AddressUnusable as AddressUnusable,
    )
    from .domain.errors import (
        BadFrame as BadFrame,
    )
    from .domain.errors import (
        CallerError as CallerError,
    )
    from .domain.errors import (
        ClientNotRunning as ClientNotRunning,
    )
    from .domain.errors import (
        ConnectionLost as ConnectionLost,
    )
    from .domain.errors import (
        ControlPlaneError as ControlPlaneError,
    )
    from .domain.errors import (
        ControlPlaneRestarted as ControlPlaneRestarted,
    )
    from .domain.errors import (
        ControlPlaneUnreachable as ControlPlaneUnreachable,
    )
    from .domain.errors import (
        Draining as Draining,
    )
    from .domain.errors import (
        FastWorkerError as FastWorkerError,
    )
    from .domain.errors import (
        IdConflict as IdConflict,
    )
    from .domain.errors import (
        InvalidArguments as InvalidArguments,
    )
    from .domain.errors import (
        InvalidPriority as InvalidPriority,
    )
    from .domain.errors import (
        InvalidResult as InvalidResult,
    )
    from .domain.errors import (
        InvalidSetting as InvalidSetting,
    )
    from .domain.errors import (
        InvalidTaskModule as InvalidTaskModule,
    )
    from .domain.errors import (
        NotEncodable as NotEncodable,
    )
    from .domain.errors import (
        PayloadTooLarge as PayloadTooLarge,
    )
    from .domain.errors import (
        ProtocolMismatch as ProtocolMismatch,
    )
    from .domain.errors import (
        QueueFull as QueueFull,
    )
    from .domain.errors import (
        RequestTimeout as RequestTimeout,
    )
    from .domain.errors import (
        ResultExpired as ResultExpired,
    )
    from .domain.errors import (
        TaskCancelled as TaskCancelled,
    )
    from .domain.errors import (
        TaskError as TaskError,
    )
    from .domain.errors import (
        TaskExpired as TaskExpired,
    )
    from .domain.errors import (
        TaskFailed as TaskFailed,
    )
    from .domain.errors import (
        TaskLost as TaskLost,
    )
    from .domain.errors import (
        UnknownTask as UnknownTask,
    )
    from .domain.errors import (
        UnknownTaskId as UnknownTaskId,
    )
    from .domain.errors import (
        WireError as WireError,
    )
    from .domain.lifecycle import (
        TaskStatus as TaskStatus,
    )
    from .domain.priority import (
        TaskPriority as TaskPriority,
    )
    from .entrypoints.client import (
        Client as Client,
    )
    from .entrypoints.client import (
        SyncClient as SyncClient,
    )

_HOMES = {
    "application.handle": (
        "SyncTaskHandle",
        "TaskHandle",
    ),
    "application.task_function": (
        "TaskFunction",
        "task",
    ),
    "application.task_result": ("TaskResult",),
    "domain.errors": (
        "AddressUnusable",
        "BadFrame",
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
        "InvalidPriority",
        "InvalidResult",
        "InvalidSetting",
        "InvalidTaskModule",
        "NotEncodable",
        "PayloadTooLarge",
        "ProtocolMismatch",
        "QueueFull",
        "RequestTimeout",
        "ResultExpired",
        "TaskCancelled",
        "TaskError",
        "TaskExpired",
        "TaskFailed",
        "TaskLost",
        "UnknownTask",
        "UnknownTaskId",
        "WireError",
    ),
    "domain.lifecycle": ("TaskStatus",),
    "domain.priority": ("TaskPriority",),
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
