"""A task that was submitted in a trace shows it, and leads to where traces can be looked at."""

from typing import TYPE_CHECKING

from .conftest import Dashboard, OpenSight, StartDashboard

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
