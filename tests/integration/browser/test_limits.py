"""How much of a priority may run is said and seen on the page, by mouse and by keyboard."""

from .conftest import Dashboard, OpenSight, StartDashboard


def submit(dashboard: Dashboard, number: int) -> None:
    """Have some tasks of normal priority come that run until the end."""
    with dashboard.system.sync_client() as client:
        for _ in range(number):
            client.delay("wait_for", 600.0)


def test_limits_are_set_by_mouse_seen_changed_by_keyboard_and_taken_away(
    dashboard: StartDashboard, sight: OpenSight
) -> None:
    started = dashboard()
    page = sight(started, "queues/normal")
    dialog = page.page.get_by_role("dialog")
    page.button("Limits… of priority normal")
    dialog.get_by_label("At most at once").fill("0")
    page.answer("Set the limits")
    page.see("at least 1")
    dialog.get_by_label("At most at once").fill("1")
    page.answer("Set the limits")
    page.see("at most 1 at once")
    submit(started, 3)
    page.see("as many run as may at once")
    page.see("1 of 1")
    assert page.page.get_by_text("paused", exact=True).count() == 0

    waiting = started.ask("tasks?status=queued")["items"][0]["id"]
    page.open(f"tasks/{waiting}")
    page.see("It waits for the limit of its priority")
    page.page.get_by_role("link", name="normal: at most 1 at once").click()
    page.see("1 of 1")

    page.open_all("queues")
    page.see_row("normal", "limited", "at most 1 at once")
    page.keys("j", "j", "j", "l")
    dialog.get_by_label("At most at once").and_(page.page.locator(":focus")).wait_for()
    page.keys("Control+a", "3", "Tab", "0", ".", "0", "0", "1", "Enter")
    page.see_row("normal", "limited", "at most 3 at once, 0.001/s")
    page.wait_until(lambda tab: started.ask("queues/normal")["running"] == 2, "the first under the new rate")
    assert started.ask("queues/normal")["limited_by"] == "per_second"
    page.open_all()
    page.see_row("normal", "limited")

    page.open_all("queues/normal")
    page.keys("l")
    for label in ("At most at once", "At most per second"):
        dialog.get_by_label(label).fill("")
    page.answer("Set the limits")
    page.see("priority normal: no limits")
    now = started.ask("queues/normal")
    assert (now["limits"], now["depth"], now["running"]) == (None, 0, 3)
    page.button("Undo")
    page.see("at most 3 at once, 0.001/s")


def test_limits_of_a_queue_that_somebody_else_has_changed_meanwhile_are_not_set(
    dashboard: StartDashboard, sight: OpenSight
) -> None:
    started = dashboard(workers=0)
    page = sight(started, "queues/low")
    page.expect_complaints("412")
    page.button("Limits… of priority low")
    page.page.get_by_label("At most per second").fill("2.5")
    started.tell("queues/low/limits", {"at_once": 5, "per_second": None}, method="PUT")
    page.answer("Set the limits")
    page.see("Limit priority low: ")
    page.see("at most 5 at once")
    assert started.ask("queues/low")["limits"]["per_second"] is None


def test_who_may_only_look_sets_no_limits(dashboard: StartDashboard, sight: OpenSight) -> None:
    started = dashboard(workers=0, flags="--dashboard-role viewer")
    page = sight(started, "queues/normal")
    button = page.page.get_by_role("button", name="Limits")
    button.wait_for()
    assert button.get_attribute("title") == "needs the role operator"
    page.keys("l")
    assert page.page.get_by_role("dialog").count() == 0
