"""The clients of `fn.submit` and `fn.submit_sync` in a Django project."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.tasks import task_backends

from fastworker.application import current_client
from fastworker.domain.errors import ControlPlaneUnreachable
from fastworker.integrations.django.project_client import use_default_backend

from .shop.tasks import shout

NAMED = r"127.0.0.1:3 \(from OPTIONS in TASKS\['default'\]\)"


@pytest.fixture(autouse=True)
def _default_backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The default backend has an address at which there is nothing."""
    options: dict[str, Any] = task_backends["default"].options
    options |= {"address": "tcp://127.0.0.1:3", "connect_timeout": 0.01}
    monkeypatch.delenv("FASTWORKER_ADDRESS", raising=False)
    use_default_backend()
    yield
    options.clear()
    current_client._sync_client_of_process.stop()


@pytest.fixture(autouse=True)
def _no_client_yet() -> None:
    current_client._sync_client_of_process.stop()


def test_a_view_submits_to_the_control_plane_of_the_default_backend() -> None:
    with pytest.raises(ControlPlaneUnreachable, match=NAMED):
        shout.submit_sync("hello")


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_an_asynchronous_view_does_so_too() -> None:
    with pytest.raises(ControlPlaneUnreachable, match=NAMED):
        await shout.submit("hello")


def test_the_environment_goes_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTWORKER_ADDRESS", "tcp://127.0.0.1:2")
    with pytest.raises(ControlPlaneUnreachable, match=r"127.0.0.1:2 \(from FASTWORKER_ADDRESS\)"):
        shout.submit_sync("hello")
