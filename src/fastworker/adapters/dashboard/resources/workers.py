"""Workers: see them, drain them."""

from litestar import get, post
from litestar.params import FromPath

from fastworker.domain.worker_registry import Worker as DomainWorker

from ..access import OPERATOR
from ..models.page import Total
from ..models.worker import Worker, WorkerDetail, WorkerPage
from ..paging import cut
from ..parts import Given, Parts
from ..paths import name_in_path
from ..problem_kinds import NOT_FOUND
from ..problems import ApiProblem
from ..records.workers import worker_detail, worker_record
from .arguments import PAGE_SIZE, Asking, CursorText, Limit, actor_of, fails_with, steer

TAGS = ["workers"]


@get("/workers", operation_id="list_workers", tags=TAGS, responses=fails_with(), sync_to_thread=False)
def list_workers(parts: Given, cursor: CursorText = None, limit: Limit = PAGE_SIZE) -> WorkerPage:
    """Return the live workers in the order in which they joined."""
    workers = list(parts.ledger.workers)
    page = cut(workers, lambda worker: (worker.order,), name="workers", cursor=cursor, limit=limit)
    return WorkerPage(
        items=[_record(parts, worker) for worker in page.items],
        next_cursor=page.next_cursor,
        prev_cursor=page.prev_cursor,
        total=Total(value=page.total),
        as_of=parts.moments.now(),
    )


def first_workers(parts: Parts, most: int) -> list[Worker]:
    """Return the workers that joined first."""
    return [_record(parts, worker) for worker in list(parts.ledger.workers)[:most]]


@get("/workers/{worker_id:str}", operation_id="get_worker", tags=TAGS, responses=fails_with(), sync_to_thread=False)
def get_worker(parts: Given, worker_id: FromPath[str]) -> WorkerDetail:
    """Return a live worker with what it runs."""
    worker = _worker(parts, name_in_path(worker_id))
    return worker_detail(worker, parts.observatory, parts.ledger, parts.moments, version=parts.who.version)


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
    return _record(parts, worker)


def _worker(parts: Parts, worker_id: str) -> DomainWorker:
    worker = parts.ledger.workers.get(worker_id)
    if worker is None:
        raise ApiProblem(NOT_FOUND, f"no live worker {worker_id[:200]!r}")
    return worker


def _record(parts: Parts, worker: DomainWorker) -> Worker:
    return worker_record(worker, parts.observatory, parts.ledger, parts.moments, version=parts.who.version)


HANDLERS = [list_workers, get_worker, drain_worker]
