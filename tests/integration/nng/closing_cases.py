"""The ends of NNG sessions; run by test_contract.py in a process of its own."""

from tests.contracts.closing import ClosingContract

from .network import NngNetwork


class TestNngClosing(NngNetwork, ClosingContract):
    pass
