"""The control plane's ends of its transport, for people: who is connected, what went over them, what waits there."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from .desk import Desk
from .ports.transport import Publisher, Responder, Traffic
from .worker_desk import LOCAL_WORKER_ID, WorkerDesk


class EndRole(Enum):
    """Who is at the other end."""

    CLIENTS = "clients"
    WORKERS = "workers"
    OWN_WORKER = "own worker"
    BEACON = "beacon"  # whoever looks for a control plane


@dataclass(frozen=True, slots=True)
class TransportEnd:
    """One end as it is now; `traffic` goes on counting.

    Of the requests that are under way, `held` wait for news that their senders asked for. `leaving` are replies that
    are given, and that their peers have not read.
    """

    role: EndRole
    address: str
    connections: int
    traffic: Traffic
    under_way: int = 0
    held: int = 0
    leaving: int = 0
    bad_frames: int = 0


@dataclass(frozen=True, slots=True)
class OpenEnds:
    """The sessions of a control plane that serves, and the desks that answer on them."""

    clients: Responder
    workers: Responder
    own_worker: Responder
    beacon: Publisher
    beacon_address: str

    def each(self, client_desk: Desk, worker_desk: WorkerDesk) -> Iterator[TransportEnd]:
        """Yield how each is now."""
        own = int(LOCAL_WORKER_ID in worker_desk.held)
        yield _served(EndRole.CLIENTS, self.clients, held=len(client_desk.held))
        yield _served(EndRole.WORKERS, self.workers, held=len(worker_desk.held) - own)
        yield _served(EndRole.OWN_WORKER, self.own_worker, held=own)
        yield TransportEnd(EndRole.BEACON, self.beacon_address, self.beacon.connections, self.beacon.traffic)


def _served(role: EndRole, responder: Responder, *, held: int) -> TransportEnd:
    traffic = responder.traffic
    return TransportEnd(
        role,
        responder.addresses[0],
        responder.connections,
        traffic,
        traffic.received - traffic.sent,
        held,
        responder.leaving,
        responder.bad_frames,
    )
