"""The SDK of a process is set up and ended. Providers are global, so each test has a process of its own."""

import subprocess
import sys

SETTING = """
import time
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.trace import TracerProvider
from fastworker.adapters.telemetry import find_tracing, sdk
from fastworker.adapters.telemetry.asked import Asked
from fastworker.adapters.telemetry.sdk import Sdk
"""


def run(program: str, **environment: str) -> str:
    """Return what it says, on both outputs."""
    command = [sys.executable, "-c", SETTING + program]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_a_process_says_who_it_is_and_the_users_variables_go_over_that() -> None:
    program = """
Sdk(Asked(("console",), ("console",)), {"service.name": "fastworker-subworker", "service.instance.id": "w1"})
said = trace.get_tracer_provider().resource.attributes
print(said["service.name"], said["service.instance.id"], said.get("deployment"))
assert metrics.get_meter_provider()._sdk_config.resource.attributes == said
assert find_tracing() is not None
"""
    assert run(program) == "fastworker-subworker w1 None\n"
    assert run(program, OTEL_SERVICE_NAME="shop", OTEL_RESOURCE_ATTRIBUTES="deployment=test") == "shop w1 test\n"


def test_what_was_not_sent_is_sent_at_the_end() -> None:
    out = run("""
sdk = Sdk(Asked(("console",), ("console",)), {})
trace.get_tracer("user").start_span("user work").end()
metrics.get_meter("user").create_counter("user.things").add(3)
sdk.close(seconds=5)
""")
    assert '"name": "user work"' in out
    assert '"name": "user.things"' in out


def test_providers_that_the_user_has_set_are_left_to_the_user() -> None:
    run("""
tracer_provider, meter_provider = TracerProvider(shutdown_on_exit=False), MeterProvider(shutdown_on_exit=False)
trace.set_tracer_provider(tracer_provider)
metrics.set_meter_provider(meter_provider)
Sdk(Asked(("console",), ("console",)), {}).close(seconds=1)
assert trace.get_tracer_provider() is tracer_provider
assert metrics.get_meter_provider() is meter_provider
meter_provider.shutdown()
tracer_provider.shutdown()
""")


def test_a_collector_that_hangs_holds_up_the_end_for_no_longer_than_allowed() -> None:
    out = run("""
import threading
from opentelemetry.sdk.trace.export import ConsoleSpanExporter

class Hanging(ConsoleSpanExporter):
    def export(self, spans):
        threading.Event().wait()

sdk.make_exporter = lambda signal, name: Hanging()
ours = Sdk(Asked(("otlp",), ()), {})
trace.get_tracer("user").start_span("user work").end()
began = time.monotonic()
ours.close(seconds=0.3)
assert 0.3 <= time.monotonic() - began < 2
""")
    assert "telemetry_lost" in out


def test_an_exporter_that_fails_at_the_end_is_said() -> None:
    out = run("""
from opentelemetry.sdk.trace.export import ConsoleSpanExporter

class Failing(ConsoleSpanExporter):
    def shutdown(self):
        raise OSError("no way out")

sdk.make_exporter = lambda signal, name: Failing()
Sdk(Asked(("otlp",), ()), {}).close(seconds=5)
""")
    assert "no way out" in out
