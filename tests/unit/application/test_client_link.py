"""A client's relation to one life of the control plane."""

from dataclasses import replace

import pytest

from fastworker.application.client_link import unreachable
from fastworker.application.messages import Hello, Message, Submit, Welcome
from fastworker.application.named_address import NamedAddress
from tests.unit.replies import reply_of
from tests.unit.system.system import a_system
from tests.unit.system.tasks import echo
from tests.unit.system.wire import Wire

pytestmark = pytest.mark.anyio


async def test_the_error_of_a_control_plane_that_does_not_answer_says_what_to_do() -> None:
    assert str(unreachable("tcp://10.0.0.5:5555", 5.0)) == (
        "no control plane answered at tcp://10.0.0.5:5555 within 5 s; "
        "start one with `fastworker control-plane --task-modules YOUR_MODULE`, or correct the address"
    )


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (NamedAddress.of("tcp://a:1", "from app.config"), "tcp://a:1 (from app.config)"),
        (NamedAddress.from_variable("tcp://b:2"), "tcp://b:2 (from FASTWORKER_ADDRESS)"),
        (NamedAddress.from_variable(None), "tcp://127.0.0.1:5555 (the default, as FASTWORKER_ADDRESS is not set)"),
        (NamedAddress.of(NamedAddress.from_variable("tcp://b:2"), "else"), "tcp://b:2 (from FASTWORKER_ADDRESS)"),
    ],
)
async def test_it_says_where_the_address_came_from(address: str, told: str) -> None:
    assert f"answered at {told} within 5 s" in str(unreachable(address, 5.0))


async def test_one_hello_serves_everybody() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        wire = Wire(system.network)
        async with system.client(wire=wire) as client:
            calls = [system.call(client.delay, "echo", number) for number in range(10)]
            await system.settle()
            assert all(call.is_done for call in calls)
        assert wire.count(Hello) == 1


async def test_deadlines_are_told_on_the_clock_of_the_control_plane() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        ahead = 5_000.0

        async def answer(request: Message) -> Message:
            reply = await reply_of(control_plane.role.client_desk.answer, request)
            return replace(reply, now=reply.now + ahead) if isinstance(reply, Welcome) else reply

        await system.start_worker("w1", echo)
        other = "tcp://127.0.0.1:1"
        wire = Wire(system.network)
        client = system.client(wire=wire)
        client.config = replace(client.config, address=other)
        async with system.network.serve([other], answer), client:
            await client.delay("echo", 1)
        [submit] = [message for message in wire.sent if isinstance(message, Submit)]
        assert system.clock.now() + ahead < submit.deadline <= system.clock.now() + ahead + 15


async def test_a_client_that_waits_for_its_control_plane_goes_on_asking() -> None:
    async with a_system() as system:
        wire = Wire(system.network)
        async with system.client(wire=wire, connect_timeout=5):
            await system.advance(600)
            assert wire.count(Hello) > 50
            assert not [message for message in wire.sent if not isinstance(message, Hello)]
