"""A client's relation to one life of the control plane: hello, its session, and when to say hello again."""

import random
from dataclasses import dataclass

import anyio

from fastworker.domain.errors import (
    ConnectionLost,
    ControlPlaneUnreachable,
    FastWorkerError,
    RequestTimeout,
    WireError,
)

from .identifiers import NewId
from .messages import Hello, Message, Welcome
from .named_address import told
from .ports.clock import Clock
from .ports.transport import Requester
from .wakeup import Wakeup

REQUEST_SECONDS = 15.0
"""How long one request may take: a held one is answered after 5 s, so this is a control plane that is frozen."""

TRIES = 3
"""A session can end twice in a row, and a reply can get lost; not for ever."""


@dataclass(frozen=True, slots=True)
class ClientSession:
    """What a hello brought: the life of the control plane, and the session that it keeps for this client."""

    epoch: str
    session_id: str
    clock_offset: float  # the control plane's clock minus ours

    def deadline(self, at: float) -> float:
        """Return a moment of our clock on the control plane's clock."""
        return at + self.clock_offset


class ClientLink:
    """Says hello for everybody who needs a session, and again when the session is gone; `run` does it."""

    def __init__(
        self,
        requester: Requester,
        *,
        clock: Clock,
        address: str,
        connect_timeout: float,
        new_session_id: NewId,
        jitter: random.Random,
    ) -> None:
        self._requester = requester
        self._clock = clock
        self.address = address
        self._connect_timeout = connect_timeout
        self._new_session_id = new_session_id
        self._jitter = jitter
        self._answer: ClientSession | FastWorkerError | None = None
        self._answered = anyio.Event()
        self._dropped = Wakeup()

    async def run(self) -> None:
        """Keep a session until cancelled."""
        while True:
            while not isinstance(self._answer, ClientSession):
                await self._try_hello()
            await self._dropped.wait()

    async def session(self, *, since: float | None = None) -> ClientSession:
        """Return the present session, waiting for one up to the connect timeout from `since` (default: now).

        Raises:
            ControlPlaneUnreachable: nobody answered in time.
            FastWorkerError: the control plane refused the hello, for instance with `ProtocolMismatch`.
        """
        answer = self._answer
        if answer is None:
            began = self._clock.now() if since is None else since
            with self._clock.scope_until(began + self._connect_timeout):
                while answer is None:
                    await self._answered.wait()
                    answer = self._answer
        if answer is None:
            raise unreachable(self.address, self._connect_timeout)
        if isinstance(answer, FastWorkerError):
            raise answer
        return answer

    def is_present(self, session: ClientSession) -> bool:
        """True while no newer session has taken its place, and it was not dropped."""
        return self._answer is session

    def drop(self, session: ClientSession) -> None:
        """Forget a session that the control plane does not know; a newer one stays."""
        if self._answer is session:
            self._note(None)
            self._dropped.set()

    def close(self, error: FastWorkerError) -> None:
        """Give the error to everybody who waits for a session, from now on."""
        self._note(error)

    async def request(self, message: Message, *, timeout: float = REQUEST_SECONDS) -> Message:
        """Send a request as it is; see `Requester.request`."""
        return await self._requester.request(message, timeout=timeout)

    async def _try_hello(self) -> None:
        """Say hello once: have a session, or a refusal, or neither after a pause."""
        session_id = self._new_session_id()
        try:
            reply = await self.request(Hello(session_id=session_id), timeout=self._connect_timeout)
            self._note(_session(reply, session_id, self._clock.now()))
            return
        except (ConnectionLost, RequestTimeout):
            self._note(None)
        except FastWorkerError as error:
            self._note(error)
        await self._clock.sleep_until(self._clock.now() + self._jitter.uniform(0.05, 0.2))

    def _note(self, answer: ClientSession | FastWorkerError | None) -> None:
        self._answer = answer
        if answer is not None:
            self._answered.set()
        elif self._answered.is_set():
            self._answered = anyio.Event()


def _session(reply: Message, session_id: str, answered_at: float) -> ClientSession:
    if not isinstance(reply, Welcome):
        raise WireError(f"a hello was answered with {type(reply).__name__}")
    # the hello may have waited for a control plane to come: only its answer tells the time
    return ClientSession(reply.epoch, session_id, reply.now - answered_at)


def unreachable(address: str, seconds: float, doubt: str = "") -> ControlPlaneUnreachable:
    """Return the error for a control plane that did not answer, and what is not known because of that."""
    return ControlPlaneUnreachable(
        f"no control plane answered at {told(address)} within {seconds:g} s{doubt}; "
        "start one with `fastworker control-plane --task-modules YOUR_MODULE`, or correct the address"
    )
