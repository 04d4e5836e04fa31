"""What is special about NNG: addresses that are files, settings, and forks."""

import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import anyio
import pynng
import pytest

from fastworker.adapters.json_codec import JsonFrameCodec
from fastworker.adapters.nng import NngTransport, sockets
from fastworker.application.ports.transport import Transport
from fastworker.domain.errors import AddressUnusable
from tests.contracts.desk import Desk, answer, question

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
async def transport() -> Transport:
    return NngTransport(JsonFrameCodec())


async def test_requests_travel_over_an_ipc_socket_that_only_its_owner_can_open(
    transport: Transport, tmp_path: Path
) -> None:
    path = tmp_path / "socket"
    desk = Desk()
    async with transport.serve([f"ipc://{path}"], desk.handle), transport.connect(f"ipc://{path}") as requester:
        assert stat.S_ISSOCK(path.stat().st_mode)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert await requester.request(question(1), timeout=5) == answer(1)


async def test_a_regular_file_at_an_ipc_address_is_spared(transport: Transport, tmp_path: Path) -> None:
    path = tmp_path / "diary.txt"
    path.write_text("dear diary")
    with pytest.raises(AddressUnusable, match="is a file that is no socket"):
        async with transport.serve([f"ipc://{path}"], Desk().handle):
            pass
    with pytest.raises(AddressUnusable, match="is a file that is no socket"):
        async with transport.publish(f"ipc://{path}"):
            pass
    assert path.read_text() == "dear diary"


async def test_a_folder_and_a_link_to_a_file_at_an_ipc_address_are_spared(transport: Transport, tmp_path: Path) -> None:
    file, folder, link = tmp_path / "file", tmp_path / "folder", tmp_path / "link"
    file.write_text("precious")
    folder.mkdir()
    link.symlink_to(file)
    for path in (folder, link):
        with pytest.raises(AddressUnusable):
            async with transport.serve([f"ipc://{path}"], Desk().handle):
                pass
    assert link.is_symlink()
    assert folder.is_dir()
    assert file.read_text() == "precious"


async def test_the_socket_that_a_dead_process_left_behind_is_replaced(transport: Transport, tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    async with transport.serve([f"ipc://{path}"], Desk().handle), transport.connect(f"ipc://{path}") as requester:
        assert await requester.request(question(1), timeout=5) == answer(1)


async def test_a_busy_ipc_address_is_address_unusable_and_its_owner_goes_on(
    transport: Transport, tmp_path: Path
) -> None:
    address = f"ipc://{tmp_path}/socket"
    async with transport.serve([address], Desk().handle), transport.connect(address) as requester:
        with pytest.raises(AddressUnusable):
            async with transport.serve([address], Desk().handle):
                pass
        assert await requester.request(question(1), timeout=5) == answer(1)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:5555",
        "tcp://127.0.0.1",
        "tcp://127.0.0.1:port",
        "tcp://127.0.0.1:99999",
        "tcp://192.0.2.1:5555",
        "tcp://no-such-host.invalid:5555",
        "ipc:///no/such/folder/socket",
    ],
)
async def test_an_address_that_cannot_be_served_at_is_address_unusable(transport: Transport, address: str) -> None:
    with pytest.raises(AddressUnusable, match=address):
        async with transport.serve([address], Desk().handle):
            pass


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "tcp://127.0.0.1:port", "tcp://no-such-host.invalid:5555"])
async def test_an_address_that_cannot_be_connected_to_is_address_unusable(transport: Transport, address: str) -> None:
    with pytest.raises(AddressUnusable, match=address):
        async with transport.connect(address):
            pass


@pytest.mark.parametrize(
    "open_socket", [sockets.open_req, sockets.open_rep, sockets.open_pub, sockets.open_sub], ids=lambda f: f.__name__
)
async def test_every_socket_has_the_settings_that_matter(open_socket: Callable[[], pynng.Socket]) -> None:
    with open_socket() as opened:
        assert opened.recv_max_size >= 16 << 20
        assert opened.recv_max_size < 17 << 20
        assert (opened.reconnect_time_min, opened.reconnect_time_max) == (20, 250)
        assert opened.tcp_keepalive
        if isinstance(opened, pynng.Req0):
            assert opened.resend_time == -1


class Stubborn(pynng.Rep0):
    """A socket on which setting something has no effect: pynng would not tell."""

    reconnect_time_max = property(lambda self: 123, lambda self, value: None)


async def test_a_setting_that_nng_does_not_take_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "_Rep", Stubborn)
    with pytest.raises(RuntimeError, match="NNG did not take reconnect_time_max = 250"):
        sockets.open_rep()


FORK = """
import asyncio, os, sys, warnings
from fastworker.adapters.json_codec import JsonFrameCodec
from fastworker.adapters.nng import NngTransport
from fastworker.domain.errors import AddressUnusable

warnings.simplefilter("ignore")  # of os.fork: this process has threads, which is the point
transport = NngTransport(JsonFrameCodec())
loop = asyncio.new_event_loop()
session = transport.connect("tcp://127.0.0.1:9")
loop.run_until_complete(session.__aenter__())

async def open_another():
    async with transport.connect("tcp://127.0.0.1:9"):
        pass

child = os.fork()
if child == 0:
    try:
        asyncio.run(open_another())
        os._exit(1)
    except AddressUnusable as error:
        os.write(1, str(error).encode())
        os._exit(42)
    except BaseException as error:
        os.write(2, repr(error).encode())
        os._exit(2)
_, status = os.waitpid(child, 0)
loop.run_until_complete(session.__aexit__(None, None, None))
sys.exit(os.waitstatus_to_exitcode(status) & 0xFF)
"""


async def test_a_fork_after_opening_is_address_unusable_and_no_abort() -> None:
    command = [sys.executable, "-c", FORK]
    run = await anyio.to_thread.run_sync(
        lambda: subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    )
    assert (run.returncode, run.stderr) == (42, "")
    assert "was forked" in run.stdout
    assert "make the client after the fork" in run.stdout
