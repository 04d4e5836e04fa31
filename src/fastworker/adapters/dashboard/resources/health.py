"""Whether the control plane lives, and whether it takes tasks: for those who start, stop and watch it."""

from litestar import get

from ..access import PUBLIC
from ..models.system import Health
from ..parts import Given
from ..problem_kinds import DRAINING
from ..problems import RETRY_SECONDS, ApiProblem
from ..query_parameters import ANY_QUERY
from .arguments import fails_with

TAGS = ["health"]
OPEN = {**PUBLIC, **ANY_QUERY}
"""Who watches over processes adds what it likes, and kills what does not answer."""


@get("/healthz", operation_id="get_health", tags=TAGS, opt=OPEN, responses=fails_with(), sync_to_thread=False)
def get_health() -> Health:
    """Say that the control plane lives."""
    return Health(status="ok")


@get("/readyz", operation_id="get_readiness", tags=TAGS, opt=OPEN, responses=fails_with(503), sync_to_thread=False)
def get_readiness(parts: Given) -> Health:
    """Say whether the control plane takes tasks; 503 while it stops."""
    if parts.ledger.is_draining:
        headers = {"retry-after": str(RETRY_SECONDS)}
        raise ApiProblem(DRAINING, "the control plane stops: it takes no new tasks", headers=headers)
    return Health(status="ok")


HANDLERS = [get_health, get_readiness]
