"""Reverse proxies that are believed: who has logged in there, from where, and at which path they show this server.

Believed is only what comes from an address that was configured, and of it only the headers that are named here. From
everybody else these headers change nothing. A header that comes twice is not believed: one may be the browser's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from litestar.types import Scope

from .roles import Role, role_named
from .root_paths import root_path

PREFIX_HEADER = "x-forwarded-prefix"
ADDRESS_HEADER = "x-forwarded-for"
LONGEST_USER = 100
FORWARDED = "fastworker_forwarded"
"""Where stands in a request's scope what a proxy has said of it."""


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What a trusted proxy says of a request; None is what it says nothing of."""

    prefix: str | None = None
    user: str | None = None
    role: Role | None = None
    remote: str | None = None


NOT_FORWARDED = Forwarded()


class TrustedProxies:
    """The proxies by their addresses or networks. Without `user_header`, nobody is logged in by them."""

    def __init__(
        self,
        networks: Iterable[str] = (),
        *,
        user_header: str = "",
        role_header: str = "",
        role: Role = Role.VIEWER,
    ) -> None:
        self._networks = [ip_network(each, strict=False) for each in networks]
        self._user_header = user_header.lower()
        self._role_header = role_header.lower()
        self._role = role

    def read(self, scope: Scope) -> Forwarded:
        """Return what is believed of a request."""
        client = scope.get("client")
        if client is None or not self._trusts(client[0]):
            return NOT_FORWARDED
        user, role = self._user(scope)
        return Forwarded(_prefix(scope), user, role, _remote(scope))

    def _trusts(self, address: str) -> bool:
        if not self._networks:
            return False
        try:
            found = ip_address(address)
        except ValueError:
            return False
        mapped = getattr(found, "ipv4_mapped", None)  # ::ffff:10.0.0.5 is 10.0.0.5
        return any((mapped or found) in network for network in self._networks)

    def _user(self, scope: Scope) -> tuple[str, Role] | tuple[None, None]:
        user = _single(scope, self._user_header) if self._user_header else None
        if user is None or not user.isprintable() or not 1 <= len(user) <= LONGEST_USER:
            return None, None
        if not self._role_header:
            return user, self._role
        try:
            return user, role_named(_single(scope, self._role_header) or "")
        except KeyError:
            return None, None


def _prefix(scope: Scope) -> str | None:
    said = _single(scope, PREFIX_HEADER)
    try:
        return None if said is None else root_path(said)
    except ValueError:
        return None


def _remote(scope: Scope) -> str | None:
    """Return the address that the proxy itself has seen: the last of the list, for the others are what it was told."""
    said = (_single(scope, ADDRESS_HEADER) or "").rpartition(",")[2].strip()
    try:
        return str(ip_address(said))
    except ValueError:
        return None


def _single(scope: Scope, name: str) -> str | None:
    """Return the value of a header that comes once."""
    found = [value for each, value in scope["headers"] if each.lower() == name.encode("latin-1")]
    return found[0].decode("utf-8", "replace").strip() if len(found) == 1 else None


def forwarded_in(scope: Scope) -> Forwarded:
    """Return what a trusted proxy has said of a request."""
    found: object = scope.get(FORWARDED)
    return found if isinstance(found, Forwarded) else NOT_FORWARDED
