"""What a worker does at this moment: asked of the worker itself, at the address where it answers, if it has one."""

from fastworker.domain.errors import TooManyPeers, WireError

from .messages import InspectWorker, RunningTask, WorkerInspected
from .ports.transport import Transport

PATIENCE_SECONDS = 3.0
MOST_UNDER_WAY = 4
"""People look at one task at a time; each question opens a connection."""


class Inspection:
    """Asks workers."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._under_way = 0

    async def running(self, address: str, task_id: str) -> RunningTask | None:
        """Return how a task runs on the worker at an address, with its Python stack; None when it does not (any more).

        Raises:
            TooManyPeers: several workers are being asked already.
            WireError: the worker does not answer, or not as one.
        """
        if self._under_way >= MOST_UNDER_WAY:
            raise TooManyPeers(f"{MOST_UNDER_WAY} workers are being asked already; try again")
        self._under_way += 1
        try:
            async with self._transport.connect(address) as requester:
                reply = await requester.request(InspectWorker(), timeout=PATIENCE_SECONDS)
        finally:
            self._under_way -= 1
        if not isinstance(reply, WorkerInspected):
            raise WireError(f"{address} answered with {type(reply).__name__}: it is no worker's")
        return next((running for running in reply.running if running.task_id == task_id), None)
