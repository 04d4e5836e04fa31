"""Bytes from strangers on every port: none of them ends a loop, and the system works on."""

import random
import signal
import socket
import struct

import pytest

from .processes import is_free, port_of
from .system import CONTROL_PLANE_IS_UP, NO_LOCAL_WORK, StartSystem, System
from .waiting import until

PUB, SUB, REQ, REP, PAIR = 0x20, 0x21, 0x30, 0x31, 0x10
"""Protocol numbers of the SP header, with which each side of a TCP connection of NNG begins."""

MAX_FRAME = 16 << 20


def sp_header(protocol: int, *, version: int = 0) -> bytes:
    return struct.pack(">BBBBHH", 0, ord("S"), ord("P"), version, protocol, 0)


def sized(message: bytes, size: int | None = None) -> bytes:
    """Return a message as NNG sends it over TCP, with its size, or one that lies about it."""
    return struct.pack(">Q", len(message) if size is None else size) + message


def request(body: bytes, request_id: int = 0x80000001) -> bytes:
    return sized(struct.pack(">I", request_id) + body)


def our_frame(
    *, magic: bytes = b"FW", protocol: int = 1, kind: int = 1, envelope: bytes = b"{}", count: int = 0
) -> bytes:
    return struct.pack(">2sBBII", magic, protocol, kind, len(envelope), count) + envelope


CHANCE = random.Random(20261121)

JUNK = {
    "nothing": b"",
    "one byte": b"\x00",
    "random bytes": CHANCE.randbytes(100_000),
    "an HTTP request": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "half an SP header": sp_header(REQ)[:5],
    "an SP header of another version": sp_header(REQ, version=1),
    "SP headers of the wrong protocols": b"".join(sp_header(protocol) for protocol in (PAIR, PUB, REP)),
    "an SP header alone": sp_header(REQ),
    "an empty message": sp_header(REQ) + sized(b"") * 20,
    "a message without a request id": sp_header(REQ) + sized(b"\x01\x02") + sized(b"\x00" * 64),
    "a message of 2^63 bytes": sp_header(REQ) + sized(b"x", size=1 << 63),
    "a message of one byte too many": sp_header(REQ) + sized(b"x", size=MAX_FRAME + 1),
    "half a message": sp_header(REQ) + sized(b"x" * 10, size=1000),
    "empty frames": sp_header(REQ) + request(b"") * 50,
    "frames of random bytes": sp_header(REQ)
    + b"".join(request(CHANCE.randbytes(CHANCE.randrange(300)), 0x80000000 | n) for n in range(300)),
    "frames with another magic": sp_header(REQ) + request(our_frame(magic=b"XX")),
    "frames of another protocol": sp_header(REQ) + request(our_frame(protocol=99)),
    "frames of an unknown kind": sp_header(REQ) + request(our_frame(kind=250)),
    "frames of every kind with an empty envelope": sp_header(REQ)
    + b"".join(request(our_frame(kind=kind), 0x80000000 | kind) for kind in range(40)),
    "frames of every kind with envelopes of the wrong types": sp_header(REQ)
    + b"".join(request(our_frame(kind=kind, envelope=b'[1, null, {"epoch": 3}]')) for kind in range(40)),
    "a frame with more payloads than it holds": sp_header(REQ) + request(our_frame(count=0xFFFFFFFF)),
    "a deep envelope": sp_header(REQ) + request(our_frame(kind=3, envelope=b"[" * 200_000)),
    "an envelope that is no UTF-8": sp_header(REQ) + request(our_frame(envelope=b'{"session_id": "\xff\xfe"}')),
    "a subscriber that talks": sp_header(SUB) + sized(b"") + sized(CHANCE.randbytes(1000)),
}


def throw(address: str, junk: bytes) -> None:
    """Send bytes over TCP and hang up; the other side may do so first."""
    with socket.create_connection(("127.0.0.1", port_of(address)), timeout=5) as connection:
        try:
            connection.sendall(junk)
            connection.settimeout(0.05)
            connection.recv(1 << 16)
        except OSError:
            return


@pytest.mark.parametrize("port", ["client", "worker", "beacon", "base"])
def test_junk_on_a_port_leaves_the_system_working(standing: System, port: str) -> None:
    address = {
        "client": standing.address,
        "worker": standing.worker_address,
        "beacon": standing.beacon_address,
        "base": standing.base_addresses["sw1"],
    }[port]

    for junk in JUNK.values():
        throw(address, junk)

    works(standing)
    for process in (standing.control_plane, *standing.workers.values()):
        assert process.is_running
        assert "Traceback" not in process.log
        assert "xception" not in process.log


def works(system: System) -> None:
    with system.sync_client() as client:
        assert client.map("echo", [(number,) for number in range(100)])[99].get(timeout=10) == 99
        workers = {worker.worker_id for worker in client.inspect().workers}
        assert workers == set(system.workers)
    for address in system.base_addresses.values():
        assert system.run("inspect", address).exit_code == 0


def test_junk_on_the_beacon_leaves_it_shining(standing: System) -> None:
    for junk in JUNK.values():
        throw(standing.beacon_address, junk)

    late = standing.processes.start(
        "late",
        *("fastworker", "subworker", "--worker-id", "late", "--task-modules", "work"),
        *("--discovery-address", standing.beacon_address),
    )
    late.wait_for('"event": "joined"')
    late.send(signal.SIGTERM)
    assert late.wait() == 0


def test_a_refused_frame_is_answered_with_a_typed_error(standing: System) -> None:
    with socket.create_connection(("127.0.0.1", port_of(standing.address)), timeout=5) as connection:
        connection.sendall(sp_header(REQ) + request(our_frame(protocol=99)))
        answer = b""
        while b"protocol_mismatch" not in answer:
            received = connection.recv(1 << 16)
            assert received, answer
            answer += received

    assert b"the peer speaks protocol 99, this is protocol 3" in answer


def test_many_strangers_that_stay_connected_do_not_lock_others_out(standing: System) -> None:
    strangers = [socket.create_connection(("127.0.0.1", port_of(standing.address))) for _ in range(100)]
    try:
        for number, stranger in enumerate(strangers):
            stranger.sendall(sp_header(REQ)[: number % 9])
        with standing.sync_client() as client:
            assert client.delay("echo", 1).get(timeout=10) == 1
    finally:
        for stranger in strangers:
            stranger.close()


def test_a_control_plane_that_was_thrown_junk_still_ends_well(system: StartSystem) -> None:
    up = system(workers=0, control_plane=NO_LOCAL_WORK)
    up.control_plane.wait_for(CONTROL_PLANE_IS_UP)
    for address in (up.address, up.worker_address, up.beacon_address):
        for junk in JUNK.values():
            throw(address, junk)

    up.control_plane.send(signal.SIGTERM)

    assert up.control_plane.wait(within=5) == 0
    assert until(lambda: is_free(port_of(up.address)), within=1)
