"""The locals of a failure's frames on the page of its task: where the worker tells them, folded."""

import pytest

from tests.integration.processes import Processes
from tests.integration.waiting import until

from .conftest import Dashboard, OpenSight, dashboards
from .test_accessibility import THEMES, change_theme, faults, with_axe


@pytest.fixture(scope="module")
def telling(standing_processes: Processes) -> Dashboard:
    """A dashboard with one worker that tells locals, and hides one of them."""
    started = dashboards(standing_processes)(workers=0, modules="failing_work", flags="--dashboard-redact password")
    started.system.start_worker("telling", "--show-locals")
    return started


def failed(dashboard: Dashboard, name: str = "fail_in_a_thread") -> str:
    task: str = dashboard.tell("tasks", {"name": name, "args": [3]})["id"]
    until(lambda: dashboard.ask(f"tasks/{task}")["status"] == "failure", what="it has failed", within=30)
    return task


def test_the_locals_of_the_own_frames_open_by_the_keyboard_without_what_is_hidden(
    telling: Dashboard, sight: OpenSight
) -> None:
    from playwright.sync_api import expect

    page = sight(telling, f"tasks/{failed(telling)}")
    outer, inner = (page.page.locator(".own", has_text=f"in {name}") for name in ("fail_in_a_thread", "divide"))
    expect(outer.locator(".locals table")).to_be_hidden()
    for frame in (outer, inner):
        frame.locator(".locals summary").press("Enter")
    expect(inner.locator(".locals tr")).to_have_text(["dividend3", "divisor0"])
    expect(outer.locator(".locals tr")).to_have_text(["dividend3", "password••••••"])
    assert page.page.locator(".library .locals").count() == 0
    assert "hunter2" not in page.text()


def test_a_task_whose_worker_tells_of_none_shows_none(steered: Dashboard, sight: OpenSight) -> None:
    task = steered.tell("tasks", {"name": "parse_feed", "args": ["twelve"]})["id"]
    until(lambda: steered.ask(f"tasks/{task}")["status"] == "failure", what="it has failed")
    page = sight(steered, f"tasks/{task}")
    page.see("parse_feed")
    page.page.locator(".own").first.wait_for()
    assert page.page.locator(".locals").count() == 0


@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_serious_about_locals(telling: Dashboard, sight: OpenSight, width: int) -> None:
    page = with_axe(sight(telling, None))
    page.page.set_viewport_size({"width": width, "height": 800})
    page.open(f"tasks/{failed(telling)}")
    for summary in page.page.locator(".locals summary").all():
        summary.click()
    for theme in THEMES:
        change_theme(page, theme)
        assert faults(page) == [], theme
    assert page.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
