"""What the page gives to be copied runs as it is pasted: Python, the command line, curl."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fastworker.application.task_options import submit_options
from tests.integration.processes import MODULES

from .conftest import Dashboard, OpenSight, StartDashboard
from .sight import Sight

RUN_SECONDS = 60


def pasted(page: Sight, words: str) -> str:
    """Fill in the form of a function, and return what it says in other words."""
    page.page.get_by_text("The same in Python, on the command line, with curl").click()
    page.page.get_by_role("group", name="Language").get_by_role("button", name=words, exact=True).click()
    code = page.page.locator(".other-words pre, .other-words code").first
    page.wait_until(lambda tab: "tcp://" in code.inner_text() or words == "curl", "the address")
    return str(code.inner_text())


def run(words: str, text: str, folder: Path) -> str:
    """Run it as a person would, where the modules of the tasks are; return what it prints."""
    environment = {name: value for name, value in os.environ.items() if name != "FASTWORKER_ADDRESS"}
    scripts = str(Path(sys.executable).parent)
    environment |= {"PATH": f"{scripts}{os.pathsep}{environment['PATH']}", "PYTHONPATH": _paths()}
    if words == "Python":
        program = folder / "program.py"
        program.write_text(text, encoding="utf-8")
        command = [sys.executable, str(program)]
    else:
        command = ["sh", "-c", text]
    done = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, timeout=RUN_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _paths() -> str:
    return os.pathsep.join([str(MODULES), *filter(None, [os.environ.get("PYTHONPATH", "")])])


@pytest.mark.parametrize("words", ["Python", "Command line", "curl"])
@pytest.mark.parametrize("timeout", ["", "20"])
def test_the_form_in_other_words_runs_as_it_is_pasted(
    steered: Dashboard, sight: OpenSight, tmp_path: Path, words: str, timeout: str
) -> None:
    if words == "curl" and shutil.which("curl") is None:
        pytest.skip("needs curl")
    page = sight(steered, "functions/charge_card")
    page.page.get_by_label("order_id").first.fill("7")
    page.page.get_by_label("cents").first.fill("200")
    if timeout:
        page.page.get_by_label("Time limit, seconds").first.fill(timeout)
    printed = run(words, pasted(page, words), tmp_path)
    assert ("charge-7" in printed) is (words != "curl")  # which does not wait for the result
    assert words != "curl" or '"id"' in printed


@pytest.mark.parametrize("label", ["Python", "Command line", "curl"])
@pytest.mark.parametrize(
    ("tags", "terms"),
    [((), {}), (("tenant:acme", 'it\'s "7" $HOME', "-5"), {"retries": 2, "timeout": 20, "delay": 0.1})],
    ids=["plain", "with all that was agreed"],
)
def test_what_is_copied_of_a_task_runs_it_again(
    dashboard: StartDashboard,
    sight: OpenSight,
    tmp_path: Path,
    label: str,
    tags: tuple[str, ...],
    terms: dict[str, Any],
) -> None:
    if label == "curl" and shutil.which("curl") is None:
        pytest.skip("needs curl")
    started = dashboard()
    with started.system.sync_client() as client:
        options = submit_options(priority="high", tags=tags or None, **terms)
        task = client.submit("send_receipt", (7, 'it\'s "7" $HOME@example.org'), {}, options)
        task.get(timeout=RUN_SECONDS)
    page = sight(started, f"tasks/{task}")
    page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.page.locator("summary", has_text="Copy as").click()
    page.button(label)
    page.see(f"Copied: {label}")
    run(label, str(page.page.evaluate("navigator.clipboard.readText()")), tmp_path)
    page.wait_until(lambda tab: started.ask("tasks/counts")["success"] == 2, "the second of it")
    first, second = (started.ask(f"tasks/{each['id']}") for each in started.ask("tasks")["items"])
    assert first["result"]["value"] == second["result"]["value"]
    assert (first["priority"], second["priority"]) == ("high", "high")
    assert first["tags"] == second["tags"] == list(tags)
    delays = [each["terms"].pop("delay_seconds") for each in (first, second)]  # less what the way here took
    assert delays == [None, None] or delays == pytest.approx([0.1, 0.1], abs=0.1)
    assert first["terms"] == second["terms"]
