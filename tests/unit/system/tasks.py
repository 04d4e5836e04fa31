"""Task functions for the tests of the whole system."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastworker.application.task_function import task


@dataclass(frozen=True)
class Order:
    """A value that only survives the trip because the annotations name its type."""

    number: UUID
    placed_at: datetime
    amounts: tuple[int, ...]


@task
def echo(value: int) -> int:
    """Return what was given."""
    return value


@task
async def echo_async(value: int) -> int:
    """Return what was given, from the event loop."""
    return value


@task
def double_order(order: Order) -> Order:
    """Return an order with every amount doubled."""
    return Order(order.number, order.placed_at, tuple(2 * amount for amount in order.amounts))


@task
def divide(dividend: int, divisor: int) -> float:
    """Raise for a divisor of 0."""
    return dividend / divisor


@task
def give_up() -> None:
    """End the process, if it could."""
    raise SystemExit("no more")
