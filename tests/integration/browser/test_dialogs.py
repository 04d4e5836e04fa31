"""Each dialog begins on the first control that is meant for people, not on the one that closes it."""

from collections.abc import Callable

import pytest

from .conftest import Dashboard, OpenSight, StartDashboard
from .sight import Sight


def begins_on(page: Sight) -> str:
    """Return what has the focus in the dialog: the label of a field, else the text of a button."""
    page.page.get_by_role("dialog").wait_for()
    said = page.page.evaluate(
        "() => { const one = document.activeElement; "
        "return one.closest('dialog') ? (one.labels?.[0]?.innerText ?? one.ariaLabel ?? one.innerText) : '' }"
    )
    return str(said).strip().split("\n")[0]


def begins(page: Sight, on: str) -> None:
    page.wait_until(lambda tab: begins_on(page).startswith(on), f"the focus on {on}")


def a_failed_task(dashboard: Dashboard) -> str:
    return str(dashboard.ask("tasks?status=failure&name=charge_card&limit=1")["items"][0]["id"])


def test_re_run_begins_in_the_first_argument(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, f"tasks/{a_failed_task(busy)}")
    page.button("Re-run as new…")
    begins(page, "order_id")


def test_re_run_begins_there_also_when_the_form_comes_later(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, None)
    held: list[Callable[[], None]] = []
    page.page.route("**/api/v1/functions/charge_card", lambda route: held.append(route.continue_))
    page.open(f"tasks/{a_failed_task(busy)}?edit=1")
    page.page.get_by_role("dialog").wait_for()
    page.wait_until(lambda tab: bool(held), "the question for the form")
    for go_on in held:
        go_on()
    begins(page, "order_id")


@pytest.mark.parametrize(
    ("path", "button", "on"),
    [
        ("tasks/{running}", "Cancel", "Keep as it is"),
        ("tasks/{failed}", "Delete", "Keep as it is"),
        ("queues/low", "Pause priority low", "Reason"),
        ("functions/parse_feed", "Pause parse_feed", "Reason"),
        ("errors?tab=dead", "Replay all…", "Keep as it is"),
        ("errors?tab=dead", "Discard all…", "Type"),
        ("errors?tab=dead", "Discard", "Keep as it is"),
    ],
)
def test_a_question_begins_where_it_is_answered(
    busy: Dashboard, sight: OpenSight, path: str, button: str, on: str
) -> None:
    running = busy.ask("tasks?status=running&limit=1")["items"][0]["id"]
    page = sight(busy, path.format(running=running, failed=a_failed_task(busy)))
    page.button(button)
    begins(page, on)
    page.keys("Escape")


def test_the_priority_is_chosen_at_once(steered: Dashboard, sight: OpenSight, held_task: str) -> None:
    page = sight(steered, f"tasks/{held_task}")
    page.button("Priority…")
    begins(page, "Priority")


def test_a_purge_begins_where_its_name_is_typed(dashboard: StartDashboard, sight: OpenSight) -> None:
    started = dashboard()
    started.tell("queues/normal/pause", {})
    with started.system.sync_client() as client:
        client.delay("wait_for", 600.0)
    page = sight(started, "queues/normal")
    button = page.page.get_by_role("button", name="Purge…")
    page.wait_until(lambda tab: button.get_attribute("aria-disabled") is None, "something to purge")
    button.click()
    begins(page, "Type normal")


@pytest.mark.parametrize(("keys", "on"), [("?", "Use keys without Ctrl"), ("Control+k", "A page, a function")])
def test_help_and_palette_begin_where_there_is_something_to_do(
    busy: Dashboard, sight: OpenSight, keys: str, on: str
) -> None:
    page = sight(busy)
    page.keys(keys)
    begins(page, on)
    page.open(page.page.url.removeprefix(page.url))  # what is open is in the address
    begins(page, on)
    page.keys("Escape")
    page.wait_until(lambda tab: tab.url == page.url, "the address without it")


def test_a_view_is_given_its_name_at_once(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "tasks?status=failure")
    page.page.locator("summary", has_text="Views").click()
    page.button("Save this view…")
    begins(page, "Name")
