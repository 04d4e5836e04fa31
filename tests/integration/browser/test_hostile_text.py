"""Whatever text a task carries stays text: name, arguments, result, error, variables, log lines, spans, worker id."""

from typing import Any
from urllib.parse import quote

import pytest

from fastworker.application.task_options import submit_options
from tests.integration.waiting import until

from .conftest import Dashboard, OpenSight, dashboards
from .sight import Sight

CORPUS = [
    "<script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    '"><svg onload=window.hacked=1>',
    "javascript:window.hacked=1",
    "{{constructor.constructor('window.hacked=1')()}}",
    "</title></textarea><script>window.hacked=1</script>",
    "' onmouseover='window.hacked=1",
    "\u202egnp.exe\u0000\ud7ff<b>bold</b>",
]

# A tag has no character that cannot be printed.
TAGS = [text for text in CORPUS if text.isprintable()]

WORKER = "<img-src=x-onerror=window.hacked=1>"


@pytest.fixture(scope="module")
def hostile(standing_processes: Any) -> Dashboard:
    """A dashboard in which every text is an attack."""
    started = dashboards(standing_processes)(workers=0, environment={"OTEL_TRACES_EXPORTER": "console"})
    started.system.start_worker(WORKER, "--show-locals")
    with started.system.sync_client() as client:
        handles = [client.delay("repeat_evil", text) for text in CORPUS]
        handles += [client.delay("raise_evil", text) for text in CORPUS]
        handles += [client.delay("<b>evil</b>", CORPUS[0])]
        handles += [client.submit("repeat_evil", ["tagged"], {}, submit_options(tags=TAGS))]
    until(lambda: ended(started) == len(handles), what="all have ended")
    return started


def ended(dashboard: Dashboard) -> int:
    counts = dashboard.ask("tasks/counts")
    return int(counts["success"] + counts["failure"])


PATHS = ["", "tasks", "tasks?status=failure", "errors", "workers", "functions", "queues", "system", "system?tab=audit"]
TABS = 7


def check(page: Sight, where: str) -> None:
    """See that nothing of the corpus has become a part of the page, and that nothing of it ran."""
    assert page.page.evaluate("window.hacked") is None, where
    assert page.page.locator("main b", has_text="bold").count() == 0, where
    assert page.page.locator("main img, main script, main svg[onload]").count() == 0, where


def test_every_text_of_a_task_stays_text(hostile: Dashboard, sight: OpenSight) -> None:
    groups = [f"errors/{group['fingerprint']}" for group in hostile.ask("errors")["items"]]
    functions = ["functions/%3Cb%3Eevil%3C%2Fb%3E", "tasks?name=%3Cb%3Eevil%3C%2Fb%3E"]
    page = sight(hostile, None)
    for path in [*PATHS, *groups, *functions]:
        page.open_all(path)
        check(page, path)


def test_tags_stay_text_wherever_they_are_shown(hostile: Dashboard, sight: OpenSight) -> None:
    page = sight(hostile, None)
    [task] = hostile.ask(f"tasks?tag={quote(TAGS[0])}")["items"]
    for path in (f"tasks/{task['id']}", f"tasks/{task['id']}?edit=1", f"tasks?tag={quote(TAGS[-1])}"):
        page.open(path)
        page.live()
        check(page, path)
    page.page.locator("summary", has_text="Columns").click()
    page.page.get_by_role("checkbox", name="Tags").check()
    shown = page.page.locator("table.data .tag")
    shown.first.wait_for()
    assert shown.all_inner_texts() == TAGS
    page.page.get_by_role("combobox", name="Search tasks").fill("tag:")
    page.page.get_by_role("listbox", name="What fits").get_by_role("option").first.wait_for()
    check(page, "the suggestions")


def test_it_stays_text_on_each_tab_of_a_task(hostile: Dashboard, sight: OpenSight) -> None:
    page = sight(hostile, None)
    for task in hostile.ask("tasks?limit=50")["items"]:
        page.open_all(f"tasks/{task['id']}")
        tabs = page.page.get_by_role("tab")
        tabs.first.wait_for()
        assert tabs.count() == TABS
        for number in range(TABS):
            tabs.nth(number).click()
            page.page.locator("[aria-selected=true]").and_(tabs.nth(number)).wait_for()
            page.loaded()
            check(page, f"{task['id']}, tab {number}")


def test_what_a_span_says_stays_text(hostile: Dashboard, sight: OpenSight) -> None:
    page = sight(hostile, None)
    tasks = hostile.ask("tasks?name=repeat_evil&limit=50")["items"]
    assert len(tasks) == len(CORPUS) + 1
    for task in (each for each in tasks if not each["tags"]):
        page.open_all(f"tasks/{task['id']}?tab=trace")
        rows = page.page.locator(".spans > li")
        rows.nth(1).wait_for()
        for summary in rows.locator("summary").all():
            summary.click()
        assert rows.locator("b, img, script, svg[onload]").count() == 0
        assert "window.hacked=1" in rows.last.inner_text() or "bold</b>" in rows.last.inner_text()
        check(page, task["id"])


def test_what_a_variable_says_stays_text(hostile: Dashboard, sight: OpenSight) -> None:
    page = sight(hostile, None)
    tasks = hostile.ask("tasks?name=raise_evil&limit=50")["items"]
    assert len(tasks) == len(CORPUS)
    for task in tasks:
        page.open_all(f"tasks/{task['id']}")
        locals_of_it = page.page.locator(".locals")
        locals_of_it.locator("summary").click()
        shown = locals_of_it.locator("td").inner_text()
        assert "window.hacked=1" in shown or "bold</b>" in shown
        assert locals_of_it.locator("b, img, script, svg[onload]").count() == 0
        check(page, task["id"])


def test_the_browser_would_not_run_an_inline_script_either(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy)
    page.expect_complaints("Content Security Policy|TrustedHTML|requires 'Trusted")
    attack = "() => { try { document.body.innerHTML = '<b>x</b>' } catch (error) { return error.name } }"
    assert page.page.evaluate(attack) == "TypeError"


def test_hostile_parameters_of_the_url_stay_text(busy: Dashboard, sight: OpenSight) -> None:
    page = sight(busy, None)
    page.expect_complaints("40[04]")
    attack = "%3Cimg%20src%3Dx%20onerror%3Dwindow.hacked%3D1%3E"
    for path in (
        f"tasks?name={attack}",
        f"tasks?q={attack}",
        f"tasks/{attack}",
        f"workers/{attack}",
        f"api?op={attack}",
    ):
        page.open(path)
        page.live()
        assert page.page.evaluate("window.hacked") is None
        assert page.page.locator("main img").count() == 0
