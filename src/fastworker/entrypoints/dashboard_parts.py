"""How the dashboard is put together.

Importing this imports the web server: `dashboard.py` does so late, in a thread.
"""

import socket
from ipaddress import ip_address
from typing import Any

import fastworker
from fastworker.adapters.dashboard.access import Access, Identity
from fastworker.adapters.dashboard.app import make_app
from fastworker.adapters.dashboard.dashboard import Dashboard
from fastworker.adapters.dashboard.event_hub import EventHub
from fastworker.adapters.dashboard.hosts import AllowedHosts
from fastworker.adapters.dashboard.models.system import Setting
from fastworker.adapters.dashboard.moments import Moments
from fastworker.adapters.dashboard.page_files import PageFiles, built_page
from fastworker.adapters.dashboard.parts import Identification, Parts
from fastworker.adapters.dashboard.proxies import TrustedProxies
from fastworker.adapters.dashboard.redaction import Redaction
from fastworker.adapters.dashboard.roles import role_named
from fastworker.adapters.dashboard.series_cache import SeriesCache
from fastworker.application.control_plane import BoundAddresses

from .dashboard import Opening, flag_of_a_proxy
from .settings import ControlPlaneSettings, flag_of

LIMITS = ("max_queued", "max_queued_bytes", "result_cache_size", "max_clients", "max_workers")
SECRET_ENDINGS = ("secret", "token", "password", "key")
MASKED = "••••••"


def build(
    settings: ControlPlaneSettings, container: Any, opening: Opening, bound: BoundAddresses, listener: socket.socket
) -> Dashboard:
    """Return a dashboard that serves on a socket."""
    parts = make_parts(settings, container, opening, bound)
    app = make_app(
        parts,
        PageFiles(built_page(), root_path=settings.dashboard_root_path),
        hosts=AllowedHosts(
            bound_host=settings.dashboard_host, bound_port=opening.port, allowed=settings.dashboard_allowed_host
        ),
        max_payload_bytes=settings.max_payload_bytes,
        frame_ancestors=settings.dashboard_frame_ancestors,
        proxies=trusted_proxies(settings),
    )
    return Dashboard(parts, app, listener)


def make_parts(settings: ControlPlaneSettings, container: Any, opening: Opening, bound: BoundAddresses) -> Parts:
    """Return what the resources are made of."""
    config, clock = container.control_plane_config(), container.clock()
    moments = Moments(clock)
    who = Identification(
        epoch=config.epoch,
        version=fastworker.__version__,
        client_address=bound.client,
        worker_address=bound.worker,
        discovery_address=settings.discovery_address,
        limits={name: getattr(settings, name) for name in LIMITS},
    )
    return Parts(
        control_plane=container.control_plane(),
        observatory=container.observatory(),
        catalogue=container.catalogue(),
        operations=container.operations(),
        codec=container.payload_codec(),
        clock=clock,
        meter=container.meter(),
        new_id=container.new_id(),
        who=who,
        settings=settings_in_force(settings),
        hub=EventHub(container.new_id()()),  # its own life: numbers begin anew when a dashboard follows another
        access=Access(
            sessions=opening.sessions,
            cookie_name=f"fastworker_session_{opening.port}",  # cookies know hosts, not ports
            tokens=opening.tokens,
            open_as=None if opening.tokens or settings.dashboard_user_header else _everybody(settings),
        ),
        moments=moments,
        keys=opening.keys,
        series=SeriesCache(container.observatory().history, moments),
        exports=container.exports(),
        triage=container.triage(),
        inspection=container.inspection(),
        started_at=opening.started_at,
        root_path=settings.dashboard_root_path,
        redaction=Redaction(settings.dashboard_redact),
        trace_url_template=settings.trace_url_template,
    )


def trusted_proxies(settings: ControlPlaneSettings) -> TrustedProxies:
    """Return the proxies that are believed."""
    return TrustedProxies(
        settings.dashboard_trusted_proxy,
        user_header=settings.dashboard_user_header or "",
        role_header=settings.dashboard_role_header or "",
        role=role_named(settings.dashboard_role),
    )


def _everybody(settings: ControlPlaneSettings) -> Identity:
    """Return whom everybody is taken for where no token is needed."""
    is_here = is_loopback_host(settings.dashboard_host) and flag_of_a_proxy(settings) is None
    method = "loopback" if is_here else "insecure"
    return Identity("somebody", role_named(settings.dashboard_role), method)  # type: ignore[arg-type]


def is_loopback_host(host: str) -> bool:
    """Tell whether only this machine reaches a host."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def settings_in_force(settings: ControlPlaneSettings) -> tuple[Setting, ...]:
    """Return the settings as the API tells them: what is secret is masked."""
    return tuple(_setting(settings, name) for name in type(settings).model_fields)


def _setting(settings: ControlPlaneSettings, name: str) -> Setting:
    field, value = type(settings).model_fields[name], getattr(settings, name)
    shown = MASKED if name.endswith(SECRET_ENDINGS) and value else _text(value)
    return Setting(
        name=name,
        flag=flag_of(name),
        environment=f"FASTWORKER_{name.upper()}",
        value=shown,
        default=_text(field.default),
        is_default=value == field.default,
        description=field.description or "",
    )


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
