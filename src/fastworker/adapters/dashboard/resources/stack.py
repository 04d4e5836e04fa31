"""Where a running task is at this moment."""

from litestar import get
from litestar.params import FromPath

from fastworker.domain.errors import TooManyPeers, WireError
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import Lease, Task
from fastworker.domain.worker_registry import Worker

from ..models.task import TaskStack
from ..parts import Given, Parts
from ..paths import name_in_path
from ..problem_kinds import TOO_MANY, WORKER_SILENT, WRONG_STATE
from ..problems import RETRY_SECONDS, ApiProblem
from .arguments import fails_with


@get(
    "/tasks/{task_id:str}/stack",
    operation_id="get_stack",
    tags=["tasks"],
    responses=fails_with(409, 410, 429, 502),
)
async def get_stack(parts: Given, task_id: FromPath[str]) -> TaskStack:
    """Return the present Python stack of a running task.

    A subworker is asked at its --base-address, where it answers although its event loop is blocked; one without is
    asked with the answer to its poll.
    """
    task = parts.observatory.task(name_in_path(task_id), now=parts.clock.now())
    worker, lease = _where(parts, task)
    worker_id, address = worker.card.worker_id, worker.card.address
    try:
        if address:
            running = await parts.inspection.running(address, task.task_id)
        else:
            running = await parts.control_plane.worker_desk.stacks.ask(worker_id, lease.token)
    except TooManyPeers as error:
        headers = {"retry-after": str(RETRY_SECONDS)}
        raise ApiProblem(TOO_MANY, str(error), headers=headers) from error
    except WireError as error:
        raise ApiProblem(WORKER_SILENT, f"worker {worker_id}{f' at {address}' if address else ''}: {error}") from error
    if running is None:
        raise _not_running(task)
    return TaskStack(
        id=task.task_id,
        worker_id=worker_id,
        attempt=running.attempt,
        run_seconds=running.run_seconds,
        stack=running.stack,
        is_stuck=running.is_stuck,
        as_of=parts.moments.now(),
    )


def _where(parts: Parts, task: Task) -> tuple[Worker, Lease]:
    """Return the worker that runs a task, under which lease."""
    worker = None if task.lease is None else parts.ledger.workers.get(task.lease.worker_id)
    if task.status is not TaskStatus.RUNNING or task.lease is None or worker is None:
        raise _not_running(task)
    return worker, task.lease


def _not_running(task: Task) -> ApiProblem:
    status = task.status.value
    is_between = task.status is TaskStatus.RUNNING  # as far as the control plane knows
    why = "its worker is about to begin it, or has just ended it" if is_between else f"it is {status}"
    return ApiProblem(WRONG_STATE, f"task {task.task_id} does not run now: {why}", current_status=status)


HANDLERS = [get_stack]
