"""Samples per second, ten seconds and minute, of a control plane that runs."""

import pytest

from fastworker.application.observatory.history import ENDS, History, Step
from fastworker.application.observatory.observatory import MOST_ASIDE
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.terms import Backoff, Terms

from ....builders import a_failure, a_submission, an_outcome
from .observed import ObservedCoordinator


def test_a_second_tells_what_happened_in_it():
    plane = ObservedCoordinator()
    plane.join(slots=2)
    plane.accepted(a_submission("t1"), a_submission("t2", priority=TaskPriority.HIGH), a_submission("t3"))
    plane.now += 0.5
    first, _ = plane.poll()
    plane.report(first, an_outcome(run_seconds=0.25))
    plane.tick_history(0.5)
    (sample,) = plane.history.samples(Step.SECOND)

    assert (sample.at, sample.seconds) == (plane.now, 1.0)
    assert (sample.submitted, sample.leased, sample.depths) == ((0, 1, 2, 0), (0, 1, 1, 0), (0, 0, 1, 0))
    assert (sample.ended_as(TaskStatus.SUCCESS), sample.finished, sample.running) == (1, 1, 1)
    assert (sample.slots, sample.workers, sample.scheduled, sample.occupied) == (2, 1, 0, 0)
    assert (sample.wait.count, sample.wait.longest, sample.run.count, sample.run.longest) == (2, 0.5, 1, 0.25)


def test_a_second_without_anything_is_a_sample_of_zeros():
    plane = ObservedCoordinator()
    plane.tick_history(1.0)
    (sample,) = plane.history.samples(Step.SECOND)

    assert (sample.finished, sample.submitted, sample.wait.p50, sample.slots) == (0, (0, 0, 0, 0), None, 0)


@pytest.mark.parametrize("status", ENDS)
def test_every_end_is_counted_as_what_it_is(status):
    plane = ObservedCoordinator()
    plane.join()
    plane.accepted(a_submission("t1", terms=Terms(expires_seconds=5.0 if status is TaskStatus.EXPIRED else None)))
    match status:
        case TaskStatus.EXPIRED:
            plane.fire_after(5.0)
        case TaskStatus.LOST:
            plane.poll()
            plane.leave()
        case TaskStatus.CANCELLED:
            plane.cancel("t1")
        case TaskStatus.SUCCESS | TaskStatus.FAILURE:
            plane.report(*plane.poll(), an_outcome(status))
    plane.tick_history(1.0)
    (sample,) = plane.history.samples(Step.SECOND)

    assert {each: sample.ended_as(each) for each in ENDS} == dict.fromkeys(ENDS, 0) | {status: 1}


def test_an_attempt_that_is_tried_again_is_no_end():
    plane = ObservedCoordinator()
    plane.join()
    plane.accepted(a_submission("t1", terms=Terms(retries=1, backoff=Backoff(60.0))))
    plane.report(*plane.poll(), a_failure())
    plane.tick_history(1.0)
    (sample,) = plane.history.samples(Step.SECOND)

    assert (sample.retried, sample.finished, sample.scheduled, sample.run.longest) == (1, 0, 1, 0.5)


def test_ten_seconds_and_minutes_are_made_of_seconds():
    plane = ObservedCoordinator()
    for second in range(60):
        plane.accepted(*(a_submission() for _ in range(second)))
        plane.tick_history(1.0)
    tens, (minute,) = (plane.history.samples(step) for step in (Step.TEN_SECONDS, Step.MINUTE))

    assert [sum(sample.submitted) for sample in tens] == [45, 145, 245, 345, 445, 545]
    assert (sum(minute.submitted), minute.seconds, minute.depths[2]) == (1770, 60.0, 1770)
    assert [sample.at for sample in tens] == [1010.0, 1020.0, 1030.0, 1040.0, 1050.0, 1060.0]


def test_samples_are_told_from_a_moment_on():
    plane = ObservedCoordinator()
    for _ in range(5):
        plane.tick_history(1.0)

    assert [sample.at for sample in plane.history.samples(Step.SECOND, since=1003.0)] == [1004.0, 1005.0]


def test_the_oldest_samples_make_room():
    history = History(Ledger(), now=0.0)
    for second in range(1, 1_000):
        history.tick(now=float(second))
    samples = history.samples(Step.SECOND)

    assert (len(samples), samples[0].at, Step.MINUTE.kept * Step.MINUTE.seconds) == (900, 100.0, 86_400)


def test_a_tick_that_comes_late_ends_a_longer_sample():
    history = History(Ledger(), now=0.0)
    history.tick(now=25.0)

    assert [history.samples(step)[-1].seconds for step in (Step.SECOND, Step.TEN_SECONDS)] == [25.0, 25.0]
    assert history.samples(Step.MINUTE) == []


def test_the_greatest_lag_is_told():
    history = History(Ledger(), now=0.0)
    for lag in (0.1, 0.7, 0.2):
        history.note_lag(lag)
    history.tick(now=1.0)
    history.tick(now=2.0)

    assert [sample.lag_seconds for sample in history.samples(Step.SECOND)] == [0.7, 0.0]


def test_the_last_minute_is_one_sample():
    plane = ObservedCoordinator()
    empty = plane.history.last_minute()
    assert (empty.seconds, empty.finished) == (0.0, 0)
    for _ in range(70):
        plane.accepted(a_submission())
        plane.tick_history(1.0)
    minute = plane.history.last_minute()

    assert (sum(minute.submitted), minute.seconds, minute.at) == (60, 60.0, plane.now)
    assert sum(plane.history.totals.submitted) == 70


def test_what_was_put_aside_is_taken_in_when_it_is_much_even_if_nobody_looks():
    plane = ObservedCoordinator()
    plane.join()
    plane.accepted(*(a_submission() for _ in range(MOST_ASIDE - 1)))
    plane.poll()
    assert sum(plane.history.second.submitted) == 0
    plane.accepted(a_submission("last"))
    plane.poll()

    assert sum(plane.history.second.submitted) == MOST_ASIDE


def test_without_kept_results_ends_are_counted_all_the_same():
    plane = ObservedCoordinator(result_capacity=0)
    plane.join()
    plane.accepted(a_submission("t1"))
    plane.report(*plane.poll())
    plane.tick_history(1.0)

    assert plane.history.samples(Step.SECOND)[-1].ended_as(TaskStatus.SUCCESS) == 1
    assert len(plane.observatory.index) == 0
