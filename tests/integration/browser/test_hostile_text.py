"""Whatever text a task carries stays text: in names, arguments, results, errors, locals, tags, log lines, spans.

So does what people and workers are called, and what they say: ids, reasons, labels, what was acted on.
"""

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from fastworker.application.task_options import submit_options
from tests.integration.waiting import until

from .conftest import Dashboard, OpenSight, dashboards
from .sight import WAIT_MILLISECONDS, Sight

if TYPE_CHECKING:
    from playwright.sync_api import Route

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
    started.system.start_worker(WORKER, "--show-locals --concurrency 16 --label zone=" + WORKER)
    with started.system.sync_client() as client:
        handles = [client.delay("repeat_evil", text) for text in CORPUS]
        handles += [client.delay("raise_evil", text) for text in CORPUS]
        handles += [client.delay("<b>evil</b>", CORPUS[0])]
        handles += [client.submit("repeat_evil", ["tagged"], {}, submit_options(tags=TAGS))]
        for text in CORPUS:
            client.delay("linger_evil", text)
    until(lambda: tasks_of(started, "success", "failure") == len(handles), what="all have ended")
    until(lambda: tasks_of(started, "running") == len(CORPUS), what="the others run")
    paused = ["queues/low", "queues/normal", "queues/high", "queues/critical"]
    paused += [
        "functions/raise_evil",
        "functions/repeat_evil",
        "functions/linger_evil",
        "functions/%3Cb%3Eevil%3C%2Fb%3E",
    ]
    for each, text in zip(paused, CORPUS, strict=True):
        started.tell(f"{each}/pause", {"reason": text})
    return started


def tasks_of(dashboard: Dashboard, *statuses: str) -> int:
    counts = dashboard.ask("tasks/counts")
    return sum(int(counts[status]) for status in statuses)


PATHS = ["", "tasks", "tasks?status=failure", "errors", "functions", "queues", "system", "system?tab=audit"]
PATHS += ["workers", f"workers/{quote(WORKER)}"]
TABS = 7
BOLD = re.compile("^bold$")
"""What the last of the corpus would make bold; names of workers are bold as a whole."""

TYPED = "window.hacked=1"
"""Stands in all of the corpus but the last."""


def check(page: Sight, where: str) -> None:
    """See that nothing of the corpus has become a part of the page, and that nothing of it ran."""
    assert page.page.evaluate("window.hacked") is None, where
    assert page.page.locator("main b", has_text=BOLD).count() == 0, where
    assert page.page.locator("main img, main script, main svg[onload]").count() == 0, where


def shows_all(page: Sight, where: str) -> None:
    """Wait until all of the corpus can be read."""
    page.wait_until(lambda tab: tab.locator("main").inner_text().count(TYPED) >= len(CORPUS) - 1, f"all in {where}")
    check(page, where)


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


def test_how_far_a_running_task_is_stays_text(hostile: Dashboard, sight: OpenSight) -> None:
    page = sight(hostile, "tasks?status=running")
    shows_all(page, "the list")
    page.page.get_by_role("link", name="linger_evil").first.click()
    page.page.locator(".progress", has_text="1 of 2").wait_for()
    check(page, "the page of the task")
    look_at_each_tab(page)


def test_why_something_is_paused_stays_text(hostile: Dashboard, sight: OpenSight) -> None:
    page = sight(hostile, "queues")
    page.wait_until(lambda tab: tab.locator("main .pause-note").count() >= 4, "all four pauses")
    check(page, "the queues")
    page.open_all("functions/repeat_evil")
    page.page.locator(".pause-note", has_text=CORPUS[5]).first.wait_for()
    check(page, "a function")


def renamed(page: Sight, pattern: str, **more: Any) -> None:
    """Have the API answer with a list in which all that is called something is called by an attack."""

    def answer(route: "Route") -> None:
        said = route.fetch().json()
        said["items"] = [
            {
                **said["items"][0],
                **dict.fromkeys(said["items"][0].keys() & NAMES, text),
                **{name: make(number, text) for name, make in more.items()},
            }
            for number, text in enumerate(CORPUS)
        ]
        route.fulfill(json=said)

    page.page.route(pattern, answer)


NAMES = {"worker_id", "reason", "actor", "target", "before", "after", "remote", "host", "address", "version"}


@pytest.mark.parametrize(
    ("path", "pattern", "more"),
    [
        ("workers", "**/api/v1/workers?*", {"id": lambda _, text: text, "labels": lambda _, text: {text: text}}),
        ("workers", "**/api/v1/worker-moves?*", {"number": lambda number, _: number}),
        ("system?tab=audit", "**/api/v1/audit?*", {"id": lambda number, _: number}),
    ],
)
def test_what_workers_and_those_who_act_are_called_stays_text(
    hostile: Dashboard, sight: OpenSight, path: str, pattern: str, more: dict[str, Any]
) -> None:
    page = sight(hostile, None)
    renamed(page, pattern, **more)
    page.open_all(path)
    shows_all(page, pattern)


def test_it_stays_text_on_each_tab_of_a_task(hostile: Dashboard, sight: OpenSight) -> None:
    page = sight(hostile, "tasks?status=success&status=failure")
    rows = page.page.locator("table.data tbody tr")
    page.wait_until(lambda tab: rows.count() == 2 * len(CORPUS) + 2, "all that ended")
    page.keys("j", "Enter")
    spans = [look_at_each_tab(page)]
    while next_task(page):
        spans.append(look_at_each_tab(page))
    assert len(spans) == 2 * len(CORPUS) + 2
    assert sum("window.hacked=1" in said or "bold</b>" in said for said in spans) >= len(CORPUS)


def next_task(page: Sight) -> bool:
    """Go on to the next task of the list, without loading the page anew; False when there is none."""
    button = page.page.get_by_role("button", name="Next task of the list")
    if button.get_attribute("aria-disabled") == "true":
        return False
    before = page.page.url.partition("?")[0]
    button.click()
    page.wait_until(lambda tab: not tab.url.startswith(before), "the next task")
    return True


LOOK_AT_EACH_TAB = """async milliseconds => {
    const deadline = performance.now() + milliseconds;
    const until = async (what, isSo) => {
        while (!isSo()) {
            if (performance.now() > deadline) throw new Error(`never came: ${what}`);
            await new Promise(requestAnimationFrame);
        }
    };
    const main = document.querySelector('main');
    const seen = [];
    for (const tab of document.querySelectorAll('[role=tab]')) {
        tab.click();
        await until(tab.innerText, () => tab.ariaSelected === 'true' && !document.querySelector('.loading'));
        main.querySelectorAll('.spans > li summary').forEach(one => one.click());
        await new Promise(requestAnimationFrame);
        const strange = [...main.querySelectorAll('b')].filter(one => one.textContent === 'bold');
        seen.push({
            name: tab.innerText,
            hacked: window.hacked ?? null,
            parts: strange.length + main.querySelectorAll('img, script, svg[onload], .spans b').length,
            span: [...main.querySelectorAll('.spans > li')].at(-1)?.innerText ?? '',
        });
    }
    return seen;
}"""
"""In the browser, for there are many tabs: from here each question about each would cost more than its answer."""


def look_at_each_tab(page: Sight) -> str:
    """Open each tab of a task, and each span of its trace; return what its last span says."""
    page.page.get_by_role("tab").first.wait_for()
    seen = page.page.evaluate(LOOK_AT_EACH_TAB, WAIT_MILLISECONDS)
    assert len(seen) == TABS
    for tab in seen:
        assert (tab["hacked"], tab["parts"]) == (None, 0), (page.page.url, tab)
    return "".join(tab["span"] for tab in seen)


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
