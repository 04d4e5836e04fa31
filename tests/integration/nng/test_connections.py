"""How many peers are connected is known although NNG's threads tell of it in any order."""

import pynng
import pytest
from pynng import nng

from fastworker.adapters.nng import sockets
from fastworker.adapters.nng.connections import Connections
from tests.contracts.desk import until

pytestmark = pytest.mark.anyio

BEFORE, AFTER, GONE = nng.lib.NNG_PIPE_EV_ADD_PRE, nng.lib.NNG_PIPE_EV_ADD_POST, nng.lib.NNG_PIPE_EV_REM_POST


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def tell(socket: pynng.Socket, pipe: pynng.Pipe, *events: int) -> None:
    """Tell of a connection once more, as one of NNG's threads does."""
    for event in events:
        nng._nng_pipe_cb(pipe.pipe, event, socket._handle)


@pytest.mark.parametrize("late", [(AFTER,), (AFTER, GONE, BEFORE)], ids=["after its end", "and ends before it begins"])
async def test_a_connection_that_is_told_of_late_is_not_counted(late: tuple[int, ...]) -> None:
    with sockets.open_rep() as server:
        connections = Connections(server)
        address = sockets.listen(server, "tcp://127.0.0.1:0")
        with sockets.open_req() as peer:
            sockets.dial(peer, address)
            await until(lambda: len(connections) == 1)
            (pipe,) = server.pipes
        await until(lambda: len(connections) == 0)
        await until(lambda: len(server.pipes) == 0)
        tell(server, pipe, *late)
        assert len(server.pipes) == 1  # a ghost
        assert len(connections) == 0
        with sockets.open_req() as peer:
            sockets.dial(peer, address)
            await until(lambda: len(connections) == 1)
