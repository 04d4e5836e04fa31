"""One task: in full, its attempts, its steps, its payloads."""

from collections.abc import Collection
from typing import Annotated, Any, Literal

from litestar import Response, get
from litestar.params import FromPath, QueryParameter

from fastworker.application.observatory.fingerprints import fingerprint_of
from fastworker.application.observatory.taken_actions import deleted_by
from fastworker.application.observatory.task_life import task_life
from fastworker.domain.errors import ResultExpired
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import Task as DomainTask

from ..conditional import Answer
from ..models.task import AttemptPage, Payload, Task, TaskStep, TaskStepPage
from ..parts import Given, Parts
from ..paths import name_in_path
from ..problem_kinds import HIDDEN, WRONG_STATE
from ..problems import ApiProblem
from ..records.payloads import (
    SHOWN_BYTES,
    Decode,
    arguments_decoder,
    as_call,
    hidden_record,
    payload_record,
    redacted_json,
    result_decoder,
)
from ..records.task_details import attempt_record, possible_actions, step_record, task_record
from .arguments import PAGE_SIZE, CursorText, Limit, fails_with
from .lists import Listing

TAGS = ["tasks"]
type StepOrder = Literal["oldest", "newest"]
type StepKind = Literal["status", "progress", "line"]
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
        parts,
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
    listing = Listing(f"attempts {task_id}", attempts, lambda each: (each.number,))
    return listing.page(
        AttemptPage,
        lambda some: [attempt_record(each, task, parts) for each in some],
        parts,
        cursor=cursor,
        limit=limit,
    )


@get(
    "/tasks/{task_id:str}/events",
    operation_id="list_steps",
    tags=TAGS,
    responses=fails_with(410),
    sync_to_thread=False,
)
def list_steps(
    parts: Given,
    task_id: FromPath[str],
    kind: Annotated[
        list[StepKind] | None, QueryParameter(max_items=3, description="Only steps of these kinds.")
    ] = None,
    order: Annotated[StepOrder, QueryParameter(description="What comes first.")] = "oldest",
    cursor: CursorText = None,
    limit: Limit = PAGE_SIZE,
) -> TaskStepPage:
    """Return the steps of a task that are kept, in order: changes of status, progress, log lines."""
    kinds = sorted(set(kind or ()))
    steps = [each for each in task_steps(parts, _task(parts, task_id)) if not kinds or _is_of(each, kinds)]
    name = f"steps {','.join(kinds)} {task_id}"
    listing = Listing(name, steps, lambda each: (each.number,))
    if order == "newest":
        listing = Listing(f"newest {name}", steps[::-1], lambda each: (-each.number,))
    return listing.page(TaskStepPage, list, parts, cursor=cursor, limit=limit)


def _is_of(step: TaskStep, kinds: Collection[StepKind]) -> bool:
    return any(getattr(step, kind) is not None for kind in kinds)


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
    payload = task.submission.payload
    return (
        _attachment(parts, payload, arguments_decoder(parts, task.submission.name), "arguments")
        if raw
        else Answer(_arguments(parts, task))
    )


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
    payload = task.outcome.payload
    return _attachment(parts, payload, result_decoder(parts), "result") if raw else Answer(_result(parts, task))


def _task(parts: Parts, task_id: str) -> DomainTask:
    task_id = name_in_path(task_id)
    try:
        return parts.observatory.task(task_id, now=parts.clock.now())
    except ResultExpired as error:
        by = deleted_by(task_id, parts.observatory.audit, parts.ledger.results)
        raise error if by is None else ResultExpired(f"task {task_id} had ended, and was deleted by {by}") from None


def _arguments(parts: Parts, task: DomainTask, *, with_digest: bool = True) -> Payload:
    decode = arguments_decoder(parts, task.submission.name)
    return _payload(parts, task.submission.payload, lambda payload: as_call(decode(payload)), with_digest=with_digest)


def _result(parts: Parts, task: DomainTask, *, with_digest: bool = True) -> Payload | None:
    if task.outcome is None or task.status is not TaskStatus.SUCCESS:
        return None
    return _payload(parts, task.outcome.payload, result_decoder(parts), with_digest=with_digest)


def _payload(parts: Parts, payload: bytes, decode: Decode, *, with_digest: bool) -> Payload:
    if parts.redaction.is_on:
        return hidden_record(payload, decode)
    return payload_record(payload, decode, with_digest=with_digest)


def _attachment(parts: Parts, payload: bytes, decode: Decode, name: str) -> Response[Any]:
    headers = {"content-disposition": f'attachment; filename="{name}.json"', "cache-control": "no-store"}
    if parts.redaction.is_on:
        shown = redacted_json(payload, decode) if len(payload) <= SHOWN_BYTES else None
        if shown is None:
            raise ApiProblem(HIDDEN, f"something in the {name} may have to be hidden (--dashboard-redact)")
        payload = shown
    return Answer(payload, media_type="text/plain", headers=headers)


HANDLERS: list[Any] = [get_task, list_attempts, list_steps, get_arguments, get_result]
