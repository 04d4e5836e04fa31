"""`start()` and `stop()` for asyncio applications."""

import asyncio
from dataclasses import replace

import anyio
import pytest
import structlog

from fastworker.application.client import TaskClient
from fastworker.application.messages import (
    AwaitCompletions,
    Completions,
    Fetch,
    Hello,
    Inspect,
    Message,
    Noted,
    Submit,
    Submitted,
)
from fastworker.domain.errors import (
    AddressUnusable,
    CallerError,
    ClientNotRunning,
    ControlPlaneError,
    ControlPlaneRestarted,
    ControlPlaneUnreachable,
    ProtocolMismatch,
    UnknownSession,
    WireError,
)
from tests.unit.system.system import CLIENTS, HeldTask, System, a_system
from tests.unit.system.tasks import echo
from tests.unit.system.wire import Wire

from .scripted import a_welcome


@pytest.fixture
def anyio_backend() -> str:
    """`start()` is for asyncio."""
    return "asyncio"


pytestmark = pytest.mark.anyio


async def test_a_started_client_works_until_it_is_stopped() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        client = system.client()
        await client.start()
        assert await (await client.delay("echo", 1)) == 1
        assert await (await echo.submit(2)) == 2
        client.stop()
        await system.settle()
        with pytest.raises(ClientNotRunning):
            await client.delay("echo", 1)


async def test_a_second_start_and_a_second_stop_change_nothing() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        client = system.client()
        await client.start()
        await client.start()
        assert await (await client.delay("echo", 1)) == 1
        client.stop()
        client.stop()
        await client.aclose()


async def test_a_client_that_is_started_is_not_entered() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        client = system.client()
        await client.start()
        with pytest.raises(CallerError, match="started already"):
            await client.__aenter__()
        assert await (await client.delay("echo", 1)) == 1
        await client.aclose()
        async with client:
            with pytest.raises(CallerError, match="started already"):
                await client.__aenter__()
            assert await (await client.delay("echo", 2)) == 2


async def test_a_start_of_a_client_that_was_entered_changes_nothing() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        client = system.client()
        async with client:
            await client.start()
            await client.aclose()
            assert await (await client.delay("echo", 1)) == 1
        assert not client.is_started


async def test_a_client_can_be_started_again_after_its_stop() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        client = system.client()
        for number in range(3):
            await client.start()
            assert await (await client.delay("echo", number)) == number
            await client.aclose()


async def test_a_client_can_be_started_again_right_after_its_stop() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        client = system.client()
        await client.start()
        assert await (await client.delay("echo", 1)) == 1
        client.stop()
        await client.start()
        await system.settle()
        submitting = system.call(client.delay, "echo", 2)
        await system.advance(1)
        assert await submitting.result() == 2
        await client.aclose()


async def test_a_client_may_be_stopped_before_it_ever_ran() -> None:
    async with a_system() as system:
        client = system.client()
        await client.start()
        await client.aclose()
        submitting = system.call(client.delay, "echo", 1)
        await system.settle()
        with pytest.raises(ClientNotRunning):
            submitting.result()


async def test_a_call_right_after_the_start_waits_for_the_client_to_be_open() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        client = system.client()
        client.start_soon()
        assert await (await client.delay("echo", 1)) == 1
        await client.aclose()


async def test_a_stop_fails_handles_that_wait() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function)
        client = system.client()
        await client.start()
        handle = await client.delay("held", 1)
        await system.settle()
        client.stop()
        await system.settle()
        with pytest.raises(ClientNotRunning, match="the client was stopped before the task was done"):
            await handle


async def test_a_stop_without_a_start_changes_nothing() -> None:
    async with a_system() as system:
        system.client().stop()
        await system.client().aclose()


async def test_an_address_that_cannot_be_used_is_raised_from_every_call() -> None:
    async with a_system() as system:
        client = unusable(system)
        with structlog.testing.capture_logs() as logs:
            await client.start()
            for _ in range(2):
                with pytest.raises(AddressUnusable):
                    await client.delay("echo", 1)
        assert [entry["event"] for entry in logs] == ["client_failed"]
        await client.aclose()


async def test_an_address_that_cannot_be_used_is_raised_where_the_client_is_entered() -> None:
    async with a_system() as system:
        with pytest.raises(AddressUnusable):
            async with unusable(system):
                pytest.fail("was entered")


def unusable(system: System) -> TaskClient:
    """Return a client of an address that is none."""
    client = system.client()
    client.config = replace(client.config, address="nowhere")
    return client


async def test_a_goodbye_that_fails_harms_nobody() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        wire = Wire(system.network)
        async with system.client(wire=wire):
            await system.advance(6)
            wire.lose(Noted)
        assert wire.has_lost_all()
        assert control_plane.ledger.sessions == {}


async def test_a_client_of_a_task_that_was_cancelled_ends_with_it() -> None:
    async with a_system() as system:
        await system.start_control_plane()

        async def live() -> None:
            async with system.client():
                await asyncio.sleep(3_600)

        life = asyncio.create_task(live())
        await system.settle()
        life.cancel()
        with pytest.raises(asyncio.CancelledError):
            await life


# ---- a control plane that answers oddly ----


async def greet_and_hold(request: Message) -> Message:
    """Answer a hello, and nothing else."""
    if isinstance(request, Hello):
        return a_welcome()
    await asyncio.sleep(3_600)
    raise AssertionError("was held for an hour")


@pytest.mark.parametrize("refusal", [UnknownSession("gone"), ControlPlaneRestarted("restarted")])
async def test_a_look_says_hello_again_when_its_session_is_gone_and_gives_up_after_three_times(
    refusal: ControlPlaneError,
) -> None:
    sessions: list[str] = []

    async def answer(request: Message) -> Message:
        if isinstance(request, Fetch):
            sessions.append(request.session_id)
            raise refusal
        return await greet_and_hold(request)

    async with a_system() as system, system.network.serve([CLIENTS], answer), system.client() as client:
        looking = system.call(client.status, "t1")
        await system.advance(5)
        with pytest.raises(ControlPlaneRestarted, match="restarts again and again"):
            looking.result()
    assert len(set(sessions)) == len(sessions) == 3


async def test_an_answer_of_another_kind_is_an_error_that_names_both() -> None:
    async def answer(request: Message) -> Message:
        return Noted() if isinstance(request, Inspect) else await greet_and_hold(request)

    async with a_system() as system, system.network.serve([CLIENTS], answer), system.client() as client:
        with pytest.raises(WireError, match="expected Inspected, was answered with Noted"):
            await client.inspect()


async def test_a_submission_that_is_answered_oddly_fails() -> None:
    async def answer(request: Message) -> Message:
        return Noted() if isinstance(request, Submit) else await greet_and_hold(request)

    async with a_system() as system, system.network.serve([CLIENTS], answer), system.client() as client:
        with pytest.raises(WireError, match="a submission was answered with Noted"):
            await client.delay("echo", 1)


async def test_a_caller_that_is_cancelled_while_its_submission_is_under_way_holds_up_nobody_else() -> None:
    async def answer(request: Message) -> Message:
        if isinstance(request, Submit) and request.entries[0].name == "never":
            await anyio.sleep_forever()
        if isinstance(request, Submit):
            return Submitted(refused=[], waiting_for_worker=[])
        return await greet_and_hold(request)

    async with a_system() as system, system.network.serve([CLIENTS], answer), system.client() as client:
        async with anyio.create_task_group() as group:
            group.start_soon(client.delay, "never")
            await system.settle()
            other = system.call(client.delay, "echo", 1)
            await system.settle()
            assert not other.is_done
            group.cancel_scope.cancel()
        await system.settle()
        assert other.result() in client._life._parts.listener._pending  # type: ignore[union-attr]
        assert len(client._life._parts.listener._pending) == 1  # type: ignore[union-attr]


async def test_a_submission_that_is_under_way_when_its_client_stops_fails_and_says_that_its_fate_is_unknown() -> None:
    async def answer(request: Message) -> Message:
        return await greet_and_hold(request)

    async with a_system() as system, system.network.serve([CLIENTS], answer):
        async with system.client() as client:
            first = system.call(client.delay, "echo", 1)
            await system.settle()
            second = system.call(client.delay, "echo", 2)
            await system.settle()
        await system.settle()
        for call in (first, second):
            with pytest.raises(ClientNotRunning, match="stopped in the middle; whether"):
                call.result()


async def test_a_hello_that_is_refused_fails_the_call_with_the_refusal() -> None:
    async def answer(request: Message) -> Message:
        raise ProtocolMismatch("the peer speaks protocol 2, this is protocol 3")

    async with a_system() as system, system.network.serve([CLIENTS], answer), system.client() as client:
        submitting = system.call(client.delay, "echo", 1)
        await system.advance(6)
        with pytest.raises(ProtocolMismatch, match="this is protocol 3"):
            submitting.result()


async def test_a_hello_that_is_answered_oddly_fails_the_call() -> None:
    async def answer(request: Message) -> Message:
        return Noted()

    async with a_system() as system, system.network.serve([CLIENTS], answer), system.client() as client:
        submitting = system.call(client.delay, "echo", 1)
        await system.advance(6)
        with pytest.raises(WireError, match="hello"):
            submitting.result()


async def test_handles_are_given_up_when_waits_are_answered_oddly_for_the_reconnect_timeout() -> None:
    async def answer(request: Message) -> Message:
        match request:
            case Submit():
                return Submitted(refused=[], waiting_for_worker=[])
            case AwaitCompletions():
                return Noted()
            case _:
                return await greet_and_hold(request)

    async with (
        a_system() as system,
        system.network.serve([CLIENTS], answer),
        system.client(reconnect_timeout=30) as client,
    ):
        handle = await client.delay("echo", 1)
        await system.advance(29)
        assert not handle.is_done
        await system.advance(3)
        with pytest.raises(ControlPlaneUnreachable, match="answered with Noted"):
            await handle


async def test_handles_are_given_up_when_questions_for_missing_completions_are_answered_oddly() -> None:
    gaps = iter([Completions(first=10, entries=[])])

    async def answer(request: Message) -> Message:
        match request:
            case Submit():
                return Submitted(refused=[], waiting_for_worker=[])
            case AwaitCompletions():
                return next(gaps, None) or await greet_and_hold(request)
            case Fetch():
                return Noted()
            case _:
                return await greet_and_hold(request)

    async with (
        a_system() as system,
        system.network.serve([CLIENTS], answer),
        system.client(reconnect_timeout=30) as client,
    ):
        handle = await client.delay("echo", 1)
        await system.advance(35)
        with pytest.raises(ControlPlaneUnreachable, match="a fetch was answered with Noted"):
            await handle


async def test_a_control_plane_that_freezes_while_it_is_sent_a_task_is_given_up() -> None:
    async with (
        a_system() as system,
        system.network.serve([CLIENTS], greet_and_hold),
        system.client(connect_timeout=5) as client,
    ):
        submitting = system.call(client.delay, "echo", 1)
        await system.advance(5.5)
        with pytest.raises(ControlPlaneUnreachable, match="whether the one before accepted this task is unknown"):
            submitting.result()


async def test_in_a_forked_process_a_client_of_its_parent_refuses_calls() -> None:
    async with a_system() as system, system.client() as client:
        assert client._life is not None
        client._life.leave_behind()  # as after a fork
        with pytest.raises(ClientNotRunning, match="forked"):
            await client.delay("echo", 1)
