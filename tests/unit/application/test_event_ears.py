"""Tests of who hears of which events."""

from typing import Any

from fastworker.application.ports.event_sink import Ear
from fastworker.domain.events import TaskFinished
from tests.builders import ManualCoordinator, RecordingSink, a_submission


class OnlyEnds(RecordingSink):
    """Has an ear for the ends of tasks, and for nothing else."""

    def ear(self, kind: type[Any]) -> Ear | None:
        return self.emit if kind is TaskFinished else None


def test_a_sink_is_told_of_the_kinds_that_it_has_an_ear_for_and_of_no_other():
    plane = ManualCoordinator(sink=OnlyEnds())
    plane.join()
    plane.accepted(a_submission("t1"))
    (task,) = plane.poll()
    assert plane.sink.events == []
    plane.report(task)
    assert [type(event) for event in plane.sink.events] == [TaskFinished]
