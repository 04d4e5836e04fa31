"""A bank that is down, cards that are declined, workers that die."""

import pytest
from shop import orders
from shop.books import Books, Status
from shop.tasks import BankUnreachable, CardDeclined, charge, pack, sum_up, write_letter

from fastworker import TaskFailed, TaskLost, TaskStatus
from fastworker.testing import LocalSystem

pytestmark = pytest.mark.anyio

WAITS = {1: "1m", 2: "3m", 3: "7m"}
"""After so many failures the next attempt comes so long after the order: 1, then 2, then 4 minutes."""


@pytest.mark.parametrize("failures", [1, 2, 3])
async def test_a_bank_that_is_down_for_a_while_is_asked_again(
    fastworker_system: LocalSystem, books: Books, failures: int
) -> None:
    for _ in range(failures):
        fastworker_system.fail_next(charge, BankUnreachable("no answer"))
    order = await orders.place("ada@example.org", 100)
    await fastworker_system.drain()
    assert order.status is Status.PLACED
    await fastworker_system.advance(WAITS[failures])
    assert order.status is Status.PACKED
    assert books.payments == [(order.number, 100)]


async def test_a_bank_that_stays_down_is_asked_four_times(fastworker_system: LocalSystem, books: Books) -> None:
    for _ in range(4):
        fastworker_system.fail_next(charge, BankUnreachable("no answer"))
    order = books.open("ada@example.org", 100)
    handle = await charge.submit(order.number)
    await fastworker_system.advance("1h")
    with pytest.raises(TaskFailed, match="BankUnreachable: no answer"):
        await handle
    result = await handle.result()
    assert result is not None
    assert result.attempts == 4


@pytest.mark.parametrize("cents", [1_000_001, 2_000_000, 10**9])
async def test_a_declined_card_is_not_tried_again(fastworker_system: LocalSystem, books: Books, cents: int) -> None:
    order = books.open("ada@example.org", cents)
    handle = await charge.submit(order.number)
    with pytest.raises(TaskFailed, match="CardDeclined"):
        await handle
    await fastworker_system.advance("1d")
    assert order.status is Status.DECLINED
    assert fastworker_system.submissions(pack) == []


@pytest.mark.parametrize("error", [CardDeclined("stolen"), CardDeclined("expired"), CardDeclined()])
async def test_nothing_is_packed_that_is_not_paid(
    fastworker_system: LocalSystem, books: Books, error: CardDeclined
) -> None:
    fastworker_system.fail_next(charge, error)
    await orders.place("ada@example.org", 100)
    await fastworker_system.advance("1d")
    assert books.packed == {}


async def test_a_parcel_is_packed_again_when_its_worker_dies(fastworker_system: LocalSystem, books: Books) -> None:
    order = books.open("ada@example.org", 100)
    fastworker_system.kill_next(pack)
    handle = await pack.submit(order.number)
    await fastworker_system.start_worker()
    await fastworker_system.advance("1m")
    assert await handle == 2


async def test_a_letter_is_lost_with_its_worker(fastworker_system: LocalSystem) -> None:
    fastworker_system.kill_next(write_letter)
    handle = await write_letter.submit("ada@example.org", "Hello.")
    await fastworker_system.advance("1m")
    with pytest.raises(TaskLost, match="worker-1"):
        await handle
    assert await handle.status() is TaskStatus.LOST


@pytest.mark.fastworker(workers=2)
async def test_the_other_worker_goes_on(fastworker_system: LocalSystem) -> None:
    await fastworker_system.kill_worker()
    await fastworker_system.advance("1m")
    order = await orders.place("ada@example.org", 100)
    await fastworker_system.drain()
    assert order.status is Status.PACKED


async def test_a_report_that_hangs_is_stopped(fastworker_system: LocalSystem) -> None:
    fastworker_system.fail_next(sum_up, TimeoutError("the database does not answer"))
    with pytest.raises(TaskFailed, match="does not answer"):
        await orders.takings()
