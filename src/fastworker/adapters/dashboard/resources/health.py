"""Whether the control plane lives, and whether it takes tasks: for those who start, stop and watch it."""

from litestar import Response, get

from ..access import PUBLIC
from ..conditional import Answer
from ..models.system import Health
from ..parts import Given
from .arguments import fails_with

TAGS = ["health"]


@get("/healthz", operation_id="get_health", tags=TAGS, opt=PUBLIC, responses=fails_with(), sync_to_thread=False)
def get_health() -> Health:
    """Say that the control plane lives."""
    return Health(status="ok")


@get("/readyz", operation_id="get_readiness", tags=TAGS, opt=PUBLIC, responses=fails_with(503), sync_to_thread=False)
def get_readiness(parts: Given) -> Response[Health]:
    """Say whether the control plane takes tasks; 503 while it stops."""
    if parts.ledger.is_draining:
        return Answer(Health(status="draining"), status_code=503)
    return Answer(Health(status="ok"))


HANDLERS = [get_health, get_readiness]
