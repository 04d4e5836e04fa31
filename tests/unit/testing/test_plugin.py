"""The pytest plugin, in runs of its own."""

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from fastworker.testing import plugin

from .runs import pytest_in

TASKS = """
from fastworker import task

@task
async def double(value: int) -> int:
    return 2 * value
"""
TESTS = """
import pytest
from mytasks import double

@pytest.mark.anyio
async def test_with_the_tasks_of_the_settings(fastworker_system):
    assert await (await double.submit(4)) == 8
    assert fastworker_system.submitted(double, 4)

@pytest.mark.anyio
@pytest.mark.fastworker(double, workers=2)
async def test_with_those_of_the_marker(fastworker_system):
    await double.submit(4)
    assert await fastworker_system.kill_worker("worker-2") == "worker-2"

@pytest.mark.anyio
@pytest.mark.fastworker(tasks=[double])
async def test_with_one_function(fastworker_system):
    assert await (await double.submit(4)) == 8

@pytest.mark.fastworker(workers=0)
def test_in_blocking_code(fastworker_sync_system):
    handle = double.submit_sync(4)
    fastworker_sync_system.start_worker()
    assert handle.get(timeout=10) == 8
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A user's folder with tasks and tests."""
    (tmp_path / "mytasks.py").write_text(TASKS)
    (tmp_path / "test_mytasks.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\npythonpath = .\naddopts = --strict-markers\nfilterwarnings = error\nfastworker_tasks = mytasks\n"
    )
    return tmp_path


def test_the_fixtures_give_systems_on_both_loops_and_in_blocking_code(suite: Path) -> None:
    done = pytest_in(suite, "-vv")
    assert done.returncode == 0, done.stdout
    for name in (
        "settings[asyncio]",
        "settings[trio]",
        "marker[asyncio]",
        "marker[trio]",
        "function[trio]",
        "blocking_code",
    ):
        assert f"{name} PASSED" in done.stdout


def test_a_failure_is_shown_as_what_was_expected_and_what_there_was(suite: Path) -> None:
    (suite / "test_mytasks.py").write_text(
        """
import pytest
from mytasks import double

@pytest.mark.anyio
async def test_it(fastworker_system):
    await double.submit(4)
    fastworker_system.submitted(double, value=5)
"""
    )
    done = pytest_in(suite)
    assert done.returncode == 1
    assert "E       fastworker.testing.errors.NotSubmitted: double(value=5) was not submitted" in done.stdout
    assert "E         double(value=4)" in done.stdout
    assert "submissions.py" not in done.stdout  # the place shown is the test's


def test_a_test_without_tasks_is_told_so(suite: Path) -> None:
    (suite / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    done = pytest_in(suite, "-k", "settings")
    assert done.returncode == 1
    assert "a system needs tasks" in done.stdout


def test_the_marker_and_the_setting_are_documented(suite: Path) -> None:
    assert "@pytest.mark.fastworker(*modules, tasks=[], **options)" in pytest_in(suite, "--markers").stdout
    assert "fastworker_tasks (args)" in pytest_in(suite, "--help").stdout


def test_the_plugin_loads_nothing_before_a_test_asks_for_it() -> None:
    program = (
        "import sys, pytest\nbefore = {*sys.modules}\nimport fastworker.testing.plugin\nprint(*{*sys.modules} - before)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {"fastworker", "fastworker.testing", "fastworker.testing.plugin"}


def test_an_installed_fastworker_brings_the_plugin() -> None:
    (found,) = entry_points(group="pytest11", name="fastworker")
    assert found.load() is plugin


def test_this_projects_own_suite_runs_without_it(pytestconfig: pytest.Config) -> None:
    assert not pytestconfig.pluginmanager.has_plugin("fastworker")
