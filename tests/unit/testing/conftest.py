"""Nothing has run when a test begins."""

from collections.abc import Iterator

import pytest

from . import work


@pytest.fixture(autouse=True)
def ran() -> Iterator[list[str]]:
    """What has run."""
    work.ran.clear()
    yield work.ran
    work.ran.clear()
