"""No page has what axe calls a serious fault: both themes, wide and narrow, dialogs, and while nothing is there."""

from pathlib import Path
from typing import Any

import pytest

from .conftest import Dashboard, OpenSight, not_here
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
THEMES = ["light", "dark"]
SERIOUS = {"serious", "critical"}
EXAMINE = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"


def faults(page: Sight) -> list[str]:
    """Return what axe finds on the page as it is now."""
    found: list[dict[str, Any]] = page.page.evaluate(EXAMINE)
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
    for path in PATHS:
        examined.open_all(path)
        for theme in THEMES:
            change_theme(examined, theme)
            assert faults(examined) == [], (path, theme)


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_serious_about_a_task_and_an_error(examined: Sight, theme: str) -> None:
    examined.open("tasks?name=charge_card")
    change_theme(examined, theme)
    examined.page.get_by_role("link", name="charge_card").first.click()
    examined.see("OrderRefused")
    assert faults(examined) == []
    for tab in ("Attempts", "Log", "Raw"):
        examined.page.get_by_role("tab", name=tab).click()
        assert faults(examined) == [], tab
    examined.open("errors")
    examined.page.get_by_role("link", name="ValueError").click()
    examined.see("Traceback of the latest")
    assert faults(examined) == []


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
