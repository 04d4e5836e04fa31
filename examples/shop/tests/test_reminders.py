"""Orders on account: nobody waits three days for these tests."""

import pytest
from shop import orders
from shop.books import Books, Status
from shop.tasks import remind, write_letter

from fastworker.testing import LocalSystem

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("days", [0, 1, 2])
async def test_no_reminder_is_written_before_its_time(fastworker_system: LocalSystem, books: Books, days: int) -> None:
    await orders.place("ada@example.org", 100, on_account=True)
    await fastworker_system.advance(f"{days}d")
    await fastworker_system.drain()
    assert books.letters == []
    (submitted,) = fastworker_system.submitted(remind)
    assert submitted.delay_seconds == 3 * 86_400


@pytest.mark.parametrize("duration", ["3d", "72h", "80h", "30d", "365d"])
async def test_a_reminder_is_written_when_its_time_has_come(
    fastworker_system: LocalSystem, books: Books, duration: str
) -> None:
    order = await orders.place("ada@example.org", 100, on_account=True)
    await fastworker_system.advance(duration)
    assert books.letters == [("ada@example.org", f"Order {order.number} is not paid yet.")]


@pytest.mark.parametrize("paid_after", ["0s", "1h", "2d", "71h59m"])
async def test_who_has_paid_is_not_reminded(fastworker_system: LocalSystem, books: Books, paid_after: str) -> None:
    order = await orders.place("ada@example.org", 100, on_account=True)
    await fastworker_system.advance(paid_after)
    await orders.pay(order)
    await fastworker_system.advance("4d")
    assert order.status is Status.PACKED
    assert not any("not paid" in text for _, text in books.letters)


@pytest.mark.parametrize("count", [1, 5, 25])
async def test_every_order_has_its_own_day(fastworker_system: LocalSystem, books: Books, count: int) -> None:
    for _ in range(count):
        await orders.place("ada@example.org", 100, on_account=True)
        await fastworker_system.advance("1d")
    await fastworker_system.drain()
    assert len(books.letters) == max(0, count - 2)


async def test_a_cancelled_order_is_not_reminded_of(fastworker_system: LocalSystem) -> None:
    order = await orders.place("ada@example.org", 100, on_account=True)
    assert orders.cancel(order)
    await fastworker_system.advance("3d")
    assert fastworker_system.submissions(write_letter) == []
