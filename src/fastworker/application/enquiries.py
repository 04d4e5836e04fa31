"""Single questions and orders to the control plane, beside submitting and listening."""

from collections.abc import Callable, Sequence
from itertools import batched

from fastworker.domain.cancellation import Cancellation
from fastworker.domain.errors import (
    ConnectionLost,
    ControlPlaneRestarted,
    ControlPlaneUnreachable,
    RequestTimeout,
    UnknownSession,
    WireError,
    error_from_code,
)

from .client_link import REQUEST_SECONDS, TRIES, ClientLink, ClientSession, unreachable
from .completion_listener import CompletionListener
from .messages import (
    BATCH_ENTRIES,
    Cancel,
    Cancelled,
    DrainWorker,
    Fetch,
    Fetched,
    Inspect,
    Inspected,
    Message,
    Noted,
    Rerun,
    Submitted,
    TaskState,
)
from .ports.clock import Clock

DOUBT = " (whether it did what it was asked is unknown)"


class Enquiries:
    """Asks within the present session. Each question may be carried out twice without harm.

    Each raises `ControlPlaneUnreachable` when there is no answer: within 15 s, or within the time for connecting where
    nobody has answered lately.
    """

    def __init__(self, link: ClientLink, listener: CompletionListener, *, clock: Clock, connect_timeout: float) -> None:
        self._link = link
        self._listener = listener
        self._clock = clock
        self._connect_timeout = connect_timeout

    async def fetch(self, task_id: str, *, arguments: bool = False) -> tuple[TaskState, bytes]:
        """Return what the control plane knows of a task, and its result, or in place of that its arguments."""

        def question(session: ClientSession) -> Fetch:
            return Fetch(
                epoch=session.epoch, session_id=session.session_id, task_ids=[str(task_id)], arguments=arguments
            )

        fetched = await self._ask(Fetched, question)
        return fetched.entries[0], fetched.payloads[0]

    async def cancel(self, task_ids: Sequence[str]) -> list[Cancellation]:
        """Cancel tasks; return what became of each."""
        answers: list[Cancellation] = []
        for some in batched(map(str, task_ids), BATCH_ENTRIES):
            answers += await self._cancel_some(list(some))
        return answers

    async def _cancel_some(self, task_ids: list[str]) -> list[Cancellation]:
        def question(session: ClientSession) -> Cancel:
            return Cancel(epoch=session.epoch, deadline=self._deadline(session), task_ids=task_ids)

        return (await self._ask(Cancelled, question)).answers

    async def rerun(self, task_id: str, new_task_id: str) -> ClientSession:
        """Submit a finished task once more under a new id; return the session in which it was accepted.

        Raises:
            NotFinished, UnknownTaskId, ResultExpired: there is no finished task of that id.
            FastWorkerError: whatever a submission may be refused with.
        """
        sessions: list[ClientSession] = []

        def question(session: ClientSession) -> Rerun:
            sessions.append(session)
            return Rerun(
                epoch=session.epoch,
                session_id=session.session_id,
                deadline=self._deadline(session),
                task_id=task_id,
                new_task_id=new_task_id,
                is_repeated=len(sessions) > 1,
            )

        submitted = await self._ask(Submitted, question)
        for refused in submitted.refused:
            raise error_from_code(refused.code, refused.message)
        return sessions[-1]

    async def drain_worker(self, worker_id: str) -> None:
        """Have a worker finish what it runs, and leave; raises `UnknownWorker`."""

        def question(session: ClientSession) -> DrainWorker:
            return DrainWorker(epoch=session.epoch, deadline=self._deadline(session), worker_id=worker_id)

        await self._ask(Noted, question)

    async def inspect(self) -> Inspected:
        """Return the control plane's present state in numbers."""
        return await self._ask(Inspected, lambda _: Inspect())

    def _deadline(self, session: ClientSession) -> float:
        return session.deadline(self._clock.now() + self._patience)

    @property
    def _patience(self) -> float:
        return REQUEST_SECONDS if self._listener.is_connected else self._connect_timeout

    async def _ask[M: Message](self, kind: type[M], question: Callable[[ClientSession], Message]) -> M:
        for left in reversed(range(TRIES)):
            session, patience = await self._link.session(), self._patience
            try:
                reply = await self._link.request(question(session), timeout=patience)
            except (UnknownSession, ControlPlaneRestarted):
                self._link.drop(session)
            except RequestTimeout as error:
                raise unreachable(self._link.address, patience, DOUBT) from error
            except ConnectionLost as error:
                if left == 0:
                    raise ControlPlaneUnreachable(f"{error}, {TRIES} times{DOUBT}") from error
            else:
                if not isinstance(reply, kind):
                    raise WireError(f"expected {kind.__name__}, was answered with {type(reply).__name__}")
                return reply
        raise ControlPlaneRestarted("the control plane restarts again and again")
