"""What people see and steer, beside a control plane: imported only where there is a dashboard."""

from typing import Any

from dependency_injector import providers

from fastworker.application.bulk import Operations
from fastworker.application.function_catalogue import FunctionCatalogue
from fastworker.application.inspection import Inspection
from fastworker.application.observatory.exports import Exports
from fastworker.application.observatory.observatory import Observatory
from fastworker.application.observatory.task_spans import TaskSpans
from fastworker.application.observatory.triage import Triage
from fastworker.application.ports.event_sink import EventSink
from fastworker.application.several_sinks import SeveralSinks

from .container import Container


class WatchedContainer(Container):
    """Parts of a control plane that tells an observatory of every change."""

    task_spans: providers.Provider[TaskSpans] = providers.Singleton(TaskSpans)
    observatory: providers.Provider[Observatory] = providers.Singleton(
        Observatory, Container.ledger, now=Container.clock.provided.now.call(), spans=task_spans
    )
    watched_sink: providers.Provider[EventSink] = providers.Singleton(SeveralSinks, Container.event_sink, observatory)
    catalogue: providers.Provider[FunctionCatalogue] = providers.Singleton(
        FunctionCatalogue,
        Container.registry,
        Container.ledger,
        observatory.provided.functions,
        codec=Container.payload_codec,
    )
    operations: providers.Provider[Operations] = providers.Singleton(
        Operations,
        Container.ledger,
        observatory.provided.index,
        steer=Container.control_plane.provided.steer,
        clock=Container.clock,
        new_id=Container.new_id,
    )
    exports: providers.Provider[Exports] = providers.Singleton(Exports, observatory.provided.index, Container.clock)
    inspection: providers.Provider[Inspection] = providers.Singleton(Inspection, Container.transport)
    triage: providers.Provider[Triage] = providers.Singleton(
        Triage,
        observatory.provided.errors,
        steer=Container.control_plane.provided.steer,
        clock=Container.clock,
    )


def watched_container(**parts: Any) -> Any:
    """Return a container whose control plane, which is not made yet, will tell the observatory."""
    container: Any = WatchedContainer(**parts)
    container.coordinator.add_kwargs(sink=container.watched_sink)
    return container
