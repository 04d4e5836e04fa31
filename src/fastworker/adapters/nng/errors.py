"""NNG's errors as the port's."""

import pynng

from fastworker.domain.errors import AddressUnusable, ConnectionLost, FastWorkerError, RequestTimeout


def request_error(error: pynng.NNGException, address: str, timeout: float) -> FastWorkerError:
    """Return what became of a request."""
    if isinstance(error, pynng.Timeout):
        return RequestTimeout(f"no answer from {address} within {timeout:g} s")
    return ConnectionLost(f"the connection to {address} broke: {error}")


def address_error(error: pynng.NNGException, address: str, verb: str) -> AddressUnusable:
    """Return why an address cannot be used."""
    if isinstance(error, pynng.AddressInUse):
        hint = "another process has this address; stop it, or choose another port"
    elif isinstance(error, pynng.AddressInvalid | pynng.NotSupported):
        hint = "expected tcp://HOST:PORT or ipc://PATH"
    else:
        hint = str(error)
    return AddressUnusable(f"cannot {verb} {address!r}: {hint}")
