"""What people want of a worker, by mouse and by keyboard: other slots, to leave in time, to stay."""

from typing import Any

import pytest

from .conftest import Dashboard, OpenSight, StartDashboard
from .sight import Sight

WAYS = pytest.mark.parametrize("way", ["mouse", "keyboard"])


def held(started: Dashboard) -> str:
    """Have the worker run a task that does not end by itself."""
    with started.system.sync_client() as client:
        return str(client.delay("wait_for", 600.0))


def worker(started: Dashboard) -> Any:
    return started.ask("workers/sw1")


def press(page: Sight, way: str, name: str, key: str) -> None:
    """Do something on the page of the worker."""
    page.page.get_by_text("active").or_(page.page.get_by_text("draining")).first.wait_for()
    if way == "mouse":
        page.button(f"{name} sw1")
    else:
        page.keys(key)


def slots_field(page: Sight) -> Any:
    """Return the field of the dialog; charts are called so, too."""
    return page.page.get_by_role("dialog").get_by_label("Slots")


def focused(page: Sight) -> str:
    """Return what the element that has the focus says."""
    return str(page.page.evaluate("document.activeElement.textContent"))


@WAYS
def test_a_worker_is_resized(steered: Dashboard, sight: OpenSight, way: str) -> None:
    before = worker(steered)["slots"]
    wanted = before + 2
    page = sight(steered, "workers/sw1")
    press(page, way, "Resize…", "z")
    page.see("as long as the process of this worker lives")
    field = slots_field(page)
    field.fill(str(wanted))
    if way == "mouse":
        page.answer("Resize it")
    else:
        field.press("Enter")
    page.see(f"/{wanted}")
    page.wait_until(lambda tab: worker(steered)["slots"] == wanted, "the worker has them")
    steered.tell("workers/sw1/resize", {"slots": before})
    page.see(f"/{before}")


def test_slots_that_are_no_number_are_not_sent(steered: Dashboard, sight: OpenSight) -> None:
    page = sight(steered, "workers/sw1")
    press(page, "mouse", "Resize…", "z")
    slots_field(page).fill("many")
    page.answer("Resize it")
    page.see("expected a whole number")
    assert slots_field(page).input_value() == "many"
    assert worker(steered)["ordered_slots"] is None


@WAYS
def test_a_worker_that_drains_is_resumed(dashboard: StartDashboard, sight: OpenSight, way: str) -> None:
    started = dashboard()
    held(started)
    page = sight(started, "workers/sw1")
    page.wait_until(lambda tab: worker(started)["running"] == 1, "the task runs")
    press(page, way, "Drain", "d")
    page.answer("Drain the worker")
    page.page.get_by_role("button", name="Resume sw1").wait_for()
    assert worker(started)["state"] == "draining"
    press(page, way, "Resume", "u")
    page.wait_until(lambda tab: worker(started)["state"] == "active", "the worker stays")
    page.page.get_by_role("button", name="Drain sw1").wait_for()
    assert started.system.workers["sw1"].is_running


def test_the_button_that_drains_a_worker_keeps_the_focus_when_it_becomes_the_one_that_resumes_it(
    dashboard: StartDashboard, sight: OpenSight
) -> None:
    started = dashboard()
    held(started)
    page = sight(started, "workers/sw1")
    page.wait_until(lambda tab: worker(started)["running"] == 1, "the task runs")
    press(page, "mouse", "Drain", "d")
    page.answer("Drain the worker")
    page.page.get_by_role("button", name="Resume sw1").wait_for()
    assert focused(page) == "Resume sw1"
    page.keys("Enter")
    page.page.get_by_role("button", name="Drain sw1").wait_for()
    assert focused(page) == "Drain sw1"


@WAYS
def test_a_worker_is_shut_down_when_its_name_was_typed(dashboard: StartDashboard, sight: OpenSight, way: str) -> None:
    started = dashboard()
    task_id = held(started)
    page = sight(started, "workers/sw1")
    page.page.get_by_text("wait_for").first.wait_for()
    page.expect_complaints("409|404")
    press(page, way, "Shut down…", "S")
    page.see("The 1 task that it runs now")
    page.page.get_by_label("Seconds for what runs").fill("0")
    page.answer_for_good("Shut it down", "sw1")
    page.wait_until(lambda tab: not started.system.workers["sw1"].is_running, "the process ends")
    page.wait_until(lambda tab: started.ask(f"tasks/{task_id}")["status"] == "lost", "what it ran is lost")
    page.open("system?tab=audit")
    page.see_row("shut down worker", "sw1", "draining for at most 0 s")


def test_of_the_control_planes_own_worker_only_the_slots_can_be_set(steered: Dashboard, sight: OpenSight) -> None:
    page = sight(steered, "workers/control-plane")
    drain = page.page.get_by_role("button", name="Drain control-plane")
    drain.wait_for()
    assert drain.get_attribute("aria-disabled") == "true"
    assert drain.get_attribute("title") == "this is the control plane itself"
    assert page.page.get_by_role("button", name="Shut down… control-plane").get_attribute("aria-disabled") == "true"
    page.button("Resize… control-plane")
    slots_field(page).fill("7")
    page.answer("Resize it")
    page.wait_until(lambda tab: steered.ask("workers/control-plane")["slots"] == 7, "it has them")
    steered.tell("workers/control-plane/resize", {"slots": 4})


def test_the_stack_of_a_task_is_shown_although_its_worker_has_no_address(
    dashboard: StartDashboard, sight: OpenSight
) -> None:
    started = dashboard(workers=0)
    joined = started.system.processes.start(
        "sw9",
        *("python", "-m", "fastworker.entrypoints.subworker", "--worker-id", "sw9"),
        *("--control-plane-address", started.system.address, "--task-modules", "shop_work"),
    )
    joined.wait_for('"event": "joined"')
    page = sight(started, f"tasks/{held(started)}")
    page.page.locator(".task-title .status", has_text="running").wait_for()
    page.page.get_by_role("tab", name="Stack").click()
    page.see("await asyncio.sleep(seconds)")
    page.see("Attempt 1 on sw9")
