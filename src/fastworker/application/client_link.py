"""A client's relation to one life of the control plane: hello, its session, and when to say hello again."""

import random
from dataclasses import dataclass

import anyio

from fastworker.domain.errors import (
    ConnectionLost,
    ControlPlaneUnreachable,
    RequestTimeout,
    WireError,
)

from .identifiers import NewId
from .messages import Hello, Message, Welcome
from .ports.clock import Clock
from .ports.transport import Requester

REQUEST_SECONDS = 15.0
"""How long one request may take: a held one is answered after 5 s, so this is a control plane that is frozen."""


@dataclass(frozen=True, slots=True)
class ClientSession:
    """What a hello brought: the life of the control plane, and the session that it keeps for this client."""

    epoch: str
    session_id: str
    clock_offset: float  # the control plane's clock minus ours
    welcome: Welcome

    def deadline(self, at: float) -> float:
        """Return a moment of our clock on the control plane's clock."""
        return at + self.clock_offset


class ClientLink:
    """Says hello once for everybody who needs a session, and again when the session is gone."""

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
        self._address = address
        self._connect_timeout = connect_timeout
        self._new_session_id = new_session_id
        self._jitter = jitter
        self._session: ClientSession | None = None
        self._hello = anyio.Lock()

    async def session(self) -> ClientSession:
        """Return the present session, after a hello if there is none.

        Raises:
            ControlPlaneUnreachable: nobody answered within the connect timeout.
            ProtocolMismatch: somebody of another protocol version answered.
        """
        if self._session is not None:
            return self._session
        async with self._hello:
            if self._session is None:
                self._session = await self._say_hello()
            return self._session

    def drop(self, session: ClientSession) -> None:
        """Forget a session that the control plane does not know; a newer one stays."""
        if self._session is session:
            self._session = None

    async def request(self, message: Message, *, timeout: float = REQUEST_SECONDS) -> Message:
        """Send a request as it is; see `Requester.request`."""
        return await self._requester.request(message, timeout=timeout)

    async def _say_hello(self) -> ClientSession:
        deadline = self._clock.now() + self._connect_timeout
        session_id = self._new_session_id()
        while True:
            asked_at = self._clock.now()
            try:
                welcome = await self._requester.request(
                    Hello(session_id=session_id), timeout=max(0.001, deadline - asked_at)
                )
            except (ConnectionLost, RequestTimeout) as error:
                if self._clock.now() >= deadline:
                    raise unreachable(self._address, self._connect_timeout) from error
                await self._clock.sleep_until(min(deadline, self._clock.now() + self._jitter.uniform(0.05, 0.2)))
                continue
            if not isinstance(welcome, Welcome):
                raise WireError(f"{self._address} answered a hello with {type(welcome).__name__}")
            offset = welcome.now - (asked_at + self._clock.now()) / 2
            return ClientSession(welcome.epoch, session_id, offset, welcome)


def unreachable(address: str, seconds: float) -> ControlPlaneUnreachable:
    """Return the error for a control plane that did not answer."""
    return ControlPlaneUnreachable(
        f"no control plane answered at {address} within {seconds:g} s; "
        "start one with `fastworker control-plane --task-modules YOUR_MODULE`, or set FASTWORKER_ADDRESS"
    )
