"""The address of a control plane, and who named it: an error then says what there is to correct."""

from typing import Self

DEFAULT_ADDRESS = "tcp://127.0.0.1:5555"
VARIABLE = "FASTWORKER_ADDRESS"


class NamedAddress(str):
    """An address as text, with the words for where it came from."""

    origin: str

    @classmethod
    def of(cls, address: str, origin: str) -> Self:
        """Return an address with its origin; it keeps one that it has already."""
        if isinstance(address, cls):
            return address
        named = cls(address)
        named.origin = origin
        return named

    @classmethod
    def from_variable(cls, value: str | None) -> Self:
        """Return the address that an environment variable has, or the default where it has none."""
        if value:
            return cls.of(value, f"from {VARIABLE}")
        return cls.of(DEFAULT_ADDRESS, f"the default, as {VARIABLE} is not set")


def told(address: str) -> str:
    """Return an address for an error message, with its origin where that is known."""
    return f"{address} ({address.origin})" if isinstance(address, NamedAddress) else address
