"""What spans are called and what they say, by OpenTelemetry's conventions for messaging.

The conventions name a span after its destination. Ours has the name of the task function there: the destination of a
task is one of four priorities, and a list of spans called `run normal` would tell nothing.
"""

from urllib.parse import urlsplit

from opentelemetry.util.types import AttributeValue

from fastworker.domain.priority import TaskPriority

SYSTEM = "fastworker"

OPERATION_TYPES = {"submit": "send", "run": "process"}
"""The words of the conventions for what we call so; a wait is none of their operations."""


def about(operation: str, name: str, priority: TaskPriority) -> dict[str, AttributeValue]:
    """Return what is said of an operation on tasks of one function."""
    said: dict[str, AttributeValue] = {
        "messaging.system": SYSTEM,
        "messaging.operation.name": operation,
        "messaging.destination.name": priority.value,
        "fastworker.task.name": name,
    }
    if operation in OPERATION_TYPES:
        said["messaging.operation.type"] = OPERATION_TYPES[operation]
    return said


def about_task(task_id: str, payload: bytes) -> dict[str, AttributeValue]:
    """Return what is said of one task."""
    return {"messaging.message.id": task_id, "messaging.message.body.size": len(payload)}


def about_server(address: str) -> dict[str, AttributeValue]:
    """Return what is said of where the control plane is."""
    parts = urlsplit(address)
    if parts.hostname is None:
        return {"server.address": parts.path}
    port: dict[str, AttributeValue] = {"server.port": parts.port} if parts.port else {}
    return {"server.address": parts.hostname} | port
