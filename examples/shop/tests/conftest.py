"""Each test begins with empty books."""

from collections.abc import Iterator

import pytest
from shop.books import BOOKS, Books


@pytest.fixture(autouse=True)
def books() -> Iterator[Books]:
    """What the shop knows, at first nothing."""
    yield BOOKS
    for held in (BOOKS.orders, BOOKS.letters, BOOKS.payments, BOOKS.packed):
        held.clear()
