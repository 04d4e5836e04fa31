"""What stands above and beside lists: counts by status that follow the filter, the order of dead letters."""

import re

import pytest

from .conftest import Dashboard, OpenSight, StartDashboard
from .sight import Sight


def tab_of(page: Sight, status: str) -> str:
    """Return what the tab of a status says."""
    return page.page.locator(".status-tabs button", has_text=status).inner_text().split()[-1]


def has_counts(page: Sight, **expected: str) -> None:
    """Wait until the tabs say so."""
    page.wait_until(lambda tab: {each: tab_of(page, each) for each in expected} == expected, f"counts {expected}")


def test_the_counts_of_the_statuses_are_those_of_the_filter(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "tasks?name=parse_feed")
    has_counts(page, All="3", failure="3", success="0")
    page.page.locator(".status-tabs button", has_text="success").click()
    page.see("No task matches")
    has_counts(page, All="3", failure="3", success="0")
    page.open("tasks?name=send_receipt&args.0=7")
    has_counts(page, All="1", success="1")
    page.button("Do not filter by args.0 7")
    has_counts(page, All="60", success="60", failure="0")


def test_the_counts_of_a_filter_are_live(dashboard: StartDashboard, sight: OpenSight) -> None:
    started = dashboard()
    page = sight(started, "tasks?name=parse_feed")
    page.live()
    has_counts(page, All="0", failure="0")
    with started.system.sync_client() as client:
        client.delay("parse_feed", "x")
        client.delay("send_receipt", 1, "a@example.org")
    has_counts(page, All="1", failure="1", success="0")


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_dead_letters_stand_by_their_ends_in_both_directions(busy: Dashboard, sight: OpenSight, way: str) -> None:
    page = sight(busy, "errors?tab=dead")
    heading = page.page.get_by_role("columnheader", name="Ended")
    page.wait_until(lambda tab: heading.get_attribute("aria-sort") == "descending", "the latest first")
    shown = [task["id"] for task in busy.ask("tasks?status=failure&status=lost&order=latest-end")["items"]]
    assert rows_of(page) == shown
    if way == "mouse":
        heading.get_by_role("button").click()
    else:
        heading.get_by_role("button").focus()
        page.keys("Enter")
    page.wait_until(lambda tab: heading.get_attribute("aria-sort") == "ascending", "the earliest first")
    page.wait_until(lambda tab: rows_of(page) == shown[::-1], "the rows in the other direction")
    assert "order=earliest-end" in page.page.url


def rows_of(page: Sight) -> list[str]:
    """Return the ids of the rows, from above."""
    rows = page.page.locator("table.data tbody tr")
    return [str(row.get_attribute("data-id")) for row in rows.all()]


def test_a_chart_is_zoomed_by_keys_and_escape_shows_all_again(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy)
    picker = page.page.get_by_role("slider", name=re.compile("^Throughput"))
    picker.wait_for()
    picker.focus()
    page.keys("End", "ArrowLeft")
    assert re.match(r"\d\d:\d\d:\d\d.*: ", picker.get_attribute("aria-valuetext") or "")
    page.keys("Shift+ArrowLeft", "Shift+ArrowLeft")
    page.wait_until(lambda tab: " to " in (picker.get_attribute("aria-valuetext") or ""), "a part of the time")
    page.keys("Escape")
    assert "from=" not in page.page.url
    page.keys("ArrowLeft", "Shift+ArrowLeft", "Shift+ArrowLeft", "Enter")
    page.wait_until(lambda tab: "from=" in tab.url and "to=" in tab.url, "the zoom in the address")
    page.see("Tasks of this time")
    page.keys("Escape")
    page.wait_until(lambda tab: "from=" not in tab.url, "all of the time")


def test_a_drag_over_a_chart_zooms_still(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy)
    box = page.page.locator(".u-over").first.bounding_box()
    assert box is not None
    page.page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 20)
    page.page.mouse.down()
    page.page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 20, steps=4)
    page.page.mouse.up()
    page.wait_until(lambda tab: "from=" in tab.url, "the zoom in the address")


def test_a_chart_as_a_table_is_in_the_address(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy)
    page.button("Throughput as a table")
    page.page.get_by_role("region", name="Throughput as a table").wait_for()
    page.open(page.page.url.removeprefix(page.url))
    page.page.get_by_role("region", name="Throughput as a table").wait_for()
    page.button("Throughput as a chart")
    page.wait_until(lambda tab: "table=" not in tab.url, "an address without it")


def test_a_sparkline_tells_its_values(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "queues")
    page.page.locator(".sparkline desc").first.wait_for(state="attached")
    page.wait_until(
        lambda tab: (tab.locator(".sparkline desc").first.text_content() or "").startswith("Between"), "its values"
    )
