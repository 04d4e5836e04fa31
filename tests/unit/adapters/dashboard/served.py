"""A dashboard over a whole system in memory, asked through its ASGI application; a test moves the time."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
from litestar.types import ASGIApp

from fastworker.adapters.dashboard.access import Access, Identity
from fastworker.adapters.dashboard.app import make_app
from fastworker.adapters.dashboard.event_feed import EventFeed
from fastworker.adapters.dashboard.event_hub import EventHub
from fastworker.adapters.dashboard.hosts import AllowedHosts
from fastworker.adapters.dashboard.idempotency import IdempotencyKeys
from fastworker.adapters.dashboard.models.system import Setting
from fastworker.adapters.dashboard.moments import Moments
from fastworker.adapters.dashboard.page_files import PageFiles
from fastworker.adapters.dashboard.parts import Identification, Parts
from fastworker.adapters.dashboard.proxies import TrustedProxies
from fastworker.adapters.dashboard.redaction import Redaction
from fastworker.adapters.dashboard.roles import Role
from fastworker.adapters.dashboard.series_cache import SeriesCache
from fastworker.adapters.dashboard.sessions import Sessions
from fastworker.adapters.dashboard.tokens import Token, digest_of
from fastworker.adapters.json_codec import JsonPayloadCodec
from fastworker.adapters.memory import ManualProcessMeter
from fastworker.application.bulk import Operations
from fastworker.application.client import TaskClient
from fastworker.application.function_catalogue import FunctionCatalogue
from fastworker.application.inspection import Inspection
from fastworker.application.limits import Limits
from fastworker.application.observatory.exports import Exports
from fastworker.application.observatory.observatory import Observatory
from fastworker.application.observatory.triage import Triage
from fastworker.application.task_registry import TaskRegistry
from fastworker.domain.ledger import Ledger
from tests.unit.system.system import AnyTask, RunningControlPlane, System, a_system
from tests.unit.system.tasks import divide, echo

HOST = "127.0.0.1:8080"
API = f"http://{HOST}/api/v1"
COOKIE = "fastworker_session_8080"
FUNCTIONS: tuple[AnyTask, ...] = (echo, divide)
TOKENS = {role: f"the-token-of-a-{role.label}" for role in Role}
PAGE = {
    "index.html": b'<!doctype html><base href="/"><title>Page</title><script src="assets/app-1.js"></script>',
    "favicon.svg": b"<svg/>",
    "assets/app-1.js": b"1",
}
SETTINGS = (
    Setting(
        name="concurrency",
        flag="--concurrency",
        environment="FASTWORKER_CONCURRENCY",
        value="16",
        default="16",
        is_default=True,
        description="Slots.",
    ),
)


@dataclass(slots=True)
class Served:
    """A dashboard, what it shows, and somebody who asks it."""

    system: System
    control_plane: RunningControlPlane
    parts: Parts
    app: ASGIApp
    http: httpx.AsyncClient
    client: TaskClient
    feed: EventFeed

    async def get(self, path: str, **options: Any) -> httpx.Response:
        """Ask for something of the API."""
        return await self.http.get(f"{API}{path}", **options)

    async def post(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """Tell the API something."""
        return await self.http.post(f"{API}{path}", json=body, **options)

    async def put(self, path: str, body: Any, **options: Any) -> httpx.Response:
        """Tell the API how something is to be."""
        return await self.http.put(f"{API}{path}", json=body, **options)

    async def items(self, path: str, **options: Any) -> list[Any]:
        """Return the items of a list."""
        response = await self.get(path, **options)
        assert response.status_code == 200, response.text
        found: list[Any] = response.json()["items"]
        return found

    async def turn(self) -> None:
        """Let a second pass, of which the history and the event stream take note."""
        await self.system.advance(1.0)
        now = self.system.clock.now()
        self.parts.observatory.tick(now=now)
        for _ in range(4):
            self.feed.turn(now=now)


def with_token(role: Role) -> dict[str, str]:
    """Return the headers of somebody in a role."""
    return {"authorization": f"Bearer {TOKENS[role]}"}


@asynccontextmanager
async def a_dashboard(
    *,
    is_open: bool = True,
    root_path: str = "",
    functions: Sequence[AnyTask] = FUNCTIONS,
    limits: Limits | None = None,
    page: dict[str, bytes] | None = None,
    allowed_hosts: Sequence[str] = (),
    frame_ancestors: Sequence[str] = (),
    workers: Sequence[str] = ("w1",),
    redact: Sequence[str] = (),
    trace_url_template: str | None = None,
    proxies: TrustedProxies | None = None,
    max_payload_bytes: int = 100_000,
    show_locals: bool = False,
    **ledger: Any,
) -> AsyncIterator[Served]:
    """Serve a system with one worker of one slot; with `is_open` everybody is an admin, else a token is needed."""
    async with a_system() as system:
        registry = TaskRegistry(functions)
        state = Ledger(names=registry.names, declared=registry.declared, **ledger)
        observatory = Observatory(state, now=system.clock.now())
        control_plane = await system.start_control_plane(ledger=state, limits=limits, watching=[observatory])
        for worker_id in workers:
            await system.start_worker(worker_id, *functions, show_locals=show_locals)
        operations = _operations(system, state, control_plane, observatory)
        system.call(operations.run)
        parts = _parts(system, state, control_plane, observatory, registry, operations, is_open, root_path)
        parts = replace(parts, redaction=Redaction(redact), trace_url_template=trace_url_template)
        app = make_app(
            parts,
            PageFiles(PAGE if page is None else page, root_path=root_path),
            hosts=AllowedHosts(bound_host="127.0.0.1", bound_port=8080, allowed=allowed_hosts),
            max_payload_bytes=max_payload_bytes,
            frame_ancestors=frame_ancestors,
            proxies=proxies or TrustedProxies(),
        )
        feed = EventFeed(parts)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport) as http, system.client() as client:
            yield Served(system, control_plane, parts, app, http, client, feed)


def _operations(
    system: System, state: Ledger, control_plane: RunningControlPlane, observatory: Observatory
) -> Operations:
    return Operations(
        state, observatory.index, steer=control_plane.role.steer, clock=system.clock, new_id=system.new_id
    )


def _parts(
    system: System,
    state: Ledger,
    control_plane: RunningControlPlane,
    observatory: Observatory,
    registry: TaskRegistry,
    operations: Operations,
    is_open: bool,
    root_path: str,
) -> Parts:
    clock, codec = system.clock, JsonPayloadCodec()
    config, moments = control_plane.config, Moments(clock)
    tokens = [Token(digest_of(text), role, role.label) for role, text in TOKENS.items()]
    return Parts(
        control_plane=control_plane.role,
        observatory=observatory,
        catalogue=FunctionCatalogue(registry, state, observatory.functions, codec=codec),
        operations=operations,
        codec=codec,
        clock=clock,
        meter=ManualProcessMeter(held_bytes=50_000_000),
        new_id=system.new_id,
        who=Identification(
            config.epoch,
            config.version,
            config.client_address,
            config.worker_address,
            config.discovery_address,
            {"max_queued": control_plane.limits.max_queued},
        ),
        settings=SETTINGS,
        hub=EventHub(config.epoch),
        access=Access(
            Sessions(clock),
            COOKIE,
            () if is_open else tokens,
            Identity("somebody", Role.ADMIN, "loopback") if is_open else None,
        ),
        moments=moments,
        keys=IdempotencyKeys(clock, system.new_id),
        series=SeriesCache(observatory.history, moments),
        exports=Exports(observatory.index, clock),
        triage=Triage(observatory.errors, steer=control_plane.role.steer, clock=clock),
        inspection=Inspection(system.network),
        started_at=clock.now(),
        root_path=root_path,
    )
