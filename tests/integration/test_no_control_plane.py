"""Nobody listens at the control plane's address: every form of submitting says so in time, and blocks nothing."""

import asyncio
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import pytest

from fastworker import Client, ControlPlaneUnreachable, SyncClient

from .processes import HERE, Process, Processes, free_port

CONNECT_SECONDS = 0.6
COMMAND_CONNECT_SECONDS = 5.0
"""The default. Processes that use it were started seconds before they are looked at."""
LATE_SECONDS = 2.5
"""How much later an error may come on a busy machine; what waits for something else waits far longer."""
TICK_SECONDS = 0.01
LONGEST_PAUSE_SECONDS = 0.4
"""A loop that is not blocked comes round to its ticker more often than this, even on a busy machine."""


@pytest.fixture(scope="module", autouse=True)
def slow_submissions(standing_processes: Processes) -> tuple[str, Process, Process]:
    """An address, and two submissions with the long default timeout, under way while the other tests run."""
    address = f"tcp://127.0.0.1:{free_port()}"
    environment = {"FASTWORKER_ADDRESS": address}
    command = standing_processes.start("submit", "fastworker", "submit", "echo", "--args", "1", environment=environment)
    script = str(HERE / "scripts" / "submit_without_client.py")
    return address, command, standing_processes.start("script", "python", script, environment=environment)


@pytest.fixture
def nowhere() -> str:
    """An address at which nobody listens."""
    return f"tcp://127.0.0.1:{free_port()}"


@pytest.fixture
def silent() -> Iterator[str]:
    """An address at which somebody accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", free_port())) as server:
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"


@asynccontextmanager
async def ticking() -> AsyncIterator[Callable[[], float]]:
    """Tick in the event loop; gives the longest time between two ticks."""
    pauses = [0.0]

    async def tick() -> None:
        before = time.monotonic()
        while True:
            await asyncio.sleep(TICK_SECONDS)
            now = time.monotonic()
            pauses.append(now - before)
            before = now

    ticker = asyncio.create_task(tick())
    try:
        yield lambda: max(pauses)
    finally:
        ticker.cancel()


def seconds_until_unreachable(submit: Callable[[Client], Awaitable[object]], address: str) -> float:
    """Submit from asynchronous code while a ticker watches the loop."""

    async def main() -> float:
        async with ticking() as longest_pause:
            began_at = time.monotonic()
            async with Client(address, connect_timeout=CONNECT_SECONDS) as client:
                with pytest.raises(ControlPlaneUnreachable) as raised:
                    await submit(client)
            seconds = time.monotonic() - began_at
            assert longest_pause() < LONGEST_PAUSE_SECONDS
            says_where_and_what_to_do(str(raised.value), address)
        return seconds

    return asyncio.run(main())


def says_where_and_what_to_do(message: str, address: str) -> None:
    assert address in message
    assert "fastworker control-plane --task-modules" in message
    assert len(message.splitlines()) == 1


def test_submitting_fails_within_the_connect_timeout_and_the_event_loop_goes_on(nowhere: str) -> None:
    seconds = seconds_until_unreachable(lambda client: client.delay("echo", 1), nowhere)

    assert CONNECT_SECONDS <= seconds < CONNECT_SECONDS + LATE_SECONDS


def test_a_server_that_never_speaks_is_no_control_plane_either(silent: str) -> None:
    seconds = seconds_until_unreachable(lambda client: client.delay("echo", 1), silent)

    assert CONNECT_SECONDS <= seconds < CONNECT_SECONDS + LATE_SECONDS


def test_a_batch_a_look_at_a_result_and_a_look_at_the_state_fail_in_the_same_way(nowhere: str) -> None:
    async def all_at_once(client: Client) -> None:
        calls = (client.map("echo", [(1,), (2,)]), client.get_task_result("an-id"), client.inspect())
        answers = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(answer) for answer in answers] == [ControlPlaneUnreachable] * 3
        raise answers[0]  # type: ignore[misc]

    assert seconds_until_unreachable(all_at_once, nowhere) < CONNECT_SECONDS + LATE_SECONDS


def test_a_thousand_submissions_at_once_all_fail_in_time(nowhere: str) -> None:
    async def many(client: Client) -> None:
        answers = await asyncio.gather(*(client.delay("echo", n) for n in range(1000)), return_exceptions=True)
        assert {type(answer) for answer in answers} == {ControlPlaneUnreachable}
        raise answers[-1]  # type: ignore[misc]

    assert seconds_until_unreachable(many, nowhere) < CONNECT_SECONDS + LATE_SECONDS


def test_a_client_that_was_started_needs_no_control_plane_until_its_first_call_and_stops_at_once(nowhere: str) -> None:
    async def main() -> float:
        client = Client(nowhere)
        await client.start()
        began_at = time.monotonic()
        await client.aclose()
        return time.monotonic() - began_at

    assert asyncio.run(main()) < 0.5


def test_blocking_code_gets_the_same_error_in_the_same_time(nowhere: str) -> None:
    began_at = time.monotonic()
    with (
        SyncClient(nowhere, connect_timeout=CONNECT_SECONDS) as client,
        pytest.raises(ControlPlaneUnreachable) as raised,
    ):
        client.delay("echo", 1)

    assert CONNECT_SECONDS <= time.monotonic() - began_at < CONNECT_SECONDS + LATE_SECONDS
    says_where_and_what_to_do(str(raised.value), nowhere)


def test_the_command_ends_with_exit_code_1_and_one_line_in_time(slow_submissions: tuple[str, Process, Process]) -> None:
    address, command, _ = slow_submissions

    assert command.wait(within=COMMAND_CONNECT_SECONDS + LATE_SECONDS) == 1
    says_where_and_what_to_do(command.log.strip(), f"{address} (from FASTWORKER_ADDRESS)")


def test_a_task_function_without_any_client_of_its_own_gets_the_same_error_in_time(
    slow_submissions: tuple[str, Process, Process],
) -> None:
    address, _, script = slow_submissions

    assert script.wait(within=COMMAND_CONNECT_SECONDS + LATE_SECONDS) == 0
    kind, _, rest = script.log.strip().partition(" ")
    seconds, _, message = rest.partition(" ")
    assert kind == "ControlPlaneUnreachable"
    assert 0 <= float(seconds) - COMMAND_CONNECT_SECONDS < LATE_SECONDS
    says_where_and_what_to_do(message, address)


def test_a_worker_says_once_that_it_finds_no_control_plane_and_still_ends_well(
    processes: Processes, nowhere: str
) -> None:
    worker = processes.start(
        "worker", "fastworker", "subworker", "--control-plane-address", nowhere, "--task-modules", "work"
    )
    worker.wait_for("control_plane_not_found", nowhere)
    worker.send(signal.SIGTERM)

    assert worker.wait() == 0
    assert worker.log.count("control_plane_not_found") == 1
