"""What the soak measures by: when somebody was disturbed, and what a process holds."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from .disturbances import Disturbances
from .vitals import CAN_BE_MEASURED, Vitals, is_flat, parents_in, vitals_of

BEFORE = Vitals(megabytes=50.0, threads=13, descriptors=18, children=1)

measured = pytest.mark.skipif(not CAN_BE_MEASURED, reason="processes are measured through /proc")


def test_a_disturbance_is_seen_while_it_lasts_and_in_its_aftermath_by_nobody_else() -> None:
    disturbances = Disturbances()
    before = time.monotonic()
    with disturbances.during("sw1", "sw2", aftermath_seconds=5):
        assert disturbances.touched("sw2", before, time.monotonic())
        assert disturbances.touched("sw2", before + 1_000, before + 2_000)  # nobody knows yet when it ends
    over = time.monotonic()
    assert disturbances.touched("sw1", over + 1, over + 2)
    assert not disturbances.touched("sw1", over + 6, over + 7)
    assert not disturbances.touched("sw1", before - 2, before - 1)
    assert not disturbances.touched("sw3", before, over)


@pytest.mark.parametrize(
    "after",
    [
        BEFORE,
        replace(BEFORE, megabytes=69.0),
        replace(BEFORE, threads=17, descriptors=28),
        replace(BEFORE, threads=21, descriptors=32, children=3),  # the children are why
        Vitals(megabytes=40.0, threads=10, descriptors=10, children=0),
    ],
)
def test_about_as_much_as_before_or_less_is_flat(after: Vitals) -> None:
    assert is_flat(BEFORE, after, most_children=8)


@pytest.mark.parametrize(
    "after",
    [
        replace(BEFORE, megabytes=71.0),
        replace(BEFORE, threads=18),
        replace(BEFORE, descriptors=29),
        replace(BEFORE, children=9),
    ],
)
def test_more_of_anything_is_not_flat(after: Vitals) -> None:
    assert not is_flat(BEFORE, after, most_children=8)


@measured
def test_a_process_is_measured_with_the_children_that_work_in_its_folder(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], cwd=tmp_path, stdin=subprocess.PIPE)
    try:
        assert parents_in(tmp_path) == {child.pid: os.getpid()}
        vitals = vitals_of(os.getpid(), folder=tmp_path)
        assert vitals.children == 1
        assert vitals.megabytes > 1
        assert vitals.threads >= 1
        assert vitals.descriptors >= 3
    finally:
        child.communicate(b"\n")
    assert parents_in(tmp_path) == {}
