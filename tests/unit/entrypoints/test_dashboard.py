"""The dashboard beside the control plane: what fails there ends nothing else."""

import socket
from collections.abc import Callable
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from structlog.testing import capture_logs

from fastworker.adapters.dashboard.listening import listen, port_of
from fastworker.adapters.dashboard.sessions import Sessions
from fastworker.adapters.memory import ManualClock
from fastworker.domain.errors import InvalidSetting
from fastworker.entrypoints import dashboard
from fastworker.entrypoints.dashboard import Opening
from fastworker.entrypoints.dashboard_parts import MASKED, is_loopback_host, settings_in_force
from fastworker.entrypoints.settings import ControlPlaneSettings


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class ScriptedDashboard:
    """Fails as often as it is told to, and then serves until it is stopped."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.runs = 0
        self.serves = anyio.Event()
        self._stopped = anyio.Event()

    async def run(self) -> None:
        self.runs += 1
        if self.runs <= self.failures:
            raise RuntimeError("no")
        self.serves.set()
        await self._stopped.wait()

    def stop(self) -> None:
        self._stopped.set()


class Watcher:
    """Stands for the container; its observatory fails at first."""

    def __init__(self) -> None:
        self.watches = anyio.Event()
        self.tries = 0

    def clock(self) -> ManualClock:
        return ManualClock()

    def observatory(self) -> Any:
        return self

    async def run(self, clock: ManualClock) -> None:
        self.tries += 1
        if self.tries == 1:
            raise RuntimeError("blind")
        self.watches.set()
        await anyio.sleep_forever()


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Returns a context in which a scripted dashboard is served."""
    monkeypatch.setattr(dashboard, "HEAD_START_SECONDS", 0)
    monkeypatch.setattr(dashboard, "FIRST_WAIT_SECONDS", 0)

    def start(scripted: ScriptedDashboard, watcher: Watcher | None = None) -> Any:
        monkeypatch.setattr(dashboard, "_built", lambda *_: scripted)
        listener = listen("127.0.0.1", 0)
        settings = ControlPlaneSettings(dashboard_port=port_of(listener))
        opening = Opening(listener, port_of(listener), "", (), Sessions(ManualClock()), 0.0)
        return dashboard.dashboard(settings, watcher or Watcher(), opening, None)  # type: ignore[arg-type]

    return start


@pytest.mark.anyio
async def test_a_dashboard_that_fails_is_said_and_followed_by_another(
    beside: Callable[..., Any],
) -> None:
    scripted = ScriptedDashboard(failures=2)
    with capture_logs() as logs, anyio.fail_after(10):
        async with beside(scripted):
            await scripted.serves.wait()
    assert [log["event"] for log in logs].count("dashboard_failed") == 2
    assert scripted.runs == 3


@pytest.mark.anyio
async def test_an_observatory_that_fails_is_said_and_looks_again(beside: Callable[..., Any]) -> None:
    watcher = Watcher()
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


def test_a_socket_is_there_before_the_server() -> None:
    with listen("127.0.0.1", 0) as listener, socket.create_connection(("127.0.0.1", port_of(listener)), timeout=5):
        pass
