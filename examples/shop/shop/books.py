"""What the shop knows. A real one has a database here."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Status(StrEnum):
    """Where an order is."""

    PLACED = "placed"
    PAID = "paid"
    DECLINED = "declined"
    PACKED = "packed"
    CANCELLED = "cancelled"


@dataclass
class Order:
    """One customer's wish."""

    number: int
    email: str
    cents: int
    status: Status = Status.PLACED


@dataclass
class Books:
    """Orders by number, letters as (email, text), payments as (order, cents)."""

    orders: dict[int, Order] = field(default_factory=dict)
    letters: list[tuple[str, str]] = field(default_factory=list)
    payments: list[tuple[int, int]] = field(default_factory=list)
    packed: Counter[int] = field(default_factory=Counter)

    def open(self, email: str, cents: int) -> Order:
        """Note a new order."""
        order = Order(len(self.orders) + 1, email, cents)
        self.orders[order.number] = order
        return order


BOOKS = Books()
