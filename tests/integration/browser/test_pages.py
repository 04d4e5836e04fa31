"""Each page shows what there is, says when there is nothing, and can be linked to."""

import re
from typing import TYPE_CHECKING

import pytest

from .conftest import Dashboard, OpenSight

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


@pytest.mark.parametrize(
    ("path", "heading", "texts"),
    [
        ("", "Overview", ["Throughput", "Queue depth", "Needs attention", "critical", "charge_card"]),
        ("tasks", "Tasks", ["send_receipt", "running", "normal"]),
        ("errors", "Errors", ["OrderRefused", "ValueError", "parse_feed"]),
        ("errors?tab=dead", "Errors", ["charge_card", "parse_feed", "Replay", "failure"]),
        ("queues", "Queues", ["critical", "high", "normal", "low", "Pause"]),
        ("queues/high", "high", ["Its tasks", "Empty in"]),
        ("workers", "Workers", ["sw1", "control-plane", "active"]),
        ("workers/sw1", "sw1", ["Runs now", "rebuild_index", "send_receipt"]),
        ("functions", "Functions", ["send_receipt", "make_picture", "order_id: int"]),
        ("functions/make_picture", "make_picture", ["Make a picture.", "path", "size", "Options"]),
        ("system", "System", ["Control plane", "Epoch", "Streams open"]),
        ("system?tab=settings", "System", ["--dashboard-port", "--concurrency"]),
        ("api", "API", ["Get overview", "GET", "/api/v1/overview"]),
    ],
)
def test_a_page_shows_what_there_is(
    busy: Dashboard, sight: OpenSight, path: str, heading: str, texts: list[str]
) -> None:
    page = sight(busy, path)
    assert heading in page.page.get_by_role("heading", level=1).first.inner_text()
    for text in texts:
        page.see(text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("", "No tasks yet"),
        ("tasks", "No tasks are remembered"),
        ("errors", "No failures"),
        ("errors?show=new", "No failure that nobody has seen"),
        ("errors?show=muted", "Nothing is muted"),
        ("errors?tab=dead", "No dead letters"),
        ("queues/low", "Nothing waits in this priority"),
        ("workers", "The control plane runs the tasks itself"),
        ("system?tab=operations", "No bulk action yet"),
        ("system?tab=audit", "Nothing was done"),
    ],
)
def test_an_empty_page_says_so(untouched: Dashboard, sight: OpenSight, path: str, text: str) -> None:
    sight(untouched, path).see(text)


def test_a_filter_is_in_the_url_and_survives_a_reload(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "tasks")
    page.page.get_by_label("Filter by function").select_option("charge_card")
    page.see_row("charge_card", "failure")
    assert "name=charge_card" in page.page.url
    page.page.reload()
    page.see_row("charge_card", "failure")
    assert page.page.get_by_role("row").filter(has_text="send_receipt").count() == 0


def test_a_search_that_finds_nothing_offers_to_clear_the_filter(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "tasks?name=join_words")
    page.see("No task matches")
    page.button("Clear the filter")
    page.see_row("send_receipt")


def test_pages_of_tasks_follow_each_other(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "tasks")
    page.see_row("running")
    page.button("Next")
    page.wait_until(lambda tab: "cursor=" in tab.url, "the second page")
    page.see_row("user0@example.org")
    page.page.go_back()
    page.see_row("rebuild_index")


def test_a_failed_task_shows_its_attempts_and_its_traceback(busy: Dashboard, sight: OpenSight) -> None:
    found = busy.ask("tasks?name=charge_card&limit=1")["items"][0]
    page = sight(busy, f"tasks/{found['id']}")
    page.see("OrderRefused")
    page.see("in charge_card")
    page.see("attempt 3")
    page.page.get_by_role("tab", name="Attempts").click()
    page.see_row("failure", "sw1")
    page.page.get_by_role("tab", name="Log").click()
    page.see("charging 101 cents")
    page.page.get_by_role("tab", name="Raw").click()
    page.see('"most_attempts": 3')


def test_a_running_task_shows_its_progress_as_it_comes(steered: Dashboard, sight: OpenSight) -> None:
    with steered.system.sync_client() as client:
        task_id = client.delay("rebuild_index", 1000, 100.0)
        page = sight(steered, f"tasks/{task_id}")
        progress = page.page.locator(".progress")
        progress.wait_for()
        begun = done_of(progress)
        page.wait_until(lambda tab: done_of(progress) > begun + 2, "more of it")
        assert re.search(r"\d of 1000 \(.+%\) document", progress.inner_text())
        client.cancel(task_id)
        page.page.locator(".task-title .status", has_text="cancelled").wait_for()


def done_of(progress: "Locator") -> int:
    """Return how much is done, as the page says."""
    return int(progress.inner_text().partition(" of ")[0])


def test_a_task_that_was_never_seen_is_told_from_a_page_that_does_not_exist(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, None)
    page.expect_complaints("404")
    page.open("tasks/0198a0b2-0000-7000-8000-000000000000")
    page.see("never saw such a task")


def test_the_chart_has_a_table_with_the_same_numbers(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy)
    page.button("Throughput as a table")
    table = page.page.get_by_role("region", name="Throughput as a table")
    table.get_by_role("columnheader", name="success").wait_for()
    assert table.get_by_role("row").count() > 2


def test_dragging_over_a_chart_zooms_all_and_leads_to_the_tasks(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy)
    chart = page.page.locator(".u-over").first
    chart.wait_for()
    box = chart.bounding_box()
    assert box is not None
    page.page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 40)
    page.page.mouse.down()
    page.page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 40, steps=5)
    page.page.mouse.up()
    page.wait_until(lambda tab: "from=" in tab.url, "the zoom")
    page.page.get_by_role("link", name="Tasks of this time").click()
    page.page.get_by_role("heading", level=1, name="Tasks").wait_for()
    assert "since=" in page.page.url


def test_no_page_is_wider_than_its_window(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, None)
    for path in (
        "",
        "tasks",
        "errors",
        "errors?tab=dead",
        "queues",
        "queues/normal",
        "workers",
        "workers/sw1",
        "functions",
        "functions/send_receipt",
        "system",
        "api",
    ):
        page.open_all(path)
        for wide in (1280, 360):
            page.page.set_viewport_size({"width": wide, "height": 740})
            page.wait_until(lambda tab, wide=wide: width_of(tab) <= wide, f"no more than {wide} of {path}")


def width_of(tab: "Page") -> int:
    return int(tab.evaluate("document.documentElement.scrollWidth"))


def test_a_wallboard_has_no_navigation(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "?kiosk=1")
    page.see("Throughput")
    assert page.page.get_by_role("navigation").count() == 0


def test_a_wallboard_goes_on_living(steered: Dashboard, sight: OpenSight) -> None:
    with steered.system.sync_client() as client:
        client.delay("send_receipt", 1, "ann@example.org")
    page = sight(steered, "?kiosk=1")
    page.see("Throughput")
    assert "wallboard is paused" not in page.text()
    steered.tell("queues/low/pause", {"reason": "wallboard is paused"})
    page.see("wallboard is paused")
    steered.tell("queues/low/resume")
    page.page.get_by_text("wallboard is paused").first.wait_for(state="detached")


def test_a_path_that_is_mistyped_is_answered_by_the_page(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, None)
    page.expect_complaints("status of 404")
    for path in ("taks", "tasks/a/b"):
        page.open(path)
        page.page.get_by_role("heading", name="Not found").wait_for()


def test_paper_shows_no_controls_little_motion_is_none_and_focus_is_visible(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "tasks")
    page.see_row("send_receipt")
    page.keys("Tab")  # to the link that skips the bar
    focused = (
        "const of = getComputedStyle(document.activeElement); return [of.outlineStyle, parseFloat(of.outlineWidth)]"
    )
    assert page.page.evaluate(f"() => {{ {focused} }}") == ["solid", 2]

    page.page.emulate_media(reduced_motion="reduce")
    moves = "of => of.animationName !== 'none' || of.transitionDuration !== '0s'"
    styles = "[...document.querySelectorAll('*')].map((one) => getComputedStyle(one))"
    assert page.page.evaluate(f"{styles}.filter({moves}).length") == 0

    controls = page.page.locator(".top-bar, .filter-bar, .status-tabs").locator("visible=true")
    assert controls.count() == 3
    page.page.emulate_media(media="print")
    assert controls.count() == 0
    page.see_row("send_receipt")


def test_one_chart_can_stand_alone(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "?panel=latency")
    page.page.get_by_role("img", name="Latency").wait_for()
    assert "Throughput" not in page.text()
