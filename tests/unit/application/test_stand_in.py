"""A system for tests comes before everything else, in all code of the process."""

from concurrent.futures import ThreadPoolExecutor
from threading import get_ident
from typing import Any, cast

import pytest

from fastworker.application.current_client import current_client, current_sync_client, entered_client
from fastworker.application.stand_in import StandIn, stand_in, standing_in

CLIENT, ELSEWHERE, SYNC_CLIENT, ENTERED = (cast("Any", name) for name in ("client", "elsewhere", "sync", "entered"))


def a_system() -> StandIn:
    """A system in this thread."""
    return StandIn(get_ident(), CLIENT, ELSEWHERE, SYNC_CLIENT)


@pytest.fixture(autouse=True)
def entered() -> Any:
    """A client was entered by somebody."""
    token = entered_client.set(ENTERED)
    yield
    entered_client.reset(token)


def test_without_a_system_for_tests_nothing_changes() -> None:
    assert stand_in() is None
    assert current_client() is ENTERED


def test_its_clients_are_the_current_ones_while_it_is_open() -> None:
    with standing_in(a_system()):
        assert current_client() is CLIENT
        assert current_sync_client() is SYNC_CLIENT
    assert current_client() is ENTERED


def test_code_of_other_threads_has_a_client_of_its_own() -> None:
    with standing_in(a_system()), ThreadPoolExecutor() as threads:
        assert threads.submit(current_client).result() is ELSEWHERE
        assert threads.submit(current_sync_client).result() is SYNC_CLIENT


def test_the_system_opened_last_counts_in_whatever_order_they_are_closed() -> None:
    first, second = standing_in(a_system()), standing_in(inner := a_system())
    with first:
        second.__enter__()
        assert stand_in() is inner
    assert stand_in() is inner
    second.__exit__(None, None, None)
    assert stand_in() is None
