"""The control plane's answers to clients."""

from collections.abc import Callable

from fastworker.domain.errors import FastWorkerError, UnknownSession, WireError
from fastworker.domain.text import bounded

from . import views
from .coordinator import Coordinator
from .desk import Desk, DeskSetting, check_count
from .messages import (
    MESSAGE_CHARACTERS,
    AwaitCompletions,
    Cancel,
    Cancelled,
    Completions,
    DrainWorker,
    Fetch,
    Fetched,
    Goodbye,
    Hello,
    Inspect,
    Inspected,
    Message,
    Noted,
    RefusedEntry,
    Rerun,
    Submit,
    Submitted,
    Welcome,
)
from .ports.transport import LateReply


class ClientDesk(Desk):
    """Answers what comes at the address for clients."""

    def __init__(
        self,
        coordinator: Coordinator,
        setting: DeskSetting,
        *,
        welcome: Callable[[], Welcome],
        inspected: Callable[[], Inspected],
    ) -> None:
        super().__init__(coordinator, setting)
        self._welcome = welcome
        self._inspected = inspected

    def answer(self, request: Message) -> Message | LateReply:
        """Return the reply to a message on the client channel."""
        match request:
            case Submit():
                return self._submit(request)
            case AwaitCompletions():
                return self._completions(request)
            case Fetch():
                return self._fetch(request)
            case Hello():
                return self._hello(request)
            case Cancel():
                return self._cancel(request)
            case Rerun():
                return self._rerun(request)
            case Goodbye():
                self.coordinator.close_session(request.session_id)
                self._wake()
                return Noted()
            case DrainWorker():
                self._check_epoch(request.epoch)
                now = self._check_deadline(request.deadline)
                self.coordinator.drain_worker(request.worker_id, now=now)
                self._wake()
                return Noted()
            case Inspect():
                return self._inspected()
            case _:
                raise WireError(
                    f"a control plane takes no {type(request).__name__} at the address for clients "
                    "(a subworker answers `inspect` at its own --base-address)"
                )

    def _hello(self, request: Hello) -> Welcome:
        if request.session_id:
            self.coordinator.open_session(request.session_id, now=self._clock.now())
        return self._welcome()

    def _submit(self, request: Submit) -> Submitted:
        self._check_epoch(request.epoch)
        check_count(request.entries)
        now = self._check_deadline(request.deadline)
        submissions = views.submissions(request)
        answers = self.coordinator.submit(request.session_id, submissions, is_repeated=request.is_repeated, now=now)
        self._wake()  # the leases leave before the acknowledgement
        names = {entry.name for entry, error in zip(request.entries, answers, strict=True) if error is None}
        return self._submitted(answers, names)

    def _rerun(self, request: Rerun) -> Submitted:
        self._check_epoch(request.epoch)
        now = self._check_deadline(request.deadline)
        refusal = self.coordinator.rerun(
            request.session_id, request.task_id, request.new_task_id, is_repeated=request.is_repeated, now=now
        )
        self._wake()
        return self._submitted([refusal], set())

    def _submitted(self, answers: list[FastWorkerError | None], names: set[str]) -> Submitted:
        refused = [
            RefusedEntry(index, error.code, bounded(str(error), MESSAGE_CHARACTERS))
            for index, error in enumerate(answers)
            if error is not None
        ]
        return Submitted(refused=refused, waiting_for_worker=self.coordinator.names_without_worker(names))

    def _completions(self, request: AwaitCompletions) -> Completions | LateReply:
        self._check_epoch(request.epoch)
        check_count(request.follows)
        session_id = request.session_id
        self.coordinator.completions(session_id, request.acknowledged, now=self._clock.now())
        for follow in request.follows:
            self.coordinator.follow(follow.task_id)
        self._wake()
        if self.coordinator.has_unread(session_id) or request.follows:
            news = self._news_for(request)
            if not news.is_empty:
                return news.completions()
        return self.held.hold(
            session_id,
            lambda: self._news_for(request).completions(),
            nothing=lambda: Completions(first=request.acknowledged + 1, entries=[]),
            follows=[each.task_id for each in request.follows],
        )

    def _news_for(self, request: AwaitCompletions) -> "views.News":
        now = self._clock.now()
        first, tasks = self.coordinator.unread(request.session_id)
        steps = views.Steps(now=now)
        for follow in request.follows:
            task = self.coordinator.find(follow.task_id, now=now)
            if not steps.add(follow, task, self.coordinator.ledger):
                break
        return views.News(first, tasks, steps.entries, now=now)

    def _fetch(self, request: Fetch) -> Fetched:
        self._check_epoch(request.epoch)
        check_count(request.task_ids)
        if request.watch and request.session_id not in self.coordinator.ledger.sessions:
            raise UnknownSession("the control plane dropped this session; say hello again")
        found = views.Batch()
        now = self._clock.now()
        for task_id in request.task_ids:
            task = self.coordinator.find(task_id, now=now)
            state, payload = views.found_or_missing(task, task_id, self.coordinator.ledger, now=now)
            if request.arguments:
                payload = task.submission.payload if task else b""
            if not found.add(state, payload):
                break
            if request.watch and task is not None and not task.status.is_final:
                self.coordinator.watch(request.session_id, task_id)
        return Fetched(entries=found.entries, payloads=found.payloads)

    def _cancel(self, request: Cancel) -> Cancelled:
        self._check_epoch(request.epoch)
        check_count(request.task_ids)
        answers = self.coordinator.cancel(request.task_ids, now=self._check_deadline(request.deadline))
        self._wake()
        return Cancelled(answers=answers)
