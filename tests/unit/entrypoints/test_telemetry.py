"""Telemetry of a process: off unless the variables ask for it."""

import os
import subprocess
import sys

import pytest

from fastworker.adapters.log_sink import LogSink
from fastworker.adapters.memory import ManualClock
from fastworker.adapters.telemetry import detection
from fastworker.adapters.telemetry.asked import Asked
from fastworker.adapters.telemetry.wait_spans import WaitSpans
from fastworker.application.several_sinks import SeveralSinks
from fastworker.domain.errors import InvalidSetting
from fastworker.domain.events import DrainStarted, TaskLeased
from fastworker.domain.ledger import Ledger
from fastworker.entrypoints import measuring
from fastworker.entrypoints.child_surroundings import surroundings_of_children
from fastworker.entrypoints.measuring import own_sink
from fastworker.entrypoints.telemetry import Telemetry
from tests.unit.adapters.telemetry.traces import Traces

ASKS = """
import sys
from fastworker.entrypoints.telemetry import Telemetry
with Telemetry("a service", instance="w1") as telemetry:
    print(telemetry.asked.traces, "opentelemetry.sdk" in sys.modules)
"""


def run(**environment: str) -> str:
    ours = {name: text for name, text in os.environ.items() if not name.startswith("OTEL_")}
    done = subprocess.run(
        [sys.executable, "-c", ASKS], capture_output=True, text=True, check=True, env=ours | environment
    )
    return done.stdout


def test_nothing_is_loaded_unless_it_is_asked_for() -> None:
    assert run() == "() False\n"
    assert run(OTEL_TRACES_EXPORTER="console", OTEL_SDK_DISABLED="true") == "() False\n"
    assert run(OTEL_TRACES_EXPORTER="console") == "('console',) True\n"


def test_what_cannot_be_had_is_an_error_before_anything_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "zipkim")
    with pytest.raises(InvalidSetting, match="zipkim"), Telemetry("a service"):
        pytest.fail("the body ran")


def test_a_control_plane_that_does_not_trace_only_logs() -> None:
    assert isinstance(own_sink(Ledger(), ManualClock()), LogSink)


def test_a_control_plane_that_traces_also_hears_of_leases_for_its_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    traces = Traces()
    monkeypatch.setattr(measuring, "find_tracing", lambda: traces.tracing)
    assert isinstance(own_sink(Ledger(), ManualClock()), SeveralSinks)


def test_wait_spans_hear_of_leases_and_of_nothing_else() -> None:
    spans = WaitSpans(Traces().tracing, Ledger(), ManualClock())
    assert spans.ear(DrainStarted) is None
    assert spans.ear(TaskLeased) is not None
    spans.emit(DrainStarted())


def test_children_are_told_where_their_surroundings_are_and_how_to_log() -> None:
    told = surroundings_of_children(log_level="info", log_format="json", worker_id="w1", show_locals=False)
    assert told.function == "fastworker.entrypoints.child_surroundings:surroundings"
    assert told.arguments == {"log_level": "info", "log_format": "json", "worker_id": "w1"}


def test_this_process_does_not_trace() -> None:
    """Else the tests above, and those of everything else, would not be what they seem."""
    assert detection.find_tracing() is None
    assert Asked().is_nothing
