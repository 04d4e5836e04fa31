"""The traces of tasks in a system for tests are those of the real processes."""

import anyio
import pytest

from fastworker.adapters.telemetry import detection
from fastworker.testing import LocalSystem, SyncLocalSystem
from tests.unit.adapters.telemetry.traces import Traces

from . import work
from .work import double, submits

DOUBLE = ("submit double", [("run double", []), ("wait double", [])])


@pytest.fixture
def traces(monkeypatch: pytest.MonkeyPatch) -> Traces:
    """What this process traces."""
    traces = Traces()
    monkeypatch.setattr(detection, "_found", traces.tracing)
    return traces


@pytest.mark.anyio
async def test_a_page_its_task_and_what_that_submits_are_one_trace(traces: Traces) -> None:
    async with LocalSystem(work):
        with traces.tracer.start_as_current_span("GET /"):
            assert await (await submits.submit(4)) == 8
    run = ("run submits", [DOUBLE])
    assert traces.trees() == [("GET /", [("submit submits", [run, ("wait submits", [])])])]


@pytest.mark.anyio
async def test_a_wait_lasts_as_long_as_in_the_time_of_the_system(traces: Traces) -> None:
    async with LocalSystem(work, workers=0) as system:
        await double.submit(4)
        await system.advance("5s")
        await system.start_worker()
        await system.drain()
    wait = traces.one("wait double")
    assert wait.start_time is not None
    assert wait.end_time is not None
    assert wait.end_time - wait.start_time == 5_000_000_000


def test_so_they_are_in_blocking_code_and_on_other_event_loops(traces: Traces) -> None:
    async def page() -> int:
        return await (await double.submit(4))

    with SyncLocalSystem(work), traces.tracer.start_as_current_span("GET /"):
        assert double.submit_sync(4).get(timeout=10) == 8
        assert anyio.run(page) == 8
    assert traces.trees() == [("GET /", [DOUBLE, DOUBLE])]
