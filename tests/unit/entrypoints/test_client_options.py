"""Times to wait that cannot work are refused when a client is made."""

from collections.abc import Callable
from typing import Any

import pytest

from fastworker import Client, InvalidOption, SyncClient
from fastworker.integrations.asgi import FastWorkerMiddleware


async def an_app(*_: Any) -> None: ...


@pytest.mark.parametrize("make", [Client, SyncClient, lambda **options: FastWorkerMiddleware(an_app, **options)])
@pytest.mark.parametrize("name", ["connect_timeout", "reconnect_timeout"])
@pytest.mark.parametrize("value", ["2", None, float("nan"), float("inf"), -2, True])
def test_a_time_to_wait_that_is_no_number_of_seconds_is_refused(
    make: Callable[..., object], name: str, value: Any
) -> None:
    with pytest.raises(InvalidOption) as refused:
        make(**{name: value})
    assert str(refused.value) == f"{name}={value!r}; expected a number of seconds, 0 or more"


def test_an_application_is_told_that_it_takes_no_blocking_client() -> None:
    with pytest.raises(InvalidOption, match=r"^client=SyncClient\(\.\.\.\); expected a Client"):
        FastWorkerMiddleware(an_app, client=SyncClient())  # type: ignore[arg-type]
