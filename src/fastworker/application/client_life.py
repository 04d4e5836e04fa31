"""One run of a client, from its start to its stop."""

import math
import random
from dataclasses import dataclass

import anyio
from anyio.abc import TaskStatus as StartStatus

from fastworker.domain.errors import ClientNotRunning, FastWorkerError, InvalidOption

from .client_link import ClientLink
from .completion_listener import CompletionListener
from .current_task import running_execution
from .enquiries import Enquiries
from .forked_process import tell_in_fork
from .identifiers import NewId
from .log import log
from .messages import Goodbye
from .ports.clock import Clock
from .ports.transport import Requester, Transport
from .submitter import UNKNOWN_FATE, Submitter

GOODBYE_SECONDS = 0.25
FORKED = (
    "this process was forked from one that had used this client, and a client does not survive a fork: make the first "
    "one in the child, or start processes by spawn"
)


@dataclass(frozen=True, slots=True)
class ClientConfig:
    """Where the control plane is, and for how many seconds to wait for it, at first and after it went away.

    Raises:
        InvalidOption: a time to wait is no number of seconds, or below 0.
    """

    address: str
    connect_timeout: float = 5.0
    reconnect_timeout: float = 30.0

    def __post_init__(self) -> None:
        _check_seconds("connect_timeout", self.connect_timeout)
        _check_seconds("reconnect_timeout", self.reconnect_timeout)


def _check_seconds(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise InvalidOption(f"{name}={value!r}; expected a number of seconds, 0 or more")


class OpenClient:
    """The parts of a client that live as long as its connection."""

    def __init__(
        self, requester: Requester, config: ClientConfig, *, clock: Clock, new_id: NewId, jitter: random.Random
    ) -> None:
        self.link = ClientLink(
            requester,
            clock=clock,
            address=config.address,
            connect_timeout=config.connect_timeout,
            new_session_id=new_id,
            jitter=jitter,
        )
        self.listener = CompletionListener(
            self.link, clock=clock, reconnect_timeout=config.reconnect_timeout, jitter=jitter
        )
        self.enquiries = Enquiries(self.link, self.listener, clock=clock, connect_timeout=config.connect_timeout)
        self.submitter = Submitter(self.link, self.listener, clock=clock, connect_timeout=config.connect_timeout)

    async def run(self, *, task_status: StartStatus[None]) -> None:
        """Work until cancelled; then refuse what comes, fail whatever still waits, and say goodbye."""
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self.link.run)
                group.start_soon(self.listener.run)
                group.start_soon(self.submitter.run)
                task_status.started()
        finally:
            self.submitter.close(ClientNotRunning(UNKNOWN_FATE))
            goes_on = "the client was stopped before the task was done; the task goes on without it"
            self.listener.close(ClientNotRunning(goes_on))
            await self._say_goodbye()
            self.link.close(ClientNotRunning("the client was stopped"))

    async def _say_goodbye(self) -> None:
        """Tell the control plane, if it listens, that nobody will read this session's completions."""
        if not self.listener.is_connected:
            return
        with anyio.move_on_after(2 * GOODBYE_SECONDS, shield=True):
            try:
                session = await self.link.session()
                await self.link.request(Goodbye(session_id=session.session_id), timeout=GOODBYE_SECONDS)
            except FastWorkerError as error:
                log.debug("goodbye_failed", error=str(error))


class ClientLife:
    """Opens the parts of a client, and gives them to callers that came before they were open."""

    def __init__(
        self, config: ClientConfig, *, transport: Transport, clock: Clock, new_id: NewId, jitter: random.Random
    ) -> None:
        self._config = config
        self._transport = transport
        self._clock = clock
        self._new_id = new_id
        self._jitter = jitter
        self._decided = anyio.Event()
        self._parts: OpenClient | None = None
        self._failure: FastWorkerError | None = None
        self._is_left_behind = False
        tell_in_fork(self)

    async def run(self, *, task_status: StartStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Live until cancelled.

        Raises:
            AddressUnusable: the address is malformed or its host has no address.
        """
        running_execution.set(None)  # a task may have begun it: what it does for others later is no part of that
        try:
            async with self._transport.connect(self._config.address) as requester:
                self._parts = OpenClient(
                    requester, self._config, clock=self._clock, new_id=self._new_id, jitter=self._jitter
                )
                self._decided.set()
                await self._parts.run(task_status=task_status)
        except FastWorkerError as error:
            self._failure = error
            raise
        finally:
            self.end()

    def end(self) -> None:
        """Have no parts any more; whoever waits for them is told. Also for a life that was stopped before it ran."""
        self._parts = None
        self._decided.set()

    def leave_behind(self) -> None:
        """Note that this process was forked, and that this life goes on in its parent only."""
        self._is_left_behind = True

    async def parts(self) -> OpenClient:
        """Return the open parts, as soon as they are.

        Raises:
            ClientNotRunning: this life is over, or that of the process from which this one was forked.
            AddressUnusable: it never began.
        """
        if self._is_left_behind:
            raise ClientNotRunning(FORKED)
        if not self._decided.is_set():
            await self._decided.wait()
        parts = self._parts
        if parts is None:
            raise self._failure or ClientNotRunning("this client was stopped: start it again before you use it")
        return parts
