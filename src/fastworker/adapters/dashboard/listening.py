"""The socket that the dashboard is served on. It is bound early, so that whoever comes early waits and is not refused.

Nothing here imports the web server: that comes later.
"""

import socket

from fastworker.domain.errors import AddressUnusable

BACKLOG = 128


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        AddressUnusable: the port is taken, or the host is not of this machine.
    """
    listener: socket.socket | None = None
    try:
        [(family, kind, protocol, _, address), *_] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        if listener is not None:
            listener.close()
        raise AddressUnusable(f"the dashboard cannot listen at {host}:{port}: {error.strerror or error}") from error
    return listener


def port_of(listener: socket.socket) -> int:
    """Return the port that was really taken."""
    port: int = listener.getsockname()[1]
    return port


def url_of(host: str, port: int, root_path: str = "") -> str:
    """Return where a person opens the dashboard."""
    shown = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}{root_path}/"
