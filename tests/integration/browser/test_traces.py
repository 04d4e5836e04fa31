"""A task that was submitted in a trace shows it, and leads to where traces can be looked at."""

from typing import TYPE_CHECKING

import pytest

from tests.integration.processes import Processes
from tests.integration.waiting import until

from .conftest import Dashboard, OpenSight, StartDashboard, dashboards
from .test_accessibility import THEMES, change_theme, faults, with_axe

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE_ID}-b7ad6b7169203331-01"
TEMPLATE = "https://tracing.example/trace/{trace_id}?from=fastworker"


def a_task(dashboard: Dashboard, **headers: str) -> str:
    return str(dashboard.tell("tasks", {"name": "parse_feed", "args": ["12"]}, **headers)["id"])


def test_a_traced_task_leads_to_its_trace_in_a_new_tab(
    dashboard: StartDashboard, sight: OpenSight, context: "BrowserContext"
) -> None:
    from playwright.sync_api import expect

    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.route("https://tracing.example/**", lambda route: route.fulfill(body="<title>The trace</title>"))
    started = dashboard(workers=0, flags=f"--trace-url-template '{TEMPLATE}'")
    page = sight(started, f"tasks/{a_task(started, traceparent=TRACEPARENT)}")
    link = page.page.get_by_role("link", name="Trace", exact=True)
    expect(link).to_have_text("Trace ↗")
    expect(link).to_have_attribute("href", f"https://tracing.example/trace/{TRACE_ID}?from=fastworker")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    page.button("Copy the trace id")
    assert page.page.evaluate("navigator.clipboard.readText()") == TRACE_ID
    for open_it in (link.click, lambda: link.press("Enter")):
        with context.expect_page() as opened:
            open_it()
        expect(opened.value).to_have_title("The trace")
        assert opened.value.url == link.get_attribute("href")
        assert opened.value.evaluate("[window.opener, document.referrer]") == [None, ""]
    assert page.page.url.startswith(started.url)


def test_without_a_template_a_trace_is_shown_and_leads_nowhere(steered: Dashboard, sight: OpenSight) -> None:
    page = sight(steered, f"tasks/{a_task(steered, traceparent=TRACEPARENT)}")
    page.see(TRACE_ID)
    assert page.page.get_by_role("link", name="Trace", exact=True).count() == 0


def test_a_task_without_a_trace_shows_none(dashboard: StartDashboard, sight: OpenSight) -> None:
    started = dashboard(workers=0, flags=f"--trace-url-template '{TEMPLATE}'")
    page = sight(started, f"tasks/{a_task(started)}")
    page.see("Time limit")
    facts = page.page.locator(".about .facts")
    assert "Trace" not in facts.inner_text()
    assert facts.get_by_role("link", name="Trace").count() == 0


@pytest.fixture(scope="module")
def tracing(standing_processes: Processes) -> Dashboard:
    """A dashboard whose processes trace, though nobody collects it."""
    return dashboards(standing_processes)(
        flags=f"--trace-url-template '{TEMPLATE}' --dashboard-redact password",
        modules="traced_work",
        environment={"OTEL_TRACES_EXPORTER": "console"},
    )


def test_spans_are_shown_below_each_other_as_they_come(tracing: Dashboard, sight: OpenSight) -> None:
    from playwright.sync_api import expect

    task = tracing.tell("tasks", {"name": "go_on", "args": [600]}, traceparent=TRACEPARENT)["id"]
    page = sight(tracing, f"tasks/{task}")
    page.page.get_by_role("tab", name="Trace").click()
    rows = page.page.locator(".spans > li")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("wait go_on")
    expect(rows.nth(1)).to_contain_text("first step")
    page.see("attempt 1, control plane")
    page.see("are in your tracing backend")
    page.page.evaluate("window.stays = true")
    tracing.tell(f"tasks/{task}/actions/cancel")
    expect(rows).to_have_count(3)  # live: that of the attempt comes with its end
    expect(rows.nth(1)).to_contain_text("run go_on")
    expect(rows.nth(2)).to_contain_text("first step, inside run go_on")
    expect(page.page.get_by_role("tab", name="Trace 3")).to_be_visible()
    assert page.page.evaluate("window.stays")
    panel = page.page.get_by_role("tabpanel")
    expect(panel.get_by_role("link", name="Trace", exact=True)).to_have_attribute(
        "href", f"https://tracing.example/trace/{TRACE_ID}?from=fastworker"
    )


def test_what_a_span_says_opens_by_the_keyboard_without_what_is_hidden(tracing: Dashboard, sight: OpenSight) -> None:
    task = tracing.tell("tasks", {"name": "go_on", "args": [0]})["id"]
    until(lambda: tracing.ask(f"tasks/{task}")["status"] == "success", what="it has ended")
    page = sight(tracing, f"tasks/{task}?tab=trace")
    row = page.page.locator(".spans > li", has_text="first step")
    row.locator("summary").press("Enter")
    page.see("sqlite")
    page.see("••••••")
    assert "hunter2" not in page.text()
    assert row.get_by_role("link", name="sw1").get_attribute("href") is not None


@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_serious_about_spans(tracing: Dashboard, sight: OpenSight, width: int) -> None:
    task = tracing.tell("tasks", {"name": "fail", "args": []})["id"]
    until(lambda: tracing.ask(f"tasks/{task}")["status"] == "failure", what="it has ended")
    page = with_axe(sight(tracing, None))
    page.page.set_viewport_size({"width": width, "height": 800})
    page.open(f"tasks/{task}?tab=trace")
    page.page.locator(".spans summary").first.click()
    page.see("LookupError: nothing there")
    for theme in THEMES:
        change_theme(page, theme)
        assert faults(page) == [], theme
    assert page.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_where_nothing_traces_the_page_says_how_to_turn_it_on(steered: Dashboard, sight: OpenSight) -> None:
    page = sight(steered, f"tasks/{a_task(steered)}?tab=trace")
    page.see("This task is not traced")
    page.see("OTEL_EXPORTER_OTLP_ENDPOINT")
    traced = sight(steered, f"tasks/{a_task(steered, traceparent=TRACEPARENT)}?tab=trace")
    traced.see("No span of this trace has come here")
    traced.see(TRACE_ID)
