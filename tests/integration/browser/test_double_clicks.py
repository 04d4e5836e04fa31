"""A double click does once what a click does, and nothing to what comes to lie under the pointer."""

from playwright.sync_api import Locator

from .conftest import Dashboard, OpenSight, StartDashboard
from .sight import Sight


def double_click_in_the_dialog(page: Sight, name: str) -> None:
    page.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).dblclick()
    page.page.get_by_role("dialog").wait_for(state="detached")


def dead_letters(started: Dashboard, sight: OpenSight, number: int) -> Sight:
    with started.system.sync_client() as client:
        for text in range(number):
            client.delay("parse_feed", f"x{text}")
    page = sight(started, "errors?tab=dead")
    page.page.set_viewport_size({"width": 800, "height": 900})
    page.wait_until(lambda tab: tab.locator("tbody tr").count() == number, "all dead letters")
    return page


def under(page: Sight, place: Locator) -> Locator:
    """Return the button of a row that lies nearest to the middle of something above it."""
    box = place.bounding_box()
    assert box is not None
    page.page.evaluate(
        """([x, y]) => {
            const dialog = document.querySelector('dialog[open]');
            const far = (one) => { const b = one.getBoundingClientRect();
                return Math.hypot(b.x + b.width / 2 - x, b.y + b.height / 2 - y) };
            const all = [...document.querySelectorAll('tbody .button')].sort((a, b) => far(a) - far(b));
            all[0].dataset.under = 'yes';
            const b = all[0].getBoundingClientRect();
            dialog.style.transform = `translate(${b.x + b.width / 2 - x}px, ${b.y + b.height / 2 - y}px)`;
        }""",
        [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2],
    )
    return page.page.locator("[data-under]")


def test_a_double_click_on_an_answer_reaches_nothing_beneath_the_dialog(
    dashboard: StartDashboard, sight: OpenSight
) -> None:
    started = dashboard()
    page = dead_letters(started, sight, 12)
    page.page.get_by_role("row").nth(10).get_by_role("button", name="Discard").click()
    answer = page.page.get_by_role("dialog").get_by_role("button", name="Discard it")
    answer.wait_for()
    under(page, answer).wait_for()
    double_click_in_the_dialog(page, "Discard it")
    page.see("It is discarded")
    page.wait_until(lambda tab: tab.locator("tbody tr").count() == 11, "one dead letter less")
    assert [one["action"] for one in started.ask("audit")["items"]] == ["delete"]
    assert page.page.get_by_role("dialog").count() == 0
    assert "tab=dead" in page.page.url


def test_a_double_click_on_what_opens_a_dialog_leaves_it_open(dashboard: StartDashboard, sight: OpenSight) -> None:
    started = dashboard()
    page = dead_letters(started, sight, 1)
    page.page.get_by_role("row").get_by_role("button", name="Discard").dblclick()
    page.page.get_by_role("dialog").wait_for()
    page.page.wait_for_timeout(300)  # nothing closes it
    assert page.page.get_by_role("dialog").count() == 1


def test_a_click_after_a_dialog_has_closed_counts(dashboard: StartDashboard, sight: OpenSight) -> None:
    started = dashboard()
    page = dead_letters(started, sight, 2)
    for left in (1, 0):
        page.page.get_by_role("row").get_by_role("button", name="Discard").first.click()
        page.answer("Discard it")
        page.wait_until(lambda tab, left=left: tab.locator("tbody tr").count() == left, f"{left} are left")


def test_a_double_click_replays_a_dead_letter_once(dashboard: StartDashboard, sight: OpenSight) -> None:
    started = dashboard()
    page = dead_letters(started, sight, 1)
    page.page.get_by_role("button", name="Replay", exact=True).dblclick()
    page.see("Submitted as a new task")
    page.wait_until(lambda tab: tab.locator("tbody tr").count() == 2, "the failure of the replay")
    assert [one["action"] for one in started.ask("audit")["items"]] == ["rerun"]


def test_a_double_click_retries_a_task_once(dashboard: StartDashboard, sight: OpenSight) -> None:
    started = dashboard()
    with started.system.sync_client() as client:
        task_id = str(client.delay("parse_feed", "x"))
    page = sight(started, f"tasks/{task_id}")
    page.page.locator(".task-title .status", has_text="failure").wait_for()
    page.page.get_by_role("button", name="Retry", exact=True).dblclick()
    page.see("Submitted as a new task")
    page.wait_until(lambda tab: started.ask("tasks/counts")["failure"] == 2, "the failure of the second")
    assert [one["action"] for one in started.ask("audit")["items"]] == ["rerun"]
