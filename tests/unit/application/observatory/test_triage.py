"""What people say about groups of failures."""

from fastworker.adapters.memory import ManualClock
from fastworker.application.observatory.error_groups import ErrorGroup, Word
from fastworker.application.observatory.triage import Triage
from fastworker.domain.action import Actor

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
