"""What somebody wanted to change and was not allowed to, for the record; strangers have no name to be noted.

Who is refused can ask again at once: so that nobody fills the record, only some refusals of each person come on record,
and the others are logged only.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from litestar import Request

from fastworker.application.log import log
from fastworker.domain.action import Action
from fastworker.domain.text import bounded

from . import refusals
from .access import Identity
from .origins import SAFE_METHODS
from .parts import Parts
from .paths import name_in_path
from .resources.arguments import actor_as

MOST_AT_ONCE = 30
SECONDS_EACH = 60.0
"""After many refusals of one person, so often one more comes on record."""

MOST_ACTORS = 1_000

NAMES = {
    "pause_queue": "pause priority",
    "resume_queue": "resume priority",
    "limit_queue": "limit priority",
    "purge_queue": "purge priority",
    "submit_task": "submit",
    "cancel_task": "cancel",
    "retry_task": "rerun",
    "rerun_task": "rerun",
    "set_task_priority": "set priority",
    "run_task_now": "run now",
    "delete_task": "delete",
    "act_on_tasks": "bulk",
    "cancel_operation": "cancel bulk action",
    "mark_error_seen": "mark failures seen",
    "mute_error": "mute failures",
    "unmute_error": "unmute failures",
}
"""What the use cases of operations are called on record, where it is not the same."""


@dataclass(slots=True)
class _Allowance:
    """How many refusals of one person may still come on record, as of a moment."""

    left: float
    at: float

    def take(self, now: float) -> bool:
        """Use one up; False when there is none left."""
        self.left = min(MOST_AT_ONCE, self.left + (now - self.at) / SECONDS_EACH)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


class RefusalNotes:
    """Puts refusals on record, as long as there are few of one person."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._allowances: OrderedDict[str, _Allowance] = OrderedDict()

    def note(self, request: Request[Any, Any, Any], error: Exception) -> None:
        """Put the refusal of a request on record, if it was to change something."""
        identity = request.scope.get("auth")
        if request.method in SAFE_METHODS or not isinstance(identity, Identity):
            return
        action = _action(request, identity, refusals.problem_for(error).detail)
        if self._may_note(identity.actor):
            self._parts.control_plane.steer(lambda steering, now: steering.note(action, now=now))
        else:
            log.info("action_refused", what=action.what, actor=action.actor.name, refusal=action.refusal)

    def _may_note(self, actor: str) -> bool:
        now = self._parts.clock.now()
        allowance = self._allowances.setdefault(actor, _Allowance(MOST_AT_ONCE, now))
        self._allowances.move_to_end(actor)
        if len(self._allowances) > MOST_ACTORS:
            self._allowances.popitem(last=False)
        return allowance.take(now)


def _action(request: Request[Any, Any, Any], identity: Identity, refusal: str) -> Action:
    operation_id = str(getattr(request.scope.get("route_handler"), "operation_id", None) or "request")
    what = NAMES.get(operation_id, operation_id.replace("_", " "))
    named = next(iter(request.scope.get("path_params", {}).values()), None)
    target = request.url.path if named is None else name_in_path(str(named))
    return Action(actor_as(request, identity), what, bounded(target, 200), refusal=bounded(refusal, 300))
