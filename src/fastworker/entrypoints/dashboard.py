"""The dashboard beside the control plane: opened early, built late, restarted when it fails, and stopped last.

The socket is there before the web server's modules are: who comes early waits a moment. Those modules are imported, and
the application is built, in a thread, because that takes about half a second, in which the control plane has begun to
work. The dashboard never ends the control plane.
"""

import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio

from fastworker.adapters.dashboard.hosts import is_loopback_name
from fastworker.adapters.dashboard.idempotency import IdempotencyKeys
from fastworker.adapters.dashboard.listening import listen, port_of, url_of
from fastworker.adapters.dashboard.sessions import Sessions
from fastworker.adapters.dashboard.tokens import Token, read_tokens
from fastworker.adapters.uuid7 import new_uuid7
from fastworker.application.control_plane import BoundAddresses
from fastworker.application.log import log
from fastworker.application.ports.clock import Clock
from fastworker.domain.errors import AddressUnusable, InvalidSetting

from .settings import ControlPlaneSettings

if TYPE_CHECKING:
    from fastworker.adapters.dashboard.dashboard import Dashboard

HEAD_START_SECONDS = 0.5
"""So long the control plane has for itself at its start, unless somebody connects to the dashboard before."""

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 60.0
FAILURES = (Exception, SystemExit, BaseExceptionGroup)
"""Whatever it is, it is the dashboard's, and tasks go on. Servers end with SystemExit, task groups wrap it."""

STOP_SECONDS = 5.0
"""How long the end of the dashboard is waited for; the server itself gives its answers three seconds."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What is there before the web server, and outlives it when it fails: its socket's port, the tokens, the sessions
    that the login URL is one of, and the keys of what was submitted."""

    listener: socket.socket
    port: int
    url: str
    tokens: Sequence[Token]
    sessions: Sessions
    keys: IdempotencyKeys
    started_at: float

    def new_login_url(self) -> str:
        """Return where a person opens the dashboard: with a word that logs in once, where a token is needed."""
        return f"{self.url}login#once={self.sessions.new_once()}" if self.tokens else self.url


def tokens_of(settings: ControlPlaneSettings) -> Sequence[Token]:
    """Return the tokens that let people in; none: all get in, or whom a proxy names. Raises `InvalidSetting`."""
    if not settings.no_dashboard:
        _refuse_half_a_proxy(settings)
    file = settings.dashboard_token_file
    return read_tokens(Path(file)) if file and not settings.no_dashboard else ()


def _refuse_half_a_proxy(settings: ControlPlaneSettings) -> None:
    """A proxy that logs people in has an address, and they have roles that somebody has thought of."""
    if settings.dashboard_role_header and not settings.dashboard_user_header:
        raise InvalidSetting("--dashboard-role-header needs --dashboard-user-header: who is it that has the role?")
    if not settings.dashboard_user_header:
        _refuse_everybody_behind_a_proxy(settings)
        return
    if not settings.dashboard_trusted_proxy:
        raise InvalidSetting("--dashboard-user-header needs --dashboard-trusted-proxy: whose header is to be believed?")
    if not settings.dashboard_role_header and "dashboard_role" not in settings.model_fields_set:
        raise InvalidSetting(
            "--dashboard-user-header needs --dashboard-role-header, or a --dashboard-role for all whom it lets in"
        )


def _refuse_everybody_behind_a_proxy(settings: ControlPlaneSettings) -> None:
    """Behind a proxy everybody comes from this machine: what is open to it would be open to the whole world."""
    flag = flag_of_a_proxy(settings)
    if flag is None or settings.dashboard_token_file or settings.insecure:
        return
    raise InvalidSetting(
        f"{flag} shows the dashboard to other machines, and anybody there could see and stop tasks; name a file of "
        "tokens with --dashboard-token-file, or whom the proxy logs in with --dashboard-user-header, or accept that "
        "with --insecure"
    )


def flag_of_a_proxy(settings: ControlPlaneSettings) -> str | None:
    """Return what says that others than this machine's people come; the path alone does not say it."""
    if settings.dashboard_trusted_proxy:
        return f"--dashboard-trusted-proxy {settings.dashboard_trusted_proxy[0]}"
    others = (host for host in settings.dashboard_allowed_host if not is_loopback_name(host))
    return next((f"--dashboard-allowed-host {host}" for host in others), None)


def open_dashboard(settings: ControlPlaneSettings, tokens: Sequence[Token], clock: Clock) -> Opening | AddressUnusable:
    """Take the dashboard's socket; return why there will be no dashboard, if it cannot be had."""
    try:
        listener = listen(settings.dashboard_host, settings.dashboard_port)
    except AddressUnusable as error:
        return error
    port = port_of(listener)
    url = url_of(settings.dashboard_host, port, settings.dashboard_root_path)
    keys = IdempotencyKeys(clock, new_uuid7)
    return Opening(listener, port, url, tokens, Sessions(clock), keys, clock.now())


@asynccontextmanager
async def dashboard(
    settings: ControlPlaneSettings, container: Any, opening: Opening, bound: BoundAddresses
) -> AsyncIterator[None]:
    """Serve the dashboard while the body runs."""
    supervisor = _Supervisor(settings, container, opening, bound)
    async with anyio.create_task_group() as group:
        group.start_soon(observe, container)
        group.start_soon(supervisor.run)
        try:
            yield
        finally:
            supervisor.stop()
            with anyio.move_on_after(STOP_SECONDS, shield=True):
                await supervisor.ended.wait()
            group.cancel_scope.cancel()


async def observe(container: Any) -> None:
    """Keep the history; what fails there is said, and ends nothing but the second in which it failed."""
    wait = FIRST_WAIT_SECONDS
    while True:
        try:
            await container.observatory().run(container.clock())
        except FAILURES as error:
            log.exception("observatory_failed", error=str(error), again_in_seconds=wait)
            await anyio.sleep(wait)
            wait = min(LONGEST_WAIT_SECONDS, 2 * wait)


class _Supervisor:
    """Runs one dashboard after the other, until it is told to stop."""

    def __init__(self, settings: ControlPlaneSettings, container: Any, opening: Opening, bound: BoundAddresses) -> None:
        self._build = partial(_built, settings, container, opening, bound)
        self._host, self._port = settings.dashboard_host, opening.port  # the port that was told to people
        self._listener: socket.socket | None = opening.listener
        self._dashboard: Dashboard | None = None
        self._stopping = anyio.Event()
        self.ended = anyio.Event()

    def stop(self) -> None:
        """End the present dashboard, and start no other."""
        self._stopping.set()
        if self._dashboard is not None:
            self._dashboard.stop()

    async def run(self) -> None:
        """Run until `stop`; a dashboard that fails is said, and followed by another a while later."""
        wait = FIRST_WAIT_SECONDS
        try:
            await self._give_head_start()
            while not self._stopping.is_set():
                try:
                    await self._run_one()
                except FAILURES as error:
                    log.exception("dashboard_failed", error=str(error), again_in_seconds=wait)
                    with anyio.move_on_after(wait):
                        await self._stopping.wait()
                    wait = min(LONGEST_WAIT_SECONDS, 2 * wait)
        finally:
            self._close_listener()
            self.ended.set()

    async def _give_head_start(self) -> None:
        assert self._listener is not None
        with anyio.move_on_after(HEAD_START_SECONDS), suppress(OSError):
            await anyio.wait_readable(self._listener)

    async def _run_one(self) -> None:
        if self._listener is None:
            self._listener = listen(self._host, self._port)
        try:
            self._dashboard = await anyio.to_thread.run_sync(self._build, self._listener)
            if not self._stopping.is_set():
                await self._dashboard.run()
        finally:
            self._dashboard = None
            self._close_listener()

    def _close_listener(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None


def _built(
    settings: ControlPlaneSettings, container: Any, opening: Opening, bound: BoundAddresses, listener: socket.socket
) -> "Dashboard":
    """Import the web server and build the dashboard; called in a thread."""
    from .dashboard_parts import build

    return build(settings, container, opening, bound, listener)
