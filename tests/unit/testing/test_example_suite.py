"""The tests of the example shop: a user's suite over LocalSystem, as docs/testing.md shows it."""

import re
from pathlib import Path

import pytest

from .runs import ROOT, pytest_in

SHOP = ROOT / "examples" / "shop"


@pytest.fixture(scope="module")
def report() -> str:
    """What pytest says of the shop's tests."""
    done = pytest_in(SHOP, "-p", "tests.unit.testing.no_ports", path=str(ROOT))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_more_than_a_hundred_tests_pass(report: str) -> None:
    passed = re.search(r"(\d+) passed", report)
    assert passed is not None
    assert int(passed[1]) > 100
    assert "failed" not in report


def test_they_need_no_port(report: str) -> None:
    assert "ports and transports: none" in report


def test_what_looks_for_ports_would_see_one(tmp_path: Path) -> None:
    (tmp_path / "test_port.py").write_text(
        "import socket\ndef test_it():\n    with socket.create_server(('127.0.0.1', 0)):\n        import pynng\n"
    )
    done = pytest_in(tmp_path, "-p", "tests.unit.testing.no_ports", path=str(ROOT))
    assert done.returncode == 3
    assert re.search(r"ports and transports: .*socket.bind.*pynng", done.stdout)
