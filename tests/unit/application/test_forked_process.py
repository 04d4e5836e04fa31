"""Who hears of a fork."""

from weakref import WeakSet

import pytest

from fastworker.application import forked_process


class Told:
    """Counts how often it was told."""

    def __init__(self) -> None:
        self.times = 0

    def leave_behind(self) -> None:
        self.times += 1


def test_in_the_child_all_that_still_live_are_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forked_process, "_all", WeakSet())
    one, gone = Told(), Told()
    for each in (one, one, gone):
        forked_process.tell_in_fork(each)
    del each, gone
    forked_process._tell_all()
    assert (one.times, len(forked_process._all)) == (1, 1)
