"""Which client `fn.submit` uses."""

import asyncio
from typing import Any, cast

import pytest

from fastworker.adapters.json_codec import JsonPayloadCodec
from fastworker.application import current_client as module
from fastworker.application.client import ClientConfig, TaskClient
from fastworker.application.current_client import (
    current_client,
    current_sync_client,
    entered_sync_client,
    set_default_clients,
)
from fastworker.application.lazy_sync_client import LazySyncClient
from fastworker.application.sync_client import SyncTaskClient
from fastworker.domain.errors import ClientNotRunning
from tests.unit.system.system import a_system


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the defaults of this process for a while."""
    monkeypatch.setattr(module, "_new_client", None)
    monkeypatch.setattr(module, "_new_sync_client", None)
    monkeypatch.setattr(module, "_sync_client_of_process", LazySyncClient(module._sync_client_from_environment))


def no_sync_client() -> SyncTaskClient:
    """Is not called."""
    raise AssertionError("no blocking client was asked for")


# ---- asynchronous code ----


@pytest.mark.anyio
async def test_the_entered_client_comes_first() -> None:
    async with a_system() as system, system.client() as client:
        assert current_client() is client


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_the_client_started_last_on_this_loop_comes_next() -> None:
    async with a_system() as system:
        first, second = system.client(), system.client()
        await first.start()
        await second.start()
        assert current_client() is second
        async with system.client() as entered:
            assert current_client() is entered
        assert current_client() is second
        await second.aclose()
        with pytest.raises(ClientNotRunning):
            current_client()
        await first.aclose()


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_stopping_a_client_that_is_not_current_any_more_leaves_the_current_one() -> None:
    async with a_system() as system:
        first, second = system.client(), system.client()
        await first.start()
        await second.start()
        await first.aclose()
        assert current_client() is second
        await second.aclose()


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_client_is_made_and_started_on_first_use_and_kept() -> None:
    async with a_system() as system:
        made: list[TaskClient] = []

        def new_client() -> TaskClient:
            made.append(system.client())
            return made[-1]

        set_default_clients(new_client, no_sync_client)
        assert current_client() is current_client() is made[0]
        assert len(made) == 1
        await made[0].aclose()


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_without_defaults_there_is_none() -> None:
    with pytest.raises(ClientNotRunning, match="import fastworker, or enter a client"):
        current_client()


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_under_trio_a_client_must_be_entered() -> None:
    with pytest.raises(ClientNotRunning, match="under trio, enter one with `async with Client"):
        current_client()


def test_each_event_loop_has_a_client_of_its_own() -> None:
    made: list[TaskClient] = []

    class Unconnected(TaskClient):
        """Is never really started."""

        def __init__(self) -> None:
            super().__init__(
                ClientConfig("tcp://127.0.0.1:5555"),
                transport=cast("Any", None),
                clock=cast("Any", None),
                codec=JsonPayloadCodec(),
                new_id=str,
                jitter=cast("Any", None),
            )
            made.append(self)

        def start_soon(self) -> None:
            """Note only."""
            module.note_started(self)

    set_default_clients(Unconnected, no_sync_client)

    async def use() -> TaskClient:
        assert current_client() is current_client()
        return current_client()

    assert asyncio.run(use()) is not asyncio.run(use())
    assert len(made) == 2


# ---- blocking code ----


def test_blocking_code_has_one_client_that_is_started_on_first_use() -> None:
    made: list[Any] = []

    class Started:
        """Says whether it was started."""

        def __init__(self) -> None:
            made.append(self)
            self.is_started = False

        def start(self) -> None:
            """Note it; a second one changes nothing."""
            self.is_started = True

    set_default_clients(cast("Any", None), cast("Any", Started))
    assert current_sync_client() is current_sync_client()
    assert [client.is_started for client in made] == [True]


def test_blocking_code_in_a_request_has_the_client_of_its_application() -> None:
    class Started:
        """Can be started."""

        def start(self) -> None: ...

    of_process, of_application = Started(), Started()
    set_default_clients(cast("Any", None), lambda: cast("Any", of_process))
    entered = entered_sync_client.set(LazySyncClient(lambda: cast("Any", of_application)))
    assert current_sync_client() is of_application
    entered_sync_client.reset(entered)
    assert current_sync_client() is of_process


def test_blocking_code_without_defaults_has_none() -> None:
    with pytest.raises(ClientNotRunning, match="import fastworker, or make a SyncClient"):
        current_sync_client()


def test_a_client_that_fails_to_start_is_not_kept() -> None:
    attempts: list[int] = []

    class Failing:
        """Cannot start."""

        def start(self) -> None:
            """Fail."""
            attempts.append(1)
            raise OSError("no threads left")

    set_default_clients(cast("Any", None), cast("Any", Failing))
    for _ in range(2):
        with pytest.raises(OSError, match="no threads left"):
            current_sync_client()
    assert len(attempts) == 2
