"""When a process traces, and what it costs to ask. A provider is set once per process, so each test has its own."""

import subprocess
import sys

BEFORE = """
import sys
from fastworker.adapters.telemetry import find_tracing
assert find_tracing() is None
assert not any(name.startswith("opentelemetry") for name in sys.modules)
"""
API_ONLY = """
import opentelemetry.trace
assert find_tracing() is None
assert find_tracing() is None
"""
SET_LATE = """
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
trace.set_tracer_provider(TracerProvider(shutdown_on_exit=False))
assert find_tracing() is not None
assert find_tracing() is find_tracing()
"""

DISABLED = """
import os
os.environ["OTEL_SDK_DISABLED"] = "true"
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
trace.set_tracer_provider(TracerProvider(shutdown_on_exit=False))
assert find_tracing() is None
"""
METRICS_ONLY = """
import sys
from fastworker.adapters.telemetry.asked import Asked
from fastworker.adapters.telemetry.sdk import Sdk
Sdk(Asked(metrics=("console",)), {}).close(seconds=1)
assert "opentelemetry.sdk.trace" not in sys.modules
"""


def run(program: str) -> None:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_nothing_traces_and_nothing_is_imported_before_somebody_imports_opentelemetry() -> None:
    run(BEFORE)


def test_an_api_without_a_provider_traces_nothing() -> None:
    run(BEFORE + API_ONLY)


def test_a_provider_that_is_set_late_is_found() -> None:
    run(BEFORE + API_ONLY + SET_LATE)


def test_a_provider_is_not_used_where_telemetry_is_switched_off() -> None:
    run(BEFORE + DISABLED)


def test_who_asks_for_metrics_only_pays_nothing_for_traces() -> None:
    run(METRICS_ONLY)
