"""What every server process does."""

import gc
import resource
from collections.abc import Iterator

import pytest

from fastworker.entrypoints.process import MOST_FILES, hold_much


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    thresholds, files = gc.get_threshold(), resource.getrlimit(resource.RLIMIT_NOFILE)
    yield
    gc.set_threshold(*thresholds)
    resource.setrlimit(resource.RLIMIT_NOFILE, files)


def test_a_process_that_holds_much_may_open_as_many_files_as_the_system_lets_it() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
    hold_much()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (min(hard, MOST_FILES), hard)


def test_a_process_that_may_open_more_already_keeps_that() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    hold_much()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)


def test_a_process_that_holds_much_looks_for_garbage_among_young_objects_only() -> None:
    hold_much()
    young, _, old = gc.get_threshold()
    assert young >= 10_000
    assert old >= 100
