"""The dashboard beside the control plane: what fails there ends nothing else."""

import socket
from collections.abc import Callable
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from structlog.testing import capture_logs

from fastworker.adapters.dashboard.idempotency import IdempotencyKeys
from fastworker.adapters.dashboard.listening import listen, port_of
from fastworker.adapters.dashboard.sessions import Sessions
from fastworker.adapters.memory import ManualClock
from fastworker.adapters.uuid7 import new_uuid7
from fastworker.application.control_plane import BoundAddresses
from fastworker.domain.errors import AddressUnusable, InvalidSetting
from fastworker.domain.events import DrainStarted
from fastworker.entrypoints import dashboard
from fastworker.entrypoints.control_plane import _container
from fastworker.entrypoints.dashboard import Opening, open_dashboard
from fastworker.entrypoints.dashboard_parts import MASKED, is_loopback_host, make_parts, settings_in_force
from fastworker.entrypoints.settings import ControlPlaneSettings
from fastworker.entrypoints.watched_container import watched_container

from .test_container import PARTS


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class ScriptedDashboard:
    """Fails as often as it is told to, and then serves until it is stopped."""

    def __init__(self, failures: int, error: BaseException | None = None) -> None:
        self.failures = failures
        self.error = error or RuntimeError("no")
        self.runs = 0
        self.ports: list[int] = []
        self.serves = anyio.Event()
        self._stopped = anyio.Event()

    async def run(self) -> None:
        self.runs += 1
        if self.runs <= self.failures:
            raise self.error
        self.serves.set()
        await self._stopped.wait()

    def stop(self) -> None:
        self._stopped.set()


class Watcher:
    """Stands for the container; its observatory fails at first."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error or RuntimeError("blind")
        self.watches = anyio.Event()
        self.tries = 0

    def clock(self) -> ManualClock:
        return ManualClock()

    def observatory(self) -> Any:
        return self

    async def run(self, clock: ManualClock) -> None:
        self.tries += 1
        if self.tries == 1:
            raise self.error
        self.watches.set()
        await anyio.sleep_forever()


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Returns a context in which a scripted dashboard is served."""
    monkeypatch.setattr(dashboard, "HEAD_START_SECONDS", 0)
    monkeypatch.setattr(dashboard, "FIRST_WAIT_SECONDS", 0)

    def start(scripted: ScriptedDashboard, watcher: Watcher | None = None) -> Any:
        def built(*parts: Any) -> ScriptedDashboard:
            scripted.ports.append(port_of(parts[-1]))
            return scripted

        monkeypatch.setattr(dashboard, "_built", built)
        listener, clock = listen("127.0.0.1", 0), ManualClock()
        settings = ControlPlaneSettings(dashboard_port=0)
        opening = Opening(listener, port_of(listener), "", (), Sessions(clock), IdempotencyKeys(clock, new_uuid7), 0.0)
        return dashboard.dashboard(settings, watcher or Watcher(), opening, None)  # type: ignore[arg-type]

    return start


FAILURES = [RuntimeError("no"), SystemExit(3), BaseExceptionGroup("all", [SystemExit(3), ValueError()])]


@pytest.mark.anyio
@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
async def test_a_dashboard_that_fails_is_said_and_followed_by_another_at_the_same_port(
    beside: Callable[..., Any], error: BaseException
) -> None:
    scripted = ScriptedDashboard(failures=2, error=error)
    with capture_logs() as logs, anyio.fail_after(10):
        async with beside(scripted):
            await scripted.serves.wait()
    assert [log["event"] for log in logs].count("dashboard_failed") == 2
    assert scripted.runs == 3
    assert len(scripted.ports) == 3
    assert len(set(scripted.ports)) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
async def test_an_observatory_that_fails_is_said_and_looks_again(
    beside: Callable[..., Any], error: BaseException
) -> None:
    watcher = Watcher(error)
    with capture_logs() as logs, anyio.fail_after(10):
        async with beside(ScriptedDashboard(failures=0), watcher):
            await watcher.watches.wait()
    assert "observatory_failed" in [log["event"] for log in logs]


@pytest.mark.anyio
async def test_leaving_stops_a_dashboard_that_is_about_to_try_again(
    beside: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dashboard, "FIRST_WAIT_SECONDS", 3_600)
    scripted = ScriptedDashboard(failures=1_000)
    with capture_logs(), anyio.fail_after(10):
        async with beside(scripted):
            while not scripted.runs:
                await anyio.lowlevel.checkpoint()
    assert scripted.runs == 1


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("127.9.9.9", True), ("0.0.0.0", False), ("x.y", False)],
)
def test_loopback_is_what_only_this_machine_reaches(host: str, is_loopback: bool) -> None:
    assert is_loopback_host(host) is is_loopback


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "ops.example"])
def test_a_host_that_others_reach_needs_tokens_or_insecure(host: str) -> None:
    with pytest.raises(InvalidSetting, match="--dashboard-token-file"):
        ControlPlaneSettings.load(dashboard_host=host)
    assert ControlPlaneSettings.load(dashboard_host=host, dashboard_token_file="x").dashboard_host == host
    assert ControlPlaneSettings.load(dashboard_host=host, insecure=True).dashboard_host == host
    assert ControlPlaneSettings.load(dashboard_host=host, no_dashboard=True).dashboard_host == host


@pytest.mark.parametrize("path", ["ops", "/a//b", "/a b", '/"x', "//"])
def test_a_root_path_is_a_path(path: str) -> None:
    if path == "//":
        assert ControlPlaneSettings.load(dashboard_root_path=path).dashboard_root_path == ""
    else:
        with pytest.raises(InvalidSetting, match="--dashboard-root-path"):
            ControlPlaneSettings.load(dashboard_root_path=path)


@pytest.mark.parametrize("origin", ["ops.example", "https://", "https://a; script-src *", "javascript:x"])
def test_an_origin_of_frames_cannot_widen_the_policy(origin: str) -> None:
    with pytest.raises(InvalidSetting, match="--dashboard-frame-ancestors"):
        ControlPlaneSettings.load(dashboard_frame_ancestors=[origin])


@pytest.mark.parametrize(
    "template",
    [
        "https://tracing.example/trace/{trace_id}",
        "http://[::1]:16686/?q=%7B{trace_id}%7D#x",
        "HTTPS://t.example/{trace_id}",
    ],
)
def test_a_template_of_trace_links_is_taken_as_it_is(template: str) -> None:
    assert ControlPlaneSettings.load(trace_url_template=template).trace_url_template == template


NO_TEMPLATES = [
    *("", "https://t.example/", "https://t.example/{trace_id}/{trace_id}", "https://t.example/{trace_id}/{span_id}"),
    *("https://t.example/{{trace_id}}", "https://t.example/{trace_id}/}", "https://t.example/{}{trace_id}"),
    *("javascript:alert('{trace_id}')", "ftp://t.example/{trace_id}", "//t.example/{trace_id}", "/trace/{trace_id}"),
    *("https:///{trace_id}", "https://{trace_id}/", "https://{trace_id}.example/", "https://t.example:{trace_id}/"),
    *("https://ann:secret@t.example/{trace_id}", "https://[t/{trace_id}", "https://t.example:x/{trace_id}"),
    *(" https://t.example/{trace_id}", "https://t.example/{trace_id}\n", "java\tscript://t/{trace_id}"),
    *("https://t.example\\@evil.example/{trace_id}", f"https://t.example/{'x' * 2_000}{{trace_id}}"),
]


@pytest.mark.parametrize("template", NO_TEMPLATES)
def test_a_template_that_leads_to_no_page_of_a_trace_is_refused_and_the_error_says_what_was_met(template: str) -> None:
    with pytest.raises(InvalidSetting, match="--trace-url-template: expected") as refused:
        ControlPlaneSettings.load(trace_url_template=template)
    assert str(refused.value).endswith(f"as https://tracing.example/trace/{{trace_id}} (was {template!r})")


def test_every_setting_is_told_and_no_secret() -> None:
    class WithSecret(ControlPlaneSettings):
        admin_secret: str = "none"

    told = {each.name: each for each in settings_in_force(WithSecret(admin_secret="xyzzy", concurrency=3))}
    assert set(told) == set(WithSecret.model_fields)
    assert told["admin_secret"].value == MASKED
    assert (told["concurrency"].value, told["concurrency"].default, told["concurrency"].is_default) == (
        "3",
        "16",
        False,
    )


@pytest.mark.parametrize("host", ["https://ops.example", "ops.example/x", "*.ops.example:x", "a b:"])
def test_a_host_that_can_match_nothing_is_refused(host: str) -> None:
    with pytest.raises(InvalidSetting, match="--dashboard-allowed-host"):
        ControlPlaneSettings.load(dashboard_allowed_host=[host])
    assert ControlPlaneSettings.load(dashboard_allowed_host="a.example,b:8443").dashboard_allowed_host


def test_a_port_that_is_taken_is_known_before_anything_is_watched() -> None:
    with listen("127.0.0.1", 0) as taken:
        settings = ControlPlaneSettings(dashboard_port=port_of(taken))
        assert isinstance(open_dashboard(settings, (), ManualClock()), AddressUnusable)
    assert not hasattr(_container(False, **PARTS), "observatory")
    assert hasattr(_container(True, **PARTS), "observatory")


def test_a_dashboard_that_follows_another_tells_events_of_its_own_and_keeps_keys_and_sessions() -> None:
    settings = ControlPlaneSettings(dashboard_port=0)
    opening = open_dashboard(settings, (), ManualClock())
    assert isinstance(opening, Opening)
    container = watched_container(**PARTS)
    bound = BoundAddresses(client="tcp://127.0.0.1:1", worker="tcp://127.0.0.1:2")
    first, second = (make_parts(settings, container, opening, bound) for _ in range(2))
    assert first.hub.boot != second.hub.boot
    assert first.keys is second.keys
    assert first.access.sessions is second.access.sessions
    opening.listener.close()


def test_an_observatory_that_fails_does_not_fail_the_control_plane(monkeypatch: pytest.MonkeyPatch) -> None:
    container = watched_container(**PARTS)

    def fail(_: object) -> None:
        raise RuntimeError("blind")

    monkeypatch.setattr(container.observatory(), "ear", lambda _: fail)
    with capture_logs() as logs:
        for _ in range(3):
            container.watched_sink().emit(DrainStarted())
    assert [log["log_level"] for log in logs if log["event"] != "drain_started"] == ["error"]


def test_a_socket_is_there_before_the_server() -> None:
    with listen("127.0.0.1", 0) as listener, socket.create_connection(("127.0.0.1", port_of(listener)), timeout=5):
        pass
