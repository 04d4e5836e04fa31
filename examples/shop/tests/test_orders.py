"""Orders, from the page to the parcel."""

import anyio
import pytest
from shop import orders
from shop.books import Books, Status
from shop.tasks import Receipt, charge, pack, remind, write_letter

from fastworker import TaskPriority
from fastworker.testing import LocalSystem

pytestmark = pytest.mark.anyio

PRICES = [1, 99, 100, 1_999, 2_500, 19_900, 49_999, 50_000, 99_999, 1_000_000]
EMAILS = ["ada@example.org", "grace+shop@example.org", "zoë@example.org", '"a, b"@example.org']


@pytest.mark.parametrize("cents", PRICES)
async def test_an_order_is_charged_packed_and_thanked_for(
    fastworker_system: LocalSystem, books: Books, cents: int
) -> None:
    order = await orders.place("ada@example.org", cents)
    await fastworker_system.drain()
    assert order.status is Status.PACKED
    assert books.payments == [(order.number, cents)]
    assert ("ada@example.org", f"Thank you for order {order.number}.") in books.letters


@pytest.mark.parametrize("email", EMAILS)
async def test_the_receipt_goes_to_the_customer(fastworker_system: LocalSystem, books: Books, email: str) -> None:
    await orders.place(email, 100)
    await fastworker_system.drain()
    fastworker_system.submitted(write_letter, email=email)
    assert [receiver for receiver, _ in books.letters] == [email]


@pytest.mark.parametrize("cents", PRICES)
async def test_the_warehouse_is_warned_of_precious_orders(
    fastworker_system: LocalSystem, books: Books, cents: int
) -> None:
    await orders.place("ada@example.org", cents)
    await fastworker_system.drain()
    is_warned = any(receiver == "warehouse@example.org" for receiver, _ in books.letters)
    assert is_warned == (cents >= 50_000)


async def test_nothing_is_done_before_the_page_has_answered(fastworker_system: LocalSystem, books: Books) -> None:
    order = await orders.place("ada@example.org", 100)
    assert fastworker_system.submitted(charge, order=order.number)
    assert fastworker_system.submissions(pack) == []
    assert await fastworker_system.drain() == 3


async def test_charging_goes_before_other_work_and_letters_after_it(fastworker_system: LocalSystem) -> None:
    await orders.place("ada@example.org", 100)
    await fastworker_system.drain()
    priorities = {each.name: each.priority for each in fastworker_system.submissions()}
    assert priorities == {
        "charge": TaskPriority.HIGH,
        "pack": TaskPriority.NORMAL,
        "write_letter": TaskPriority.LOW,
    }


async def test_a_receipt_comes_back_as_what_it_is(fastworker_system: LocalSystem, books: Books) -> None:
    order = books.open("ada@example.org", 100)
    assert await (await charge.submit(order.number)) == Receipt(order.number, 100)


@pytest.mark.parametrize("count", [0, 1, 2, 10, 50])
async def test_takings_are_summed_up_by_a_worker(fastworker_system: LocalSystem, count: int) -> None:
    placed = [await orders.place("ada@example.org", 100 + number) for number in range(count)]
    await fastworker_system.drain()
    assert await orders.takings(*placed) == sum(100 + number for number in range(count))


async def test_an_order_by_phone_is_charged_too(fastworker_system: LocalSystem, books: Books) -> None:
    order = await anyio.to_thread.run_sync(orders.place_by_phone, "ada@example.org", 2_000)
    await fastworker_system.drain()
    assert order.status is Status.PACKED


@pytest.mark.parametrize("workers", [1, 2, 5])
async def test_many_orders_are_all_charged_once(books: Books, workers: int) -> None:
    async with LocalSystem(charge, pack, write_letter, remind, workers=workers, slots=2) as system:
        placed = [await orders.place(f"{number}@example.org", 100) for number in range(20)]
        await system.drain()
        assert sorted(number for number, _ in books.payments) == [order.number for order in placed]
