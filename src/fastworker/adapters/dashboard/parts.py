"""What the resources are made of: the state that they read, the use cases that they call, and this server's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from fastworker.application.bulk import Operations
from fastworker.application.control_plane import ControlPlane
from fastworker.application.function_catalogue import FunctionCatalogue
from fastworker.application.identifiers import NewId
from fastworker.application.inspection import Inspection
from fastworker.application.observatory.exports import Exports
from fastworker.application.observatory.observatory import Observatory
from fastworker.application.observatory.triage import Triage
from fastworker.application.ports.clock import Clock
from fastworker.application.ports.codec import PayloadCodec
from fastworker.application.ports.process_meter import ProcessMeter
from fastworker.domain.ledger import Ledger

from .access import Access
from .bodies import LargeBodies
from .event_hub import EventHub
from .idempotency import IdempotencyKeys
from .models.system import Setting
from .moments import Moments
from .redaction import NOTHING_HIDDEN, Redaction
from .series_cache import SeriesCache


@dataclass(frozen=True, slots=True)
class Identification:
    """Which control plane this is, and where it listens."""

    epoch: str
    version: str
    client_address: str
    worker_address: str
    discovery_address: str
    limits: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Everything that a resource may need."""

    control_plane: ControlPlane
    observatory: Observatory
    catalogue: FunctionCatalogue
    operations: Operations
    codec: PayloadCodec
    clock: Clock
    meter: ProcessMeter
    new_id: NewId
    who: Identification
    settings: tuple[Setting, ...]
    hub: EventHub
    access: Access
    moments: Moments
    keys: IdempotencyKeys
    series: SeriesCache
    exports: Exports
    triage: Triage
    inspection: Inspection
    started_at: float
    root_path: str = ""
    redaction: Redaction = NOTHING_HIDDEN
    trace_url_template: str | None = None
    bodies: LargeBodies = field(default_factory=LargeBodies)

    @property
    def ledger(self) -> Ledger:
        """All state."""
        return self.control_plane.coordinator.ledger


Given = SkipValidation[NamedDependency[Parts]]
"""The type of the argument `parts` of a handler."""
