"""What people say about groups of failures."""

from fastworker.adapters.memory import ManualClock
from fastworker.application.observatory.error_groups import ErrorGroup, Word
from fastworker.application.observatory.triage import Triage
from fastworker.domain.action import Actor
from fastworker.domain.terms import Terms

from ....builders import a_failure, a_submission
from .observed import ObservedCoordinator

ANN = Actor("ann", "operator", "127.0.0.1")


class Plane(ObservedCoordinator):
    """With a worker on which tasks fail."""

    def __init__(self) -> None:
        super().__init__()
        self.triage = Triage(self.observatory.errors, steer=self.steer, clock=ManualClock(now=1000.0))
        self.join(slots=9)

    def steer(self, decide):
        return decide(self.coordinator.steering, self.now)

    def fail(self) -> ErrorGroup:
        """Have one more task fail, and return its group."""
        self.accepted(a_submission())
        self.report(self.poll_all()[0], a_failure())
        (group,) = self.observatory.errors.newest_first()
        return group

    def noted(self) -> list[tuple[str, str, str]]:
        entries = self.observatory.audit.newest_first()[::-1]
        return [(entry.action.what, entry.action.before, entry.action.after) for entry in entries]


def test_what_has_failed_is_new_until_somebody_has_seen_it():
    plane = Plane()
    group = plane.fail()
    plane.fail()
    assert (group.is_new, plane.observatory.errors.new()) == (True, 1)
    assert plane.triage.mark_seen(ANN, group.fingerprint) is group

    assert (group.is_new, group.seen, plane.observatory.errors.new()) == (False, Word("ann", 1000.0), 0)
    assert plane.noted() == [("mark failures seen", "2 not seen", "seen")]


def test_what_fails_after_that_is_new_again():
    plane = Plane()
    group = plane.fail()
    plane.triage.mark_seen(ANN, group.fingerprint)
    plane.fail()

    assert (group.is_new, group.count - group.seen_count) == (True, 1)


def test_what_is_muted_is_never_new_until_it_is_unmuted():
    plane = Plane()
    group = plane.fail()
    assert plane.triage.mute(ANN, group.fingerprint) is group
    plane.fail()
    assert (group.is_new, group.muted, group.count) == (False, Word("ann", 1000.0), 2)
    assert plane.triage.unmute(ANN, group.fingerprint) is group

    assert (group.is_new, group.muted) == (True, None)
    assert plane.noted() == [("mute failures", "told", "muted"), ("unmute failures", "muted", "told")]


def test_what_is_said_again_changes_nothing():
    plane = Plane()
    group = plane.fail()
    plane.triage.unmute(ANN, group.fingerprint)
    for say in (plane.triage.mark_seen, plane.triage.mute):
        say(ANN, group.fingerprint)
        changes = group.changes
        assert say(ANN, group.fingerprint) is group
        assert group.changes == changes

    assert len(plane.noted()) == 2


def test_of_a_group_that_is_not_remembered_nothing_can_be_said():
    plane = Plane()
    answers = [say(ANN, "none") for say in (plane.triage.mark_seen, plane.triage.mute, plane.triage.unmute)]

    assert (answers, plane.noted()) == ([None, None, None], [])


# ---- dead letters that nobody has answered ----


def test_dead_letters_are_counted_until_somebody_has_seen_them_or_while_they_are_muted():
    plane = Plane()
    group = plane.fail()
    plane.fail()
    errors = plane.observatory.errors
    assert errors.dead_letters() == 2
    plane.triage.mute(ANN, group.fingerprint)
    assert errors.dead_letters() == 0
    plane.triage.unmute(ANN, group.fingerprint)
    assert errors.dead_letters() == 2
    plane.triage.mark_seen(ANN, group.fingerprint)
    assert errors.dead_letters() == 0
    plane.fail()
    assert errors.dead_letters() == 1


def test_a_failure_that_is_tried_again_is_no_dead_letter():
    plane = Plane()
    plane.accepted(a_submission(terms=Terms(retries=1)))
    plane.report(plane.poll_all()[0], a_failure())

    assert (plane.observatory.errors.new(), plane.observatory.errors.dead_letters()) == (1, 0)


def test_a_dead_letter_that_another_task_runs_again_is_answered_also_when_both_are_taken_in_at_once():
    plane = Plane()
    for _ in range(2):
        plane.accepted(a_submission())
    first, second = plane.poll_all()
    plane.report(first, a_failure())
    plane.report(second, a_failure())
    plane.accepted(a_submission(terms=Terms(origin=first.task_id)))
    plane.accepted(a_submission(terms=Terms(parent=second.task_id)))
    plane.accepted(a_submission(terms=Terms(origin="some-task-that-did-not-fail")))

    assert plane.observatory.errors.dead_letters() == 1


def test_a_dead_letter_that_is_forgotten_is_none():
    plane = Plane()
    plane.fail()
    task_id = plane.fail().task_ids[0]
    plane.steer(lambda steering, now: steering.delete(ANN, task_id, now=now))

    assert plane.observatory.errors.dead_letters() == 1
