"""What workers say of themselves, through the API."""

import sys

import pytest

from fastworker.application.observatory.worker_log import SaidLine
from fastworker.application.task_function import task
from fastworker.domain.journal import LogLine

from .served import HOST, a_dashboard

pytestmark = pytest.mark.anyio

NOTHING = {"processor_share": None, "memory_bytes": None, "loop_lag_seconds": None, "round_trip_seconds": None}


async def test_a_worker_tells_how_its_process_does() -> None:
    async with a_dashboard(workers=[]) as served:
        worker = await served.system.start_worker("w1", labels={"zone": "eu", "rack": "<b>7</b>"})
        await served.system.settle()
        assert worker.error is not None  # it has no modules, and the control plane names none

        @task(name="echo")
        def own() -> None: ...

        worker = await served.system.start_worker("w1", own, labels={"zone": "eu", "rack": "<b>7</b>"})
        first = (await served.get("/workers/w1")).json()
        assert first["vitals"] == NOTHING | {"memory_bytes": worker.meter.held_bytes, "loop_lag_seconds": 0.0}
        assert first["labels"] == {"zone": "eu", "rack": "<b>7</b>"}
        worker.meter.used_seconds += 2.0
        await served.system.advance(5)
        [listed] = await served.items("/workers")
        assert listed["vitals"]["processor_share"] == 0.4
        assert listed["vitals"]["round_trip_seconds"] == 0.0
        assert listed["joined_at"] == first["joined_at"]


async def test_a_worker_with_other_code_is_told_apart_on_both_sides() -> None:
    @task(name="echo")
    def here() -> None: ...

    @task(name="echo")
    def elsewhere() -> None: ...

    elsewhere.function.__module__ = "tests.unit.system.tasks"
    assert "tests.unit.system.tasks" in sys.modules
    async with a_dashboard(workers=[]) as served:
        await served.system.start_worker("w1", here)
        assert (await served.get("/workers/w1")).json()["differing_functions"] == []
        w2 = await served.system.start_worker("w2", elsewhere)
        assert [each["differing_functions"] for each in await served.items("/workers")] == [["echo"], ["echo"]]
        await w2.kill()
        await served.system.advance(20)
        assert [each["differing_functions"] for each in await served.items("/workers")] == [[]]


async def test_what_was_said_on_a_worker_is_told_with_whose_it_is() -> None:
    async with a_dashboard() as served:
        assert (await served.get("/workers/w1/log")).json()["lines"] == []
        line = SaidLine("t1", "echo", 2, served.system.clock.now(), LogLine("warning", "shop", "low <b>stock</b>"))
        served.parts.observatory.workers.say("w1", line)
        told = (await served.get("/workers/w1/log")).json()
        assert told["lines"] == [
            {
                "task_id": "t1",
                "name": "echo",
                "attempt": 2,
                "at": told["as_of"],
                "line": {"level": "warning", "logger": "shop", "message": "low <b>stock</b>"},
            }
        ]
        assert (await served.get("/workers/gone/log")).status_code == 404


async def test_the_series_of_a_worker_has_one_value_per_moment_in_each_column() -> None:
    async with a_dashboard() as served:
        for _ in range(21):
            await served.turn()
        series = (await served.get("/workers/w1/series")).json()
        assert (series["is_kept"], series["step_seconds"]) == (True, 10)
        assert len(series["at"]) == 2
        assert {len(column) for column in series["columns"].values()} == {2}
        assert series["columns"]["memory_bytes"] == [1 << 20] * 2
        assert series["columns"]["processor_share"] == [0.0, 0.0]
        assert series["columns"]["slots"] == [1, 1]
        assert series["at"][1] - series["at"][0] == 10


async def test_before_the_first_second_is_over_a_worker_has_no_series_and_a_gone_one_never() -> None:
    async with a_dashboard() as served:
        series = (await served.get("/workers/w1/series")).json()
        assert (series["is_kept"], series["at"]) == (False, [])
        assert set(series["columns"]) >= {"processor_share", "busy_slots"}
        assert (await served.get("/workers/w2/series")).status_code == 404


async def test_the_metrics_tell_of_each_worker() -> None:
    async with a_dashboard() as served:
        await served.system.advance(5)
        lines = (await served.http.get(f"http://{HOST}/metrics")).text.splitlines()
        assert f'fastworker_worker_memory_bytes{{worker="w1"}} {1 << 20}' in lines
        assert 'fastworker_worker_slots_busy{worker="w1"} 0' in lines
        assert "fastworker_memory_bytes 50000000" in lines
