"""Where a task comes from and what comes of it, on its page: parent, child tasks, what runs it again, who did what."""

from typing import TYPE_CHECKING

import pytest

from .conftest import Dashboard, OpenSight, StartDashboard, not_here
from .test_accessibility import AXE, THEMES, change_theme, faults

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from .sight import Sight

LONG = 600.0


@pytest.fixture
def family(dashboard: StartDashboard) -> Dashboard:
    return dashboard(modules="family_work")


def a_parent(family: Dashboard, count: int, *, seconds: float = 0.0, leaf_seconds: float = 0.0) -> str:
    """Return the id of a task that has submitted its child tasks."""
    with family.system.sync_client() as client:
        handle = client.delay("gather", family.system.address, count, seconds, leaf_seconds)
        if not seconds:
            handle.get(timeout=30)
    return str(handle)


def child_tasks(page: "Sight") -> "Locator":
    return page.page.locator(".waterfall .child").filter(has=page.page.get_by_role("link", name="leaf"))


def test_child_tasks_stand_below_the_attempt_and_end_before_ones_eyes(family: Dashboard, sight: OpenSight) -> None:
    from playwright.sync_api import expect

    parent = a_parent(family, 2, seconds=LONG, leaf_seconds=LONG)
    page = sight(family, f"tasks/{parent}")
    page.live()
    expect(child_tasks(page)).to_have_count(2)
    expect(child_tasks(page).get_by_text("running")).to_have_count(2)
    ids = [each["id"] for each in family.ask(f"tasks?parent={parent}&order=oldest")["items"]]
    family.tell(f"tasks/{ids[0]}/actions/cancel")
    expect(child_tasks(page).nth(0).get_by_text("cancelled")).to_be_visible()
    expect(child_tasks(page).nth(1).get_by_text("running")).to_be_visible()
    link = child_tasks(page).nth(1).get_by_role("link", name="leaf")
    link.focus()
    page.keys("Enter")
    page.see(ids[1])
    up = page.page.locator(".page-head .parent-link").get_by_role("link", name="gather")
    expect(up).to_have_attribute("href", f"tasks/{parent}")
    expect(page.page.locator(".page-head .parent-link").get_by_text("running")).to_be_visible()
    up.click()
    expect(child_tasks(page)).to_have_count(2)


def test_many_child_tasks_lead_to_the_list_of_all_of_them(family: Dashboard, sight: OpenSight) -> None:
    from playwright.sync_api import expect

    parent = a_parent(family, 13)
    page = sight(family, f"tasks/{parent}")
    expect(child_tasks(page)).to_have_count(10)
    page.page.get_by_role("link", name="and 3 more").click()
    page.see("13 of 13 tasks")
    expect(page.page.locator(".chip").filter(has_text="submitted by")).to_be_visible()
    page.button(f"Do not filter by parent {parent}")
    page.see("14 of 14 tasks")


def test_a_parent_that_is_forgotten_is_told_so_and_leads_nowhere(family: Dashboard, sight: OpenSight) -> None:
    from playwright.sync_api import expect

    parent = a_parent(family, 1)
    [child] = family.ask(f"tasks?parent={parent}")["items"]
    page = sight(family, f"tasks/{child['id']}")
    page.live()
    above = page.page.locator(".page-head .parent-link")
    expect(above.get_by_role("link", name="gather")).to_be_visible()
    family.tell(f"tasks/{parent}/actions/delete")
    expect(above).to_contain_text("not remembered any more")
    expect(above.get_by_role("link")).to_have_count(0)


def test_a_task_says_what_runs_it_again_and_that_says_what_it_runs_again(family: Dashboard, sight: OpenSight) -> None:
    from playwright.sync_api import expect

    with family.system.sync_client() as client:
        first = client.delay("leaf", 0.0)
        first.get(timeout=30)
    page = sight(family, f"tasks/{first}")
    page.live()
    again = [family.tell(f"tasks/{first}/actions/retry")["id"] for _ in range(6)]
    listed = page.page.locator(".run-again")
    expect(listed.get_by_role("link")).to_have_text([*again[:5], "and 1 more"])
    listed.get_by_role("link", name=again[0]).click()
    page.see("Runs again")
    page.page.locator(".about .parent-link").get_by_role("link", name="leaf").click()
    listed.get_by_role("link", name="and 1 more").click()
    page.see("6 of 6 tasks")


def test_who_changed_the_priority_and_ran_it_now_is_among_the_steps(family: Dashboard, sight: OpenSight) -> None:
    family.tell("functions/leaf/pause", {})
    task_id = family.tell("tasks", {"name": "leaf", "args": [0.0], "delay_seconds": LONG})["id"]
    page = sight(family, f"tasks/{task_id}?tab=steps")
    page.live()
    page.see_row("submitted")
    family.tell(f"tasks/{task_id}/actions/priority", {"priority": "high"})
    page.see_row("set priority: normal → high", "somebody")
    family.tell(f"tasks/{task_id}/actions/run-now")
    page.see_row("run now: scheduled → queued", "somebody")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [1280, 360])
def test_the_page_of_a_family_can_be_used_by_everybody(
    family: Dashboard, sight: OpenSight, theme: str, width: int
) -> None:
    if not AXE.is_file():
        not_here("needs axe-core: npm ci in ui/")
    parent = a_parent(family, 13)
    family.tell(f"tasks/{parent}/actions/retry")
    [child, *_] = family.ask(f"tasks?parent={parent}")["items"]
    page = sight(family, None)
    page.page.add_init_script(path=AXE)
    page.page.set_viewport_size({"width": width, "height": 800})
    for path in (f"tasks/{parent}", f"tasks/{parent}?tab=steps", f"tasks/{child['id']}"):
        page.open_all(path)
        change_theme(page, theme)
        assert faults(page) == [], path
        assert page.page.evaluate("document.documentElement.scrollWidth") <= width
