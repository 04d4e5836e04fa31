"""What is done to many from lists: by the keyboard alone, for the current row, for all that match."""

from .conftest import OpenSight, StartDashboard
from .sight import Sight


def focused(page: Sight) -> str:
    return str(page.page.evaluate("document.activeElement?.textContent ?? ''"))


def agree_by_keys(page: Sight, verb: str, typed: str = "") -> None:
    """Answer the dialog that opens without the mouse."""
    page.page.get_by_role("dialog").wait_for()
    if typed:
        page.page.keyboard.type(typed)
        page.keys("Enter")
    else:
        page.keys("Tab")
        page.wait_until(lambda tab: focused(page) == verb, f"the focus on {verb}")
        page.keys("Enter")
    page.page.get_by_role("dialog").wait_for(state="detached")


def press_by_keys(page: Sight, name: str) -> None:
    """Press a button as who has no mouse does."""
    page.page.get_by_role("button", name=name, exact=True).first.focus()
    page.keys("Enter")


def test_dead_letters_are_replayed_edited_and_discarded_by_keyboard(
    dashboard: StartDashboard, sight: OpenSight
) -> None:
    started = dashboard()
    with started.system.sync_client() as client:
        for _ in range(2):
            client.delay("parse_feed", "x")
    page = sight(started, "errors?tab=dead")
    page.see_row("parse_feed", "failure")
    page.wait_until(lambda tab: started.ask("tasks/counts")["failure"] == 2, "two dead letters")
    press_by_keys(page, "Replay")
    page.wait_until(lambda tab: started.ask("tasks/counts")["failure"] == 3, "a third")
    press_by_keys(page, "Discard")
    agree_by_keys(page, "Discard it")
    page.wait_until(lambda tab: started.ask("tasks/counts")["failure"] == 2, "one that is gone")
    press_by_keys(page, "Replay all…")
    agree_by_keys(page, "Retry 2 tasks")
    page.wait_until(lambda tab: started.ask("tasks/counts")["failure"] == 4, "two more")
    press_by_keys(page, "Discard all…")
    agree_by_keys(page, "Delete 4 tasks", "4")
    page.see("No dead letters")
    with started.system.sync_client() as client:
        client.delay("parse_feed", "y")
    page.see_row("parse_feed", "failure")
    page.page.get_by_role("link", name="Edit…").focus()
    page.keys("Enter")
    page.page.get_by_role("dialog").get_by_label("text").fill("12")
    page.keys("Enter")
    page.wait_until(lambda tab: started.ask("tasks/counts")["success"] == 1, "the edited one")


def test_failures_are_retried_muted_and_unmuted_by_keyboard(dashboard: StartDashboard, sight: OpenSight) -> None:
    started = dashboard()
    with started.system.sync_client() as client:
        for _ in range(2):
            client.delay("parse_feed", "x")
    page = sight(started, "errors")
    page.see_row("ValueError", "new")
    page.keys("j", "m")
    page.see_row("ValueError", "muted")
    page.keys("U")
    page.see_row("ValueError", "new")
    page.keys("s")
    page.see_row("ValueError", "seen")
    page.keys("Enter")
    page.see("Traceback of the latest")
    page.keys("R")
    agree_by_keys(page, "Retry 2 tasks")
    page.wait_until(lambda tab: started.ask("tasks/counts")["failure"] == 4, "two more failures")


def test_rows_are_acted_on_by_keyboard_one_selected_or_all_that_match(
    dashboard: StartDashboard, sight: OpenSight
) -> None:
    started = dashboard()
    with started.system.sync_client() as client:
        client.map("wait_for", [(600.0,)] * 60)
        client.delay("parse_feed", "x")
    page = sight(started, "tasks?name=wait_for")
    page.see_row("wait_for", "queued")
    page.keys("j", "c")
    page.see("Cancel wait_for?")
    agree_by_keys(page, "Cancel the task")
    page.wait_until(lambda tab: started.ask("tasks/counts")["cancelled"] == 1, "the current row")
    page.keys("j", "x", "j", "x", "c")
    agree_by_keys(page, "Cancel 2 tasks", "2")
    page.wait_until(lambda tab: started.ask("tasks/counts")["cancelled"] == 3, "the selected rows")
    page.page.get_by_label("Select all rows of this page").check()
    page.button("Select all 60 matching")
    page.see("All 60 that match")
    page.button("Cancel")
    page.see("For 3 others it is not possible")
    page.answer_for_good("Cancel 57 tasks", "57")
    page.wait_until(lambda tab: started.ask("tasks/counts")["cancelled"] == 60, "all that match")
    page.open("tasks?name=parse_feed")
    page.see_row("parse_feed", "failure")
    page.keys("j", "R")
    agree_by_keys(page, "Retry the task")
    page.wait_until(lambda tab: started.ask("tasks/counts")["failure"] == 2, "the retried one")


def test_a_bulk_action_opens_to_what_became_of_each_task(dashboard: StartDashboard, sight: OpenSight) -> None:
    started = dashboard()
    with started.system.sync_client() as client:
        ids = [str(client.delay("parse_feed", "x")) for _ in range(3)]
    page = sight(started, "errors?tab=dead")
    page.wait_until(lambda tab: started.ask("tasks/counts")["failure"] == 3, "three failures")
    started.tell("tasks/bulk", {"action": "retry", "ids": ids})
    page.open("system?tab=operations")
    page.see_row("retry 3 tasks", "done")
    page.keys("j", "Enter")
    page.see("1 to 3 of 3 tasks")
    again = {item["new_id"] for item in started.ask(f"operations/{operation_of(page)}")["items"]}
    page.page.get_by_role("row").filter(has_text="submitted").first.get_by_role("link").last.click()
    page.see("Runs again")
    assert page.page.url.rpartition("/")[2] in again


def operation_of(page: Sight) -> str:
    return page.page.url.rpartition("operation=")[2]
