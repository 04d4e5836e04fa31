"""Workers: see them, drain them."""

from litestar import get, post
from litestar.params import FromPath

from fastworker.domain.worker_registry import Worker as DomainWorker

from ..access import OPERATOR
from ..models.worker import Worker, WorkerDetail, WorkerPage
from ..parts import Given, Parts
from ..paths import name_in_path
from ..problem_kinds import NOT_FOUND
from ..problems import ApiProblem
from ..records.workers import worker_detail, worker_record
from .arguments import PAGE_SIZE, Asking, CursorText, Limit, actor_of, fails_with, steer
from .lists import Listing

TAGS = ["workers"]


@get("/workers", operation_id="list_workers", tags=TAGS, responses=fails_with(), sync_to_thread=False)
def list_workers(parts: Given, cursor: CursorText = None, limit: Limit = PAGE_SIZE) -> WorkerPage:
    """Return the live workers in the order in which they joined."""
    workers = list(parts.ledger.workers)
    listing = Listing("workers", workers, lambda worker: (worker.order,))
    return listing.page(
        WorkerPage, lambda found: [worker_record(each, parts) for each in found], parts, cursor=cursor, limit=limit
    )


def first_workers(parts: Parts, most: int) -> list[Worker]:
    """Return the workers that joined first."""
    return [worker_record(worker, parts) for worker in list(parts.ledger.workers)[:most]]


@get("/workers/{worker_id:str}", operation_id="get_worker", tags=TAGS, responses=fails_with(), sync_to_thread=False)
def get_worker(parts: Given, worker_id: FromPath[str]) -> WorkerDetail:
    """Return a live worker with what it runs."""
    worker = _worker(parts, name_in_path(worker_id))
    return worker_detail(worker, parts)


@post(
    "/workers/{worker_id:str}/drain",
    operation_id="drain_worker",
    tags=TAGS,
    opt=OPERATOR,
    status_code=202,
    responses=fails_with(422),
    sync_to_thread=False,
)
def drain_worker(request: Asking, parts: Given, worker_id: FromPath[str]) -> Worker:
    """Have a worker take no more tasks, finish what it runs, and leave."""
    worker, actor = _worker(parts, name_in_path(worker_id)), actor_of(request)
    steer(parts, lambda steering, now: steering.drain_worker(actor, worker.card.worker_id, now=now))
    return worker_record(worker, parts)


def _worker(parts: Parts, worker_id: str) -> DomainWorker:
    worker = parts.ledger.workers.get(worker_id)
    if worker is None:
        raise ApiProblem(NOT_FOUND, f"no live worker {worker_id[:200]!r}")
    return worker


HANDLERS = [list_workers, get_worker, drain_worker]
