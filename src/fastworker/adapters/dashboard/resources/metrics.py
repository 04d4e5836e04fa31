"""The state in numbers for Prometheus."""

from collections.abc import Iterable, Mapping

from litestar import Response, get

from fastworker.application.observatory.history import History
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority

from ..parts import Given, Parts
from ..records.overview import memory_bytes
from .arguments import fails_with

MEDIA_TYPE = "text/plain; version=0.0.4"

type Sample = tuple[Mapping[str, str], float]


@get("/metrics", operation_id="get_metrics", tags=["health"], responses=fails_with(), sync_to_thread=False)
def get_metrics(parts: Given) -> Response[str]:
    """Return the state in numbers as Prometheus text."""
    return Response("".join(_families(parts)), media_type=MEDIA_TYPE, headers={"cache-control": "no-store"})


def _families(parts: Parts) -> Iterable[str]:
    ledger = parts.ledger
    depths = ledger.queue.depths()
    finals = [status for status in TaskStatus if status.is_final]
    remembered = [({"status": each.value}, float(number)) for each, number in parts.observatory.index.counts().items()]
    submitted, retried = _since_start(parts.observatory.history)
    workers = list(ledger.workers)
    yield _family("info", "gauge", "The version of the control plane.", [({"version": parts.who.version}, 1)])
    yield _family("up_seconds", "gauge", "Seconds since the start.", [({}, parts.clock.now() - parts.started_at)])
    yield _family("tasks_submitted_total", "counter", "Tasks accepted.", [({}, submitted)])
    finished = [({"status": status.value}, float(ledger.finished[status])) for status in finals]
    yield _family("tasks_finished_total", "counter", "Tasks that have ended.", finished)
    yield _family("tasks_retried_total", "counter", "Attempts that are tried again.", [({}, retried)])
    queued = [({"priority": each.value}, float(depths.get(each, 0))) for each in TaskPriority]
    yield _family("tasks_queued", "gauge", "Tasks that wait for a worker.", queued)
    yield _family("tasks_scheduled", "gauge", "Tasks that wait for a time.", [({}, ledger.scheduled)])
    yield _family("tasks_running", "gauge", "Tasks that run.", [({}, ledger.running)])
    yield _family("oldest_queued_seconds", "gauge", "How long the oldest has waited.", [({}, _oldest(parts))])
    yield _family("tasks_remembered", "gauge", "Tasks that can be looked at, by status.", remembered)
    yield _family("results_kept", "gauge", "Results that are kept.", [({}, len(ledger.results))])
    yield _family("workers", "gauge", "Workers that are connected.", [({}, len(workers))])
    yield _family("slots", "gauge", "Slots of all workers.", [({}, sum(each.card.slots for each in workers))])
    yield _family(
        "slots_stuck", "gauge", "Slots taken by work that was given up.", [({}, sum(w.occupied for w in workers))]
    )
    yield _family("reports_superseded_total", "counter", "Reports of leases that were over.", [({}, ledger.superseded)])
    paused = len(ledger.pauses.priorities) + len(ledger.pauses.functions)
    yield _family("pauses", "gauge", "Priorities and task functions that are paused.", [({}, paused)])
    is_seeing = parts.observatory.blind_since is None
    yield _family("dashboard_follows", "gauge", "1 while the dashboard follows what happens.", [({}, is_seeing)])
    yield _family("event_streams", "gauge", "Listeners of the event stream.", [({}, parts.hub.listeners)])
    yield _family("memory_bytes", "gauge", "Memory of the control plane.", [({}, memory_bytes())])


def _since_start(history: History) -> tuple[int, int]:
    """Return how many tasks were submitted and attempts tried again, also in the second that is not over."""
    totals, second = history.totals, history.second
    return sum(totals.submitted) + sum(second.submitted), totals.retried + second.retried


def _oldest(parts: Parts) -> float:
    waiting = [task.queued_at for task in map(parts.ledger.queue.oldest, TaskPriority) if task is not None]
    return parts.clock.now() - min(waiting) if waiting else 0.0


def _family(name: str, kind: str, text: str, samples: Iterable[Sample]) -> str:
    full = f"fastworker_{name}"
    lines = [f"# HELP {full} {text}", f"# TYPE {full} {kind}"]
    lines += [f"{full}{_labels(labels)} {value:.17g}" for labels, value in samples]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    said = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{said}}}" if said else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


HANDLERS = [get_metrics]
