"""Submitting, and hearing of the end."""

import pytest

from fastworker.application.limits import Limits
from fastworker.application.messages import BATCH_BYTES, BATCH_ENTRIES
from fastworker.domain.errors import Draining, IdConflict, QueueFull, UnknownSession, UnknownTask
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority

from ...builders import ManualCoordinator, a_submission, an_outcome

# ---- accepted or refused ----


def test_a_submitted_task_waits_while_nobody_runs_it():
    plane = ManualCoordinator()

    assert plane.submit(a_submission("t1")) == [None]
    assert plane.status("t1") is TaskStatus.QUEUED


def test_each_submission_of_a_batch_is_answered_in_its_place():
    plane = ManualCoordinator()
    answers = plane.submit(a_submission("t1"), a_submission("t2", name="ehco"), a_submission("t3"))

    assert [type(answer) for answer in answers] == [type(None), UnknownTask, type(None)]
    assert "did you mean: echo" in str(answers[1])
    assert set(plane.ledger.tasks) == {"t1", "t3"}


def test_a_name_is_known_once_any_worker_has_registered_it():
    plane = ManualCoordinator(names=())
    assert isinstance(plane.submit(a_submission(name="add"))[0], UnknownTask)
    plane.join(names={"add"})
    plane.leave()

    assert plane.submit(a_submission(name="add")) == [None]


def test_names_that_no_live_worker_runs_are_told():
    plane = ManualCoordinator(names={"echo", "add", "resize"})
    plane.join(names={"echo"})

    assert plane.coordinator.names_without_worker({"resize", "echo", "add", "no such"}) == ["add", "resize"]


def test_a_full_queue_takes_no_more_until_a_task_starts():
    plane = ManualCoordinator(limits=Limits(max_queued=2))
    answers = plane.submit(a_submission(), a_submission(), a_submission("t3"))
    assert answers[:2] == [None, None]
    assert isinstance(answers[2], QueueFull)
    assert "2 tasks" in str(answers[2])
    plane.join()
    plane.poll()

    assert plane.submit(a_submission("t3")) == [None]


def test_a_draining_control_plane_takes_and_starts_nothing():
    plane = ManualCoordinator()
    plane.accepted(a_submission("t1"))
    plane.coordinator.drain()
    plane.join()

    assert plane.poll() == []
    assert isinstance(plane.submit(a_submission())[0], Draining)
    assert plane.status("t1") is TaskStatus.QUEUED


def test_draining_twice_changes_nothing():
    plane = ManualCoordinator()
    plane.coordinator.drain()
    events = list(plane.sink.events)
    plane.coordinator.drain()

    assert plane.sink.events == events


def test_a_draining_control_plane_still_takes_reports():
    plane = ManualCoordinator()
    plane.join()
    plane.accepted(a_submission("t1"))
    (task,) = plane.poll()
    plane.coordinator.drain()

    assert plane.report(task) == []
    assert plane.status("t1") is TaskStatus.SUCCESS


# ---- the same id twice ----


def test_the_same_submission_sent_again_is_acknowledged_and_runs_once():
    plane = ManualCoordinator()
    plane.join(slots=2)
    plane.accepted(a_submission("t1"), a_submission("t1"))
    plane.accepted(a_submission("t1"))

    assert [task.task_id for task in plane.poll()] == ["t1"]


def test_a_submission_sent_again_after_its_end_is_acknowledged_even_while_draining():
    plane = ManualCoordinator()
    plane.join()
    plane.accepted(a_submission("t1"))
    plane.report(*plane.poll())
    plane.coordinator.drain()

    assert plane.submit(a_submission("t1")) == [None]
    assert plane.status("t1") is TaskStatus.SUCCESS


@pytest.mark.parametrize("other", [{"payload": b"[1]"}, {"name": "add"}])
@pytest.mark.parametrize("is_finished", [False, True])
def test_an_id_that_is_taken_by_another_call_is_refused(other, is_finished):
    plane = ManualCoordinator(names={"echo", "add"})
    plane.join()
    plane.accepted(a_submission("t1"))
    if is_finished:
        plane.report(*plane.poll())
    (answer,) = plane.submit(a_submission("t1", **other))

    assert isinstance(answer, IdConflict)
    assert "'t1'" in str(answer)


def test_a_client_that_submits_a_waiting_task_again_is_told_of_its_end_too():
    plane = ManualCoordinator()
    plane.join()
    plane.open_session("other client")
    plane.accepted(a_submission("t1"))
    plane.accepted(a_submission("t1"), session_id="other client")
    plane.report(*plane.poll())

    assert plane.unread("other client") == ["t1"]


def test_a_client_that_submits_a_finished_task_again_is_told_of_its_end_at_once():
    plane = ManualCoordinator()
    plane.join()
    plane.open_session("other client")
    plane.accepted(a_submission("t1"))
    plane.report(*plane.poll())
    plane.accepted(a_submission("t1"), session_id="other client")

    assert plane.unread("other client") == ["t1"]


def test_an_id_is_free_again_when_its_result_is_no_longer_kept():
    plane = ManualCoordinator(result_ttl_seconds=60.0)
    plane.join()
    plane.accepted(a_submission("t1"))
    plane.report(*plane.poll())
    plane.now += 60.0

    assert plane.submit(a_submission("t1", payload=b"[1]")) == [None]
    assert plane.status("t1") is TaskStatus.QUEUED


# ---- order ----


def test_a_critical_task_submitted_after_100_waiting_normal_ones_runs_next():
    plane = ManualCoordinator()
    plane.join(slots=1)
    plane.accepted(*(a_submission() for _ in range(101)))
    (running,) = plane.poll()
    plane.accepted(a_submission("critical", priority=TaskPriority.CRITICAL))
    plane.report(running)

    assert [task.task_id for task in plane.poll()] == ["critical"]


def test_waiting_tasks_start_by_priority_then_arrival():
    plane = ManualCoordinator()
    priorities = [TaskPriority.LOW, TaskPriority.NORMAL, TaskPriority.CRITICAL, TaskPriority.HIGH]
    plane.accepted(
        *(a_submission(f"{priority} {turn}", priority=priority) for turn in (1, 2) for priority in priorities)
    )
    plane.join(slots=8)

    assert [task.task_id for task in plane.poll()] == [
        f"{priority} {turn}" for priority in TaskPriority for turn in (1, 2)
    ]


# ---- completions ----


def test_a_client_is_told_of_the_end_of_its_task_until_it_acknowledges():
    plane = ManualCoordinator()
    plane.join()
    plane.accepted(a_submission("t1"), a_submission("t2"))
    plane.report(*plane.poll(), an_outcome(payload=b"1"))
    first, (task,) = plane.coordinator.unread("client")
    assert (first, task.task_id, task.outcome) == (1, "t1", an_outcome(payload=b"1"))
    assert plane.unread() == ["t1"]
    plane.report(*plane.poll())
    plane.coordinator.completions("client", 1, now=plane.now)

    assert plane.coordinator.unread("client")[0] == 2
    assert plane.unread() == ["t2"]


def test_the_clients_with_news_are_named_once():
    plane = ManualCoordinator()
    plane.join()
    plane.open_session("page")
    plane.accepted(a_submission("t1"))
    (task,) = plane.poll()
    plane.coordinator.watch("page", "t1")
    plane.coordinator.take_ready()
    plane.report(task)

    assert plane.coordinator.take_ready() == {"client", "page"}
    assert plane.coordinator.take_ready() == set()


def test_whoever_watches_a_task_is_told_of_its_end_and_its_own_client_only_once():
    plane = ManualCoordinator()
    plane.join()
    plane.open_session("page")
    plane.accepted(a_submission("t1"))
    plane.coordinator.watch("page", "t1")
    plane.coordinator.watch("page", "t1")
    plane.coordinator.watch("client", "t1")
    plane.report(*plane.poll())

    assert (plane.unread("page"), plane.unread("client")) == (["t1"], ["t1"])


def test_a_batch_of_completions_closes_at_its_number_of_entries():
    plane = ManualCoordinator()
    plane.join(slots=BATCH_ENTRIES + 1)
    plane.accepted(*(a_submission() for _ in range(BATCH_ENTRIES + 1)))
    for task in [*plane.poll(), *plane.poll()]:
        plane.report(task)

    assert len(plane.unread()) == BATCH_ENTRIES


@pytest.mark.parametrize(
    ("sizes", "in_first_batch"),
    [
        ([BATCH_BYTES, 1], 1),
        ([BATCH_BYTES - 1, 1, 1], 2),
        ([2 * BATCH_BYTES, 1], 1),  # one alone may be larger
        ([1, 2 * BATCH_BYTES], 1),
        ([BATCH_BYTES // 2, BATCH_BYTES // 2], 2),
    ],
)
def test_a_batch_of_completions_closes_at_its_number_of_bytes(sizes, in_first_batch):
    plane = ManualCoordinator()
    plane.join(slots=len(sizes))
    plane.accepted(*(a_submission() for _ in sizes))
    for task, size in zip(plane.poll(), sizes, strict=True):
        plane.report(task, an_outcome(payload=bytes(size)))

    assert len(plane.unread()) == in_first_batch


def test_a_batch_of_leases_closes_at_its_number_of_bytes_and_the_rest_follows():
    plane = ManualCoordinator()
    plane.accepted(*(a_submission(task_id, payload=bytes(BATCH_BYTES // 2 + 1)) for task_id in ("t1", "t2")))
    plane.join(slots=2)

    assert [task.task_id for task in plane.poll()] == ["t1"]
    assert [task.task_id for task in plane.poll()] == ["t2"]


# ---- looking ----


def test_a_task_is_found_while_it_waits_while_it_runs_and_after_its_end():
    plane = ManualCoordinator()
    plane.accepted(a_submission("t1"))
    seen = [plane.status("t1")]
    plane.join()
    (task,) = plane.poll()
    seen.append(plane.status("t1"))
    plane.report(task, an_outcome(TaskStatus.FAILURE))
    seen.append(plane.status("t1"))

    assert seen == [TaskStatus.QUEUED, TaskStatus.RUNNING, TaskStatus.FAILURE]


def test_an_id_never_seen_is_not_found():
    assert ManualCoordinator().find("no such") is None


def test_finding_a_result_keeps_it_longer_than_others():
    plane = ManualCoordinator(result_capacity=2)
    plane.join()
    for task_id in ("t1", "t2"):
        plane.accepted(a_submission(task_id))
        plane.report(*plane.poll())
    plane.find("t1")
    plane.accepted(a_submission("t3"))
    plane.report(*plane.poll())

    assert plane.ledger.results.task_ids() == ["t1", "t3"]


# ---- sessions ----


def test_a_closed_session_is_answered_that_it_must_say_hello_again():
    plane = ManualCoordinator()
    plane.coordinator.close_session("client")

    for call in (
        lambda: plane.submit(a_submission()),
        lambda: plane.coordinator.completions("client", 0, now=plane.now),
        lambda: plane.coordinator.unread("client"),
        lambda: plane.coordinator.watch("client", "t1"),
    ):
        with pytest.raises(UnknownSession, match="say hello again"):
            call()


def test_closing_a_session_wakes_its_held_request_and_closing_it_twice_changes_nothing():
    plane = ManualCoordinator()
    plane.coordinator.close_session("client")
    assert plane.coordinator.take_ready() == {"client"}
    plane.coordinator.close_session("client")

    assert plane.coordinator.take_ready() == set()


def test_the_tasks_of_a_client_that_left_run_and_their_results_are_kept():
    plane = ManualCoordinator()
    plane.join()
    plane.accepted(a_submission("t1"))
    plane.coordinator.close_session("client")
    plane.report(*plane.poll())

    assert plane.status("t1") is TaskStatus.SUCCESS


def test_a_client_that_says_hello_again_starts_with_nothing_unread():
    plane = ManualCoordinator()
    plane.join()
    plane.accepted(a_submission("t1"))
    plane.report(*plane.poll())
    plane.open_session("client")

    assert plane.coordinator.unread("client") == (1, [])
