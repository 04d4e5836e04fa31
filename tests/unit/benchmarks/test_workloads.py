"""Which workloads share a start, and what each contestant says of itself."""

import pkgutil
from importlib import import_module

import pytest

from benchmarks import contestants
from benchmarks.contestants import all_contestants
from benchmarks.environments import environment_name
from benchmarks.servers import SERVERS
from benchmarks.workloads import WORKLOADS, by_start


def test_workloads_of_the_same_start_share_it_and_a_long_queue_is_left_to_nobody() -> None:
    assert list(by_start(WORKLOADS)) == [
        ["throughput", "bulk", "latency", "payload", "latency.loaded"],
        ["sleeps"],
        ["cpu"],
        ["footprint"],
        ["backlog"],
    ]


def test_only_the_workloads_asked_for_are_run() -> None:
    assert list(by_start(iter(["backlog", "latency"]))) == [["latency"], ["backlog"]]


def test_every_module_of_contestants_can_be_read() -> None:
    for module in pkgutil.iter_modules(contestants.__path__, f"{contestants.__name__}."):
        import_module(module.name)


@pytest.mark.parametrize("kind", all_contestants().values(), ids=lambda kind: kind.name)
def test_a_contestant_can_be_read_without_its_packages_and_names_what_exists(kind: type) -> None:
    assert kind.settings
    assert set(kind.servers) <= set(SERVERS)
    assert set(kind.absent) <= set(WORKLOADS)


def test_contestants_with_the_same_environment_want_the_same_packages() -> None:
    wanted = {}
    for kind in all_contestants().values():
        if kind.packages:
            assert wanted.setdefault(environment_name(kind.packages), kind.packages) == kind.packages
