"""What was added for those who clear up: purging a queue, failures that are seen or muted, replays, files."""

import csv
import json
from pathlib import Path

import pytest

from .conftest import Dashboard, OpenSight, StartDashboard
from .sight import Sight


def waiting(dashboard: Dashboard, number: int) -> None:
    """Have tasks wait in the paused normal queue."""
    with dashboard.system.sync_client() as client:
        for _ in range(number):
            client.delay("wait_for", 600.0)


def paused(dashboard: Dashboard, sight: OpenSight) -> Sight:
    """Open the normal queue and pause it."""
    page = sight(dashboard, "queues/normal")
    page.button("Pause priority normal")
    page.answer("Pause")
    page.see("priority normal is paused")
    return page


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_a_queue_is_purged_after_its_name_was_typed(dashboard: StartDashboard, sight: OpenSight, way: str) -> None:
    started = dashboard()
    page = paused(started, sight)
    waiting(started, 7)
    button = page.page.get_by_role("button", name="Purge…")
    page.wait_until(lambda tab: button.get_attribute("aria-disabled") is None, "something to purge")
    if way == "mouse":
        button.click()
    else:
        button.focus()
        page.keys("Enter")
    page.see("Cancel all 7 tasks that wait in normal?")
    dialog = page.page.get_by_role("dialog")
    agree = dialog.get_by_role("button", name="Cancel 7 tasks")
    assert agree.get_attribute("aria-disabled") == "true"  # the name was not typed
    dialog.get_by_role("textbox").fill("normal")
    page.page.keyboard.press("Enter")
    page.wait_until(lambda tab: started.ask("tasks/counts")["cancelled"] == 7, "seven cancelled tasks")
    page.open("system?tab=operations")
    page.see_row("purge normal: 7 tasks", "done")


def test_a_pause_of_somebody_else_is_not_overwritten(dashboard: StartDashboard, sight: OpenSight) -> None:
    started = dashboard()
    page, other = sight(started, "queues/low"), sight(started, "queues/low")
    page.expect_complaints("412")
    page.button("Pause priority low")
    other.button("Pause priority low")
    other.answer("Pause")
    other.see("priority low is paused")
    page.answer("Pause")
    page.see("This was changed by somebody else meanwhile")


def failed(dashboard: Dashboard, sight: OpenSight) -> Sight:
    """Have a task fail and open its group."""
    with dashboard.system.sync_client() as client:
        client.delay("parse_feed", "x")
    page = sight(dashboard, "errors")
    page.see_row("ValueError", "new")
    page.page.locator(".nav-badge", has_text="1").wait_for()
    page.page.get_by_role("link", name="ValueError").click()
    page.see("Traceback of the latest")
    return page


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_failures_are_marked_as_seen_until_they_happen_again(
    dashboard: StartDashboard, sight: OpenSight, way: str
) -> None:
    started = dashboard()
    page = failed(started, sight)
    if way == "mouse":
        page.button("Mark as seen")
    else:
        page.keys("s")
    page.see("Marked as seen")
    page.page.locator(".nav-badge").wait_for(state="detached")
    page.open("errors?show=new")
    page.see("No failure that nobody has seen")
    with started.system.sync_client() as client:
        client.delay("parse_feed", "y")
    page.see_row("ValueError", "1 new")


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_failures_are_muted_and_unmuted(dashboard: StartDashboard, sight: OpenSight, way: str) -> None:
    started = dashboard()
    page = failed(started, sight)
    press = page.button if way == "mouse" else lambda _: page.keys("m")
    press("Mute")
    page.see("Muted: nobody is told of these failures")
    page.page.locator(".nav-badge").wait_for(state="detached")
    page.page.get_by_role("button", name="Unmute").wait_for()
    press("Unmute")
    page.page.locator(".nav-badge", has_text="1").wait_for()


def test_a_dead_letter_is_replayed_and_another_is_edited(dashboard: StartDashboard, sight: OpenSight) -> None:
    started = dashboard()
    with started.system.sync_client() as client:
        task_id = str(client.delay("parse_feed", "twelve"))
    page = sight(started, "errors?tab=dead")
    page.see_row("parse_feed", "failure")
    page.button("Replay")
    page.see("Submitted as a new task")
    page.wait_until(lambda tab: started.ask("tasks/counts")["failure"] == 2, "another failure")
    assert started.ask("tasks?order=newest&limit=1")["items"][0]["origin"] == task_id
    page.page.get_by_role("row").filter(has_text="parse_feed").last.get_by_role("link", name="Edit…").click()
    page.page.get_by_role("dialog").get_by_label("text").fill("12")
    page.answer("Run as a new task")
    page.wait_until(lambda tab: started.ask("tasks/counts")["success"] == 1, "a success")


def test_a_dead_letter_is_discarded_and_then_all_are(dashboard: StartDashboard, sight: OpenSight) -> None:
    started = dashboard()
    with started.system.sync_client() as client:
        for _ in range(3):
            client.delay("parse_feed", "twelve")
    page = sight(started, "errors?tab=dead")
    page.see_row("parse_feed", "failure")
    page.button("Discard")
    page.answer("Discard it")
    page.see("It is discarded")
    page.wait_until(lambda tab: started.ask("tasks/counts")["failure"] == 2, "two dead letters")
    page.button("Discard all…")
    page.answer_for_good("Delete 2 tasks", "2")
    page.see("No dead letters")
    assert started.ask("tasks/counts")["failure"] == 0


def test_all_dead_letters_are_replayed_after_the_exact_number_was_shown(
    dashboard: StartDashboard, sight: OpenSight
) -> None:
    started = dashboard()
    with started.system.sync_client() as client:
        for _ in range(3):
            client.delay("parse_feed", "x")
    page = sight(started, "errors?tab=dead")
    page.see_row("parse_feed")
    page.wait_until(lambda tab: started.ask("tasks/counts")["failure"] == 3, "three failures")
    page.button("Replay all…")
    page.answer("Retry 3 tasks")
    page.wait_until(lambda tab: started.ask("tasks/counts")["failure"] == 6, "three more failures")


@pytest.mark.parametrize(("kind", "label"), [("csv", "Table (CSV)"), ("jsonl", "JSON Lines")])
def test_the_tasks_of_a_filter_are_saved_as_a_file(
    busy: Dashboard, sight: OpenSight, tmp_path: Path, kind: str, label: str
) -> None:
    page = sight(busy, "tasks?name=charge_card")
    page.see_row("charge_card")
    page.page.get_by_text("Export", exact=True).click()
    with page.page.expect_download() as downloading:
        page.page.get_by_role("link", name=label).click()
    file = tmp_path / "tasks"
    downloading.value.save_as(file)
    assert downloading.value.suggested_filename == f"tasks.{kind}"
    lines = file.read_text().splitlines()
    rows = list(csv.DictReader(lines)) if kind == "csv" else [json.loads(line) for line in lines]
    assert {row["name"] for row in rows} == {"charge_card"}
    assert len(rows) == busy.ask("tasks?name=charge_card&limit=1")["total"]["value"]


def test_a_part_of_the_time_is_chosen_on_the_strip_by_mouse(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "tasks")
    box = page.page.get_by_role("slider").bounding_box()
    assert box is not None
    page.page.mouse.move(box["x"] + 2, box["y"] + 10)
    page.page.mouse.down()
    page.page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 10, steps=4)
    page.see("tasks from")
    page.page.mouse.up()
    page.wait_until(lambda tab: "since=" in tab.url and "until=" in tab.url, "the part of the time")
    page.see_row("send_receipt")


def test_a_part_of_the_time_is_chosen_on_the_strip_by_keyboard(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "tasks")
    strip = page.page.get_by_role("slider")
    strip.focus()
    page.keys("ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight")
    assert "task" in str(strip.get_attribute("aria-valuetext"))
    page.keys("Escape", "ArrowRight", "Enter")
    page.wait_until(lambda tab: "since=" in tab.url, "the part of the time")


def test_what_is_hidden_is_on_no_page(dashboard: StartDashboard, sight: OpenSight) -> None:
    started = dashboard(flags="--dashboard-redact email,to")
    with started.system.sync_client() as client:
        task_id = client.delay("send_receipt", 7, "ann@example.org")
    page = sight(started, "tasks")
    page.see_row("send_receipt", "success")
    assert "ann@example.org" not in page.text()
    page.open(f"tasks/{task_id}")
    page.see("••••••")
    page.page.locator("summary", has_text="Copy as").click()
    refused = page.page.get_by_role("button", name="Command line")
    assert refused.get_attribute("title") == "some of its arguments are hidden"
    for tab in ("Attempts", "Raw"):
        page.page.get_by_role("tab", name=tab).click()
        assert "ann@example.org" not in page.text()


def test_the_diagnostics_are_saved_as_one_file(busy: Dashboard, sight: OpenSight, tmp_path: Path) -> None:
    page = sight(busy, "system")
    with page.page.expect_download() as downloading:
        page.button("Diagnostics")
    downloading.value.save_as(tmp_path / "saved")
    saved = json.loads((tmp_path / "saved").read_text())
    assert {"system", "overview", "workers", "config", "audit"} <= set(saved)
    assert saved["queues"]["total"]["value"] == 4


@pytest.mark.parametrize(("workers", "runs_it"), [(1, "sw1"), (0, "control-plane")])
def test_a_running_task_shows_where_it_is_and_keeps_that_when_it_has_ended(
    dashboard: StartDashboard, sight: OpenSight, workers: int, runs_it: str
) -> None:
    started = dashboard(workers=workers)
    waiting(started, 1)
    page = sight(started, "tasks?status=running")
    page.page.get_by_role("link", name="wait_for").click()
    page.page.get_by_role("tab", name="Stack").click()
    page.see("await asyncio.sleep(seconds)")
    page.see(f"Attempt 1 on {runs_it}")
    page.keys("c")
    page.answer("Cancel the task")
    page.page.locator(".task-title .status", has_text="cancelled").wait_for()
    page.see("of before: it does not run so any more")
    page.see("await asyncio.sleep(seconds)")
