"""What stays as somebody chose it, what pages say of their bounds, and how one gets on: views, times, tabs, pages."""

import re
from typing import TYPE_CHECKING

import pytest

from .conftest import Dashboard, OpenSight
from .sight import Sight

if TYPE_CHECKING:
    from playwright.sync_api import Route

LARGE = 70_000
PAUSE_MINUTES = "0.05"


def open_menu(page: Sight, name: str) -> None:
    page.page.locator(".menu:not([open]) summary", has_text=name).click()


def test_a_view_and_the_columns_stay_as_they_were_chosen(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "tasks?status=failure")
    heading = page.page.get_by_role("columnheader", name="Priority")
    heading.wait_for()
    open_menu(page, "Columns")
    page.page.locator(".menu[open]").get_by_label("Priority").uncheck()
    heading.wait_for(state="detached")
    open_menu(page, "Views")
    page.button("Save this view…")
    page.page.get_by_role("dialog").get_by_label("Name").fill("my faults")
    page.answer("Save")
    page.open("tasks")
    page.see_row("send_receipt")
    assert heading.count() == 0
    open_menu(page, "Views")
    page.button("my faults")
    page.wait_until(lambda tab: "status=failure" in tab.url, "the filter of the view")
    page.button("Forget the view my faults")
    page.page.get_by_role("button", name="my faults").wait_for(state="detached")


def test_a_search_that_was_given_up_says_how_far_it_looked(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, None)

    def given_up(route: "Route") -> None:
        route.fulfill(json=route.fetch().json() | {"items": [], "is_bounded": True, "searched": 100_000})

    page.page.route("**/api/v1/tasks?*", given_up)
    page.open("tasks?q=nothing")
    page.see("None of the newest 100,000 tasks match")
    page.button("Clear the filter")
    page.wait_until(lambda tab: "q=" not in tab.url, "no filter")


def test_what_is_too_large_for_the_page_is_downloaded(steered: Dashboard, sight: OpenSight) -> None:
    with steered.system.sync_client() as client:
        handle = client.delay("make_picture", "x" * LARGE)
        assert len(handle.get(timeout=20)) > LARGE
    page = sight(steered, f"tasks/{handle}")
    result = page.page.locator("section").filter(has=page.page.get_by_role("heading", name="Result", exact=True)).last
    result.get_by_text("too large to show in full").wait_for()
    assert len(result.inner_text()) < LARGE / 10
    with page.page.expect_download() as downloading:
        result.get_by_role("link", name="Download").click()
    assert downloading.value.path().stat().st_size > LARGE


def test_a_pause_of_some_minutes_says_until_when_and_ends_by_itself(steered: Dashboard, sight: OpenSight) -> None:
    page = sight(steered, "queues/critical")
    page.button("Pause priority critical")
    page.page.get_by_role("dialog").get_by_label("Minutes").fill(PAUSE_MINUTES)
    page.answer("Pause")
    note = page.page.locator(".pause-note", has_text=", until ")
    note.first.wait_for()
    note.first.wait_for(state="detached")
    page.page.get_by_role("button", name="Pause priority critical").wait_for()
    assert steered.ask("queues/critical")["pause"] is None


def test_times_are_local_or_utc_and_stay_so(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, None)
    session = page.page.context.new_cdp_session(page.page)
    session.send("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Kathmandu"})  # never a whole hour away
    page.open("workers")
    when = page.page.get_by_role("table", name="Comings and goings").get_by_role("row").nth(1)
    when.wait_for()
    local = when.inner_text()
    page.page.locator(".top-tools").get_by_role("button", name="Local").click()
    page.wait_until(lambda tab: clock(when.inner_text()) != clock(local), "the time in UTC")
    minutes = (clock(local) - clock(when.inner_text())) % (24 * 60)
    assert minutes == 5 * 60 + 45
    page.open("workers")
    page.page.locator(".top-tools").get_by_role("button", name="UTC").wait_for()
    assert clock(when.inner_text()) != clock(local)


def clock(text: str) -> int:
    """Return the first time of day of a text, in minutes."""
    found = re.search(r"(\d\d):(\d\d):\d\d", text)
    assert found is not None, text
    return int(found[1]) * 60 + int(found[2])


def test_gaps_are_drawn_short_and_tabs_are_walked_by_arrows(busy: Dashboard, sight: OpenSight) -> None:
    failed = busy.ask("tasks?name=charge_card&limit=1")["items"][0]
    page = sight(busy, f"tasks/{failed['id']}")
    bars = page.page.get_by_role("list", name=re.compile("^Attempts over")).locator("[style*='width']")
    bars.first.wait_for()
    before = [bar.get_attribute("style") for bar in bars.all()]
    page.page.get_by_label("Draw gaps short").check()
    page.wait_until(lambda tab: "gaps=short" in tab.url, "the choice in the address")
    page.wait_until(lambda tab: [bar.get_attribute("style") for bar in bars.all()] != before, "other widths")
    tabs = page.page.get_by_role("tab")
    tabs.first.focus()
    page.keys("ArrowRight")
    page.wait_until(lambda tab: tabs.nth(1).get_attribute("aria-selected") == "true", "the second tab")
    page.wait_until(lambda tab: tabs.nth(1).evaluate("one => one === document.activeElement"), "its focus")
    page.keys("ArrowLeft", "ArrowLeft")
    page.wait_until(lambda tab: tabs.last.get_attribute("aria-selected") == "true", "round to the last tab")


TRY_TO_PAUSE = "api?op=post+%2Fapi%2Fv1%2Fqueues%2F%7Bpriority%7D%2Fpause"


def test_a_request_that_changes_something_is_sent_after_a_question(steered: Dashboard, sight: OpenSight) -> None:
    page = sight(steered, TRY_TO_PAUSE)
    page.page.get_by_label("priority").fill("low")
    page.page.get_by_role("textbox", name="Body").fill('{"reason": "tried"}')
    page.button("Send")
    page.see("This is sent for real.")
    assert steered.ask("queues/low")["pause"] is None
    page.answer("Send it")
    page.page.get_by_role("heading", name=re.compile("^200 ")).wait_for()
    assert steered.ask("queues/low")["pause"]["reason"] == "tried"
    steered.tell("queues/low/resume")


def test_who_may_only_look_sends_nothing_and_is_told_which_right_is_missing(
    looked_at: Dashboard, sight: OpenSight
) -> None:
    page = sight(looked_at, TRY_TO_PAUSE)
    send = page.page.get_by_role("button", name="Send", exact=True)
    send.wait_for()
    assert (send.get_attribute("aria-disabled"), send.get_attribute("title")) == ("true", "needs the role operator")
    for tab in ("settings", "audit"):
        page.open(f"system?tab={tab}")
        page.see("This needs the role admin")
        page.see("You are viewer")


@pytest.fixture(scope="module")
def paged(steered: Dashboard) -> Dashboard:
    """A dashboard with three of each list."""
    with steered.system.sync_client() as client:
        for name, argument in (("ship_order", 7), ("raise_evil", "one"), ("parse_feed", "two")):
            client.delay(name, argument)
    for way in ("pause", "resume", "pause", "resume"):
        steered.tell(f"functions/join_words/{way}", {} if way == "pause" else None)
    return steered


@pytest.mark.parametrize(
    ("path", "pattern", "button"),
    [
        ("errors", "**/api/v1/errors?*", "Next"),
        ("errors?tab=dead", "**/api/v1/dead-letters?*", "Next"),
        ("system?tab=audit", "**/api/v1/audit?*", "Next"),
    ],
)
def test_lists_go_on_beyond_their_first_page(
    paged: Dashboard, sight: OpenSight, path: str, pattern: str, button: str
) -> None:
    page = sight(paged, None)
    page.page.route(pattern, lambda route: route.continue_(url=re.sub(r"limit=\d+", "limit=1", route.request.url)))
    page.open(path)
    row = page.page.locator("table.data tbody tr")
    row.first.wait_for()
    seen = [row.first.get_attribute("data-id")]
    for _ in range(2):
        page.button(button)
        page.wait_until(lambda tab: row.first.get_attribute("data-id") not in seen, "another page")
        seen.append(row.first.get_attribute("data-id"))
    page.page.go_back()
    page.wait_until(lambda tab: row.first.get_attribute("data-id") == seen[1], "the page before")
    assert len(set(seen)) == 3
