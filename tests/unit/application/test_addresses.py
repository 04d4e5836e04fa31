"""Which addresses are of this machine, and how an advertised one is reached."""

import pytest

from fastworker.application.subworker import is_loopback, reachable


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("tcp://127.0.0.1:5555", True),
        ("tcp://127.8.9.10:5555", True),
        ("tcp://localhost:5555", True),
        ("tcp://[::1]:5555", True),
        ("ipc:///tmp/fastworker", True),
        ("inproc://fastworker", True),
        ("tcp://0.0.0.0:5555", False),
        ("tcp://[::]:5555", False),
        ("tcp://*:5555", False),
        ("tcp://10.0.0.5:5555", False),
        ("tcp://example.org:5555", False),
        ("tcp://127.evil.example:5555", False),
        ("tcp://:5555", False),
        ("", False),
    ],
)
def test_only_loopback_names_and_local_schemes_are_of_this_machine(address: str, expected: bool) -> None:
    assert is_loopback(address) is expected


@pytest.mark.parametrize(
    ("advertised", "seen_from", "expected"),
    [
        ("tcp://127.0.0.1:5556", "tcp://127.0.0.1:5555", "tcp://127.0.0.1:5556"),
        ("tcp://10.0.0.5:5556", "tcp://10.0.0.9:5555", "tcp://10.0.0.5:5556"),
        ("tcp://0.0.0.0:5556", "tcp://10.0.0.9:5555", "tcp://10.0.0.9:5556"),
        ("tcp://[::]:5556", "tcp://example.org:5555", "tcp://example.org:5556"),
        ("tcp://[::]:5556", "tcp://[fe80::1]:5555", "tcp://[fe80::1]:5556"),
        ("tcp://0.0.0.0:5556", "ipc:///tmp/fastworker", "tcp://0.0.0.0:5556"),
        ("ipc:///tmp/workers", "tcp://10.0.0.9:5555", "ipc:///tmp/workers"),
    ],
)
def test_a_wildcard_host_is_replaced_by_the_host_that_the_advertiser_was_reached_at(
    advertised: str, seen_from: str, expected: str
) -> None:
    assert reachable(advertised, seen_from=seen_from) == expected
