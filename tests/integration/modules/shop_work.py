"""Task functions of which the page shows everything: quick and slow, failing and retried, talkative, progressing."""

import asyncio
import logging
import time
from datetime import datetime
from enum import StrEnum

from opentelemetry import trace

from fastworker import current_task, task

log = logging.getLogger("shop.orders")


class Size(StrEnum):
    """How large a picture is wanted."""

    SMALL = "small"
    LARGE = "large"


class OrderRefused(Exception):
    """The order cannot be taken."""


@task
async def send_receipt(order_id: int, email: str, copies: int = 1, note: str | None = None) -> dict[str, object]:
    """Send the receipt of an order.

    Returns what was sent, and to whom.
    """
    await asyncio.sleep(0.01)
    return {"order_id": order_id, "to": email, "copies": copies, "note": note}


@task(priority="high", retries=2, backoff=0.2)
def charge_card(order_id: int, cents: int) -> str:
    """Charge a card. Odd amounts are refused by the bank."""
    log.info("charging %s cents for order %s", cents, order_id)
    if cents % 2:
        raise OrderRefused(f"the bank refused {cents} cents for order {order_id}")
    return f"charge-{order_id}"


@task(priority="critical")
async def page_somebody(message: str) -> bool:
    """Tell whoever is on duty."""
    log.warning("paging: %s", message)
    return True


@task(priority="low", timeout=120)
async def rebuild_index(documents: int = 40, seconds: float = 4.0) -> int:
    """Rebuild the search index, saying how far it is."""
    for number in range(documents):
        current_task().progress(number + 1, documents, f"document {number + 1}")
        log.info("indexed document %s", number + 1)
        await asyncio.sleep(seconds / documents)
    return documents


@task
def make_picture(path: str, size: Size = Size.SMALL, tags: list[str] | None = None, due: datetime | None = None) -> str:
    """Make a picture."""
    time.sleep(0.02)
    return f"{path}-{size}-{len(tags or [])}-{due}"


@task
def parse_feed(text: str) -> int:
    """Read a feed; whatever is no number is a fault."""
    return int(text)


@task
async def wait_for(seconds: float) -> float:
    """Wait, as a stand-in for work that takes its time."""
    await asyncio.sleep(seconds)
    return seconds


@task
def join_words(separator: str, *words: str, **options: str) -> str:
    """Join words."""
    return separator.join(words) + "".join(options.values())


@task(name="<b>evil</b>")
def evil_name(text: str) -> str:
    """<img src=x onerror=window.hacked=1>"""
    return text


@task
def repeat_evil(text: str) -> dict[str, str]:
    """Give back and log what it was given, and say it in a span."""
    current_task().progress(1, 2, text)
    log.error("%s", text)
    with trace.get_tracer(text).start_as_current_span(text, attributes={text: text}) as span:
        span.set_status(trace.Status(trace.StatusCode.ERROR, text))
    return {text: text}


@task
async def linger_evil(text: str) -> None:
    """Say what it was given as how far it is, and take its time."""
    current_task().progress(1, 2, text)
    await asyncio.sleep(3600.0)


@task
def raise_evil(text: str) -> None:
    """Fail with what it was given."""
    raise OrderRefused(text)


@task
def ship_order(order_id: int) -> str:
    """Ship an order, of which there are none."""
    orders: dict[int, str] = {}
    try:
        return orders[order_id]
    except KeyError as error:
        raise OrderRefused(f"there is no order {order_id}") from error
