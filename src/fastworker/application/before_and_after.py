"""How workers, pauses and limits stand, in words: what the record says was before an action, and after it."""

from fastworker.domain.pause import Pause
from fastworker.domain.queue_limit import QueueLimit
from fastworker.domain.worker_registry import Worker


def stance_of(worker: Worker) -> str:
    """Say whether a worker works, or why not."""
    if not worker.is_draining:
        return "working"
    directive = worker.directive
    if not directive.is_to_leave:
        return "draining by itself" if worker.leaves_by_itself else "asked to stay"
    return "draining" if directive.drain_seconds is None else f"draining for at most {directive.drain_seconds:g} s"


def in_words(pause: Pause | None) -> str:
    """Say whether something is paused, and why."""
    if pause is None:
        return "not paused"
    return f"paused: {pause.reason}" if pause.reason else "paused"


def allowed_by(limit: QueueLimit | None) -> str:
    """Say how much may run."""
    if limit is None:
        return "no limit"
    at_once = None if limit.at_once is None else f"at most {limit.at_once:,} at once"
    per_second = None if limit.per_second is None else f"at most {limit.per_second:,.15g}/s"
    return ", ".join(filter(None, (at_once, per_second)))
