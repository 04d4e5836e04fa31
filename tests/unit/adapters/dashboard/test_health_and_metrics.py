"""What those ask who start, stop and watch a control plane."""

import shutil
from collections.abc import Sequence

import anyio
import pytest
from prometheus_client.parser import text_string_to_metric_families

from fastworker.adapters.dashboard import series_cache
from fastworker.adapters.dashboard.records.history import columns
from fastworker.adapters.dashboard.records.history import row as row_of
from fastworker.application.observatory.history import Sample, Step
from fastworker.domain.priority import TaskPriority

from .served import HOST, a_dashboard

pytestmark = pytest.mark.anyio

BASE = f"http://{HOST}"
HISTOGRAMS = {"fastworker_task_wait_seconds", "fastworker_task_run_seconds"}


async def test_a_control_plane_that_stops_lives_and_is_not_ready() -> None:
    async with a_dashboard(is_open=False) as served:
        assert (await served.http.get(f"{BASE}/readyz")).json() == {"status": "ok"}
        served.control_plane.coordinator.drain()
        stopping = await served.http.get(f"{BASE}/readyz")
        assert (stopping.status_code, stopping.json()["type"]) == (503, "/problems/draining")
        assert stopping.headers["retry-after"] == "5"
        assert (await served.http.get(f"{BASE}/healthz")).status_code == 200


async def test_a_control_plane_that_stops_takes_no_task_and_says_so() -> None:
    async with a_dashboard() as served:
        served.control_plane.coordinator.drain()
        response = await served.post("/tasks", {"name": "echo", "args": [1]})
        assert (response.status_code, response.json()["type"]) == (503, "/problems/draining")
        assert {item["kind"] for item in (await served.get("/overview")).json()["attention"]} == {"draining"}


async def test_the_metrics_are_prometheus_text_that_counts_what_happened() -> None:
    async with a_dashboard() as served:
        for args in ([1, 0], [4, 2], [6, 3]):
            await served.post("/tasks", {"name": "divide", "args": args})
        await served.system.advance(5)  # the second beat of the worker tells more than its first
        response = await served.http.get(f"{BASE}/metrics")
        assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
        lines = response.text.splitlines()
        samples = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        assert samples['fastworker_tasks_submitted_total{priority="normal"}'] == "3"
        assert samples['fastworker_tasks_finished_total{status="success"}'] == "2"
        assert samples['fastworker_tasks_finished_total{status="failure"}'] == "1"
        assert samples["fastworker_workers"] == "1"
        ends = {end["role"]: end for end in (await served.get("/system")).json()["ends"]}
        assert set(ends) == {"clients", "workers", "own worker", "beacon"}
        for role, end in ends.items():
            for way in ("received", "sent"):
                of = f'{{end="{role}",direction="{way}"}}'
                assert samples[f"fastworker_transport_messages_total{of}"] == str(end[way])
                assert samples[f"fastworker_transport_traffic_bytes_total{of}"] == str(end[f"{way}_bytes"])
            assert samples[f'fastworker_transport_connections{{end="{role}"}}'] == str(end["connections"])
            assert samples[f'fastworker_transport_bad_frames_total{{end="{role}"}}'] == str(end["bad_frames"])
        assert ends["workers"]["received_bytes"] > 0
        helped = {line.split()[2] for line in lines if line.startswith("# HELP")}
        typed = {line.split()[2] for line in lines if line.startswith("# TYPE")}
        parts = {f"{name}{end}" for name in HISTOGRAMS for end in ("_bucket", "_sum", "_count")}
        assert helped == typed
        assert {name.partition("{")[0] for name in samples} == (helped - HISTOGRAMS) | parts


async def test_prometheus_has_no_complaint_about_the_metrics() -> None:
    promtool = shutil.which("promtool")
    async with a_dashboard() as served:
        await served.post("/tasks", {"name": "divide", "args": [4, 2]})
        await served.system.settle()
        text = (await served.http.get(f"{BASE}/metrics")).text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    for family in families.values():
        assert family.documentation.endswith(".")
        assert family.type != "unknown"
        assert len({(each.name, *each.labels.items()) for each in family.samples}) == len(family.samples)
    run = families["fastworker_task_run_seconds"]
    buckets = [sample for sample in run.samples if sample.name.endswith("_bucket")]
    assert [sample.value for sample in buckets] == sorted(sample.value for sample in buckets)
    assert (buckets[-1].labels["le"], buckets[-1].value) == ("+Inf", 1)
    if promtool is not None:
        done = await anyio.run_process([promtool, "check", "metrics"], input=text.encode(), check=False)
        assert (done.returncode, done.stdout + done.stderr) == (0, b"")


async def test_the_series_has_one_value_per_moment_in_each_column() -> None:
    async with a_dashboard() as served:
        await served.post("/tasks", {"name": "echo", "args": [1]})
        for _ in range(3):
            await served.turn()
        series = (await served.get("/metrics/series?range=15m")).json()
        assert len(series["at"]) == 3
        assert {len(column) for column in series["columns"].values()} == {3}
        assert sum(series["columns"]["success"]) == pytest.approx(1.0, abs=0.5)
        later = (await served.get("/metrics/series", params={"since": series["at"][-2]})).json()
        assert later["at"] == series["at"][-1:]
        for bad in ("range=1y", "since=nan", "since=-1", "since=1e300"):
            assert (await served.get(f"/metrics/series?{bad}")).status_code == 400, bad


async def test_the_series_of_one_priority_tells_how_long_its_tasks_waited() -> None:
    async with a_dashboard() as served:
        await served.post("/queues/high/pause", {})
        await served.post("/tasks", {"name": "echo", "args": [1], "priority": "high"})
        await served.post("/tasks", {"name": "echo", "args": [1], "priority": "low"})
        await served.turn()
        await served.turn()
        await served.post("/queues/high/resume")
        await served.turn()
        found = {
            priority: (await served.get(f"/metrics/series?priority={priority}")).json()
            for priority in ("critical", "high", "low")
        }
        assert [series["priority"] for series in found.values()] == ["critical", "high", "low"]
        assert found["high"]["columns"] == {
            "depth_high": [1, 1, 0],
            "wait_p50_high": [None, None, 2.0],
            "wait_p95_high": [None, None, 2.0],
            "wait_p99_high": [None, None, 2.0],
        }
        assert found["low"]["columns"]["wait_p95_low"][1:] == [None, None]
        assert found["low"]["columns"]["wait_p95_low"][0] < 0.1
        assert found["critical"]["columns"]["wait_p99_critical"] == [None] * 3
        assert (await served.get("/metrics/series?priority=urgent")).status_code == 400
        row = row_of(served.parts.observatory.history.samples(Step.SECOND)[-1])
        for series in found.values():
            assert {name: column[-1] for name, column in series["columns"].items()}.items() <= row.items()


async def test_the_series_is_made_once_per_second_however_many_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def counted(samples: Sequence[Sample], of: TaskPriority | None) -> dict[str, list[float | None]]:
        made.append(len(samples))
        return columns(samples, of)

    monkeypatch.setattr(series_cache, "columns", counted)
    async with a_dashboard() as served:
        await served.turn()
        answers = [(await served.get("/metrics/series")).json()["at"] for _ in range(3)]
        await served.get("/metrics/series", params={"since": answers[0][0]})
        assert made == [1]
        await served.turn()
        assert len((await served.get("/metrics/series")).json()["at"]) == 2
        assert made == [1, 2]


async def test_a_dashboard_that_cannot_follow_says_so() -> None:
    async with a_dashboard() as served:
        metrics = (await served.http.get(f"{BASE}/metrics")).text
        assert "fastworker_dashboard_follows 1" in metrics
        served.parts.observatory.dropped(RuntimeError("no room"))
        [item] = (await served.get("/overview")).json()["attention"]
        assert (item["kind"], "RuntimeError: no room" in item["message"]) == ("blind", True)
        state = (await served.get("/system")).json()
        assert (state["blind_because"], state["blind_since"] is None) == ("RuntimeError: no room", False)
        assert "fastworker_dashboard_follows 0" in (await served.http.get(f"{BASE}/metrics")).text
        assert (await served.http.get(f"{BASE}/readyz")).status_code == 200


async def test_the_ends_of_the_transport_tell_who_is_connected_and_what_went_over_them() -> None:
    async with a_dashboard() as served:
        handle = await served.client.delay("echo", 1)
        assert await handle == 1
        await served.turn()
        found = {end.pop("role"): end for end in (await served.get("/system")).json()["ends"]}
        assert list(found) == ["clients", "workers", "own worker", "beacon"]
        clients, workers, own, beacon = found.values()
        assert [end["address"] for end in found.values()][:2] == [
            "tcp://127.0.0.1:5555",
            "tcp://127.0.0.1:5556",
        ]
        assert (workers["connections"] >= 1, own["connections"], own["received"]) == (True, 0, 0)
        assert (clients["held"], workers["held"], own["held"]) == (1, 1, 0)  # each asks for news
        assert (clients["under_way"], workers["under_way"]) == (1, 1)
        assert clients["received"] == clients["sent"] + 1 >= 3  # hello, submit, completions
        assert workers["received_bytes"] > 10 * workers["received"]
        assert (beacon["received"], beacon["sent"] >= 1, beacon["held"]) == (0, True, 0)
        assert {end["bad_frames"] + end["leaving"] for end in found.values()} == {0}
