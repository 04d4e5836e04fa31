"""What the pages of the shop call."""

from .books import BOOKS, Order, Status
from .tasks import REMIND_AFTER, charge, remind, sum_up


async def place(email: str, cents: int, *, on_account: bool = False) -> Order:
    """Take an order: it is charged in the background, or, on account, reminded of."""
    order = BOOKS.open(email, cents)
    if on_account:
        await remind.options(delay=REMIND_AFTER).submit(order.number)
    else:
        await charge.submit(order.number)
    return order


def place_by_phone(email: str, cents: int) -> Order:
    """Take an order in blocking code: an old page, a script."""
    order = BOOKS.open(email, cents)
    charge.submit_sync(order.number)
    return order


async def pay(order: Order) -> None:
    """Charge an order that was on account."""
    await charge.options(priority="critical").submit(order.number)


async def takings(*orders: Order) -> int:
    """Return what orders have brought, worked out by a worker."""
    return await (await sum_up.submit([order.number for order in orders]))


def cancel(order: Order) -> bool:
    """Cancel an order that is not paid."""
    if order.status is not Status.PLACED:
        return False
    order.status = Status.CANCELLED
    return True
