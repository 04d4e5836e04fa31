"""Whether a submission is taken: each reason not to take it, as the error that its submitter sees."""

from dataclasses import replace

from fastworker.domain.errors import (
    Draining,
    FastWorkerError,
    IdConflict,
    InvalidOption,
    InvalidSetting,
    NotFinished,
    NotWaiting,
    PayloadTooLarge,
    QueueFull,
    ResultExpired,
    TooManyPeers,
    TooManyUnfinished,
    UnknownWorker,
    WorkerUnavailable,
    unknown_task_id,
    unknown_task_name,
)
from fastworker.domain.labels import fault_of_labels
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import WAITING, TaskStatus
from fastworker.domain.session import Session
from fastworker.domain.task import Submission, Task
from fastworker.domain.text import bounded
from fastworker.domain.worker_registry import Worker, WorkerCard

from .limits import LONGEST_DIGEST, LONGEST_ID, MOST_NAMES, Limits

SEARCHES = 3
"""Unknown names in one batch for which near ones are looked for: 40 ms each among 2,000 names."""


class Admission:
    """Judges the submissions of one batch. Near names are dear to find: that is done for the first few names only."""

    def __init__(self, ledger: Ledger, limits: Limits, session: Session, *, is_repeated: bool) -> None:
        self._ledger = ledger
        self._limits = limits
        self._session = session
        self._is_repeated = is_repeated
        self._unknown: dict[str, FastWorkerError] = {}
        self._must_look = is_repeated or ledger.is_draining
        waiting = len(ledger.queue) + ledger.scheduled
        self._room = min(limits.max_queued - waiting, limits.max_unfinished - session.unfinished)
        self._bytes_left = limits.max_queued_bytes - ledger.payload_bytes

    def refusal(self, submission: Submission) -> FastWorkerError | None:
        """Return why a submission under an id that is not taken is refused; None when it is taken now.

        The usual case is told by one glance: each test on its own made submitting a fifth slower (measured).
        """
        size = len(submission.payload)
        if (
            self._room > 0
            and size <= self._bytes_left
            and size <= self._limits.max_payload_bytes
            and submission.name in self._ledger.names
            and 0 < len(submission.task_id) <= LONGEST_ID
            and not self._must_look
        ):
            self._room -= 1
            self._bytes_left -= size
            return None
        return self._look_closely(submission, size)

    def _look_closely(self, submission: Submission, size: int) -> FastWorkerError | None:
        ledger = self._ledger
        if not 1 <= len(submission.task_id) <= LONGEST_ID:
            return InvalidOption(f"a task id has 1 to {LONGEST_ID} characters, this one {len(submission.task_id)}")
        if ledger.is_draining:
            return Draining("the control plane is stopping and takes no new tasks; submit to its successor")
        if submission.name not in ledger.names:
            return self._unknown_name(submission.name)
        if self._is_repeated and ledger.results.may_have_forgotten(submission.task_id):
            return ResultExpired(
                f"task {submission.task_id} may have been accepted and run before, and its result is not kept any "
                "more; it is not run again"
            )
        refusal = self._too_much(submission.name, size)
        if refusal is None:
            self._room -= 1
            self._bytes_left -= size
        return refusal

    def _unknown_name(self, name: str) -> FastWorkerError:
        if name not in self._unknown:
            known = sorted(self._ledger.names) if len(self._unknown) < SEARCHES else []
            self._unknown[name] = unknown_task_name(bounded(name, LONGEST_ID), known)
        return self._unknown[name]

    def _too_much(self, name: str, size: int) -> FastWorkerError | None:
        limits, unfinished = self._limits, self._session.unfinished
        if size > limits.max_payload_bytes:
            return PayloadTooLarge(
                f"the arguments of {name!r} take {size:,} bytes, this control plane takes "
                f"{limits.max_payload_bytes:,} (--max-payload-bytes): pass large data by its path or key"
            )
        if unfinished >= limits.max_unfinished:
            return TooManyUnfinished(
                f"this client has {unfinished} unfinished tasks, its limit (--max-unfinished); "
                "wait for some before you submit more"
            )
        if self._room <= 0:
            return QueueFull(f"the queue holds {limits.max_queued} tasks, its limit (--max-queued); try again later")
        if size > self._bytes_left:
            return QueueFull(
                f"the unfinished tasks hold {self._ledger.payload_bytes:,} bytes of arguments, and {size:,} more "
                f"exceed the limit of {limits.max_queued_bytes:,} (--max-queued-bytes); try again later"
            )
        return None


def conflict(known: Task, submission: Submission) -> IdConflict | None:
    """Return the error for an id that is taken by another call; None when it is the same call again."""
    if (known.submission.name, known.submission.payload) == (submission.name, submission.payload):
        return None
    return IdConflict(
        f"task id {submission.task_id!r} is taken by a call of {known.submission.name!r} with other "
        "arguments; use another id, or none"
    )


def once_more(task: Task | None, task_id: str, new_task_id: str, ledger: Ledger) -> Submission:
    """Return what a finished task was, as a new submission, at once, that names its origin.

    It is no child task: the parent of that task has not submitted this one.

    Raises:
        UnknownTaskId, ResultExpired: the task is not known (any more).
        IdConflict: the new id is the old one.
        NotFinished: it has not ended.
    """
    task = ended(task, task_id, ledger, what_for="be run again")
    if new_task_id == task_id:
        raise IdConflict(f"task id {task_id!r} is taken by the task that is to run again; use another id")
    terms = replace(task.submission.terms, origin=task_id, parent=None, delay_seconds=None, expires_seconds=None)
    return replace(task.submission, task_id=new_task_id, terms=terms)


def ended(task: Task | None, task_id: str, ledger: Ledger, *, what_for: str) -> Task:
    """Return a task that has ended, and is to `be run again`, say.

    Raises:
        UnknownTaskId, ResultExpired: the task is not known (any more).
        NotFinished: it has not ended.
    """
    if task is None:
        raise unknown_task_id(task_id, is_forgotten=ledger.results.may_have_forgotten(task_id))
    if not task.status.is_final:
        raise NotFinished(f"task {task_id} is {task.status.value}: only a finished task can {what_for}")
    return task


def waiting(task: Task | None, task_id: str, ledger: Ledger) -> Task:
    """Return a task that waits: for its time, or for a worker.

    Raises:
        UnknownTaskId, ResultExpired: the task is not known (any more).
        NotWaiting: it runs, or has ended.
    """
    if task is None:
        raise unknown_task_id(task_id, is_forgotten=ledger.results.may_have_forgotten(task_id))
    if task.status not in WAITING:
        raise NotWaiting(
            f"task {task_id} is {task.status.value}: only the priority of a task that waits can be changed"
        )
    return task


def scheduled(task: Task | None, task_id: str, ledger: Ledger) -> Task:
    """Return a task that waits for its time.

    Raises:
        UnknownTaskId, ResultExpired: the task is not known (any more).
        NotWaiting: it does not: it waits for a worker, runs, or has ended.
    """
    if task is None:
        raise unknown_task_id(task_id, is_forgotten=ledger.results.may_have_forgotten(task_id))
    if task.status is not TaskStatus.SCHEDULED:
        raise NotWaiting(f"task {task_id} is {task.status.value}: only one that waits for its time can be run now")
    return task


def check_card(card: WorkerCard, ledger: Ledger, limits: Limits) -> None:
    """Refuse a worker that there is no room for, or that could not be shown.

    Raises:
        InvalidSetting: its id, a name, a label or its number of slots is out of bounds.
        TooManyPeers: there are as many workers as there may be.
    """
    if not all(1 <= len(text) <= LONGEST_ID for text in (card.worker_id, card.incarnation, *card.names)):
        raise InvalidSetting(f"a worker id, and each name of a task, has 1 to {LONGEST_ID} characters")
    if len(card.names) > MOST_NAMES or len(card.address) + len(card.version) > 2 * LONGEST_ID:
        raise InvalidSetting(f"a worker has at most {MOST_NAMES} tasks, and an address of {LONGEST_ID} characters")
    if not 1 <= card.slots <= limits.max_slots:
        raise InvalidSetting(
            f"worker {card.worker_id!r} offers {card.slots} slots (--concurrency); this control plane takes "
            f"1 to {limits.max_slots} (--max-slots)"
        )
    if any(len(digest) > LONGEST_DIGEST for _, digest in card.digests):
        raise InvalidSetting(f"a digest has at most {LONGEST_DIGEST} characters")
    fault = fault_of_labels(dict(card.labels))
    if fault is not None:
        raise InvalidSetting(f"labels of worker {card.worker_id!r} (--label): {fault}")
    others = sum(not worker.card.is_local and worker.card.worker_id != card.worker_id for worker in ledger.workers)
    if not card.is_local and others >= limits.max_workers:
        raise TooManyPeers(f"{limits.max_workers} workers are connected, the limit (--max-workers)")


def live_worker(worker_id: str, ledger: Ledger) -> Worker:
    """Return the worker of an id; raises `UnknownWorker`."""
    worker = ledger.workers.get(worker_id)
    if worker is None:
        known = ", ".join(sorted(worker.card.worker_id for worker in ledger.workers)) or "none"
        raise UnknownWorker(f"no worker {bounded(worker_id, LONGEST_ID)!r} is connected; connected: {known}")
    return worker


def worker_to_drain(worker_id: str, ledger: Ledger) -> Worker:
    """Return the worker of an id, that is to be drained.

    Raises:
        UnknownWorker: no worker of that id is connected.
        WorkerUnavailable: it is the control plane's own.
    """
    worker = live_worker(worker_id, ledger)
    if worker.card.is_local:
        raise WorkerUnavailable(
            "the control plane's own worker cannot be drained: stop the control plane, or start it with "
            "--local-execution never"
        )
    return worker


def worker_to_resume(worker_id: str, ledger: Ledger) -> Worker:
    """Return a worker that was told to leave, and has not left yet.

    Raises:
        UnknownWorker: no worker of that id is connected.
        WorkerUnavailable: it does not drain, or leaves by itself.
    """
    worker = live_worker(worker_id, ledger)
    if not worker.is_draining:
        raise WorkerUnavailable(f"worker {worker_id} works: there is nothing to take back")
    if worker.leaves_by_itself:
        raise WorkerUnavailable(f"worker {worker_id} leaves because its own process was told to: nothing holds it")
    return worker


def worker_to_resize(worker_id: str, slots: int, ledger: Ledger, limits: Limits) -> Worker:
    """Return a worker that is to run so many tasks at once.

    Raises:
        UnknownWorker: no worker of that id is connected.
        InvalidOption: so many slots cannot be.
        WorkerUnavailable: it drains.
    """
    worker = live_worker(worker_id, ledger)
    if not 1 <= slots <= limits.max_slots:
        raise InvalidOption(f"{slots} slots; this control plane takes 1 to {limits.max_slots} (--max-slots)")
    if worker.is_draining:
        raise WorkerUnavailable(f"worker {worker_id} drains: it takes nothing more, whatever its slots")
    return worker
