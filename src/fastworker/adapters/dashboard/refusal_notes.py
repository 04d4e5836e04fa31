"""What somebody wanted to change and was not allowed to, for the record; strangers have no name to be noted.

The record is short, and who is refused can ask again at once: so that nobody pushes out what was really done, only some
refusals come on record, and the others are logged only.
"""

from typing import Any

import structlog
from litestar import Request

from fastworker.domain.action import Action, Actor
from fastworker.domain.text import bounded

from . import refusals
from .access import Identity
from .origins import SAFE_METHODS
from .parts import Parts
from .paths import name_in_path

log = structlog.get_logger()

MOST_AT_ONCE = 30
SECONDS_EACH = 60.0
"""After many refusals, so often one more comes on record: of a record of 1,000, less than 17 hours can be pushed out
by nothing but refusals."""

NAMES = {
    "pause_queue": "pause priority",
    "resume_queue": "resume priority",
    "submit_task": "submit",
    "cancel_task": "cancel",
    "retry_task": "rerun",
    "rerun_task": "rerun",
    "act_on_tasks": "bulk",
    "cancel_operation": "cancel bulk action",
}
"""What the use cases of operations are called on record, where it is not the same."""


class RefusalNotes:
    """Puts refusals on record, as long as there are few."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._left = float(MOST_AT_ONCE)
        self._at = parts.clock.now()

    def note(self, request: Request[Any, Any, Any], error: Exception) -> None:
        """Put the refusal of a request on record, if it was to change something."""
        identity = request.scope.get("auth")
        if request.method in SAFE_METHODS or not isinstance(identity, Identity):
            return
        action = _action(request, identity, refusals.problem_for(error).detail)
        if self._may_note():
            self._parts.control_plane.steer(lambda steering, now: steering.note(action, now=now))
        else:
            log.info("action_refused", what=action.what, actor=action.actor.name, refusal=action.refusal)

    def _may_note(self) -> bool:
        now = self._parts.clock.now()
        self._left = min(MOST_AT_ONCE, self._left + (now - self._at) / SECONDS_EACH)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


def _action(request: Request[Any, Any, Any], identity: Identity, refusal: str) -> Action:
    operation_id = str(getattr(request.scope.get("route_handler"), "operation_id", None) or "request")
    what = NAMES.get(operation_id, operation_id.replace("_", " "))
    remote = request.client.host if request.client else ""
    actor = Actor(identity.actor, identity.role.label, remote)
    named = next(iter(request.scope.get("path_params", {}).values()), None)
    target = request.url.path if named is None else name_in_path(str(named))
    return Action(actor, what, bounded(target, 200), refusal=bounded(refusal, 300))
