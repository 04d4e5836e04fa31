"""The blocking pages, in blocking tests."""

import pytest
from shop import orders
from shop.books import Books, Status
from shop.tasks import charge, write_letter

from fastworker.testing import SyncLocalSystem


@pytest.mark.parametrize("cents", [1, 100, 49_999, 50_000, 1_000_000])
def test_an_order_by_phone_is_charged(fastworker_sync_system: SyncLocalSystem, books: Books, cents: int) -> None:
    order = orders.place_by_phone("ada@example.org", cents)
    fastworker_sync_system.drain()
    assert order.status is Status.PACKED
    assert books.payments == [(order.number, cents)]


def test_a_blocking_page_can_wait_for_the_receipt(fastworker_sync_system: SyncLocalSystem, books: Books) -> None:
    order = books.open("ada@example.org", 100)
    assert charge.submit_sync(order.number).get(timeout=10).cents == 100
    fastworker_sync_system.submitted(charge, order.number)


@pytest.mark.parametrize("minutes", [1, 5, 60])
def test_a_letter_can_wait(fastworker_sync_system: SyncLocalSystem, books: Books, minutes: int) -> None:
    write_letter.options(delay=60 * minutes).submit_sync("ada@example.org", "Later.")
    fastworker_sync_system.drain()
    assert books.letters == []
    fastworker_sync_system.advance(f"{minutes}m")
    assert books.letters == [("ada@example.org", "Later.")]
