"""Another transport is one line: the lines of docs/testing.md, with a transport of this test."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, override

import anyio
import pytest

from fastworker.adapters.json_codec import JsonFrameCodec
from fastworker.adapters.memory import InMemoryTransport
from fastworker.adapters.system_clock import SystemClock
from fastworker.application.control_plane import ControlPlaneConfig
from fastworker.application.limits import Limits
from fastworker.application.ports.transport import Requester, Transport
from fastworker.application.subworker import SubworkerConfig
from fastworker.application.task_registry import TaskRegistry
from fastworker.domain.ledger import Ledger
from fastworker.entrypoints.container import Container
from fastworker.testing import LocalSystem
from fastworker.testing.local_worker import in_this_loop

from . import work as mytasks
from .runs import ROOT
from .work import double

pytestmark = pytest.mark.anyio
PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
opened: Counter[str] = Counter()


class MyTransport(InMemoryTransport):
    """Counts the connections to each address."""

    @override
    @asynccontextmanager
    async def connect(self, address: str) -> AsyncIterator[Requester]:
        opened[address] += 1
        async with super().connect(address) as requester:
            yield requester


def documented(name: str) -> str:
    """Return the line of the page that calls something with a transport."""
    found = re.search(rf"{name}\([^)\n]*transport=[^)\n]*\)", PAGE)
    assert found is not None
    return found[0]


async def test_of_a_system_for_tests() -> None:
    opened.clear()
    line = documented("LocalSystem")
    async with eval(line, {"LocalSystem": LocalSystem, "mytasks": mytasks, "MyTransport": MyTransport}):
        assert await (await double.submit(4)) == 8
    assert set(opened) >= {"inproc://clients", "inproc://workers"}


def parts(transport: Transport) -> Sequence[Any]:
    """Return the documented containers of a control plane and of a worker."""
    config = ControlPlaneConfig(
        epoch="e1",
        version="1",
        client_address="tcp://127.0.0.1:5555",
        worker_address="tcp://127.0.0.1:5556",
        discovery_address="tcp://127.0.0.1:5550",
        local_address="inproc://local",
    )
    worker_config = SubworkerConfig(
        worker_id="w1",
        version="1",
        slots=3,
        control_plane_address=config.client_address,
        discovery_address=config.discovery_address,
    )
    of_control_plane = {"control_plane_config": config, "limits": Limits(), "ledger": Ledger()}
    of_worker = {
        "subworker_config": worker_config,
        "registry": TaskRegistry([double]),
        "background": in_this_loop,  # as this transport asks for
    }
    line = documented("Container")
    return [
        eval(line, {"Container": Container, "parts": each, "my_transport": transport})
        for each in (of_control_plane, of_worker)
    ]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_of_the_real_processes() -> None:
    opened.clear()
    control_plane, worker = parts(MyTransport(JsonFrameCodec(), SystemClock()))
    async with control_plane.control_plane().open(), anyio.create_task_group() as group:
        group.start_soon(worker.subworker().run)
        with anyio.fail_after(20):
            while not len(control_plane.ledger().workers):
                await anyio.lowlevel.checkpoint()
        group.cancel_scope.cancel()
    assert set(opened) >= {"tcp://127.0.0.1:5555", "tcp://127.0.0.1:5556"}
