"""NNG sockets with every setting that matters set, and read back: pynng does not report a setting that failed."""

import os
import stat
from pathlib import Path
from socket import ntohs
from urllib.parse import urlsplit

import pynng

from fastworker.application.messages import FRAME_BYTES
from fastworker.domain.errors import AddressUnusable

from .errors import address_error
from .forks import note_opened

RECEIVED_BYTES = FRAME_BYTES + 1_024
"""NNG counts its own header, too."""

RECONNECT_MIN_MILLISECONDS, RECONNECT_MAX_MILLISECONDS = 20, 250
"""Between two attempts to connect NNG waits up to so long, a random part of it, twice as long each time. A deployment
that starts at once, control plane, workers and application, works that much earlier (with 100 and 5,000: 0.2 s)."""


class _ClosedOnce(pynng.Socket):  # type: ignore[misc] # pynng has no types
    """Closed by who opened it. pynng would close it again when it is freed, and in a forked process NNG aborts then."""

    def __del__(self) -> None:
        """Leave it as it is."""


class _Req(_ClosedOnce, pynng.Req0):  # type: ignore[misc]
    pass


class _Rep(_ClosedOnce, pynng.Rep0):  # type: ignore[misc]
    pass


class _Pub(_ClosedOnce, pynng.Pub0):  # type: ignore[misc]
    pass


class _Sub(_ClosedOnce, pynng.Sub0):  # type: ignore[misc]
    pass


def open_req() -> pynng.Req0:
    """Return a socket for requests that are sent once and never again."""
    socket = _with_limits(_Req)
    socket.resend_time = -1  # the default sends a request again, and then it runs twice
    _confirm(socket, "resend_time", -1)
    return socket


def open_rep() -> pynng.Rep0:
    """Return a socket for replies."""
    return _with_limits(_Rep)


def open_pub() -> pynng.Pub0:
    """Return a socket for broadcasts."""
    return _with_limits(_Pub)


def open_sub() -> pynng.Sub0:
    """Return a socket that hears every broadcast."""
    socket = _with_limits(_Sub)
    socket.subscribe(b"")
    return socket


def listen(socket: pynng.Socket, address: str) -> str:
    """Listen, and return the address with the port that was really taken."""
    check_address(address)
    _spare_regular_file(address)
    try:
        listener = socket.listen(address)
    except pynng.NNGException as error:
        raise address_error(error, address, "listen at") from error
    if address.startswith("ipc://"):
        os.chmod(address.removeprefix("ipc://"), 0o600)
    if address.startswith("tcp") and address.endswith(":0"):
        return f"{address[:-1]}{ntohs(listener.local_address.port)}"  # pynng leaves it in network order
    return address


def dial(socket: pynng.Socket, address: str) -> None:
    """Connect in the background, now and whenever the connection is gone."""
    check_address(address)
    try:
        socket.dial(address, block=False)
    except pynng.NNGException as error:
        raise address_error(error, address, "connect to") from error


def check_address(address: str) -> None:
    """Raise `AddressUnusable` for what NNG would take and then never reach."""
    parts = urlsplit(address)
    try:
        is_good = (
            parts.port is not None and bool(parts.hostname)
            if parts.scheme == "tcp"
            else bool(parts.path or parts.netloc)
        )
    except ValueError:  # the port is no number
        is_good = False
    if parts.scheme not in ("tcp", "ipc", "inproc") or not is_good:
        raise AddressUnusable(f"cannot use {address!r}: expected tcp://HOST:PORT or ipc://PATH")


def _with_limits[S: pynng.Socket](kind: type[S]) -> S:
    _refuse_fork()
    socket: S = kind()
    socket.recv_max_size = RECEIVED_BYTES  # the default is no limit
    socket.reconnect_time_min = RECONNECT_MIN_MILLISECONDS
    socket.reconnect_time_max = RECONNECT_MAX_MILLISECONDS
    socket.tcp_keepalive = True
    _confirm(socket, "recv_max_size", RECEIVED_BYTES)
    _confirm(socket, "reconnect_time_min", RECONNECT_MIN_MILLISECONDS)
    _confirm(socket, "reconnect_time_max", RECONNECT_MAX_MILLISECONDS)
    return socket


def _confirm(socket: pynng.Socket, setting: str, expected: int) -> None:
    actual = getattr(socket, setting)
    if actual != expected:
        raise RuntimeError(f"NNG did not take {setting} = {expected}, it has {actual}")


def _refuse_fork() -> None:
    """NNG aborts the process when a forked child uses it; an error is kinder."""
    if note_opened() != os.getpid():
        raise AddressUnusable(
            "this process was forked after a FastWorker client was opened, and NNG does not survive a fork: "
            "make the client after the fork, or start processes with the spawn method"
        )


def _spare_regular_file(address: str) -> None:
    """NNG deletes whatever file it finds at an ipc address."""
    path = Path(address.removeprefix("ipc://"))
    if address.startswith("ipc://") and path.exists() and not stat.S_ISSOCK(path.stat().st_mode):
        raise AddressUnusable(f"cannot listen at {address!r}: {path} is a file that is no socket")
