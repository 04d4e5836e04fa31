"""NNG keeps the contract of all transports; see test_own_process.py for the ends of its sessions."""

from tests.contracts.transport import TransportContract

from .network import NngNetwork


class TestNngTransport(NngNetwork, TransportContract):
    pass
