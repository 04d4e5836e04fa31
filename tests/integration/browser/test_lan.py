"""By a name of the local network, over plain http: browsers give such a page neither a clipboard nor fetch metadata."""

from dataclasses import replace
from urllib.parse import urlsplit

from .conftest import LAN_NAME, Dashboard, OpenSight, StartDashboard
from .sight import Sight


def by_name(started: Dashboard) -> Dashboard:
    """Return the dashboard as browsers on other machines see it; this process knows no such name."""
    return replace(started, url=f"http://{LAN_NAME}:{urlsplit(started.url).port}/")


def pasted(page: Sight) -> str:
    """Return what is in the clipboard, which only a paste tells here."""
    page.keys("Control+k")
    field = page.page.get_by_role("dialog").get_by_role("combobox")
    field.focus()
    page.keys("Control+v")
    return field.input_value()


def test_a_page_of_an_insecure_origin_is_live_on_one_stream_copies_and_acts(
    dashboard: StartDashboard, sight: OpenSight
) -> None:
    started = dashboard(flags=f"--dashboard-allowed-host {LAN_NAME} --insecure")
    with started.system.sync_client() as client:
        task_id = str(client.delay("parse_feed", "12"))
    tabs = [sight(by_name(started), path) for path in (f"tasks/{task_id}", "queues/low", "workers")]
    for tab in tabs:
        tab.live()
        assert tab.page.evaluate("[isSecureContext, typeof navigator.clipboard]") == [False, "undefined"]
    assert started.ask("system")["hub"]["clients"] == 1

    task, queue, _ = tabs
    task.button("Copy the id")
    assert pasted(task) == task_id

    queue.button("Pause priority low")
    with queue.page.expect_request("**/queues/low/pause") as asked:
        queue.answer("Pause")
    queue.see("priority low is paused")
    headers = asked.value.all_headers()
    assert (headers["origin"], "sec-fetch-site" in headers) == (by_name(started).url.rstrip("/"), False)
    assert started.ask("queues/low")["pause"] is not None
