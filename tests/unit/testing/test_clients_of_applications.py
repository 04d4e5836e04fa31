"""Clients that an application has of its own give way to the system of its test."""

from inspect import iscoroutinefunction, signature

import anyio
import pytest

from fastworker import (
    Cancellation,
    Client,
    ClientNotRunning,
    ControlPlaneUnreachable,
    SyncClient,
    TaskFailed,
    TaskStatus,
)
from fastworker.application import named_address
from fastworker.application.client import TaskClient
from fastworker.application.replaceable_clients import ReplaceableClient
from fastworker.testing import LocalSystem, StillWaiting, SyncLocalSystem
from fastworker.testing.bridged_client import BridgedClient

from . import work
from .work import double, halve

NOWHERE = "tcp://127.0.0.1:1"
client = Client(NOWHERE, connect_timeout=0.01)
blocking_client = SyncClient(NOWHERE, connect_timeout=0.01)


async def an_application() -> None:
    """Do everything that a client can."""
    handle = await client.delay("double", 4)
    assert await handle == 8
    assert await client.status(handle) is TaskStatus.SUCCESS
    assert await client.arguments(handle) == {"": [4]}
    result = await client.get_task_result(str(handle))
    assert result is not None
    assert result.result == 8
    assert await client.handle(str(handle)) == 8
    assert [await each for each in await client.map(halve, [(2,), (4,)])] == [1.0, 2.0]
    assert {await each async for each in client.as_completed(await double.map([(1,), (2,)]))} == {2, 4}
    assert [event.status async for event in client.events(handle)][-1] is TaskStatus.SUCCESS
    assert await (await client.retry(handle)) == 8
    assert await client.cancel(handle) == {handle: Cancellation.FINISHED}
    assert "double" in (await client.inspect()).names
    with pytest.raises(TaskFailed):
        await (await client.delay("halve", 1, by=0))
    await client.drain_worker("worker-1")


@pytest.mark.anyio
async def test_a_client_that_was_never_started_works_in_a_system_for_tests() -> None:
    async with LocalSystem(work):
        await an_application()


@pytest.mark.anyio
async def test_one_that_is_entered_works_and_opens_nothing() -> None:
    async with LocalSystem(work), client:
        await an_application()
    with pytest.raises(ClientNotRunning):
        await client.delay("double", 4)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_one_that_is_started_and_stopped_works_and_opens_nothing() -> None:
    async with LocalSystem(work):
        await client.start()
        await an_application()
        client.stop()
        await client.aclose()
    with pytest.raises(ClientNotRunning):
        await client.delay("double", 4)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_one_on_another_loop_works_in_a_blocking_test(backend: str) -> None:
    with SyncLocalSystem(work):
        anyio.run(an_application, backend=backend)


@pytest.mark.anyio
async def test_it_is_told_like_the_client_of_the_system_when_nothing_goes_on_that_could_end_a_wait() -> None:
    async with LocalSystem(work, patience=0.02):
        late = await double.options(delay=60).submit(1)
        with anyio.fail_after(5), pytest.raises(StillWaiting, match=r"double\(value=1\): starts in 1m"):
            await anext(client.as_completed([late]))


@pytest.mark.anyio
async def test_without_a_system_it_is_what_it_was() -> None:
    async with client:
        with pytest.raises(ControlPlaneUnreachable):
            await client.delay("double", 4)
        with pytest.raises(ControlPlaneUnreachable):
            await client.map("double", [(4,)])
        for call in (client.status, client.cancel, client.retry, client.drain_worker):
            with pytest.raises(ControlPlaneUnreachable):
                await call("task-1")
        with pytest.raises(ControlPlaneUnreachable):
            await client.inspect()
        with pytest.raises(ControlPlaneUnreachable):
            await anext(client.events("task-1"))
        with pytest.raises(ControlPlaneUnreachable):
            await client.handle("task-1")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("address", "variable", "origin"),
    [
        (NOWHERE, "tcp://127.0.0.1:2", "as given to the client"),
        (None, NOWHERE, "from FASTWORKER_ADDRESS"),
        (None, "", "the default, as FASTWORKER_ADDRESS is not set"),
    ],
)
async def test_the_error_of_a_control_plane_that_does_not_answer_says_who_named_the_address(
    address: str | None, variable: str, origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FASTWORKER_ADDRESS", variable)
    monkeypatch.setattr(named_address, "DEFAULT_ADDRESS", NOWHERE)
    async with Client(address, connect_timeout=0.01) as there:
        with pytest.raises(ControlPlaneUnreachable, match=rf"127\.0\.0\.1:1 \({origin}\)"):
            await there.delay("double", 4)


def test_a_blocking_client_gives_way_too_started_or_not() -> None:
    with SyncLocalSystem(work) as system:
        for _ in range(2):
            handle = blocking_client.delay("double", 4)
            assert handle.get(timeout=10) == 8
            assert blocking_client.status(handle) is TaskStatus.SUCCESS
            assert [event.status for event in blocking_client.events(handle)][-1] is TaskStatus.SUCCESS
            blocking_client.start()
        blocking_client.stop()
        assert len(system.submissions(double)) == 2


def test_without_a_system_a_blocking_client_is_what_it_was() -> None:
    with pytest.raises(ClientNotRunning):
        blocking_client.delay("double", 4)
    with blocking_client, pytest.raises(ControlPlaneUnreachable):
        blocking_client.delay("double", 4)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_without_a_system_it_is_started_and_stopped() -> None:
    await client.start()
    with pytest.raises(ControlPlaneUnreachable):
        await client.delay("double", 4)
    await client.aclose()
    with pytest.raises(ClientNotRunning):
        await client.delay("double", 4)


def test_it_gives_way_in_everything_that_a_client_on_another_loop_has_to_do_otherwise() -> None:
    own_lifetime = {"__init__", "__aenter__", "__aexit__", "start_soon", "stop", "aclose"}
    commands = {name for name in vars(BridgedClient).keys() & dir(TaskClient) if callable(vars(BridgedClient)[name])}
    assert commands - own_lifetime <= vars(ReplaceableClient).keys()


def test_its_methods_look_like_those_of_any_client() -> None:
    for name in ("submit", "map", "cancel", "inspect"):
        assert iscoroutinefunction(getattr(Client, name))
    assert signature(Client.submit) == signature(TaskClient.submit)
