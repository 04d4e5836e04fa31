"""Peers that speak TCP, and as much of SP (NNG's protocol) as a test wants."""

import random
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

REQ, REP = 0x30, 0x31
FRAME_LIMIT = 16 << 20
CHANCE = random.Random(20261121)


def sp_header(protocol: int, *, version: int = 0) -> bytes:
    """Return the eight bytes with which each side of an SP connection begins."""
    return struct.pack(">BBBBHH", 0, ord("S"), ord("P"), version, protocol, 0)


def sized(message: bytes, size: int | None = None) -> bytes:
    """Return a message with its size before it, or with one that lies."""
    return struct.pack(">Q", len(message) if size is None else size) + message


def request(frame: bytes, number: int = 0x80000001) -> bytes:
    """Return a request as a REQ socket sends it."""
    return sized(struct.pack(">I", number) + frame)


JUNK = {
    "random bytes": CHANCE.randbytes(50_000),
    "one byte": b"\x00",
    "an SP header of another version": sp_header(REQ, version=9),
    "an SP header of another protocol": sp_header(0x10) + request(b"FW"),
    "an SP header with junk": sp_header(REQ) + CHANCE.randbytes(5_000),
    "an empty SP frame": sp_header(REQ) + sized(b"") * 10,
    "a frame without a request id": sp_header(REQ) + sized(b"\x01\x02"),
    "a request id without its last bit": sp_header(REQ) + request(b"FW", number=1),
    "too many hops": sp_header(REQ) + sized(struct.pack(">I", 1) * 300),
    "an empty request": sp_header(REQ) + request(b"") * 10,
    "a request of random bytes": sp_header(REQ) + request(CHANCE.randbytes(500)) * 10,
    "a huge length": sp_header(REQ) + sized(b"x", size=1 << 62),
    "a length of one byte too many": sp_header(REQ) + sized(b"x", size=FRAME_LIMIT + (1 << 12)),
    "half a request": sp_header(REQ) + request(bytes(1000))[:100],
}


def connected(address: str) -> socket.socket:
    """Return a TCP connection to an address."""
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    return socket.create_connection((host, int(port)), timeout=5)


def throw(address: str, junk: bytes) -> None:
    """Send bytes and hang up; the other side may do so first."""
    with connected(address) as connection:
        try:
            connection.sendall(junk)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1 << 16):
                pass
        except OSError:
            return


@contextmanager
def a_server_that_never_reads() -> Iterator[str]:
    """Shake hands as a REP socket does, with whoever comes first, and then leave its requests unread."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        peers: list[socket.socket] = []

        def welcome() -> None:
            peer, _ = listener.accept()
            peers.append(peer)
            peer.sendall(sp_header(REP))

        thread = threading.Thread(target=welcome)
        thread.start()
        try:
            yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            thread.join()
            for peer in peers:
                peer.close()
