"""What led to what: the search helps to ask, and pages tell why tasks failed, waited or are gone, and who left."""

import re
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.integration.waiting import until

from .conftest import Dashboard, OpenSight, StartDashboard
from .sight import Sight

if TYPE_CHECKING:
    from playwright.sync_api import Route


def search(page: Sight, text: str) -> None:
    """Type into the search of the list of tasks."""
    page.see_row("send_receipt")
    page.keys("/")
    page.page.keyboard.type(text)


def test_the_search_offers_values_that_are_chosen_by_keyboard(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "tasks")
    search(page, "st")
    page.page.get_by_role("option", name="status:").wait_for()
    page.keys("ArrowDown", "Enter")
    page.page.keyboard.type("fail")
    page.page.get_by_role("option", name="failure").wait_for()
    page.keys("ArrowDown", "Enter")
    page.wait_until(lambda tab: "status=failure" in tab.url, "the filter")
    page.see_row("charge_card", "failure")
    assert page.page.get_by_role("combobox", name="Search tasks").input_value() == ""


def test_the_search_offers_values_that_are_chosen_by_mouse(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "tasks")
    search(page, "error:value")
    page.page.get_by_role("option", name=re.compile("ValueError")).click()
    page.wait_until(lambda tab: "fingerprint=" in tab.url, "the filter")
    page.see_row("parse_feed", "failure")


def test_what_is_typed_stays_while_the_list_is_not_narrowed_by_half_a_word(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "tasks")
    search(page, "receipt status:succ")
    page.wait_until(lambda tab: "q=receipt" in tab.url, "the search for the whole word")
    page.see_row("send_receipt")
    assert page.page.get_by_role("combobox", name="Search tasks").input_value() == "receipt status:succ"
    page.keys("ArrowDown", "Enter")
    page.wait_until(lambda tab: "status=success" in tab.url, "the filter")
    assert page.page.get_by_role("combobox", name="Search tasks").input_value() == "receipt "


def test_what_was_submitted_lately_is_searched_by_age(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "tasks")
    search(page, "until:1d ")
    page.see("No task matches")


@pytest.mark.parametrize("path", ["", "queues/normal", "system"])
def test_a_part_of_the_time_can_be_left_wherever_a_chart_shows_it(busy: Dashboard, sight: OpenSight, path: str) -> None:
    end = int(time.time())
    page = sight(busy, f"{path}?from={end - 60}&to={end}")
    page.page.get_by_role("link", name="Tasks of this time").wait_for()
    page.button("Show the whole range")
    page.wait_until(lambda tab: "from=" not in tab.url, "all of the range")


def test_an_empty_list_tells_how_many_tasks_are_not_kept(dashboard: StartDashboard, sight: OpenSight) -> None:
    started = dashboard(workers=0, flags="--result-cache-size 2")
    with started.system.sync_client() as client:
        for handle in [client.delay("parse_feed", "1") for _ in range(5)]:
            handle.get(timeout=20)
    page = sight(started, "tasks?name=join_words")
    page.see("No task matches")
    page.see("3 tasks that ended since the start were deleted, or are not kept any more: the latest 2 are kept for 1 h")


def test_an_error_tells_what_led_to_it(steered: Dashboard, sight: OpenSight) -> None:
    with steered.system.sync_client() as client:
        task_id = client.delay("ship_order", 7)
    page = sight(steered, f"tasks/{task_id}")
    causes = page.page.get_by_role("list", name="What led to it")
    causes.wait_for()
    assert re.sub(r"\s+", " ", causes.inner_text()).strip() == "caused by KeyError: 7"


def test_a_running_task_shows_its_latest_log_lines_and_when_its_worker_was_heard_of(
    busy: Dashboard, sight: OpenSight
) -> None:
    running = busy.ask("tasks?name=rebuild_index&status=running&limit=1")["items"][0]
    page = sight(busy, f"tasks/{running['id']}")
    page.see("Latest log lines")
    page.see("indexed document 1")
    page.see("last heard of")


def test_a_worker_shows_what_its_tasks_log_and_leads_to_them(busy: Dashboard, sight: OpenSight) -> None:
    running = busy.ask("tasks?name=rebuild_index&status=running&limit=1")["items"][0]
    page = sight(busy, f"workers/{running['worker_id']}")
    log = page.page.get_by_role("region", name="Latest log lines")
    log.get_by_text("indexed document").last.wait_for()
    log.get_by_role("link", name="rebuild_index").last.click()
    page.wait_until(lambda tab: "/tasks/" in tab.url, "the task that said it")


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("Python", 'delay("charge_card"'),
        ("Command line", "fastworker submit charge_card"),
        ("curl", "curl -H"),
        ("JSON of the task", '"most_attempts": 3'),
    ],
)
def test_a_call_is_copied_in_other_words(busy: Dashboard, sight: OpenSight, label: str, text: str) -> None:
    failed = busy.ask("tasks?name=charge_card&limit=1")["items"][0]
    page = sight(busy, None)
    page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.open_all(f"tasks/{failed['id']}")
    page.page.get_by_text("Copy as", exact=True).click()
    page.button(label)
    page.see(f"Copied: {label}")
    assert text in page.page.evaluate("navigator.clipboard.readText()")


def test_attempts_tell_how_long_they_were_waited_for(busy: Dashboard, sight: OpenSight) -> None:
    failed = busy.ask("tasks?name=charge_card&limit=1")["items"][0]
    page = sight(busy, f"tasks/{failed['id']}")
    waterfall = page.page.get_by_role("list", name=re.compile("^Attempts over"))
    waterfall.wait_for()
    assert len(re.findall(r"after \d", waterfall.inner_text())) == 3


def test_steps_are_told_of_a_task_that_nobody_followed(busy: Dashboard, sight: OpenSight) -> None:
    ended = busy.ask("tasks?name=send_receipt&limit=1")["items"][0]
    page = sight(busy, f"tasks/{ended['id']}?tab=steps")
    page.see_row("running", "sw1")
    page.see_row("success")


def test_a_lost_worker_is_on_record_after_it_is_gone(dashboard: StartDashboard, sight: OpenSight) -> None:
    started = dashboard(flags="--lease-seconds 4")
    with started.system.sync_client() as client:
        client.delay("parse_feed", "1").get(timeout=20)
    page = sight(started, "workers/sw1")
    page.expect_complaints("404")
    page.see("Ended lately")
    started.system.workers["sw1"].send(signal.SIGKILL)
    until(lambda: started.ask("workers")["total"]["value"] == 1, within=60, what="the worker is given up")
    page.see("sw1 was lost")
    page.see_row("came")
    page.see_row("lost")
    page.open("workers")
    page.see_row("lost", "sw1")
    page.open("")
    page.page.get_by_role("region", name="Throughput").get_by_text("worker lost").wait_for()


def test_a_worker_that_never_was_is_told_so(untouched: Dashboard, sight: OpenSight) -> None:
    page = sight(untouched, None)
    page.expect_complaints("404")
    page.open("workers/nobody")
    page.see("No worker nobody is here")


def test_a_queue_shows_how_deep_it_was_over_any_range(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "queues/normal")
    page.page.get_by_role("img", name=re.compile("^Depth, latest: normal")).wait_for()
    page.button("24h")
    page.wait_until(lambda tab: "range=24h" in tab.url, "the range")


def test_a_queue_shows_how_long_its_tasks_waited_as_a_chart_and_as_a_table(
    steered: Dashboard, sight: OpenSight
) -> None:
    with steered.system.sync_client() as client:
        client.wait_for_end(client.delay("send_receipt", 7, "waited@example.org"), timeout=30)
    page = sight(steered, "queues/normal")
    page.page.get_by_role("img", name=re.compile("^Wait latency, latest: p50 .*s, p95 .*s, p99 .*s")).wait_for()
    page.button("Wait latency as a table")
    table = page.page.get_by_role("region", name="Wait latency as a table")
    table.get_by_role("columnheader", name="p95").wait_for()
    table.get_by_role("cell", name=re.compile(r"\d (µs|ms|s)")).first.wait_for()


def test_a_queue_of_which_nothing_started_shows_no_waits(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "queues/low")
    page.page.get_by_role("region", name="Wait latency").get_by_text("Nothing was seen in this time").wait_for()


def test_a_function_shows_how_long_its_attempts_ran(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "functions/send_receipt")
    page.see("attempts since the start")
    page.page.get_by_role("list", name="How long attempts ran").wait_for()
    page.button("Run times as a table")
    table = page.page.get_by_role("region", name="Run times as a table")
    table.get_by_role("columnheader", name="Later attempts").wait_for()
    table.get_by_role("row").nth(1).wait_for()


def test_a_function_that_is_tried_again_shows_its_later_attempts_apart(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "functions/charge_card")
    run_times = page.page.get_by_role("region", name="Run times")
    run_times.get_by_text(re.compile(r"^first attempts 3")).wait_for()
    run_times.get_by_text(re.compile(r"^later ones 6")).wait_for()
    run_times.get_by_title(re.compile("of them not the first of their task")).first.wait_for()


def test_the_list_of_functions_shows_how_fast_each_goes(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "functions")
    page.page.get_by_role("columnheader", name="Rate").wait_for()
    page.see_row("send_receipt", "/s")


def test_the_system_page_tells_what_goes_over_each_channel(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "system")
    page.see_row("clients", "tcp://", "messages")
    page.see_row("workers", busy.ask("system")["worker_address"])
    page.see_row("own worker")
    page.see_row("beacon", "/s ·")  # it speaks every second


def test_the_table_of_a_chart_leads_to_the_tasks_of_a_moment(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy)
    page.button("Throughput as a table")
    page.page.get_by_role("region", name="Throughput as a table").get_by_role("link").first.click()
    page.page.get_by_role("heading", level=1, name="Tasks").wait_for()
    assert "since=" in page.page.url
    assert "until=" in page.page.url


def test_a_tile_tells_also_in_words_where_its_number_goes(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, None)

    def two_minutes_later(route: "Route") -> None:
        """Answer as after two minutes, of which the second had more of some and less of others."""
        series = route.fetch().json()
        last = series["at"][-1] if series["at"] else time.time()
        series["at"] = [last - 119 + second for second in range(120)]
        series["columns"] = {name: [None] * 120 for name in series["columns"]} | {
            "failure": [0] * 60 + [2] * 60,
            "run_p95": [4.0] * 60 + [1.0] * 60,
        }
        route.fulfill(json=series)

    page.page.route("**/metrics/series?*", two_minutes_later)
    page.open("")
    page.page.get_by_role("link", name=re.compile(r"^Failed .* grows")).wait_for()
    page.page.get_by_role("link", name=re.compile(r"^p95 run .* shrinks")).wait_for()


def test_failures_tell_what_became_of_their_tasks(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "errors")
    row = page.page.get_by_role("row").filter(has_text="OrderRefused").filter(has_text="charge_card")
    row.get_by_role("list", name="What became of its tasks").get_by_text("failure").wait_for()
    row.get_by_role("link", name=re.compile("OrderRefused")).click()
    page.page.get_by_role("list", name="What became of its tasks").get_by_title("3 ended as failure").wait_for()


def test_failures_that_nobody_has_seen_are_named_on_the_overview(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy)
    page.page.get_by_role("link", name=re.compile("^Nobody has seen")).click()
    page.wait_until(lambda tab: "errors?show=new" in tab.url, "the new failures")


def test_a_control_plane_that_leaves_all_to_subworkers_stands_by(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "workers")
    page.see_row("control-plane", "stands by")
    page.see_row("sw1", "active")
    page.open("")
    page.see("4 more stand by")


def test_the_api_page_says_how_an_endpoint_fails(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "api?op=get+%2Fapi%2Fv1%2Ftasks")
    page.page.get_by_role("region", name="When it fails").get_by_text("400, 401").wait_for()


def test_failures_of_a_range_of_time_are_listed(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, "errors")
    page.button("1h")
    page.wait_until(lambda tab: "range=1h" in tab.url, "the range")
    page.see_row("ValueError")


def test_no_failures_in_a_range_of_time_are_said_so(untouched: Dashboard, sight: OpenSight) -> None:
    sight(untouched, "errors?range=15m").see("No failures within 15m")
