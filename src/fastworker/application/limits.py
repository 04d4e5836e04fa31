"""What bounds a control plane. Each limit is a setting; docs/configuration.md says what happens at each."""

from dataclasses import dataclass

from .messages import PAYLOAD_BYTES

LONGEST_ID = 200
"""Characters of an id or a name: they travel in every message about a task or a worker, and are logged."""

MOST_NAMES = 10_000
"""Task functions of one worker."""

LONGEST_DIGEST = 64
"""Characters that say what code a task function is of: as many as the longest hash in use has digits."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Counts, bytes, and seconds."""

    max_queued: int = 1_000_000
    max_queued_bytes: int = 1 << 30
    max_payload_bytes: int = PAYLOAD_BYTES
    max_result_bytes: int = PAYLOAD_BYTES
    max_unfinished: int = 1_000_000  # of one client
    max_clients: int = 10_000
    max_workers: int = 10_000
    max_slots: int = 10_000  # of one worker
    max_losses: int = 3  # of workers by one task
    worker_silence_seconds: float = 15.0
    session_silence_seconds: float = 60.0
    stall_seconds: float = 10.0
    max_spans: int = 0  # of one attempt, for people: of interest to a dashboard only
