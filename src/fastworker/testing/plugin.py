"""The pytest plugin: systems for tests as fixtures. It loads nothing of FastWorker until a test asks for one.

The tasks come from the closest marker, `@pytest.mark.fastworker(mytasks, workers=2)`, else from the setting
`fastworker_tasks` of pytest. An `async def` test takes `fastworker_system`, under the plugin of anyio, which comes with
FastWorker (`@pytest.mark.anyio`), or that of pytest-asyncio in its auto mode; a `def` test takes
`fastworker_sync_system`.
"""

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from . import LocalSystem, SyncLocalSystem

MARKER = (
    "fastworker(*modules, tasks=[], **options): what the systems for this test are made of, as LocalSystem takes it"
)
SETTING = "The task modules of fastworker_system and fastworker_sync_system, by their dotted names"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Tell pytest of the setting."""
    parser.addini("fastworker_tasks", SETTING, type="args", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest of the marker."""
    config.addinivalue_line("markers", MARKER)


@pytest.fixture
async def fastworker_system(request: pytest.FixtureRequest) -> AsyncIterator["LocalSystem"]:
    """A whole FastWorker system in this process: see fastworker.testing.LocalSystem."""
    from . import LocalSystem

    tasks, options = _asked_for(request)
    async with LocalSystem(*tasks, **options) as system:
        yield system


@pytest.fixture
def fastworker_sync_system(request: pytest.FixtureRequest) -> Iterator["SyncLocalSystem"]:
    """The same for blocking tests: see fastworker.testing.SyncLocalSystem."""
    from . import SyncLocalSystem

    tasks, options = _asked_for(request)
    with SyncLocalSystem(*tasks, **options) as system:
        yield system


def _asked_for(request: pytest.FixtureRequest) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the tasks and options of a system: a marker without tasks takes those of the setting."""
    marker = request.node.get_closest_marker("fastworker")
    tasks, options = (marker.args, dict(marker.kwargs)) if marker else ((), {})
    tasks += tuple(options.pop("tasks", ()))
    return tasks or tuple(request.config.getini("fastworker_tasks")), options
