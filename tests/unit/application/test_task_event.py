"""The steps of tasks as their followers see them."""

from datetime import UTC, datetime

import pytest

from fastworker.application.messages import StepEntry
from fastworker.application.task_event import task_event
from fastworker.domain.journal import LogLine, Progress
from fastworker.domain.lifecycle import TaskStatus


def test_an_event_tells_when_it_was_by_the_clock_on_the_wall() -> None:
    event = task_event(StepEntry("t1", 3, 10.0, 2, progress=Progress(1, 2)), wall=1_000_000.0)
    assert event.at == datetime.fromtimestamp(999_990.0, UTC)
    assert (event.task_id, event.number, event.attempt, event.progress) == ("t1", 3, 2, Progress(1, 2))


@pytest.mark.parametrize(
    ("step", "is_last"),
    [
        *((StepEntry("t1", 1, status=status), status.is_final) for status in TaskStatus),
        (StepEntry("t1", 1, line=LogLine("info", "shop", "text")), False),
        (StepEntry("t1", 1, progress=Progress(1)), False),
    ],
)
def test_only_a_final_status_is_the_last_event(step: StepEntry, *, is_last: bool) -> None:
    assert task_event(step, wall=0.0).is_last is is_last
