"""No page has what axe calls a serious fault: both themes, wide and narrow, dialogs, and while nothing is there."""

from pathlib import Path
from typing import Any

import pytest

from .conftest import Dashboard, OpenSight, StartDashboard, not_here
from .sight import Sight

AXE = Path(__file__).resolve().parents[3] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
PATHS = [
    "",
    "tasks",
    "errors",
    "errors?tab=dead",
    "errors?show=muted",
    "queues",
    "queues/normal",
    "workers",
    "workers/sw1",
    "functions",
    "functions/make_picture",
    "system",
    "system?tab=settings",
    "api",
]
AT_ONE_WIDTH = ["system?tab=operations", "system?tab=audit"]
THEMES = ["light", "dark"]
SERIOUS = {"serious", "critical"}
EXAMINE = "async rules => (await axe.run(document, {resultTypes: ['violations'], ...rules})).violations"
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""All rules that look at colours, which is all that a theme changes."""


def faults(page: Sight, rules: dict[str, Any] | None = None) -> list[str]:
    """Return what axe finds on the page as it is now."""
    found: list[dict[str, Any]] = page.page.evaluate(EXAMINE, rules or {})
    return [
        f"{fault['id']}: {node['target']} {node['failureSummary']}"
        for fault in found
        if fault["impact"] in SERIOUS
        for node in fault["nodes"]
    ]


@pytest.fixture
def examined(busy: Dashboard, sight: OpenSight) -> Sight:
    """A tab with axe in it."""
    return with_axe(sight(busy, None))


def with_axe(page: Sight) -> Sight:
    """Put axe into a tab that was not used yet."""
    if not AXE.is_file():
        not_here("needs axe-core: npm ci in ui/")
    page.page.add_init_script(path=AXE)
    page.page.emulate_media(reduced_motion="reduce")
    return page


def change_theme(page: Sight, theme: Any) -> None:
    """Have the system say that it is light or dark; the page follows."""
    page.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.wait_until(lambda tab: tab.evaluate("document.documentElement.dataset.theme") == theme, theme)


@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_serious(examined: Sight, width: int) -> None:
    examined.page.set_viewport_size({"width": width, "height": 800})
    for path in PATHS + (AT_ONE_WIDTH if width > 360 else []):
        examined.open_all(path)
        change_theme(examined, "light")
        assert faults(examined) == [], path
        change_theme(examined, "dark")
        assert faults(examined, COLOURS) == [], (path, "dark")


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_serious_about_a_task_and_an_error(examined: Sight, theme: str) -> None:
    rules = COLOURS if theme == "dark" else None
    examined.open("tasks?name=charge_card")
    change_theme(examined, theme)
    examined.page.get_by_role("link", name="charge_card").first.click()
    examined.see("OrderRefused")
    assert faults(examined, rules) == []
    for tab in ("Attempts", "Log", "Raw"):
        examined.page.get_by_role("tab", name=tab).click()
        assert faults(examined, rules) == [], tab
    examined.open("errors")
    examined.page.get_by_role("link", name="ValueError").click()
    examined.see("Traceback of the latest")
    assert faults(examined, rules) == []
    examined.open("tasks?name=wait_for")
    examined.page.get_by_role("link", name="wait_for").first.click()
    examined.page.get_by_role("tab", name="Stack").click()
    examined.see("await asyncio.sleep(seconds)")
    assert faults(examined, rules) == []


def test_axe_finds_nothing_serious_in_dialogs(examined: Sight) -> None:
    examined.open("queues/normal")
    examined.button("Pause priority normal")
    assert faults(examined) == []
    examined.keys("Escape", "?")
    assert faults(examined) == []
    examined.keys("Escape", "Control+k")
    assert faults(examined) == []
    examined.keys("Escape")
    examined.open()
    examined.button("Throughput as a table")
    assert faults(examined) == []


@pytest.mark.parametrize(
    ("path", "buttons"),
    [
        ("workers/sw1", ["Resize… sw1", "Shut down… sw1"]),
        ("errors?tab=dead", ["Replay all…", "Discard all…"]),
        ("tasks/{failed}", ["Re-run as new…", "Delete"]),
    ],
)
def test_axe_finds_nothing_serious_in_questions(
    busy: Dashboard, examined: Sight, path: str, buttons: list[str]
) -> None:
    examined.open_all(path.format(failed=busy.ask("tasks?name=charge_card&limit=1")["items"][0]["id"]))
    for button in buttons:
        examined.button(button)
        examined.page.get_by_role("dialog").wait_for()
        assert faults(examined) == [], button
        examined.keys("Escape")
        examined.page.get_by_role("dialog").wait_for(state="detached")


def test_axe_finds_nothing_serious_about_a_purge_and_a_bulk_action(
    steered: Dashboard, sight: OpenSight, held_task: str
) -> None:
    page = with_axe(sight(steered, None))
    page.open("queues/normal")
    purge = page.page.get_by_role("button", name="Purge…").and_(page.page.locator(":not([aria-disabled=true])"))
    purge.click()
    page.page.get_by_role("dialog").wait_for()
    assert faults(page) == []
    page.open("tasks?status=queued")
    page.page.get_by_label("Select all rows of this page").check()
    page.see("1 task selected")
    assert faults(page) == [], held_task
    page.button("Cancel")
    page.page.get_by_role("dialog").wait_for()
    assert faults(page) == []


def test_axe_finds_nothing_serious_about_a_page_that_does_not_exist(examined: Sight) -> None:
    examined.begin("login/nothing")
    examined.see("There is no such page here")
    for theme, rules in (("light", None), ("dark", COLOURS)):
        change_theme(examined, theme)
        assert faults(examined, rules) == [], theme


def test_axe_finds_nothing_serious_about_the_login(dashboard: StartDashboard, sight: OpenSight, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text("viewer somebody a-token-that-is-long-enough-to-be-one\n")
    tokens.chmod(0o600)
    page = with_axe(sight(dashboard(workers=0, flags=f"--dashboard-token-file {tokens}"), None))
    page.expect_complaints("401")
    page.open()
    page.page.get_by_label("Token").fill("wrong")
    page.button("Log in")
    page.page.locator("#fault").wait_for()
    for theme, rules in (("light", None), ("dark", COLOURS)):
        change_theme(page, theme)
        assert faults(page, rules) == [], theme


def test_the_first_tab_stop_skips_to_the_content(examined: Sight) -> None:
    examined.open("tasks")
    examined.keys("Tab")
    assert examined.page.evaluate("document.activeElement.textContent") == "Skip to the content"
    examined.keys("Enter")
    assert examined.page.evaluate("document.activeElement.id") == "main"
    assert "/tasks" in examined.page.url


def test_what_is_done_is_said_in_the_one_live_region(examined: Sight) -> None:
    examined.open()
    examined.page.get_by_role("status").wait_for(state="attached")
    assert examined.page.locator("[aria-live]").count() == 1
