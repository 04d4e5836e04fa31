"""A dashboard of its own, and tabs of a real headless Chromium on it."""

import json
import os
import shutil
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from fastworker import TaskStatus
from fastworker.application.task_options import submit_options
from tests.integration.processes import Processes, free_port
from tests.integration.system import System, starter
from tests.integration.waiting import until

from .sight import Sight

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

DESKTOP = {"width": 1280, "height": 800}
LAN_NAME = "fastworker.lan"
"""What the browser takes for this machine, and for a name of the local network, where pages are no secure contexts."""

type OpenSight = Callable[..., Sight]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let these tests block: Playwright's own blocking calls run an event loop on their thread."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.filterwarnings("ignore::fastworker.application.blocking.BlocksEventLoop"))


def not_here(need: str) -> NoReturn:
    """Skip what needs something that is not installed; in CI, which installs it, that is a failure."""
    if os.environ.get("CI"):
        pytest.fail(f"CI {need}")
    pytest.skip(need)


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A system whose control plane shows its dashboard at `url`."""

    system: System
    url: str

    def ask(self, path: str) -> Any:
        """Return what the API says of a path."""
        with urllib.request.urlopen(f"{self.url}api/v1/{path}") as reply:
            return json.load(reply)

    def tell(self, path: str, body: Any = None, *, method: str = "POST", **more: str) -> Any:
        """Have the API do something, with more headers."""
        headers = {"content-type": "application/json", **more}
        data = json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}api/v1/{path}", data, headers, method=method)
        with urllib.request.urlopen(request) as reply:
            return json.load(reply)


type StartDashboard = Callable[..., Dashboard]


def dashboards(processes: Processes) -> StartDashboard:
    """Return the function with which tests start a system with a dashboard."""

    def start(
        *,
        workers: int = 1,
        flags: str = "",
        modules: str = "shop_work",
        environment: Mapping[str, str] | None = None,
    ) -> Dashboard:
        port = free_port()
        system = starter(processes)(
            workers=workers,
            modules=modules,
            control_plane="--concurrency 4",
            worker="--concurrency 4",
            dashboard=f"--dashboard-port {port} {flags}",
            environment=environment,
        )
        return Dashboard(system, f"http://127.0.0.1:{port}/")

    return start


@pytest.fixture
def dashboard(processes: Processes) -> StartDashboard:
    """Starts a system with a dashboard, for tests that change or end it."""
    return dashboards(processes)


BUSY_WITH = {"success": 60, "failure": 6, "running": 2}


def tasks_by_status(dashboard: Dashboard) -> dict[str, int]:
    """Return how many tasks there are of each status that has any."""
    counts = dashboard.ask("tasks/counts")
    return {status: counts[status] for status in TaskStatus if counts[status]}


@pytest.fixture
def busy(standing_busy: Dashboard) -> Iterator[Dashboard]:
    """A dashboard with some of everything, for tests that leave it as it is: others count what is there."""
    yield standing_busy
    assert tasks_by_status(standing_busy) == BUSY_WITH
    assert standing_busy.ask("audit")["items"] == []


@pytest.fixture(scope="session")
def standing_busy(standing_processes: Processes) -> Dashboard:
    """What `busy` shows, when all that will end has ended."""
    started = dashboards(standing_processes)()
    with started.system.sync_client() as client:
        for number in range(60):
            client.delay("send_receipt", number, f"user{number}@example.org")
        for number in range(3):
            client.delay("charge_card", number, 101)
            client.delay("parse_feed", "twelve")
        client.submit("rebuild_index", (20, 3600.0), {}, submit_options(timeout=3600.0))
        client.delay("wait_for", 3600.0, priority="high")
    until(lambda: tasks_by_status(started) == BUSY_WITH, what="all has ended but what runs on")
    return started


@pytest.fixture(scope="session")
def steered(standing_processes: Processes) -> Dashboard:
    """A dashboard for tests that act on their own tasks, and take back what holds for all."""
    return dashboards(standing_processes)()


@pytest.fixture(scope="session")
def looked_at(standing_processes: Processes) -> Dashboard:
    """A dashboard on which everybody may look, and nobody act."""
    return dashboards(standing_processes)(workers=0, flags="--dashboard-role viewer")


@pytest.fixture
def held_task(steered: Dashboard, waiting_task: Callable[[], str]) -> Iterator[str]:
    """The id of a task that waits until the test ends, for its function is paused."""
    steered.tell("functions/wait_for/pause", {})
    yield waiting_task()
    steered.tell("functions/wait_for/resume")


@pytest.fixture
def waiting_task(steered: Dashboard) -> Iterator[Callable[[], str]]:
    """Submits tasks that run until the test ends, and returns their ids."""
    submitted: list[str] = []

    def submit() -> str:
        with steered.system.sync_client() as client:
            submitted.append(str(client.delay("wait_for", 600.0)))
        return submitted[-1]

    yield submit
    with steered.system.sync_client() as client:
        client.cancel(submitted)


@pytest.fixture(scope="session")
def untouched(standing_processes: Processes) -> Dashboard:
    """A dashboard without a task or a subworker."""
    return dashboards(standing_processes)(workers=0)


@pytest.fixture(scope="package")  # as long as it is there, this thread has an event loop: other tests have their own
def browser() -> Iterator["Browser"]:
    """Debian's Chromium, or the one that FASTWORKER_CHROMIUM names."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        not_here("needs Playwright for Python: pip install '.[browser]'")
    path = os.environ.get("FASTWORKER_CHROMIUM") or shutil.which("chromium")
    if path is None:
        not_here("needs Chromium: apt-get install chromium")
    arguments = [f"--host-resolver-rules=MAP {LAN_NAME} 127.0.0.1"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    with sync_playwright() as playing:
        launched = playing.chromium.launch(executable_path=path, args=arguments)
        yield launched
        launched.close()


@pytest.fixture
def context(browser: "Browser") -> Iterator["BrowserContext"]:
    """A fresh profile."""
    made = browser.new_context(viewport=DESKTOP)
    yield made
    made.close()


@pytest.fixture
def sight(context: "BrowserContext") -> Iterator[OpenSight]:
    """Opens tabs; at the end the browser must not have complained about any."""
    opened: list[Sight] = []

    def open_one(dashboard: Dashboard, path: str | None = "") -> Sight:
        one = Sight(context.new_page(), dashboard.url)
        opened.append(one)
        if path is not None:
            one.open(path)
        return one

    yield open_one
    for one in opened:
        one.leave()
    assert [complaint for one in opened for complaint in one.complaints] == []
