"""What `OPTIONS` of a backend may say, and what is wrong with what they say."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from importlib.util import find_spec
from typing import Any

from fastworker.adapters.nng.sockets import check_address
from fastworker.application.task_options import submit_options
from fastworker.domain.errors import FastWorkerError
from fastworker.entrypoints.client import Client

CLIENT_OPTIONS: dict[str, Any] = {"address": None, "connect_timeout": 5.0, "reconnect_timeout": 30.0}
TERMS = ("retries", "backoff", "timeout", "expires")
MODULES = "task_modules"
OPTIONS = {*CLIENT_OPTIONS, *TERMS, MODULES}


def wrong_values(options: Mapping[str, Any]) -> list[str]:
    """Return what no task can be enqueued with, a sentence for each option."""
    return [text for name in (*CLIENT_OPTIONS, *TERMS) if name in options and (text := _wrong(name, options[name]))]


def wrong_modules(options: Mapping[str, Any]) -> Iterator[str]:
    """Say which task modules there are not; the packages that they are in are imported to find out."""
    named = options.get(MODULES, ())
    if not isinstance(named, list | tuple | set) or not all(isinstance(name, str) for name in named):
        yield f"{MODULES} is {named!r}; expected a list of module names"
        return
    for name in named:
        if not _is_there(name):
            yield f"{MODULES} names {name!r}, and there is no such module"


def _wrong(name: str, value: Any) -> str | None:
    try:
        if name == "address":
            return _wrong_address(value)
        if name in CLIENT_OPTIONS:
            Client(**{name: value})
        else:
            submit_options(**{name: value})
    except FastWorkerError as error:
        return str(error)
    if name == "expires" and value in (0, timedelta()):
        return f"expires is {value!r}; expected more than 0: no task would run"
    return None


def _wrong_address(address: Any) -> str | None:
    if address is None or address == "":
        return None
    if not isinstance(address, str):
        return f"address is {address!r}; expected tcp://HOST:PORT or ipc://PATH"
    check_address(address)
    return None


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):  # its package is not there, or it is no name
        return False
