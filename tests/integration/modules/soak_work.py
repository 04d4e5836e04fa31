"""What a soak has done: naps of many lengths, each noted in a journal as it begins and as it ends."""

import asyncio
import os
import time

from fastworker import task

RETRIES = 10


def _note(journal: str, call_id: str, what: str) -> None:
    """Append a line with one write, so that lines of many processes do not mix."""
    file = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, f"{call_id} {what} {os.getpid()}\n".encode())
    finally:
        os.close(file)


async def _nap(journal: str, call_id: str, seconds: float) -> str:
    _note(journal, call_id, "start")
    await asyncio.sleep(seconds)
    _note(journal, call_id, "end")
    return f"{call_id} has slept"


def _nap_here(journal: str, call_id: str, seconds: float) -> str:
    _note(journal, call_id, "start")
    time.sleep(seconds)
    _note(journal, call_id, "end")
    return f"{call_id} has slept"


@task
async def nap(journal: str, call_id: str, seconds: float) -> str:
    return await _nap(journal, call_id, seconds)


@task
def nap_in_thread(journal: str, call_id: str, seconds: float) -> str:
    return _nap_here(journal, call_id, seconds)


@task(isolation="process")
def nap_in_process(journal: str, call_id: str, seconds: float) -> str:
    return _nap_here(journal, call_id, seconds)


@task(retries=RETRIES, backoff=0.1)
async def nap_with_retries(journal: str, call_id: str, seconds: float) -> str:
    return await _nap(journal, call_id, seconds)


@task(retries=RETRIES, backoff=0.1)
def nap_in_thread_with_retries(journal: str, call_id: str, seconds: float) -> str:
    return _nap_here(journal, call_id, seconds)


@task(retries=RETRIES, backoff=0.1, isolation="process")
def nap_in_process_with_retries(journal: str, call_id: str, seconds: float) -> str:
    return _nap_here(journal, call_id, seconds)
