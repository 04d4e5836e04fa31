"""Acting on tasks one by one: submit, cancel, run again or now, change the priority, delete."""

from typing import Annotated, cast

from litestar import Response, post
from litestar.params import FromPath, HeaderParameter, JSONBody

from fastworker.application.steering import Edit, EditedTerms
from fastworker.application.trace_context import bounded_trace
from fastworker.domain.cancellation import Cancellation
from fastworker.domain.lifecycle import WAITING, TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.tags import tags_of
from fastworker.domain.task import Submission, Task
from fastworker.domain.terms import Terms, TraceContext

from ..access import OPERATOR
from ..bodies import decoded, digest_of_body
from ..conditional import Answer
from ..idempotency import HEADER, LONGEST_KEY, Claim
from ..models.problem import ProblemError
from ..models.submission import Cancelled, Deleted, MadeDue, PriorityRequest, PrioritySet, Submitted, TaskSubmission
from ..parts import Given, Parts
from ..paths import name_in_path
from ..problem_kinds import INVALID_BODY, WRONG_STATE
from ..problems import ApiProblem
from ..redaction import place_of_mask
from .arguments import Asking, actor_of, also, fails_with, steer

TAGS = ["tasks"]
TRACE_HEADERS = ("traceparent", "tracestate")


@post(
    "/tasks",
    operation_id="submit_task",
    tags=TAGS,
    opt=OPERATOR,
    responses=fails_with(409, 413, 415, 422, 429, 503),
)
async def submit_task(
    request: Asking,
    parts: Given,
    key: Annotated[
        str | None,
        HeaderParameter(name=HEADER, min_length=1, max_length=LONGEST_KEY, description="The same key submits once."),
    ] = None,
) -> Submitted:
    """Submit a task. With an Idempotency-Key, the same request again gives the same task."""
    actor = actor_of(request)
    with parts.bodies.room_for(request):
        raw = await request.body()
        data = await _told(parts, raw)
        if key is None:
            claim = Claim(parts.new_id(), parts.clock.now())
        else:
            digest = await parts.bodies.aside(len(raw), lambda: digest_of_body(data))
            claim = parts.keys.claim(actor.name, key, digest)
        if not claim.is_accepted:
            submission = await _submission(parts, claim.task_id, data, len(raw), _trace(request))
            if not claim.is_accepted:  # by the same request, sent again while this one was read
                steer(parts, lambda steering, now: steering.submit(actor, submission, now=now))
                claim.is_accepted = True
    return _submitted(parts, claim.task_id, data.name)


async def _told(parts: Parts, raw: bytes) -> TaskSubmission:
    """Return what a body says."""

    def read() -> TaskSubmission:
        data = decoded(raw, TaskSubmission)
        if parts.redaction.is_on:
            _refuse_what_was_hidden(data)
        return data

    return await parts.bodies.aside(len(raw), read)


def _refuse_what_was_hidden(data: TaskSubmission) -> None:
    """Take no arguments in which still stands what is shown in place of something hidden."""
    pointer = place_of_mask({"args": data.args, "kwargs": data.kwargs})
    if pointer is not None:
        problem = ProblemError(message="this was hidden from you: say what it is to be", pointer=pointer)
        raise ApiProblem(INVALID_BODY, f"{pointer}: {problem.message}", errors=[problem])


async def _payload(parts: Parts, data: TaskSubmission, size: int) -> bytes:
    return await parts.bodies.aside(size, lambda: parts.catalogue.payload(data.name, data.args, data.kwargs))


async def _submission(
    parts: Parts, task_id: str, data: TaskSubmission, size: int, trace: TraceContext | None
) -> Submission:
    payload = await _payload(parts, data, size)
    return Submission(task_id, data.name, _priority(parts, data), payload, _terms(data, trace))


def _priority(parts: Parts, data: TaskSubmission) -> TaskPriority:
    declaration = parts.catalogue.get(data.name, now=parts.clock.now()).declaration
    return data.priority or (declaration.priority if declaration else TaskPriority.NORMAL)


async def _edit(parts: Parts, data: TaskSubmission, size: int) -> Edit:
    """Return what a body changes: what it leaves out stays."""
    told = data.model_fields_set
    return Edit(
        payload=await _payload(parts, data, size) if told & {"args", "kwargs"} else None,
        priority=_priority(parts, data) if "priority" in told else None,
        terms=_edited_terms(data),
    )


def _edited_terms(data: TaskSubmission) -> EditedTerms:
    terms, told = _terms(data), data.model_fields_set
    return cast(EditedTerms, {name: getattr(terms, name) for name in EditedTerms.__annotations__ if name in told})


def _trace(request: Asking) -> TraceContext | None:
    """Return the trace that the caller is in, if it says so in the headers of the W3C."""
    found = ((name, request.headers.get(name)) for name in TRACE_HEADERS)
    return bounded_trace(tuple((name, value) for name, value in found if value))


@post(
    "/tasks/{task_id:str}/actions/cancel",
    operation_id="cancel_task",
    tags=TAGS,
    opt=OPERATOR,
    status_code=200,
    responses=fails_with(409, 410) | also(202, Cancelled, "It runs, and its worker was told to end it."),
    sync_to_thread=False,
)
def cancel_task(request: Asking, parts: Given, task_id: FromPath[str]) -> Response[Cancelled]:
    """Cancel a task: one that waits never starts, one that runs is told to end."""
    task_id, actor = name_in_path(task_id), actor_of(request)
    task = parts.observatory.task(task_id, now=parts.clock.now())
    answer = steer(parts, lambda steering, now: steering.cancel(actor, task_id, now=now))
    match answer:
        case Cancellation.CANCELLED:
            return Answer(Cancelled(id=task_id, outcome="cancelled"), status_code=200)
        case Cancellation.STOPPING:
            return Answer(Cancelled(id=task_id, outcome="stopping"), status_code=202)
        case _:
            status = task.status.value
            raise ApiProblem(WRONG_STATE, f"task {task_id} has ended: {status}", current_status=status)


@post(
    "/tasks/{task_id:str}/actions/retry",
    operation_id="retry_task",
    tags=TAGS,
    opt=OPERATOR,
    responses=fails_with(409, 410, 429, 503),
    sync_to_thread=False,
)
def retry_task(request: Asking, parts: Given, task_id: FromPath[str]) -> Submitted:
    """Run the same call again as a new task, which names this one as its origin. Only a task that has ended can."""
    return _rerun(request, parts, name_in_path(task_id), Edit())


@post(
    "/tasks/{task_id:str}/actions/rerun",
    operation_id="rerun_task",
    tags=TAGS,
    opt=OPERATOR,
    responses=fails_with(409, 410, 413, 415, 422, 429, 503),
)
async def rerun_task(request: Asking, parts: Given, task_id: FromPath[str]) -> Submitted:
    """Run an edited call as a new task, which names this one as its origin. Only a task that has ended can.

    What the body leaves out stays as it was: the arguments (`args` and `kwargs` are one), the priority, and each term,
    also those that have no member here (backoff, on what it is retried); delay and expiry count anew. What is null is
    as the function declares it.
    """
    task_id = name_in_path(task_id)
    task = parts.observatory.task(task_id, now=parts.clock.now())
    with parts.bodies.room_for(request):
        raw = await request.body()
        data = await _told(parts, raw)
        if data.name != task.submission.name:
            problem = ProblemError(message=f"expected {task.submission.name!r}", pointer="/name")
            raise ApiProblem(
                INVALID_BODY, f"/name: task {task_id} is one of {task.submission.name!r}", errors=[problem]
            )
        return _rerun(request, parts, task_id, await _edit(parts, data, len(raw)))


@post(
    "/tasks/{task_id:str}/actions/priority",
    operation_id="set_task_priority",
    tags=TAGS,
    opt=OPERATOR,
    status_code=200,
    responses=fails_with(409, 410, 415, 422),
    sync_to_thread=False,
)
def set_task_priority(
    request: Asking, parts: Given, task_id: FromPath[str], data: JSONBody[PriorityRequest]
) -> PrioritySet:
    """Give a task that waits another priority: it goes behind those that have it already. Twice is once."""
    task_id, actor, priority = name_in_path(task_id), actor_of(request), data.priority
    task = parts.observatory.task(task_id, now=parts.clock.now())
    if task.status not in WAITING:
        raise _wrong_state(task, "only while it waits can its priority be set")
    before = steer(parts, lambda steering, now: steering.set_priority(actor, task_id, priority, now=now))
    return PrioritySet(id=task_id, before=before, priority=priority)


@post(
    "/tasks/{task_id:str}/actions/run-now",
    operation_id="run_task_now",
    tags=TAGS,
    opt=OPERATOR,
    status_code=200,
    responses=fails_with(409, 410),
    sync_to_thread=False,
)
def run_task_now(request: Asking, parts: Given, task_id: FromPath[str]) -> MadeDue:
    """Have a scheduled task wait for a worker at once: it goes behind those that do already, and pauses hold it."""
    task_id, actor = name_in_path(task_id), actor_of(request)
    task = parts.observatory.task(task_id, now=parts.clock.now())
    if task.status is not TaskStatus.SCHEDULED:
        raise _wrong_state(task, "only one that waits for its time can be run now")
    return MadeDue(id=task_id, status=steer(parts, lambda steering, now: steering.run_now(actor, task_id, now=now)))


@post(
    "/tasks/{task_id:str}/actions/delete",
    operation_id="delete_task",
    tags=TAGS,
    opt=OPERATOR,
    status_code=200,
    responses=fails_with(409, 410),
    sync_to_thread=False,
)
def delete_task(request: Asking, parts: Given, task_id: FromPath[str]) -> Deleted:
    """Forget a task that has ended, with its result: from then on it is answered as if its time were over (410)."""
    task_id, actor = name_in_path(task_id), actor_of(request)
    task = parts.observatory.task(task_id, now=parts.clock.now())
    if not task.status.is_final:
        raise _wrong_state(task, "only a finished task can be deleted")
    return Deleted(id=task_id, status=steer(parts, lambda steering, now: steering.delete(actor, task_id, now=now)))


def _rerun(request: Asking, parts: Parts, task_id: str, edit: Edit) -> Submitted:
    actor, new_id = actor_of(request), parts.new_id()
    task = parts.observatory.task(task_id, now=parts.clock.now())
    if not task.status.is_final:
        raise _wrong_state(task, "only a finished task can be run again")
    steer(parts, lambda steering, now: steering.rerun(actor, task_id, new_id, edit=edit, now=now))
    return _submitted(parts, new_id, task.submission.name)


def _wrong_state(task: Task, but: str) -> ApiProblem:
    """Return the refusal of an action that is not for a task in its present status, but for others."""
    detail = f"task {task.task_id} is {task.status.value}: {but}"
    return ApiProblem(WRONG_STATE, detail, current_status=task.status.value)


def _terms(data: TaskSubmission, trace: TraceContext | None = None) -> Terms:
    return Terms(
        retries=data.retries,
        timeout_seconds=data.timeout_seconds,
        delay_seconds=data.delay_seconds,
        expires_seconds=data.expires_seconds,
        origin=data.origin,
        trace=trace,
        tags=None if data.tags is None else tags_of(data.tags),
    )


def _submitted(parts: Parts, task_id: str, name: str) -> Submitted:
    waits = bool(parts.control_plane.coordinator.names_without_worker({name}))
    return Submitted(id=task_id, is_waiting_for_worker=waits)


HANDLERS = [submit_task, cancel_task, retry_task, rerun_task, set_task_priority, run_task_now, delete_task]
