"""NNG keeps the contract of all transports."""

import subprocess
import sys
from pathlib import Path

from tests.contracts.transport import TransportContract

from .network import NngNetwork

CASES = Path(__file__).with_name("closing_cases.py")


class TestNngTransport(NngNetwork, TransportContract):
    pass


def test_nng_keeps_the_contract_of_closing() -> None:
    """In a process of its own: what is freed too early would end the whole run."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--no-cov", str(CASES)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=80, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
