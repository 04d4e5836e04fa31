"""The ends of NNG sessions; run by test_own_process.py in a process of its own."""

from tests.contracts.closing import ClosingContract

from .network import NngNetwork


class TestNngClosing(NngNetwork, ClosingContract):
    pass
