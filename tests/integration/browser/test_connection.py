"""The page lives as long as somebody looks: the control plane goes and comes, there are many tabs, and proxies."""

import re
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.integration.processes import free_port, port_of
from tests.integration.waiting import until

from .conftest import Dashboard, OpenSight, StartDashboard
from .reverse_proxy import ReverseProxy, reverse_proxy

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

GONE = (
    "ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_CONTENT_LENGTH_MISMATCH|"
    "ERR_INCOMPLETE_CHUNKED_ENCODING|503"
)
TABS = 20
PATHS = ["", "tasks", "errors", "queues", "workers", "functions", "system", "api"]
PATHS_OF_ONE = ["queues/normal", "workers/control-plane", "functions/parse_feed"]


def test_every_page_outlives_its_control_plane(dashboard: StartDashboard, sight: OpenSight) -> None:
    started = dashboard(workers=0)
    with started.system.sync_client() as client:
        task_id = client.delay("parse_feed", "x")
    pages = {path: sight(started, None) for path in [*PATHS, *PATHS_OF_ONE, f"tasks/{task_id}"]}
    for path, page in pages.items():
        page.expect_complaints(GONE)
        page.begin(path)
    for page in pages.values():
        page.live()
    pages[f"tasks/{task_id}"].expect_complaints("404")
    before = {path: page.page.get_by_role("heading", level=1).inner_text() for path, page in pages.items()}
    started.system.control_plane.send(signal.SIGKILL)
    started.system.control_plane.wait()
    for path, page in pages.items():
        page.see("The control plane is unreachable since")
        assert page.page.get_by_role("heading", level=1).inner_text() == before[path]
        assert page.page.locator(".panel").count() > 0, path  # the last data stays on the screen
    pages[""].wait_until(lambda tab: tab.locator(".kept.stale .as-of").count() == 2, "of when tiles and charts are")
    started.system.start_control_plane()
    for page in pages.values():
        page.live()
        page.page.get_by_text("The control plane is unreachable since").wait_for(state="detached")
        page.see("The control plane restarted")
    pages["errors"].button("Understood")
    pages["errors"].page.get_by_text("The control plane restarted").wait_for(state="detached")
    with started.system.sync_client() as client:
        client.delay("send_receipt", 7, "after@example.org")
    pages["tasks"].see_row("send_receipt")
    pages[f"tasks/{task_id}"].see("This control plane never saw such a task")


def test_a_page_that_is_opened_while_the_control_plane_is_away_says_so_in_each_panel(
    dashboard: StartDashboard, sight: OpenSight
) -> None:
    started = dashboard(workers=0)
    page = sight(started)
    page.expect_complaints(GONE)
    page.live()
    started.system.control_plane.send(signal.SIGKILL)
    started.system.control_plane.wait()
    page.see("The control plane is unreachable since")
    page.keys("g", "k")
    page.see("The control plane does not answer")
    started.system.start_control_plane()
    page.see_row("control-plane", "active")


def test_a_control_plane_that_stops_gently_ends_the_streams_at_once(
    dashboard: StartDashboard, sight: OpenSight
) -> None:
    started = dashboard(workers=0)
    page = sight(started)
    page.expect_complaints(GONE)
    page.live()
    started.system.control_plane.send(signal.SIGTERM)
    assert started.system.control_plane.wait(within=5.0) == 0
    page.see("Reconnecting")


def test_many_tabs_are_live_on_one_stream(
    dashboard: StartDashboard, sight: OpenSight, context: "BrowserContext"
) -> None:
    started = dashboard(workers=0)
    pages = [sight(started, None) for _ in range(TABS)]
    for number, page in enumerate(pages):
        page.begin(("", "tasks", "queues", "workers")[number % 4])
    for page in pages:
        page.live()
    assert started.ask("system")["hub"]["clients"] == 1
    with started.system.sync_client() as client:
        client.delay("parse_feed", "x")
    for page in pages:
        page.page.locator(".nav-badge", has_text="1").wait_for()
        page.expect_complaints(GONE)
    started.system.control_plane.send(signal.SIGKILL)
    started.system.control_plane.wait()
    pages[0].see("Reconnecting")
    started.system.start_control_plane()
    for page in pages:
        page.see("The control plane restarted")  # told by the hello of a stream
    assert started.ask("system")["hub"]["clients"] == 1
    for page in pages:
        page.page.close()
    until(lambda: started.ask("system")["hub"]["clients"] == 0, within=30, what="nobody listens any more")


@pytest.mark.parametrize(("way", "chip"), [("direct", "Live"), ("poll", "Polling")])
def test_without_the_shared_stream_the_page_is_fresh_as_well(
    dashboard: StartDashboard, sight: OpenSight, way: str, chip: str
) -> None:
    started = dashboard(workers=0)
    page = sight(started, f"?events={way}")
    page.see(chip)
    with started.system.sync_client() as client:
        client.delay("parse_feed", "x")
    page.page.locator(".nav-badge", has_text="1").wait_for()


def test_rows_change_in_place_and_new_ones_wait_until_asked_for(dashboard: StartDashboard, sight: OpenSight) -> None:
    started = dashboard()
    with started.system.sync_client() as client:
        waiting = client.delay("wait_for", 600.0)
        page = sight(started, "tasks")
        page.see_row("wait_for", "running")
        page.live()
        pill, rows = page.page.locator(".pill"), page.page.locator("tbody tr")

        def another_waits(_: object) -> bool:
            client.delay("send_receipt", 1, "a@example.org")
            return pill.count() == 1

        # The first may still come with what the page asks for once it is live.
        page.wait_until(another_waits, "a new task that is not shown")
        shown = rows.count()
        client.cancel(waiting)
        page.see_row("wait_for", "cancelled")
        assert rows.count() == shown
        pill.click()
        page.wait_until(lambda tab: rows.count() > shown, "the new tasks")


@pytest.fixture(params=["stripped", "kept", "told"])
def behind_a_proxy(
    request: pytest.FixtureRequest, dashboard: StartDashboard
) -> Iterator[tuple[Dashboard, ReverseProxy]]:
    """A dashboard as a proxy shows it below a path, which the proxy strips, keeps, or strips and tells of."""
    path, port, way = "/ops/fw", free_port(), request.param
    known = "--dashboard-trusted-proxy 127.0.0.1 --insecure" if way == "told" else f"--dashboard-root-path {path}"
    started = dashboard(flags=f"{known} --dashboard-allowed-host 127.0.0.1:{port}")
    target_port = port_of(started.url.rstrip("/"))
    with reverse_proxy(
        port=port, target_port=target_port, path=path, is_stripping=way != "kept", says_so=way == "told"
    ) as proxy:
        yield replace(started, url=f"http://127.0.0.1:{port}{path}/"), proxy


def test_the_page_works_behind_a_proxy_below_a_path(
    behind_a_proxy: tuple[Dashboard, ReverseProxy], sight: OpenSight
) -> None:
    shown, proxy = behind_a_proxy
    page = sight(shown)
    page.live()
    page.page.get_by_role("link", name="Workers", exact=True).click()
    page.see_row("sw1", "active")
    assert page.page.url == f"{shown.url}workers"
    page.page.reload()
    page.see_row("sw1", "active")
    page.open("functions/parse_feed")
    page.button("Pause parse_feed")
    page.answer("Pause")
    page.see("parse_feed is paused")
    assert shown.ask("functions/parse_feed")["pause"] is not None
    assert proxy.astray == []


def test_a_token_opens_the_page_and_the_logout_closes_it(
    dashboard: StartDashboard, sight: OpenSight, tmp_path: Path
) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text("operator ada a-token-that-is-long-enough-to-be-one\n")
    tokens.chmod(0o600)
    started = dashboard(workers=0, flags=f"--dashboard-token-file {tokens}")
    page = sight(started, None)
    page.expect_complaints(f"401|{GONE}")
    page.open("queues")
    page.page.get_by_label("Token").fill("wrong")
    page.button("Log in")
    page.page.locator("#fault").wait_for()
    page.page.get_by_label("Token").fill("a-token-that-is-long-enough-to-be-one")
    page.button("Log in")
    page.see_row("critical")
    page.live()
    started.system.control_plane.send(signal.SIGKILL)  # sessions are in its memory
    started.system.control_plane.wait()
    started.system.start_control_plane()
    page.page.get_by_label("Token").fill("a-token-that-is-long-enough-to-be-one")
    page.button("Log in")
    page.see_row("critical")
    page.live()
    assert page.page.url == f"{started.url}queues"
    page.button("Log out")
    page.page.get_by_label("Token").wait_for()


TOLD_BY = {  # of each page, what it asks for, and a text that it shows then
    "": ("metrics/series?*", "Run latency"),
    "tasks": ("tasks?*", "send_receipt"),
    "errors": ("errors?*", "charge_card"),
    "queues": ("queues", "critical"),
    "workers": ("workers?*", "sw1"),
    "functions": ("functions?*", "parse_feed"),
    "system": ("system", "Client sessions"),
    "api": ("openapi.json", "List tasks"),
}


def test_what_fails_says_so_and_keeps_what_was_shown_until_it_comes_back(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, None)
    page.expect_complaints("500")
    again = page.page.locator("#main").get_by_role("button", name="Try again")
    problem = {"type": "about:blank", "title": "It broke", "status": 500}
    for path, (resource, text) in TOLD_BY.items():
        pattern = f"{busy.url}api/v1/{resource}"

        def fails(pattern: str = pattern) -> None:
            page.page.route(pattern, lambda route: route.fulfill(status=500, json=problem))

        def comes_back(pattern: str = pattern) -> None:
            page.page.unroute(pattern)
            again.first.click()
            again.first.wait_for(state="detached")

        fails()
        page.open(f"{path}?events=poll")
        page.see("It broke")
        comes_back()
        page.see(text)
        fails()
        page.keys("r", "r")  # who goes on with live updates asks anew
        page.see("It broke")
        page.see(text)
        comes_back()


def test_the_url_that_is_printed_logs_in_once(dashboard: StartDashboard, sight: OpenSight, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text("admin root a-token-that-is-long-enough-to-be-one\n")
    tokens.chmod(0o600)
    started = dashboard(workers=0, flags=f"--dashboard-token-file {tokens}")
    found = re.search(r"http://\S+login#once=\S+", started.system.control_plane.log)
    assert found is not None, started.system.control_plane.log
    page = sight(started, None)
    page.expect_complaints("401")
    page.page.goto(found[0])
    page.see("Needs attention")
    assert "once" not in page.page.url
    page.live()
