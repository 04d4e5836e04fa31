"""Workers: see them, when they came and went, have them leave, stay, or run more or less at once."""

from collections.abc import Callable
from typing import Annotated

from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from fastworker.application.steering import Steering
from fastworker.domain.errors import UnknownWorker, WorkerUnavailable
from fastworker.domain.worker_registry import Worker as DomainWorker

from ..access import OPERATOR
from ..models.submission import LONGEST_ID
from ..models.worker import (
    ResizeRequest,
    ShutdownRequest,
    Worker,
    WorkerDetail,
    WorkerLog,
    WorkerMovePage,
    WorkerPage,
    WorkerSeries,
)
from ..parts import Given, Parts
from ..paths import name_in_path
from ..problem_kinds import NOT_FOUND, WRONG_STATE
from ..problems import ApiProblem
from ..records.workers import move_record, worker_detail, worker_log, worker_record, worker_series
from .arguments import PAGE_SIZE, Asking, CursorText, Limit, actor_of, fails_with, steer
from .lists import Listing

TAGS = ["workers"]

Of = Annotated[str | None, QueryParameter(description="Of this worker only.", max_length=LONGEST_ID)]


@get("/workers", operation_id="list_workers", tags=TAGS, responses=fails_with(), sync_to_thread=False)
def list_workers(parts: Given, cursor: CursorText = None, limit: Limit = PAGE_SIZE) -> WorkerPage:
    """Return the live workers in the order in which they joined."""
    workers = list(parts.ledger.workers)
    listing = Listing("workers", workers, lambda worker: (worker.order,))
    return listing.page(
        WorkerPage, lambda found: [worker_record(each, parts) for each in found], parts, cursor=cursor, limit=limit
    )


@get("/worker-moves", operation_id="list_worker_moves", tags=TAGS, responses=fails_with(), sync_to_thread=False)
def list_worker_moves(
    parts: Given, worker: Of = None, cursor: CursorText = None, limit: Limit = PAGE_SIZE
) -> WorkerMovePage:
    """Return the latest comings and goings of workers, the newest first; also of those that are gone."""
    moves = parts.observatory.workers.moves(worker)
    listing = Listing(f"worker-moves {worker or ''}", moves, lambda move: (-move.number,))
    return listing.page(
        WorkerMovePage,
        lambda found: [move_record(move, parts.moments) for move in found],
        parts,
        cursor=cursor,
        limit=limit,
    )


def first_workers(parts: Parts, most: int) -> list[Worker]:
    """Return the workers that joined first."""
    return [worker_record(worker, parts) for worker in list(parts.ledger.workers)[:most]]


@get("/workers/{worker_id:str}", operation_id="get_worker", tags=TAGS, responses=fails_with(), sync_to_thread=False)
def get_worker(parts: Given, worker_id: FromPath[str]) -> WorkerDetail:
    """Return a live worker with what it runs."""
    worker = _worker(parts, name_in_path(worker_id))
    return worker_detail(worker, parts)


@get(
    "/workers/{worker_id:str}/series",
    operation_id="get_worker_series",
    tags=TAGS,
    responses=fails_with(),
    sync_to_thread=False,
)
def get_worker_series(parts: Given, worker_id: FromPath[str]) -> WorkerSeries:
    """Return how a live worker did in the last hour."""
    return worker_series(_worker(parts, name_in_path(worker_id)), parts)


@get(
    "/workers/{worker_id:str}/log",
    operation_id="get_worker_log",
    tags=TAGS,
    responses=fails_with(),
    sync_to_thread=False,
)
def get_worker_log(parts: Given, worker_id: FromPath[str]) -> WorkerLog:
    """Return the latest log records of the tasks of a live worker."""
    return worker_log(_worker(parts, name_in_path(worker_id)), parts)


@post(
    "/workers/{worker_id:str}/drain",
    operation_id="drain_worker",
    tags=TAGS,
    opt=OPERATOR,
    status_code=202,
    responses=fails_with(409),
    sync_to_thread=False,
)
def drain_worker(request: Asking, parts: Given, worker_id: FromPath[str]) -> Worker:
    """Have a worker take no more tasks, finish what it runs, and leave."""
    wanted, actor = name_in_path(worker_id), actor_of(request)
    return _directed(parts, wanted, lambda steering, now: steering.drain_worker(actor, wanted, now=now))


@post(
    "/workers/{worker_id:str}/shutdown",
    operation_id="shut_down_worker",
    tags=TAGS,
    opt=OPERATOR,
    status_code=202,
    responses=fails_with(409, 415, 422),
    sync_to_thread=False,
)
def shut_down_worker(
    request: Asking, parts: Given, worker_id: FromPath[str], data: JSONBody[ShutdownRequest]
) -> Worker:
    """Drain a worker that leaves after some seconds whatever still runs, which is lost then. One that drains may be
    given other seconds."""
    wanted, actor, seconds = name_in_path(worker_id), actor_of(request), data.drain_seconds
    return _directed(
        parts, wanted, lambda steering, now: steering.shut_down_worker(actor, wanted, drain_seconds=seconds, now=now)
    )


@post(
    "/workers/{worker_id:str}/resume",
    operation_id="resume_worker",
    tags=TAGS,
    opt=OPERATOR,
    status_code=202,
    responses=fails_with(409),
    sync_to_thread=False,
)
def resume_worker(request: Asking, parts: Given, worker_id: FromPath[str]) -> Worker:
    """Have a worker stay that drains. It is `resuming` until it says that it could; else it leaves, which cannot be
    taken back."""
    wanted, actor = name_in_path(worker_id), actor_of(request)
    return _directed(parts, wanted, lambda steering, now: steering.resume_worker(actor, wanted, now=now))


@post(
    "/workers/{worker_id:str}/resize",
    operation_id="resize_worker",
    tags=TAGS,
    opt=OPERATOR,
    status_code=202,
    responses=fails_with(409, 415, 422),
    sync_to_thread=False,
)
def resize_worker(request: Asking, parts: Given, worker_id: FromPath[str], data: JSONBody[ResizeRequest]) -> Worker:
    """Have a worker run so many tasks at once, for as long as its process lives. Fewer hold at once, and what runs
    goes on; more when the worker says that it has them."""
    wanted, actor, slots = name_in_path(worker_id), actor_of(request), data.slots
    return _directed(parts, wanted, lambda steering, now: steering.resize_worker(actor, wanted, slots, now=now))


def _directed(parts: Parts, worker_id: str, act: Callable[[Steering, float], None]) -> Worker:
    """Want something of a worker; of one that has left, this is refused with how it went."""
    try:
        steer(parts, act)
    except UnknownWorker as error:
        raise _gone(parts, worker_id) from error
    except WorkerUnavailable as error:
        state = worker_record(_worker(parts, worker_id), parts).state
        raise ApiProblem(WRONG_STATE, str(error), current_status=state) from error
    return worker_record(_worker(parts, worker_id), parts)


def _gone(parts: Parts, worker_id: str) -> ApiProblem:
    move = next(iter(parts.observatory.workers.moves(worker_id)), None)
    if move is None:
        return ApiProblem(NOT_FOUND, f"no live worker {worker_id[:200]!r}")
    status = "lost" if move.is_loss else "left"
    return ApiProblem(WRONG_STATE, f"worker {worker_id} has gone: {move.reason}", current_status=status)


def _worker(parts: Parts, worker_id: str) -> DomainWorker:
    worker = parts.ledger.workers.get(worker_id)
    if worker is None:
        raise ApiProblem(NOT_FOUND, f"no live worker {worker_id[:200]!r}")
    return worker


HANDLERS = [
    list_workers,
    list_worker_moves,
    get_worker,
    get_worker_series,
    get_worker_log,
    drain_worker,
    shut_down_worker,
    resume_worker,
    resize_worker,
]
