"""What every integration test has: processes that are killed at its end, and an end."""

import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

from .gates import Gates
from .processes import HERE, Processes
from .system import StartSystem, System, starter

TEST_SECONDS = 90
"""A test that takes longer fails, its processes are killed and their logs shown; faulthandler would end everything."""


def pytest_configure() -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in the background of a script: Ctrl-C is tested, too
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.integration)
            if item.get_closest_marker("xdist_group") is None:
                item.add_marker(pytest.mark.xdist_group(item.path.relative_to(HERE).parts[0]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if report.failed:
        fixtures = getattr(item, "funcargs", {})
        for name in ("processes", "standing_processes"):
            if name in fixtures:
                report.sections.extend(fixtures[name].logs())
    return report


@pytest.fixture(autouse=True)
def _test_ends() -> Iterator[None]:
    def fail(number: int, frame: FrameType | None) -> None:
        raise AssertionError(f"the test takes more than {TEST_SECONDS} s")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(TEST_SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    """Starts processes in a temporary folder."""
    started = Processes(tmp_path)
    yield started
    started.kill()


@pytest.fixture
def system(processes: Processes) -> StartSystem:
    """Starts a control plane and subworkers, for tests that change or end them."""
    return starter(processes)


@pytest.fixture(scope="session")
def standing_processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """Starts processes that serve many tests."""
    started = Processes(tmp_path_factory.mktemp("standing"))
    yield started
    started.kill()


@pytest.fixture(scope="session")
def standing(standing_processes: Processes) -> System:
    """A control plane and two subworkers for tests that leave them as they were."""
    return starter(standing_processes)(workers=2, worker="--concurrency 4")


@pytest.fixture
def gates(tmp_path: Path) -> Gates:
    """Lets tasks start and end when the test wants it."""
    return Gates(tmp_path / "gates")
