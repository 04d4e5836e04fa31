"""What the shop does in the background."""

from dataclasses import dataclass
from datetime import timedelta

from fastworker import Backoff, current_task, task

from .books import BOOKS, Status

REMIND_AFTER = timedelta(days=3)


class CardDeclined(Exception):
    """The bank says no, and will say so again."""


class BankUnreachable(Exception):
    """The bank says nothing, today."""


@dataclass(frozen=True)
class Receipt:
    """What a customer has paid."""

    order: int
    cents: int


@task(priority="high", retries=3, backoff=Backoff(60, factor=2, jitter=0), never_on=CardDeclined)
async def charge(order: int) -> Receipt:
    """Take the money, then have the parcel packed and the receipt written."""
    entry = BOOKS.orders[order]
    if entry.cents > 1_000_000:
        entry.status = Status.DECLINED
        raise CardDeclined(f"{entry.cents / 100:.2f} is too much for this card")
    BOOKS.payments.append((order, entry.cents))
    entry.status = Status.PAID
    await pack.submit(order)
    await write_letter.options(priority="low").submit(entry.email, f"Thank you for order {order}.")
    return Receipt(order, entry.cents)


@task(retries=1)
def pack(order: int) -> int:
    """Pack the parcel; return how often that was tried, this time included."""
    BOOKS.packed[order] += 1
    BOOKS.orders[order].status = Status.PACKED
    if BOOKS.orders[order].cents >= 50_000:
        write_letter.submit_sync("warehouse@example.org", f"Order {order} is precious.").get()
    return current_task().attempt


@task
def write_letter(email: str, text: str) -> None:
    """Send one letter."""
    BOOKS.letters.append((email, text))


@task
async def remind(order: int) -> bool:
    """Write to whoever has not paid; return whether that was needed."""
    entry = BOOKS.orders[order]
    if entry.status is not Status.PLACED:
        return False
    await write_letter.submit(entry.email, f"Order {order} is not paid yet.")
    return True


@task(timeout=30)
async def sum_up(orders: list[int]) -> int:
    """Return what these orders have brought, in cents."""
    return sum(cents for order, cents in BOOKS.payments if order in orders)
