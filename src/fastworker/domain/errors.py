"""Every error of the public API, grouped by who can do something about it.

Each message says what was met, what was expected and what to do; attributes carry what the text carries.
`code` is the error's name on the wire: `error_from_code` turns it back into the class.
"""

from collections.abc import Sequence
from datetime import timedelta
from difflib import get_close_matches
from typing import ClassVar, Self, override


class FastWorkerError(Exception):
    """Root of all errors that FastWorker raises on purpose."""

    code: ClassVar[str] = "error"


class CallerError(FastWorkerError):
    """The call was wrong: nothing was submitted."""

    code = "caller_error"


class TaskError(FastWorkerError):
    """The task was accepted and did not end in success."""

    code = "task_error"


class ControlPlaneError(FastWorkerError):
    """The control plane could not do what was asked, now."""

    code = "control_plane_error"


class WireError(FastWorkerError):
    """A message could not be sent, read or understood."""

    code = "wire_error"


class InvalidArguments(CallerError):
    """The arguments do not fit the task function's parameters."""

    code = "invalid_arguments"


class NotEncodable(CallerError):
    """A value has no JSON form."""

    code = "not_encodable"


class PayloadTooLarge(CallerError):
    """The encoded arguments or result exceed the payload limit."""

    code = "payload_too_large"


class UnknownTask(CallerError):
    """No task function of that name, or no task of that id, is known."""

    code = "unknown_task"


class UnknownTaskId(UnknownTask):
    """No task of that id was ever seen by this control plane."""

    code = "unknown_task_id"


class IdConflict(CallerError):
    """The id is already used by a task with another name or payload."""

    code = "id_conflict"


class InvalidPriority(CallerError, ValueError):
    """The value names none of the four priorities."""

    code = "invalid_priority"


class InvalidTaskModule(CallerError):
    """A task module cannot be imported, or two task functions share a name."""

    code = "invalid_task_module"


class InvalidOption(CallerError, ValueError):
    """An option of a task or a submission has a value that cannot work."""

    code = "invalid_option"


class NotFinished(CallerError):
    """The task has not ended: only a finished task can be run again, or deleted."""

    code = "not_finished"


class NotWaiting(CallerError):
    """The task runs, has ended, or waits for no time: of such a task it cannot be said when it is to start."""

    code = "not_waiting"


class WorkerUnavailable(CallerError):
    """The worker drains, or does not, or is the control plane's own: in that state this cannot be asked of it."""

    code = "worker_unavailable"


class CountChanged(CallerError):
    """A bulk action was agreed to for so many tasks, and it would now be for another number: nothing was done."""

    code = "count_changed"


class TooManyFollowed(CallerError):
    """One client can follow only so many tasks at a time."""

    code = "too_many_followed"


class NotInTask(CallerError):
    """`current_task()` was called outside a task."""

    code = "not_in_task"


class BlockingInTask(CallerError):
    """An `async def` task made a blocking call on the event loop of its worker."""

    code = "blocking_in_task"


class ClientNotRunning(CallerError):
    """The client was used before its start or after its stop."""

    code = "client_not_running"


class InvalidSetting(CallerError):
    """A setting has a value that cannot work."""

    code = "invalid_setting"


class TaskFailed(TaskError):
    """The task function raised; the remote traceback is part of the text."""

    code = "task_failed"

    def __init__(self, error_type: str, message: str, remote_traceback: str = "") -> None:
        text = f"{error_type}: {message}"
        if remote_traceback:
            text = f"{text}\n\nOn the worker:\n{remote_traceback.rstrip()}"
        super().__init__(text)
        self.error_type = error_type
        self.message = message
        self.remote_traceback = remote_traceback

    @override
    def __reduce__(self) -> tuple[type[Self], tuple[str, str, str]]:
        return type(self), (self.error_type, self.message, self.remote_traceback)


class TaskLost(TaskError):
    """The worker that ran the task died, fell silent or left; whether the task had an effect is unknown."""

    code = "task_lost"


class TaskCancelled(TaskError):
    """The task was cancelled before it could succeed."""

    code = "task_cancelled"


class TaskTimeout(TaskError, TimeoutError):
    """An attempt took longer than its timeout."""

    code = "task_timeout"


class ProcessDied(TaskError):
    """The child process that ran the attempt ended before the attempt did."""

    code = "process_died"


class Retry(TaskError):
    """Raised inside a task to have it tried again, if a retry is left.

    `after` says when: seconds, or a timedelta, in place of the backoff.
    """

    code = "retry"

    def __init__(self, reason: str = "", *, after: float | timedelta | None = None) -> None:
        super().__init__(reason or "the task asked to be tried again")
        self.after = after


class Reject(TaskError):
    """Raised inside a task to end it as a failure, without any retry."""

    code = "reject"

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason or "the task refused to go on")


class TaskExpired(TaskError):
    """The task was not started before its deadline."""

    code = "task_expired"


class InvalidResult(TaskError):
    """The task succeeded, but its result does not fit the function's return annotation."""

    code = "invalid_result"


class ResultExpired(TaskError):
    """The task ended, but its result is no longer kept."""

    code = "result_expired"


class QueueFull(ControlPlaneError):
    """The queue holds as many tasks as it may; nothing was accepted."""

    code = "queue_full"


class TooManyUnfinished(QueueFull):
    """This client has as many unfinished tasks as one client may; nothing was accepted."""

    code = "too_many_unfinished"


class TooManyPeers(ControlPlaneError):
    """The control plane has as many clients, workers or held requests as it may."""

    code = "too_many_peers"


class TooManyOperations(ControlPlaneError):
    """As many bulk actions as there may be are under way; this one was not begun."""

    code = "too_many_operations"


class Draining(ControlPlaneError):
    """The control plane is stopping and takes no new tasks."""

    code = "draining"


class ControlPlaneUnreachable(ControlPlaneError):
    """Nothing answered at the control plane's address in time."""

    code = "control_plane_unreachable"


class ControlPlaneRestarted(ControlPlaneError):
    """The control plane that had the task is gone; a new one is there and does not know the task."""

    code = "control_plane_restarted"


class UnknownWorker(ControlPlaneError):
    """The worker is not registered (any more): it must join again."""

    code = "unknown_worker"


class UnknownSession(ControlPlaneError):
    """The session is not open (any more): the client must say hello again."""

    code = "unknown_session"


class WorkerReplaced(ControlPlaneError):
    """Another process joined under the same worker id."""

    code = "worker_replaced"


class DeadlinePassed(ControlPlaneError):
    """The request was read after its sender had given up: it was not carried out."""

    code = "deadline_passed"


class BadFrame(WireError):
    """The bytes received are no frame of this protocol."""

    code = "bad_frame"


class ProtocolMismatch(WireError):
    """The two sides speak different versions of the protocol."""

    code = "protocol_mismatch"


class ConnectionLost(WireError):
    """The connection broke while a reply was due: whether the request was carried out is unknown."""

    code = "connection_lost"


class RequestTimeout(WireError):
    """No reply came in time: whether the request was carried out is unknown."""

    code = "request_timeout"


class AddressUnusable(WireError):
    """An address is malformed, busy, or not of this machine."""

    code = "address_unusable"


def unknown_task_name(name: str, known: Sequence[str]) -> UnknownTask:
    """Return the error for a name that no module and no worker registered, with the nearest known names."""
    near = get_close_matches(name, known, n=3)
    shown = near or sorted(known)[:8]
    here = ", ".join(shown) if shown else "none"
    label = "did you mean" if near else "known here"
    return UnknownTask(f"no task named {name!r}; {label}: {here} (is its module in --task-modules?)")


def unknown_task_id(task_id: str, *, is_forgotten: bool) -> UnknownTaskId | ResultExpired:
    """Return the error for an id that is not known: it may have been, long ago, or it was never seen."""
    if is_forgotten:
        why = "it was deleted, or its time is over (--result-cache-ttl)"
        return ResultExpired(f"task {task_id} ended, and its result is not kept any more: {why}")
    return UnknownTaskId(f"no task {task_id!r} was seen by this control plane")


def error_from_code(code: str, message: str) -> FastWorkerError:
    """Return the error that a peer named by `code`; an unknown code becomes the root class."""
    return _classes_by_code(FastWorkerError).get(code, FastWorkerError)(message)


def _classes_by_code(root: type[FastWorkerError]) -> dict[str, type[FastWorkerError]]:
    found = {root.code: root} if root is not TaskFailed else {}
    for child in root.__subclasses__():
        found |= _classes_by_code(child)
    return found
