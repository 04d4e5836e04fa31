"""Leasing, reporting, and the many ways in which a worker can go."""

from contextlib import suppress

import pytest

from fastworker.application.limits import Limits
from fastworker.domain.errors import FastWorkerError, InvalidSetting, UnknownWorker, WorkerReplaced
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import ErrorRecord
from fastworker.domain.vitals import Vitals
from fastworker.domain.worker_registry import LocalExecution

from ...builders import ManualCoordinator, a_card, a_submission, an_outcome


def ids(tasks) -> list[str]:
    return [task.task_id for task in tasks]


def a_running_task(plane: ManualCoordinator, worker_id: str = "worker"):
    plane.accepted(a_submission("t1"))
    (task,) = plane.poll(worker_id)
    return task


# ---- leases ----


def test_a_worker_that_asks_is_leased_what_waits():
    plane = ManualCoordinator()
    plane.accepted(a_submission("t1"))
    plane.join()
    (task,) = plane.poll()

    assert (task.task_id, task.status, task.attempts) == ("t1", TaskStatus.RUNNING, 1)
    assert (task.lease.worker_id, task.lease.attempt, task.lease.leased_at) == ("worker", 1, plane.now)


def test_a_worker_whose_question_is_open_is_leased_what_comes():
    plane = ManualCoordinator()
    plane.join()
    assert plane.poll() == []
    plane.accepted(a_submission("t1"))

    assert plane.coordinator.take_ready() == {"worker"}
    assert ids(plane.read_leases()) == ["t1"]


def test_a_worker_whose_question_was_answered_is_leased_no_more_until_it_asks_again():
    plane = ManualCoordinator()
    plane.join(slots=2)
    plane.accepted(a_submission("t1"))
    plane.poll()
    plane.accepted(a_submission("t2"))
    assert plane.status("t2") is TaskStatus.QUEUED

    assert ids(plane.poll()) == ["t2"]


def test_a_worker_is_leased_no_more_than_it_has_slots():
    plane = ManualCoordinator()
    plane.accepted(*(a_submission(f"t{number}") for number in range(5)))
    plane.join(slots=3)

    assert ids(plane.poll()) == ["t0", "t1", "t2"]
    assert plane.poll() == []


def test_slots_taken_by_work_without_a_lease_are_not_leased_until_they_are_free():
    plane = ManualCoordinator()
    plane.accepted(a_submission("t1"), a_submission("t2"), a_submission("t3"))
    plane.join(slots=2)
    (task,) = plane.poll(occupied=1)
    plane.poll(occupied=1)
    plane.report(task, occupied=0)

    assert ids(plane.read_leases()) == ["t2", "t3"]


def test_leases_whose_answer_was_lost_are_given_again_and_are_the_same():
    plane = ManualCoordinator()
    plane.accepted(a_submission("t1"))
    plane.join()
    (task,) = plane.poll()
    token = task.lease.token
    plane.received["worker"] = 0
    (again,) = plane.poll()

    assert (again.task_id, again.lease.token) == ("t1", token)


def test_leases_can_be_read_again_without_asking_again():
    plane = ManualCoordinator()
    plane.accepted(a_submission("t1"))
    plane.join()
    plane.poll()
    first, orders = plane.coordinator.orders("worker", "first life")

    assert (first, [order.submission.task_id for order in orders]) == (1, ["t1"])


def test_the_least_loaded_worker_gets_the_task_and_equal_loads_go_by_registration():
    plane = ManualCoordinator()
    for worker_id in ("a", "b"):
        plane.join(worker_id, slots=2)
        plane.poll(worker_id)
    plane.accepted(*(a_submission(f"t{number}") for number in range(3)))

    assert ids(plane.read_leases("a")) == ["t0", "t2"]
    assert ids(plane.read_leases("b")) == ["t1"]


def test_a_task_that_only_another_worker_knows_is_left_for_it():
    plane = ManualCoordinator(names={"echo", "add"})
    plane.join(names={"echo"})
    plane.accepted(a_submission("t1", name="add"), a_submission("t2", name="echo"))

    assert ids(plane.poll()) == ["t2"]


def test_the_control_plane_runs_by_itself_what_no_subworker_knows_until_one_comes():
    plane = ManualCoordinator(local_execution=LocalExecution.AUTO)
    plane.join("local", slots=2, is_local=True)
    plane.poll("local")
    plane.accepted(a_submission("t1"))
    assert ids(plane.read_leases("local")) == ["t1"]
    plane.poll("local")
    plane.join("worker")
    plane.accepted(a_submission("t2"))

    assert plane.read_leases("local") == []
    assert ids(plane.poll("worker")) == ["t2"]


# ---- reports ----


@pytest.mark.parametrize("status", [TaskStatus.SUCCESS, TaskStatus.FAILURE])
def test_a_report_ends_the_task(status):
    plane = ManualCoordinator()
    plane.join()
    outcome = an_outcome(status, payload=b"1", error=ErrorRecord("ValueError", "no"), run_seconds=2.0)

    assert plane.report(a_running_task(plane), outcome) == []
    task = plane.find("t1")
    assert (task.status, task.outcome, task.finished_at) == (status, outcome, plane.now)


def test_a_report_frees_its_slot_for_a_worker_that_has_asked():
    plane = ManualCoordinator()
    plane.join()
    task = a_running_task(plane)
    plane.accepted(a_submission("t2"))
    assert plane.poll() == []
    plane.report(task)

    assert plane.coordinator.take_ready() == {"client", "worker"}
    assert ids(plane.read_leases()) == ["t2"]


def test_a_report_is_a_sign_of_life():
    plane = ManualCoordinator()
    plane.join()
    task = a_running_task(plane)
    plane.now += 10.0
    plane.report(task)

    assert plane.ledger.workers["worker"].heard_at == plane.now


def test_a_report_sent_again_because_its_answer_was_lost_is_accepted_and_changes_nothing():
    plane = ManualCoordinator()
    plane.join()
    task = a_running_task(plane)
    plane.report(task, an_outcome(payload=b"1"))

    assert plane.report(task, an_outcome(payload=b"1")) == []
    assert plane.unread() == ["t1"]
    assert plane.ledger.finished[TaskStatus.SUCCESS] == 1
    assert plane.ledger.superseded == 0


def test_a_report_under_a_token_that_is_not_current_is_superseded_and_counted():
    plane = ManualCoordinator()
    plane.join()
    task = a_running_task(plane)

    assert plane.coordinator.report("worker", "first life", [("t1", 999, an_outcome())], 0, now=plane.now) == ["t1"]
    assert plane.status("t1") is TaskStatus.RUNNING
    assert plane.ledger.superseded == 1
    assert plane.report(task) == []


def test_a_report_on_a_task_never_seen_is_superseded():
    plane = ManualCoordinator()
    plane.join()

    assert plane.coordinator.report("worker", "first life", [("t9", 1, an_outcome())], 0, now=plane.now) == ["t9"]


def test_a_report_of_another_end_than_the_first_is_superseded():
    plane = ManualCoordinator()
    plane.join()
    task = a_running_task(plane)
    plane.report(task)

    assert plane.report(task, an_outcome(TaskStatus.FAILURE)) == ["t1"]
    assert plane.status("t1") is TaskStatus.SUCCESS


def test_a_report_on_a_task_that_waits_is_superseded():
    plane = ManualCoordinator()
    plane.join()
    plane.accepted(a_submission("t1"), a_submission("t2"))
    plane.poll()

    assert plane.coordinator.report("worker", "first life", [("t2", 1, an_outcome())], 0, now=plane.now) == ["t2"]
    assert plane.status("t2") is TaskStatus.QUEUED


@pytest.mark.parametrize("status", [status for status in TaskStatus if not status.is_final])
def test_a_report_of_a_status_that_is_no_end_does_not_end_the_task(status):
    plane = ManualCoordinator()
    plane.join()
    task = a_running_task(plane)
    with suppress(FastWorkerError):  # whether it is refused or superseded
        plane.report(task, an_outcome(status))

    assert plane.status("t1") is TaskStatus.RUNNING
    assert plane.unread() == []
    assert plane.report(task) == []


def test_a_report_that_comes_after_its_worker_was_dropped_is_superseded():
    plane = ManualCoordinator()
    plane.join()
    task = a_running_task(plane)
    lease = task.lease
    plane.tick_after(15.0)
    plane.join()

    assert plane.report_lease("t1", lease) == ["t1"]
    assert plane.status("t1") is TaskStatus.LOST


# ---- going ----


def test_a_worker_that_falls_silent_is_dropped_and_its_tasks_are_lost():
    plane = ManualCoordinator(limits=Limits(worker_silence_seconds=15.0))
    plane.join()
    a_running_task(plane)
    plane.tick_after(14.9)
    assert plane.status("t1") is TaskStatus.RUNNING
    plane.tick_after(0.1)

    assert plane.status("t1") is TaskStatus.LOST
    assert plane.unread() == ["t1"]
    assert plane.coordinator.take_ready() == {"client", "worker"}
    with pytest.raises(UnknownWorker, match="'worker' is not registered"):
        plane.beat()


def test_a_worker_that_beats_keeps_its_lease_however_long_the_task_takes():
    plane = ManualCoordinator()
    plane.join()
    a_running_task(plane)
    for _ in range(1000):
        plane.now += 5.0
        plane.beat()
        plane.tick_after(0.0)

    assert plane.status("t1") is TaskStatus.RUNNING


def test_new_work_goes_to_the_others_when_a_worker_falls_silent():
    plane = ManualCoordinator()
    plane.join("silent")
    plane.join("alive")
    plane.poll("silent")
    plane.now += 10.0
    plane.poll("alive")
    plane.tick_after(5.0)
    plane.accepted(a_submission("t1"))

    assert ids(plane.read_leases("alive")) == ["t1"]


def test_a_worker_that_leaves_gives_back_the_leases_that_it_has_not_read():
    plane = ManualCoordinator()
    plane.join(slots=3)
    plane.accepted(a_submission("t1"))
    plane.poll()
    plane.poll()
    plane.accepted(a_submission("t2"), a_submission("t3"))
    assert plane.status("t2") is TaskStatus.RUNNING
    plane.leave()

    assert [plane.status(task_id) for task_id in ("t1", "t2", "t3")] == [
        TaskStatus.LOST,
        TaskStatus.QUEUED,
        TaskStatus.QUEUED,
    ]
    assert plane.find("t2").attempts == 0


def test_a_lease_that_was_read_but_not_acknowledged_by_a_poll_is_not_given_back():
    plane = ManualCoordinator()
    plane.join()
    a_running_task(plane)
    plane.leave()

    assert plane.status("t1") is TaskStatus.LOST


def test_a_lease_that_was_reported_is_not_given_back():
    plane = ManualCoordinator()
    plane.join()
    task = a_running_task(plane)
    plane.report(task)
    plane.received["worker"] = 0
    plane.leave()

    assert plane.status("t1") is TaskStatus.SUCCESS


def test_leases_that_were_given_back_go_to_another_worker_that_has_asked():
    plane = ManualCoordinator()
    plane.join("a")
    plane.poll("a")
    plane.accepted(a_submission("t1"))
    plane.join("b")
    plane.poll("b")
    plane.leave("a")
    (task,) = plane.read_leases("b")

    assert (task.task_id, task.lease.attempt) == ("t1", 1)


def test_an_older_process_of_the_same_worker_id_is_replaced_and_its_tasks_are_lost():
    plane = ManualCoordinator()
    plane.join(incarnation="first life")
    a_running_task(plane)
    plane.join(incarnation="second life")

    assert plane.status("t1") is TaskStatus.LOST
    assert "worker" in plane.coordinator.take_ready()
    for call in (
        lambda: plane.coordinator.beat("worker", "first life", now=plane.now),
        lambda: plane.coordinator.poll("worker", "first life", 0, 0, now=plane.now),
        lambda: plane.coordinator.orders("worker", "first life"),
        lambda: plane.coordinator.has_orders("worker", "first life"),
        lambda: plane.coordinator.report("worker", "first life", [], 0, now=plane.now),
        lambda: plane.coordinator.leave("worker", "first life", 0, now=plane.now),
    ):
        with pytest.raises(WorkerReplaced, match="--worker-id"):
            call()


def test_a_replaced_worker_that_had_asked_has_not_asked_any_more():
    plane = ManualCoordinator()
    plane.join("a", incarnation="first life")
    plane.join("b")
    plane.poll("a")
    plane.join("a", incarnation="second life")
    plane.accepted(a_submission("t1"), a_submission("t2"))

    assert len(plane.ledger.queue) == 2
    assert ids(plane.poll("a")) == ["t1"]


def test_what_only_a_replaced_process_knew_is_run_by_the_control_plane_at_once():
    plane = ManualCoordinator(names={"echo", "add"})
    plane.join("local", names={"echo", "add"}, is_local=True)
    plane.join("worker", names={"echo", "add"})
    plane.poll("local")
    plane.accepted(a_submission("t1", name="add"))
    plane.join("worker", names={"echo"}, incarnation="second life")

    assert ids(plane.read_leases("local")) == ["t1"]


def test_a_worker_that_wakes_after_its_lease_and_joins_again_is_leased_no_more_than_it_has_slots():
    plane = ManualCoordinator()
    plane.join("a")
    plane.poll("a")
    plane.now += 10.0
    plane.join("b")
    plane.tick_after(10.0)
    plane.join("a")
    plane.accepted(*(a_submission() for _ in range(10)))

    assert len(plane.poll("a")) == 1


# ---- time ----


def test_a_client_that_falls_silent_is_dropped():
    plane = ManualCoordinator(limits=Limits(session_silence_seconds=60.0))
    plane.open_session("quiet")
    plane.now += 30.0
    plane.coordinator.completions("client", 0, now=plane.now)
    plane.tick_after(30.0)

    assert set(plane.ledger.sessions) == {"client"}
    assert plane.coordinator.take_ready() == {"quiet"}


def test_old_results_are_forgotten_in_time():
    plane = ManualCoordinator(result_ttl_seconds=100.0)
    plane.join()
    plane.report(a_running_task(plane))
    plane.tick_after(99.9)
    assert len(plane.ledger.results) == 1
    plane.tick_after(0.1)

    assert len(plane.ledger.results) == 0
    assert plane.find("t1") is None


def test_a_tick_with_nothing_due_records_nothing():
    plane = ManualCoordinator()
    plane.join()
    events = list(plane.sink.events)
    plane.tick_after(1.0)

    assert plane.sink.events == events


# ---- what a worker says of itself ----


def test_the_last_vitals_of_a_worker_are_kept():
    plane = ManualCoordinator()
    plane.join()
    for share in (0.25, 0.5):
        plane.beat(vitals=Vitals(processor_share=share))

    assert plane.ledger.workers["worker"].vitals == Vitals(processor_share=0.5)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"labels": (("zone", ""),)}, r"labels of worker 'worker' \(--label\): expected KEY=VALUE"),
        ({"labels": tuple((str(number), "1") for number in range(17))}, "at most 16 labels"),
        ({"digests": (("echo", "x" * 65),)}, "a digest has at most 64 characters"),
    ],
)
def test_a_worker_with_bad_labels_or_digests_is_refused(said, fault):
    plane = ManualCoordinator()
    with pytest.raises(InvalidSetting, match=fault):
        plane.coordinator.join(a_card(**said), now=plane.now)

    assert len(plane.ledger.workers) == 0
