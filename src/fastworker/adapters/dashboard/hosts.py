"""By which names this server may be asked for: DNS rebinding makes a foreign name point at a local server.

Rules: exact names only, no pattern; the port must be the one listened at, or absent, or any for a name that was
allowed without a port (a reverse proxy listens at another); no forwarded header is looked at.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
LONGEST_HOST = 260


@dataclass(frozen=True, slots=True)
class HostName:
    """The two parts of a Host header; `port` is None when it is not said."""

    name: str
    port: int | None


def parse_host(value: str) -> HostName | None:
    """Return the parts of a Host header; None for one that no honest client sends."""
    if not value or len(value) > LONGEST_HOST or not value.isascii():
        return None
    name, port = _split(value)
    if not name or (port and not (port.isdigit() and len(port) <= 5 and int(port) < 65_536)):
        return None
    if any(character in name for character in " /\\@?#,;\t%"):
        return None
    return HostName(name.lower().rstrip("."), int(port) if port else None)


def _split(value: str) -> tuple[str, str]:
    if not value.startswith("["):
        name, colon, port = value.partition(":")
        return ("", "") if colon and not port else (name, port)
    name, bracket, rest = value.partition("]")
    if not bracket or (rest and not rest.startswith(":")) or rest == ":":
        return "", ""
    return name + "]", rest[1:]


def is_loopback_name(value: str) -> bool:
    """Tell whether a Host header, or a host that is allowed, is one of this machine's own."""
    host = parse_host(value)
    return host is not None and host.name in LOOPBACK_NAMES


class AllowedHosts:
    """The names that are answered to: loopback, the address listened at, and those that were allowed by a person."""

    def __init__(self, *, bound_host: str, bound_port: int, allowed: Iterable[str] = ()) -> None:
        bound = f"[{bound_host}]" if ":" in bound_host else bound_host
        self._port = bound_port
        self._own = {*LOOPBACK_NAMES, *((bound.lower(),) if not _is_any(bound_host) else ())}
        self._others = {host for host in map(parse_host, allowed) if host is not None}
        self._knows_addresses = _is_any(bound_host)

    def allow(self, value: str) -> bool:
        """Tell whether a request with this Host header is for this server."""
        host = parse_host(value)
        if host is None:
            return False
        if host in self._others or HostName(host.name, None) in self._others:
            return True
        is_own = host.name in self._own or (self._knows_addresses and _is_address(host.name))
        return is_own and host.port in (self._port, None)


def _is_any(host: str) -> bool:
    return host in ("0.0.0.0", "::", "")


def _is_address(name: str) -> bool:
    """Tell whether a name is an address: nobody can make one point elsewhere, so rebinding cannot use it."""
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
