"""Control planes for web applications, and web servers with real frameworks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.processes import HERE, Processes
from tests.integration.system import CONTROL_PLANE_IS_UP, NO_DASHBOARD, WORKER_HAS_JOINED

from .web import Addresses, Web

EXAMPLES = HERE.parent.parent / "examples" / "web"


def start_control_plane(
    processes: Processes, folder: Path, *flags: str, addresses: Addresses | None = None, **environment: str
) -> Addresses:
    """Start a control plane on ports of its own, and return when it listens."""
    addresses = addresses or Addresses.free()
    control_plane = processes.start(
        "control-plane",
        *("fastworker", "control-plane", NO_DASHBOARD),
        *("--base-address", addresses.client, "--worker-address", addresses.worker),
        *("--discovery-address", addresses.discovery),
        *flags,
        folder=folder,
        environment=environment,
    )
    control_plane.wait_for(CONTROL_PLANE_IS_UP)
    return addresses


@pytest.fixture(scope="module")
def documents(standing_processes: Processes) -> Addresses:
    """A control plane that runs the tasks of the examples itself."""
    return start_control_plane(standing_processes, EXAMPLES, "--task-modules", "documents")


@pytest.fixture(scope="module")
def django(standing_processes: Processes) -> Addresses:
    """A control plane, and a subworker with the tasks of the Django project."""
    folder = EXAMPLES / "django_site"
    addresses = start_control_plane(standing_processes, folder, "--local-execution", "never")
    subworker = standing_processes.start(
        "django-subworker",
        *("python", "manage.py", "fastworker_subworker"),
        *("--worker-id", "django", "--control-plane-address", addresses.client),
        folder=folder,
    )
    subworker.wait_for(WORKER_HAS_JOINED)
    return addresses


@pytest.fixture
def web(processes: Processes) -> Iterator[Web]:
    """Starts web servers."""
    web = Web(processes)
    yield web
    web.close()
