"""The page as a person meets it: a tab of a real browser, and whatever the browser complained about."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page

WAIT_MILLISECONDS = 15_000


class Sight:
    """One tab on the dashboard. Errors of the console, and violations of its policy among them, are kept."""

    def __init__(self, page: "Page", url: str) -> None:
        self.page = page
        self.url = url
        self._complaints: list[str] = []
        self._expected: list[re.Pattern[str]] = []
        page.set_default_timeout(WAIT_MILLISECONDS)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._complaints.append(f"uncaught: {error}"))

    def _hear(self, message: "ConsoleMessage") -> None:
        if message.type in ("error", "warning"):
            self._complaints.append(f"{message.type}: {message.text}")

    def expect_complaints(self, pattern: str) -> None:
        """Let pass what the browser itself says of requests that fail on purpose."""
        self._expected.append(re.compile(pattern))

    @property
    def complaints(self) -> list[str]:
        """What nobody expected."""
        return [one for one in self._complaints if not any(pattern.search(one) for pattern in self._expected)]

    def open(self, path: str = "") -> None:
        """Load a page of the dashboard, and wait for its heading."""
        self.page.goto(self.url + path)
        self.page.get_by_role("heading", level=1).first.wait_for()

    def begin(self, path: str = "") -> None:
        """Ask for a page of the dashboard, and go on while it loads: for many tabs at a time."""
        self.page.goto(self.url + path, wait_until="commit")

    def leave(self) -> None:
        """Let nothing of a test answer for the API any more: what is still on its way would fail with the tab."""
        if not self.page.is_closed():
            self.page.unroute_all(behavior="ignoreErrors")

    def open_all(self, path: str = "") -> None:
        """Load a page of the dashboard, and wait until it is live and all of it has come."""
        self.open(path)
        self.live()
        self.loaded()

    def loaded(self) -> None:
        """Wait until nothing of the page is still asked for."""
        self.wait_until(lambda tab: tab.locator(".loading").count() == 0, "all of the page")

    def see(self, text: str) -> None:
        """Wait until a text can be seen."""
        self.page.get_by_text(text).locator("visible=true").first.wait_for()

    def see_row(self, *texts: str) -> None:
        """Wait for a row of a table with these texts."""
        row = self.page.get_by_role("row")
        for text in texts:
            row = row.filter(has_text=text)
        row.first.wait_for()

    def button(self, name: str) -> None:
        """Press a button by its whole name."""
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def answer(self, name: str) -> None:
        """Press a button of the dialog that is open."""
        self.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()

    def answer_for_good(self, name: str, typed: str) -> None:
        """Press a button of the dialog that is open, which wants something typed first."""
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("button", name=name, exact=True).and_(self.page.locator("[aria-disabled=true]")).wait_for()
        dialog.get_by_label(f"Type {typed} to go on").fill(typed)
        self.answer(name)

    def keys(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def wait_until(self, is_so: Callable[["Page"], bool], what: str) -> None:
        """Wait for something that only Python can say."""
        for _ in range(WAIT_MILLISECONDS // 50):
            if is_so(self.page):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never came: {what}")

    def text(self) -> str:
        """Return all text of the page."""
        return self.page.locator("body").inner_text()

    def live(self) -> None:
        """Wait until the page is connected to the event stream."""
        self.page.locator(".live-chip", has_text="Live").wait_for()
