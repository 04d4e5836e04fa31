"""The control plane itself: what it is and holds, its settings, who did what."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from math import inf

from litestar import get

from ..access import ADMIN
from ..cursors import Cursor, decode_cursor, encode_cursor, foreign_cursor, list_hash
from ..models.audit import AuditPage
from ..models.page import Total
from ..models.system import Config, HubState, System, Usage
from ..parts import Given, Parts
from ..records.operations import audit_record
from ..records.transport_ends import end_record
from .arguments import PAGE_SIZE, CursorText, Limit, fails_with

TAGS = ["system"]
LIBRARIES = ("litestar", "uvicorn", "pydantic", "pynng", "anyio", "structlog")
VERSIONS: dict[str, str] = {}
"""Found once: looking a version up reads files."""


@get("/system", operation_id="get_system", tags=TAGS, responses=fails_with(), sync_to_thread=False)
def get_system(parts: Given) -> System:
    """Return what the control plane is and holds."""
    ledger, who = parts.ledger, parts.who
    return System(
        epoch=who.epoch,
        version=who.version,
        python=platform.python_version(),
        platform=platform.platform(),
        pid=os.getpid(),
        started_at=parts.moments.of(parts.started_at),
        memory_bytes=parts.meter.resident_bytes(),
        loop_lag_seconds=parts.observatory.history.last_minute().lag_seconds,
        client_address=who.client_address,
        worker_address=who.worker_address,
        discovery_address=who.discovery_address,
        ends=[end_record(end) for end in parts.control_plane.ends],
        sessions=len(ledger.sessions),
        superseded_reports=ledger.superseded,
        usage=_usage(parts),
        result_ttl_seconds=ledger.results.ttl_seconds,
        hub=HubState(
            clients=parts.hub.listeners, published=parts.hub.seq, kept=parts.hub.kept, resets=parts.hub.resets
        ),
        versions=_versions(),
        is_draining=ledger.is_draining,
        blind_since=parts.moments.of(parts.observatory.blind_since),
        blind_because=parts.observatory.blind_because,
        as_of=parts.moments.now(),
    )


def _usage(parts: Parts) -> list[Usage]:
    ledger = parts.ledger
    used = {
        "max_queued": len(ledger.queue),
        "max_queued_bytes": ledger.payload_bytes,
        "result_cache_size": len(ledger.results),
        "max_clients": len(ledger.sessions),
        "max_workers": len(ledger.workers),
    }
    return [
        Usage(name=name, used=number, limit=parts.who.limits[name])
        for name, number in used.items()
        if name in parts.who.limits
    ]


def _versions() -> dict[str, str]:
    if not VERSIONS:
        for library in LIBRARIES:
            try:
                VERSIONS[library] = version(library)
            except PackageNotFoundError:
                VERSIONS[library] = "unknown"
    return VERSIONS


@get("/config", operation_id="get_config", tags=TAGS, opt=ADMIN, responses=fails_with(), sync_to_thread=False)
def get_config(parts: Given) -> Config:
    """Return the settings in force."""
    return Config(settings=list(parts.settings))


@get("/audit", operation_id="list_audit", tags=TAGS, opt=ADMIN, responses=fails_with(), sync_to_thread=False)
def list_audit(parts: Given, cursor: CursorText = None, limit: Limit = PAGE_SIZE) -> AuditPage:
    """Return who did what, the newest first."""
    of = list_hash("audit")
    log = parts.observatory.audit
    entries = log.newest_first(before=_before(cursor, of), limit=limit + 1)
    shown = entries[:limit]
    has_more = len(entries) > limit
    return AuditPage(
        items=[audit_record(entry, parts.moments) for entry in shown],
        next_cursor=encode_cursor(Cursor((shown[-1].number,)), of=of) if has_more else None,
        total=Total(value=len(log)),
        as_of=parts.moments.now(),
    )


def _before(cursor: str | None, of: str) -> float:
    if cursor is None:
        return inf
    number = decode_cursor(cursor, of=of).key[0]
    if not isinstance(number, int):
        raise foreign_cursor()
    return number


HANDLERS = [get_system, get_config, list_audit]
