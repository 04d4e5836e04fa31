"""One task: in full, its attempts, its steps, its payloads."""

from typing import Annotated, Any

from litestar import Response, get
from litestar.params import FromPath, QueryParameter

from fastworker.application.observatory.fingerprints import fingerprint_of
from fastworker.application.observatory.task_life import task_life
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import Task as DomainTask

from ..conditional import Answer
from ..models.page import Total
from ..models.task import AttemptPage, Payload, Task, TaskStep, TaskStepPage
from ..paging import cut
from ..parts import Given, Parts
from ..paths import name_in_path
from ..problem_kinds import WRONG_STATE
from ..problems import ApiProblem
from ..records.payloads import as_call, payload_record
from ..records.task_details import attempt_record, possible_actions, step_record, task_record
from .arguments import PAGE_SIZE, CursorText, Limit, fails_with

TAGS = ["tasks"]
Raw = Annotated[bool, QueryParameter(description="The whole payload as it is, as an attachment of plain text.")]


@get("/tasks/{task_id:str}", operation_id="get_task", tags=TAGS, responses=fails_with(410), sync_to_thread=False)
def get_task(parts: Given, task_id: FromPath[str]) -> Task:
    """Return everything about a task."""
    return full_task(parts, _task(parts, task_id))


def full_task(parts: Parts, task: DomainTask) -> Task:
    """Return everything about a task."""
    name = task.submission.name
    declaration = parts.catalogue.get(name, now=parts.clock.now()).declaration if name in parts.ledger.names else None
    return task_record(
        task,
        task_life(task),
        parts.ledger,
        parts.moments,
        arguments=_arguments(parts, task, with_digest=False),
        result=_result(parts, task, with_digest=False),
        fingerprint=fingerprint_of(task),
        has_worker=not parts.control_plane.coordinator.names_without_worker({name}),
        actions=possible_actions(task, declaration),
    )


@get(
    "/tasks/{task_id:str}/attempts",
    operation_id="list_attempts",
    tags=TAGS,
    responses=fails_with(410),
    sync_to_thread=False,
)
def list_attempts(
    parts: Given, task_id: FromPath[str], cursor: CursorText = None, limit: Limit = PAGE_SIZE
) -> AttemptPage:
    """Return the attempts of a task that are remembered, the first one first."""
    task = _task(parts, task_id)
    attempts = task_life(task).attempts
    page = cut(attempts, lambda each: (each.number,), name=f"attempts {task_id}", cursor=cursor, limit=limit)
    return AttemptPage(
        items=[attempt_record(attempt, parts.moments) for attempt in page.items],
        next_cursor=page.next_cursor,
        prev_cursor=page.prev_cursor,
        total=Total(value=page.total),
        as_of=parts.moments.now(),
    )


@get(
    "/tasks/{task_id:str}/events",
    operation_id="list_steps",
    tags=TAGS,
    responses=fails_with(410),
    sync_to_thread=False,
)
def list_steps(
    parts: Given, task_id: FromPath[str], cursor: CursorText = None, limit: Limit = PAGE_SIZE
) -> TaskStepPage:
    """Return the steps of a task that are kept, in order: changes of status, progress, log lines."""
    steps = task_steps(parts, _task(parts, task_id))
    page = cut(steps, lambda each: (each.number,), name=f"steps {task_id}", cursor=cursor, limit=limit)
    return TaskStepPage(
        items=list(page.items),
        next_cursor=page.next_cursor,
        prev_cursor=page.prev_cursor,
        total=Total(value=page.total),
        as_of=parts.moments.now(),
    )


def task_steps(parts: Parts, task: DomainTask) -> list[TaskStep]:
    """Return the steps of a task that are kept."""
    life = task_life(task)
    return [step_record(step, parts.moments) for step in life.steps]


@get(
    "/tasks/{task_id:str}/arguments",
    operation_id="get_arguments",
    tags=TAGS,
    responses=fails_with(410),
    sync_to_thread=False,
)
def get_arguments(parts: Given, task_id: FromPath[str], raw: Raw = False) -> Response[Payload]:
    """Return the arguments of a task."""
    task = _task(parts, task_id)
    return _attachment(task.submission.payload, "arguments") if raw else Answer(_arguments(parts, task))


@get(
    "/tasks/{task_id:str}/result",
    operation_id="get_result",
    tags=TAGS,
    responses=fails_with(409, 410),
    sync_to_thread=False,
)
def get_result(parts: Given, task_id: FromPath[str], raw: Raw = False) -> Response[Payload]:
    """Return the result of a task that has succeeded."""
    task = _task(parts, task_id)
    if task.outcome is None or task.status is not TaskStatus.SUCCESS:
        status = task.status.value
        raise ApiProblem(WRONG_STATE, f"task {task.task_id} has no result: it is {status}", current_status=status)
    return _attachment(task.outcome.payload, "result") if raw else Answer(_result(parts, task))


def _task(parts: Parts, task_id: str) -> DomainTask:
    return parts.observatory.task(name_in_path(task_id), now=parts.clock.now())


def _arguments(parts: Parts, task: DomainTask, *, with_digest: bool = True) -> Payload:
    def decode(payload: bytes) -> Any:
        return as_call(parts.codec.decode_arguments(payload))

    return payload_record(task.submission.payload, decode, with_digest=with_digest)


def _result(parts: Parts, task: DomainTask, *, with_digest: bool = True) -> Payload | None:
    if task.outcome is None or task.status is not TaskStatus.SUCCESS:
        return None
    return payload_record(task.outcome.payload, parts.codec.decode_result, with_digest=with_digest)


def _attachment(payload: bytes, name: str) -> Response[Any]:
    headers = {"content-disposition": f'attachment; filename="{name}.json"', "cache-control": "no-store"}
    return Answer(payload, media_type="text/plain", headers=headers)


HANDLERS: list[Any] = [get_task, list_attempts, list_steps, get_arguments, get_result]
