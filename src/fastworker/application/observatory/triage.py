"""What people say about groups of failures: seen, or not to be told of for now. Each is noted with who said it.

It lasts as long as the group is remembered, and ends no task.
"""

from fastworker.domain.action import Action, Actor

from ..ports.clock import Clock
from ..steering import Steer
from .error_groups import ErrorGroup, ErrorGroups, Word


class Triage:
    """The use cases; each returns the group, or None when none of that fingerprint is remembered."""

    def __init__(self, errors: ErrorGroups, *, steer: Steer, clock: Clock) -> None:
        self._errors = errors
        self._steer = steer
        self._clock = clock

    def mark_seen(self, actor: Actor, fingerprint: str) -> ErrorGroup | None:
        """Say that one knows of all that has failed so far; what fails from now on is new again."""
        group = self._errors.get(fingerprint)
        if group is not None and group.count > group.seen_count:
            before = f"{group.count - group.seen_count} not seen"
            group.see(self._word(actor))
            self._note(Action(actor, "mark failures seen", fingerprint, before, "seen"))
        return group

    def mute(self, actor: Actor, fingerprint: str) -> ErrorGroup | None:
        """Say that nobody is to be told of these failures, old or new, until somebody unmutes them."""
        group = self._errors.get(fingerprint)
        if group is not None and group.muted is None:
            group.mute(self._word(actor))
            self._note(Action(actor, "mute failures", fingerprint, "told", "muted"))
        return group

    def unmute(self, actor: Actor, fingerprint: str) -> ErrorGroup | None:
        """Say that people are to be told of these failures again."""
        group = self._errors.get(fingerprint)
        if group is not None and group.muted is not None:
            group.mute(None)
            self._note(Action(actor, "unmute failures", fingerprint, "muted", "told"))
        return group

    def _word(self, actor: Actor) -> Word:
        return Word(actor.name, self._clock.now())

    def _note(self, action: Action) -> None:
        self._steer(lambda steering, now: steering.note(action, now=now))
