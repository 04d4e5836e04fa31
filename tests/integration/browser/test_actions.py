"""Everything that can be done can be done by mouse and by keyboard, and the control plane does it."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from fastworker.application.task_options import submit_options

from .conftest import Dashboard, OpenSight, StartDashboard
from .sight import Sight

type SubmitTask = Callable[[], str]


def status(dashboard: Dashboard, task_id: str) -> str:
    return str(dashboard.ask(f"tasks/{task_id}")["status"])


def submitted_feed(dashboard: Dashboard, text: str, **options: Any) -> str:
    with dashboard.system.sync_client() as client:
        return str(client.submit("parse_feed", (text,), {}, submit_options(**options)))


def open_running(sight: OpenSight, dashboard: Dashboard, task_id: str) -> Sight:
    page = sight(dashboard, f"tasks/{task_id}")
    page.page.locator(".task-title .status", has_text="running").wait_for()
    return page


def test_a_running_task_is_cancelled_by_mouse(steered: Dashboard, sight: OpenSight, waiting_task: SubmitTask) -> None:
    task_id = waiting_task()
    page = open_running(sight, steered, task_id)
    page.button("Cancel")
    page.answer("Cancel the task")
    page.page.locator(".task-title .status", has_text="cancelled").wait_for()
    assert status(steered, task_id) == "cancelled"


def test_a_running_task_is_cancelled_by_keyboard(
    steered: Dashboard, sight: OpenSight, waiting_task: SubmitTask
) -> None:
    task_id = waiting_task()
    page = open_running(sight, steered, task_id)
    page.keys("c")
    page.page.get_by_role("dialog").wait_for()
    page.keys("Tab")
    page.wait_until(lambda tab: "Cancel the task" in focused(page), "the focus on the button")
    page.keys("Enter")
    page.page.locator(".task-title .status", has_text="cancelled").wait_for()
    assert status(steered, task_id) == "cancelled"


def focused(page: Sight) -> str:
    return str(page.page.evaluate("document.activeElement?.textContent ?? ''"))


def test_escape_keeps_the_task_and_gives_the_focus_back(
    steered: Dashboard, sight: OpenSight, waiting_task: SubmitTask
) -> None:
    task_id = waiting_task()
    page = open_running(sight, steered, task_id)
    page.page.get_by_role("button", name="Cancel").first.focus()
    page.keys("Enter")
    page.page.get_by_role("dialog").wait_for()
    page.keys("Escape")
    page.page.get_by_role("dialog").wait_for(state="detached")
    assert "Cancel" in focused(page)
    assert status(steered, task_id) == "running"


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_a_failed_task_is_retried(steered: Dashboard, sight: OpenSight, way: str) -> None:
    failed = submitted_feed(steered, "twelve")
    page = sight(steered, f"tasks/{failed}")
    page.see("ValueError")
    if way == "mouse":
        page.button("Retry")
    else:
        page.keys("R")
    page.see("Submitted as a new task")
    page.button("Open it")
    page.see("Runs again")
    new_id = page.page.url.rpartition("/")[2]
    assert steered.ask(f"tasks/{new_id}")["origin"] == failed


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_a_task_is_run_again_with_other_arguments_and_keeps_what_else_was_agreed(
    steered: Dashboard, sight: OpenSight, way: str
) -> None:
    failed = submitted_feed(steered, "twelve", retries=1, backoff=0.01, timeout=20, never_on=KeyError)
    page = sight(steered, f"tasks/{failed}")
    page.see("ValueError")
    if way == "mouse":
        page.button("Re-run as new…")
    else:
        page.keys("e")
    dialog = page.page.get_by_role("dialog")
    field = dialog.get_by_label("text")
    assert field.input_value() == "twelve"
    assert (dialog.get_by_label("Retries").input_value(), dialog.get_by_label("Priority").input_value()) == (
        "1",
        "normal",
    )
    field.fill("12")
    dialog.get_by_label("Time limit, seconds").fill("")
    field.press("Enter")
    page.button("Open it")
    page.page.locator(".task-title .status", has_text="success").wait_for()
    page.see('parse_feed(text="12")')
    before, after = steered.ask(f"tasks/{failed}"), steered.ask(f"tasks/{page.page.url.rpartition('/')[2]}")
    assert after["terms"] == {**before["terms"], "timeout_seconds": None}


def test_a_function_is_submitted_from_its_form(steered: Dashboard, sight: OpenSight) -> None:
    page = sight(steered, "functions/make_picture")
    page.button("Submit")
    page.see("is needed")
    page.page.get_by_label(re.compile("^path")).fill("a/b.png")
    page.page.get_by_label(re.compile("^size")).select_option(label="large")
    page.page.get_by_label(re.compile("^tags")).fill('["red", "blue"]')
    page.page.get_by_label("Priority").select_option("high")
    page.button("Submit")
    page.see("make_picture is submitted")
    page.button("Open it")
    page.page.locator(".task-title .status", has_text="success").wait_for()
    task = steered.ask(f"tasks/{page.page.url.rpartition('/')[2]}")
    assert task["result"]["value"] == "a/b.png-large-2-None"
    assert task["priority"] == "high"


def test_a_form_is_filled_in_and_submitted_by_keyboard_alone(steered: Dashboard, sight: OpenSight) -> None:
    page = sight(steered, "functions/parse_feed")
    field = page.page.get_by_label(re.compile("^text"))
    field.wait_for()
    field.focus()
    page.page.keyboard.type("41")
    page.keys("Enter")
    page.see("parse_feed is submitted")


def test_many_tasks_are_selected_and_cancelled_after_the_exact_number_was_shown(
    dashboard: StartDashboard, sight: OpenSight
) -> None:
    started = dashboard()
    with started.system.sync_client() as client:
        for _ in range(12):
            client.delay("wait_for", 600.0)
    page = sight(started, "tasks?name=wait_for")
    page.see_row("wait_for")
    page.page.get_by_label("Select all rows of this page").check()
    page.see("12 tasks selected")
    page.button("Cancel")
    page.see("Cancel 12 tasks?")
    page.answer_for_good("Cancel 12 tasks", "12")
    page.wait_until(lambda tab: started.ask("tasks/counts")["cancelled"] == 12, "12 cancelled tasks")
    page.see_row("wait_for", "cancelled")
    page.see("Cancelled 12 tasks")
    page.button("Operations")
    page.see_row("cancel 12 tasks", "done")


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_a_waiting_task_gets_another_priority(steered: Dashboard, sight: OpenSight, held_task: str, way: str) -> None:
    page = sight(steered, f"tasks/{held_task}")
    page.page.locator(".task-title .status", has_text="held").wait_for()
    if way == "mouse":
        page.button("Priority…")
        page.page.get_by_role("dialog").get_by_role("combobox", name="Priority").select_option("low")
        page.answer("Set the priority")
    else:
        page.keys("p")
        page.page.get_by_role("dialog").wait_for()
        page.keys("l", "Tab", "Tab")
        page.wait_until(lambda tab: focused(page) == "Set the priority", "the focus on the button")
        page.keys("Enter")
    page.see("Its priority is low")
    page.see("normal → low by")
    assert steered.ask(f"tasks/{held_task}")["priority"] == "low"


def test_the_priority_dialog_begins_in_its_field_and_offers_the_next_one_up(
    steered: Dashboard, sight: OpenSight, held_task: str
) -> None:
    page = sight(steered, f"tasks/{held_task}")
    page.page.locator(".task-title .status", has_text="held").wait_for()
    page.keys("p")
    page.page.get_by_role("dialog").get_by_role("combobox", name="Priority").and_(
        page.page.locator(":focus")
    ).wait_for()
    page.answer("Set the priority")
    page.see("Its priority is high")
    assert steered.ask(f"tasks/{held_task}")["priority"] == "high"


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_many_get_another_priority_after_the_exact_number_was_shown(
    dashboard: StartDashboard, sight: OpenSight, way: str
) -> None:
    started = dashboard()
    started.tell("functions/wait_for/pause", {})
    with started.system.sync_client() as client:
        for priority in ("normal", "normal", "low"):
            client.delay("wait_for", 600.0, priority=priority)
    page = sight(started, "tasks?name=wait_for")
    page.see_row("wait_for")
    page.page.get_by_label("Select all rows of this page").check()
    page.see("3 tasks selected")
    if way == "mouse":
        page.button("Priority…")
    else:
        page.keys("p")
    page.page.get_by_role("dialog").get_by_role("combobox", name="Priority").select_option("low")
    page.answer("Count them")
    page.see("Set 2 tasks to low?")
    page.see("For 1 other it is not possible")
    page.answer("Set 2 tasks to low")
    page.wait_until(lambda tab: started.ask("queues/low")["depth"] == 3, "three tasks in low")
    page.see_row("wait_for", "low")


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_a_scheduled_task_is_run_now_and_the_button_goes_with_its_effect(
    steered: Dashboard, sight: OpenSight, way: str
) -> None:
    task_id = submitted_feed(steered, "12", delay=3600)
    page = sight(steered, f"tasks/{task_id}")
    page.page.locator(".task-title .status", has_text="scheduled").wait_for()
    page.keys("?")
    page.see("Run it now")
    page.keys("Escape")
    if way == "mouse":
        page.button("Run now")
    else:
        page.keys("n")
    page.page.locator(".task-title .status", has_text="success").wait_for()
    task = steered.ask(f"tasks/{task_id}")
    assert (task["status"], task["result"]["value"], task["wait_seconds"] < 60) == ("success", 12, True)
    assert page.page.get_by_role("button", name="Run now").count() == 0
    page.keys("?")
    page.see("Retry it")
    assert page.page.get_by_role("dialog").get_by_text("Run it now").count() == 0


def test_a_task_that_waits_for_its_next_attempt_has_it_now(steered: Dashboard, sight: OpenSight) -> None:
    task_id = submitted_feed(steered, "twelve", retries=1, backoff=600)
    page = sight(steered, f"tasks/{task_id}")
    page.page.locator(".task-title .status", has_text="scheduled").wait_for()
    page.button("Run now")
    page.page.locator(".task-title .status", has_text="failure").wait_for()
    assert len(steered.ask(f"tasks/{task_id}")["history"]) == 2


def test_who_may_only_look_cannot_run_a_task_now(looked_at: Dashboard, sight: OpenSight) -> None:
    task_id = submitted_feed(looked_at, "12", delay=3600)
    page = sight(looked_at, f"tasks/{task_id}")
    button = page.page.get_by_role("button", name="Run now")
    button.wait_for()
    assert button.get_attribute("title") == "needs the role operator"
    page.keys("n")
    assert status(looked_at, task_id) == "scheduled"


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_a_task_that_has_ended_is_deleted(dashboard: StartDashboard, sight: OpenSight, way: str) -> None:
    started = dashboard()
    with started.system.sync_client() as client:
        task_id = str(client.delay("parse_feed", "12"))
    page = sight(started, f"tasks/{task_id}")
    page.page.locator(".task-title .status", has_text="success").wait_for()
    if way == "mouse":
        page.button("Delete")
        page.answer("Delete the task")
    else:
        page.keys("D")
        page.page.get_by_role("dialog").wait_for()
        page.keys("Tab")
        page.wait_until(lambda tab: focused(page) == "Delete the task", "the focus on the button")
        page.keys("Enter")
    page.see("parse_feed is deleted")
    page.see("No tasks are remembered any more")
    page.see("1 task that ended since the start was deleted, or is not kept any more")
    assert started.ask("tasks/counts")["success"] == 0
    page.expect_complaints("410")
    page.open(f"tasks/{task_id}")
    page.see("This task has ended, and was deleted or is not kept any more")
    page.see("had ended, and was deleted by somebody")


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_many_that_have_ended_are_deleted_and_their_rows_go(
    dashboard: StartDashboard, sight: OpenSight, way: str
) -> None:
    started = dashboard()
    with started.system.sync_client() as client:
        for text in ("1", "2", "x"):
            client.delay("parse_feed", text)
        client.delay("send_receipt", 1, "a@example.org")
    page = sight(started, "tasks?name=parse_feed")
    page.see_row("parse_feed", "failure")
    page.page.get_by_label("Select all rows of this page").check()
    page.see("3 tasks selected")
    if way == "mouse":
        page.button("Delete")
    else:
        page.keys("D")
    page.answer_for_good("Delete 3 tasks", "3")
    page.see("Deleted 3 tasks")
    page.see("No task matches")
    assert [task["name"] for task in started.ask("tasks")["items"]] == ["send_receipt"]


def test_rows_are_walked_selected_and_opened_by_keyboard(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "tasks?name=send_receipt")
    page.see_row("send_receipt")
    page.keys("j", "j", "k", "x")
    page.see("1 task selected")
    page.keys("Escape", "j", "Enter")
    page.page.locator(".task-title", has_text="send_receipt").wait_for()
    first = page.page.url
    page.keys("]")
    page.wait_until(lambda tab: tab.url != first, "the next task")
    page.keys("[")
    page.wait_until(lambda tab: tab.url == first, "the task before")


def test_retrying_all_of_an_error_shows_how_many_there_are(dashboard: StartDashboard, sight: OpenSight) -> None:
    started = dashboard()
    with started.system.sync_client() as client:
        for _ in range(3):
            client.delay("parse_feed", "x")
    page = sight(started, "errors")
    page.page.get_by_role("link", name="ValueError").click()
    page.see("Traceback of the latest")
    page.button("Retry all…")
    page.answer("Retry 3 tasks")
    page.wait_until(lambda tab: started.ask("tasks/counts")["failure"] == 6, "three more failures")


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_a_priority_is_paused_and_resumed(
    steered: Dashboard, sight: OpenSight, waiting_task: SubmitTask, way: str
) -> None:
    page = sight(steered, "queues/normal")
    page.see("Empty in")
    press = (lambda: page.button("Pause priority normal")) if way == "mouse" else (lambda: page.keys("p"))
    press()
    page.page.get_by_label("Reason").fill("the bank is closed")
    page.page.get_by_label("Reason").press("Enter")
    page.see("the bank is closed")
    assert steered.ask("queues/normal")["pause"]["reason"] == "the bank is closed"
    held = waiting_task()
    assert status(steered, held) == "queued"
    if way == "mouse":
        page.button("Resume priority normal")
    else:
        page.keys("p")
    page.wait_until(lambda tab: status(steered, held) == "running", "the task starts")


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_a_function_is_paused_with_an_undo(steered: Dashboard, sight: OpenSight, way: str) -> None:
    page = sight(steered, None)
    page.open_all("functions/wait_for")
    if way == "mouse":
        page.button("Pause wait_for")
        page.answer("Pause")
    else:
        page.keys("p")
        page.page.get_by_label("Reason").press("Enter")
    page.see("wait_for is paused")
    assert steered.ask("functions/wait_for")["pause"] is not None
    if way == "mouse":
        page.button("Undo")
    else:
        page.keys("U")
    page.wait_until(lambda tab: steered.ask("functions/wait_for")["pause"] is None, "the function goes on")


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_a_worker_is_drained(dashboard: StartDashboard, sight: OpenSight, way: str) -> None:
    started = dashboard()
    page = sight(started, "workers")
    page.see_row("sw1", "active")
    if way == "mouse":
        page.page.get_by_role("row").filter(has_text="sw1").get_by_role("button", name="Drain").click()
    else:
        rows = page.page.locator("tbody tr").all_inner_texts()  # in the order in which they joined
        place = next(number for number, row in enumerate(rows) if "sw1" in row)
        page.keys(*"j" * (place + 1), "d")
    page.answer("Drain the worker")
    page.wait_until(lambda tab: not started.system.workers["sw1"].is_running, "the worker leaves")
    live = page.page.get_by_role("table", name="Live workers").get_by_role("row").filter(has_text="sw1")
    page.wait_until(lambda tab: live.count() == 0, "it is off the list")
    page.see_row("left", "sw1")


def test_what_was_done_is_in_the_audit(steered: Dashboard, sight: OpenSight) -> None:
    page = sight(steered, "queues/low")
    page.button("Pause priority low")
    page.answer("Pause")
    page.see("priority low is paused")
    page.button("Undo")
    page.wait_until(lambda tab: steered.ask("queues/low")["pause"] is None, "the priority goes on")
    page.open("system?tab=audit")
    page.see_row("pause", "low", "done")
    page.see_row("resume", "low", "done")


def test_who_may_only_look_can_press_nothing_and_is_told_why(looked_at: Dashboard, sight: OpenSight) -> None:
    page = sight(looked_at, "queues/normal")
    button = page.page.get_by_role("button", name="Pause")
    button.wait_for()
    assert button.get_attribute("aria-disabled") == "true"
    assert button.get_attribute("title") == "needs the role operator"
    page.keys("p")
    assert page.page.get_by_role("dialog").count() == 0


def type_into_the_palette(page: Sight, text: str) -> None:
    """Open the palette and type without a pause, as whoever knows it does."""
    page.keys("Control+k")
    page.page.keyboard.type(text)
    assert page.page.get_by_role("dialog").get_by_role("combobox").input_value() == text


def test_the_palette_goes_to_pages_functions_and_tasks(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy)
    type_into_the_palette(page, "make_pic")
    page.see("make_picture")
    page.keys("Enter")
    page.page.get_by_role("heading", level=1, name="make_picture").wait_for()
    task_id = busy.ask("tasks?name=rebuild_index&limit=1")["items"][0]["id"]
    type_into_the_palette(page, task_id)
    page.keys("Enter")
    page.page.locator(".task-title", has_text="rebuild_index").wait_for()
    type_into_the_palette(page, "workers")
    page.keys("Enter")
    page.page.get_by_role("heading", level=1, name="Workers").wait_for()


def test_what_the_palette_does_leaves_the_focus_where_it_was(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy)
    page.page.get_by_role("link", name="Queues", exact=True).first.focus()
    type_into_the_palette(page, "theme")
    page.keys("Enter")
    page.page.get_by_role("dialog").wait_for(state="detached")
    assert focused(page) == "Queues"


PAGES_BY_KEY = {
    "t": "Tasks",
    "e": "Errors",
    "q": "Queues",
    "k": "Workers",
    "f": "Functions",
    "y": "System",
    "a": "API",
    "o": "Overview",
}


def test_g_and_a_letter_go_to_a_page(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy)
    for key, heading in PAGES_BY_KEY.items():
        page.keys("g", key)
        page.page.get_by_role("heading", level=1, name=heading).wait_for()


def test_the_theme_changes_and_is_remembered(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy)
    before = page.page.evaluate("document.documentElement.dataset.theme")
    page.keys("t")
    page.wait_until(lambda tab: tab.evaluate("document.documentElement.dataset.theme") != before, "the other theme")
    page.page.reload()
    page.live()
    assert page.page.evaluate("document.documentElement.dataset.theme") != before


def test_the_help_lists_the_keys_and_can_switch_them_off(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy)
    page.keys("?")
    page.see("Pause or resume live updates")
    page.page.get_by_label("Use keys without Ctrl").uncheck()
    page.keys("Escape", "g", "t")
    page.page.get_by_role("heading", level=1, name="Overview").wait_for()


def test_a_request_is_tried_on_the_api_page(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "api?op=get+%2Fapi%2Fv1%2Fqueues%2F%7Bpriority%7D")
    page.page.get_by_label("priority").fill("high")
    page.button("Send")
    page.see("200")
    page.see('"priority": "high"')


def test_pausing_the_live_updates_holds_the_page_still(dashboard: StartDashboard, sight: OpenSight) -> None:
    started = dashboard(workers=0)
    page = sight(started, "tasks")
    page.live()
    page.keys("r")
    page.see("Paused")
    with started.system.sync_client() as client:
        client.delay("send_receipt", 1, "a@example.org")
    page.page.wait_for_timeout(2000)
    assert "send_receipt" not in page.page.locator("main .panel.list").inner_text()
    page.keys("r")
    page.see_row("send_receipt")
