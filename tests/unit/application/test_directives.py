"""What people want of workers, heard of late, in another order, or by a process that was gone meanwhile."""

import pytest

from fastworker.domain.action import Actor
from fastworker.domain.errors import WorkerUnavailable
from fastworker.domain.events import ActionTaken, WorkerDrained, WorkerResumed

from ...builders import ManualCoordinator, a_submission

ANN = Actor("ann", "operator", "127.0.0.1")
SILENCE_SECONDS = 15.0


def a_plane(*, slots: int = 4) -> ManualCoordinator:
    """A worker that has asked for work, and runs one task."""
    plane = ManualCoordinator()
    plane.join(slots=slots)
    plane.accepted(a_submission("t1"))
    plane.poll()
    plane.poll()
    return plane


def resize(plane: ManualCoordinator, slots: int) -> None:
    plane.coordinator.steering.resize_worker(ANN, "worker", slots, now=plane.now)


def drain(plane: ManualCoordinator) -> None:
    plane.coordinator.steering.drain_worker(ANN, "worker", now=plane.now)


def shut_down(plane: ManualCoordinator) -> None:
    plane.coordinator.steering.shut_down_worker(ANN, "worker", drain_seconds=5.0, now=plane.now)


def resume(plane: ManualCoordinator) -> None:
    plane.coordinator.steering.resume_worker(ANN, "worker", now=plane.now)


def say_that_it_leaves(plane: ManualCoordinator, *, obeyed: int) -> None:
    """Report nothing but that the worker leaves, as it does when its process was told to end."""
    plane.coordinator.report("worker", "first life", [], 0, is_leaving=True, obeyed=obeyed, now=plane.now)


def happened(plane: ManualCoordinator, *kinds: type) -> list[object]:
    return [event for event in plane.sink.events if isinstance(event, kinds)]


# ---- leaving, as it was said before ----


@pytest.mark.parametrize("is_poll", [True, False])
def test_that_a_worker_leaves_is_ignored_when_it_was_said_before_the_worker_stayed(is_poll):
    plane = a_plane()
    drain(plane)
    plane.poll(is_leaving=True, obeyed=1)
    resume(plane)
    plane.accepted(a_submission("t2"))
    (task,) = plane.poll(obeyed=2)
    token = task.lease.token
    plane.received["worker"] -= 1  # the late one does not acknowledge it
    if is_poll:
        plane.poll(is_leaving=True, obeyed=1)
    else:
        say_that_it_leaves(plane, obeyed=1)

    assert not plane.ledger.workers["worker"].is_draining
    assert plane.find("t2").lease.token == token


# ---- leaving by itself ----


def test_a_worker_that_leaves_by_itself_is_not_taken_for_one_that_is_asked_to_stay_because_it_is_resized():
    plane = a_plane()
    resize(plane, 2)
    say_that_it_leaves(plane, obeyed=0)
    with pytest.raises(WorkerUnavailable, match="its own process was told to"):
        resume(plane)
    plane.poll(obeyed=1)  # it was sent before the report

    assert plane.ledger.workers["worker"].is_draining
    assert happened(plane, WorkerResumed) == []
    assert [event.action.what for event in happened(plane, ActionTaken)] == ["resize worker"]


def test_a_worker_that_leaves_by_itself_is_said_to_although_somebody_shuts_it_down():
    plane = a_plane()
    say_that_it_leaves(plane, obeyed=0)
    shut_down(plane)
    with pytest.raises(WorkerUnavailable, match="its own process was told to"):
        resume(plane)

    (action,) = (event.action for event in happened(plane, ActionTaken))
    assert (action.before, action.after) == ("draining by itself", "draining for at most 5 s")


def test_a_worker_that_could_not_stay_is_known_to_leave_by_itself():
    plane = a_plane()
    drain(plane)
    resume(plane)
    plane.poll(is_leaving=True, obeyed=2)
    with pytest.raises(WorkerUnavailable, match="its own process was told to"):
        resume(plane)

    assert happened(plane, WorkerDrained, WorkerResumed) == [
        WorkerDrained("worker"),
        WorkerDrained("worker", by_itself=True),
    ]


def test_asking_a_worker_to_stay_is_noted_once():
    plane = a_plane()
    drain(plane)
    resume(plane)
    resume(plane)

    assert [(event.action.before, event.action.after) for event in happened(plane, ActionTaken)] == [
        ("working", "draining"),
        ("draining", "asked to stay"),
    ]


# ---- what a worker that was dropped had not heard of ----


def test_slots_that_a_worker_had_not_heard_of_when_it_was_dropped_are_ordered_when_it_is_back():
    plane = a_plane(slots=4)
    resize(plane, 2)
    plane.tick_after(SILENCE_SECONDS)
    plane.join(slots=4)
    worker = plane.ledger.workers["worker"]

    assert (worker.card.slots, worker.directive.slots, worker.has_obeyed) == (2, 2, False)


@pytest.mark.parametrize(("act", "drain_seconds"), [(drain, None), (shut_down, 5.0)])
def test_a_worker_that_was_dropped_before_it_heard_that_it_is_to_leave_is_given_nothing_when_it_is_back(
    act, drain_seconds
):
    plane = a_plane()
    act(plane)
    plane.tick_after(SILENCE_SECONDS)
    plane.accepted(a_submission("t2"))
    plane.join()
    worker = plane.ledger.workers["worker"]

    assert plane.poll() == []
    assert (worker.is_draining, worker.directive.is_to_leave) == (True, True)
    assert worker.directive.drain_seconds == drain_seconds


def test_what_a_worker_has_heard_of_is_not_wanted_again_when_it_is_back():
    plane = a_plane()
    resize(plane, 2)
    plane.poll(obeyed=1)
    plane.tick_after(SILENCE_SECONDS)
    plane.join(slots=2)

    assert plane.ledger.workers["worker"].directive.number == 0


def test_another_process_under_the_same_worker_id_is_not_wanted_to_leave():
    plane = a_plane()
    drain(plane)
    plane.join(incarnation="second life")
    plane.accepted(a_submission("t2"))

    assert [task.task_id for task in plane.poll()] == ["t2"]
    assert plane.ledger.workers["worker"].directive.number == 0


def test_a_process_that_joins_again_before_it_is_dropped_is_still_wanted_to_leave():
    plane = a_plane()
    drain(plane)
    plane.join()

    assert plane.ledger.workers["worker"].is_draining


# ---- resizing, before the worker obeys ----


def test_what_a_worker_was_told_to_have_is_what_it_had_before_even_if_it_has_not_obeyed_yet():
    plane = a_plane(slots=4)
    resize(plane, 8)
    resize(plane, 16)
    plane.poll(obeyed=2)
    resize(plane, 2)

    changes = [(event.action.before, event.action.after) for event in happened(plane, ActionTaken)]
    assert changes == [("4 slots", "8 slots"), ("8 slots", "16 slots"), ("16 slots", "2 slots")]
