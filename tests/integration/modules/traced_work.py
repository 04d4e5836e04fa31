"""Tasks that submit others, with spans of their own."""

import asyncio
import logging

import structlog
from opentelemetry import trace

from fastworker import current_task, task

tracer = trace.get_tracer(__name__)


@task
async def place_order(count: int) -> int:
    with tracer.start_as_current_span("look up prices"):
        handle = await print_label.submit(count)
    return await handle


@task
async def go_on(seconds: float) -> None:
    with tracer.start_as_current_span("first step", attributes={"db.system": "sqlite", "db.password": "hunter2"}):
        await asyncio.sleep(0.01)
    await asyncio.sleep(seconds)


@task(isolation="process")
def print_label(count: int) -> int:
    with tracer.start_as_current_span("draw"):
        result: int = double.submit_sync(count).get(timeout=20)
    return result


@task
def double(count: int) -> int:
    return 2 * count


@task
def fail() -> None:
    raise LookupError("nothing there")


def _say(word: str) -> str:
    logging.getLogger("shop").info("said by logging: %s", word)
    structlog.get_logger().info("said_by_structlog", word=word)
    return current_task().id


@task
def say(word: str) -> str:
    return _say(word)


@task
async def say_in_loop(word: str) -> str:
    return _say(word)


@task
async def say_in_thread_of_its_own(word: str) -> str:
    return await asyncio.to_thread(_say, word)


@task(isolation="process")
def say_in_child(word: str) -> str:
    return _say(word)
