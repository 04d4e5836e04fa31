"""The life of a task, as people see it."""

from fastworker.application.observatory.task_life import AttemptView, Transition, task_life
from fastworker.domain.action import Actor
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import Task
from fastworker.domain.terms import Backoff, Terms

from ....builders import ManualCoordinator, a_failure, a_submission, an_outcome

SCHEDULED, QUEUED, RUNNING, SUCCESS, FAILURE, CANCELLED, LOST, EXPIRED = TaskStatus
RETRIES = Terms(retries=2, backoff=Backoff(10.0, jitter=0.0))


def told(task: Task) -> list[tuple[float, TaskStatus, int]]:
    return [(each.at, each.status, each.attempt) for each in task_life(task).transitions]


def test_a_task_that_waits_has_no_attempt():
    plane = ManualCoordinator()
    plane.accepted(a_submission("t1"))
    life = task_life(plane.find("t1"))

    assert (life.attempts, life.steps, life.transitions) == ([], [], [Transition(1000.0, QUEUED, 0)])


def test_a_plain_task_is_told_from_its_submission_to_its_end():
    plane = ManualCoordinator()
    plane.join()
    plane.accepted(a_submission("t1"))
    plane.now += 2.0
    (task,) = plane.poll()
    (running,) = task_life(task).attempts
    plane.now += 3.0
    plane.report(task, an_outcome(run_seconds=2.5))
    life = task_life(task)

    assert running == AttemptView(1, "worker", 1002.0, 2.0, None, RUNNING)
    assert life.attempts == [AttemptView(1, "worker", 1002.0, 2.0, 2.5, SUCCESS)]
    assert life.transitions == [
        Transition(1000.0, QUEUED, 0),
        Transition(1002.0, RUNNING, 1, "worker"),
        Transition(1005.0, SUCCESS, 1),
    ]


def test_a_task_that_was_run_before_its_time_is_told_as_it_went_even_when_it_is_tried_again():
    plane = ManualCoordinator()
    plane.join()
    plane.accepted(a_submission("t1", terms=Terms(retries=1, delay_seconds=60.0)))
    plane.now += 5.0
    plane.coordinator.steering.run_now(Actor("ann", "operator", "127.0.0.1"), "t1", now=plane.now)
    plane.now += 2.0
    plane.report(*plane.poll(), a_failure())
    (attempt,) = task_life(plane.find("t1")).attempts

    assert attempt.wait_seconds == 2.0
    assert told(plane.find("t1"))[:3] == [(1000.0, SCHEDULED, 0), (1005.0, QUEUED, 0), (1007.0, RUNNING, 1)]


def test_a_retried_task_is_told_with_the_waits_between_its_attempts():
    plane = ManualCoordinator()
    plane.join()
    plane.accepted(a_submission("t1", terms=RETRIES))
    plane.now += 1.0
    for _ in range(2):
        (task,) = plane.poll()
        plane.now += 0.5
        plane.report(task, a_failure())
        plane.fire_next()
        plane.now += 4.0
    waits = task_life(task)
    (task,) = plane.poll()
    plane.report(task, a_failure())
    life = task_life(task)

    assert [(each.number, each.wait_seconds, each.status) for each in life.attempts] == [
        (1, 1.0, FAILURE),
        (2, 4.0, FAILURE),
        (3, 4.0, FAILURE),
    ]
    assert [each.next_due_at for each in life.attempts] == [1011.5, 1036.0, None]
    assert [each.number for each in waits.attempts] == [1, 2]
    assert told(task) == [
        (1000.0, QUEUED, 0),
        (1001.0, RUNNING, 1),
        (1001.5, SCHEDULED, 1),
        (1011.5, QUEUED, 1),
        (1015.5, RUNNING, 2),
        (1016.0, SCHEDULED, 2),
        (1036.0, QUEUED, 2),
        (1040.0, RUNNING, 3),
        (1040.0, FAILURE, 3),
    ]


def test_a_task_that_waits_for_its_next_attempt_tells_when_it_is_due():
    plane = ManualCoordinator()
    plane.join()
    plane.accepted(a_submission("t1", terms=RETRIES))
    plane.report(*plane.poll(), a_failure())
    (attempt,) = task_life(plane.find("t1")).attempts

    assert (attempt.status, attempt.next_due_at, attempt.error.error_type) == (FAILURE, 1010.0, "ValueError")


def test_a_delayed_task_is_scheduled_first():
    plane = ManualCoordinator()
    plane.join()
    plane.accepted(a_submission("t1", terms=Terms(delay_seconds=5.0)))
    task = plane.find("t1")
    assert told(task) == [(1000.0, SCHEDULED, 0)]
    plane.fire_after(5.0)
    assert told(task) == [(1000.0, SCHEDULED, 0), (1005.0, QUEUED, 0)]
    plane.now += 1.0
    plane.poll()

    assert told(task) == [(1000.0, SCHEDULED, 0), (1005.0, QUEUED, 0), (1006.0, RUNNING, 1)]
    assert task_life(task).attempts[0].wait_seconds == 1.0


def test_a_delayed_task_that_was_retried_waited_for_its_first_attempt_since_it_was_due():
    plane = ManualCoordinator()
    plane.join()
    plane.accepted(a_submission("t1", terms=Terms(delay_seconds=5.0, retries=1, backoff=Backoff(0.0))))
    plane.fire_after(5.0)
    plane.now += 3.0
    (task,) = plane.poll()
    plane.report(task, a_failure())
    (first,) = task_life(task).attempts[:1]

    assert first.wait_seconds == 3.0
    assert told(task)[:3] == [(1000.0, SCHEDULED, 0), (1005.0, QUEUED, 0), (1008.0, RUNNING, 1)]


def test_a_task_that_never_ran_has_an_end_and_no_attempt():
    plane = ManualCoordinator()
    plane.accepted(a_submission("t1"), a_submission("t2", terms=Terms(delay_seconds=9.0, expires_seconds=2.0)))
    plane.fire_after(2.0)
    plane.cancel("t1")

    assert told(plane.find("t1")) == [(1000.0, QUEUED, 0), (1002.0, CANCELLED, 0)]
    assert told(plane.find("t2")) == [(1000.0, SCHEDULED, 0), (1002.0, EXPIRED, 0)]


def test_a_late_success_ends_a_task_whose_attempt_is_lost():
    plane = ManualCoordinator()
    plane.join("old")
    plane.accepted(a_submission("t1", terms=RETRIES))
    (task,) = plane.poll("old")
    lease = task.lease
    plane.leave("old")
    plane.join("old")
    plane.report_lease("t1", lease)

    assert [attempt.status for attempt in task_life(task).attempts] == [LOST]
    assert told(task)[-1] == (1000.0, SUCCESS, 1)


def test_what_the_journal_has_let_go_is_not_invented():
    plane = ManualCoordinator(attempts_kept=100)
    plane.join()
    plane.accepted(a_submission("t1", terms=Terms(retries=60, backoff=Backoff(10.0, jitter=0.0, factor=1.0))))
    for _ in range(30):
        (task,) = plane.poll()
        plane.report(task, a_failure())
        plane.fire_next()
        plane.now += 1.0
    waits = [attempt.wait_seconds for attempt in task_life(task).attempts]

    assert (waits[0], waits[1], waits[-1]) == (0.0, None, 1.0)
