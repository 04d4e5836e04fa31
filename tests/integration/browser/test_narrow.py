"""What can be done with a mouse on a desktop can be done with a thumb on 360 pixels."""

import pytest

from .conftest import Dashboard, OpenSight
from .sight import Sight


def open_narrow(sight: OpenSight, dashboard: Dashboard, path: str, width: int = 360) -> Sight:
    page = sight(dashboard, None)
    page.page.set_viewport_size({"width": width, "height": 760})
    page.open(path)
    return page


@pytest.mark.parametrize("width", [360, 800])
def test_the_menu_is_a_drawer_over_the_page_and_escape_closes_it(
    untouched: Dashboard, sight: OpenSight, width: int
) -> None:
    page = open_narrow(sight, untouched, "queues", width)
    page.button("Menu")
    drawer = page.page.get_by_role("navigation", name="Pages")
    box = drawer.bounding_box()
    assert box is not None
    assert (box["y"], box["height"]) == (48, 760 - 48)
    assert drawer.evaluate("one => getComputedStyle(one).backgroundColor") != "rgba(0, 0, 0, 0)"
    page.keys("Escape")
    drawer.wait_for(state="hidden")
    assert page.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Menu"


def test_a_thumb_selects_all_that_match_and_turns_the_order(busy: Dashboard, sight: OpenSight) -> None:
    page = open_narrow(sight, busy, "tasks?name=send_receipt")
    page.see_row("send_receipt")
    page.page.get_by_label("Select all rows of this page").check()
    page.page.get_by_role("button", name="Select all 60 matching").click()
    page.see("All 60 that match")
    page.page.get_by_role("button", name="Submitted").first.click()
    page.wait_until(lambda tab: "order=oldest" in tab.url, "the other order")


@pytest.mark.parametrize("menu", ["Export", "Views", "Columns"])
def test_a_menu_stays_within_the_page(busy: Dashboard, sight: OpenSight, menu: str) -> None:
    page = open_narrow(sight, busy, "tasks")
    page.page.locator(".menu summary", has_text=menu).click()
    body = page.page.locator(".menu[open] .menu-body")
    body.wait_for()
    box = body.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360


def test_the_drawer_has_the_switch_of_the_times(busy: Dashboard, sight: OpenSight) -> None:
    page = open_narrow(sight, busy, "tasks")
    page.button("Menu")
    page.page.get_by_role("navigation", name="Pages").get_by_role("button", name="Local").click()
    page.page.get_by_role("navigation", name="Pages").get_by_role("button", name="UTC").wait_for()
