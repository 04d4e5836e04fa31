"""The dashboard of a real control plane."""

import re
import signal
from pathlib import Path

import httpx
import pytest

from tests.integration.processes import Processes, free_port, is_free
from tests.integration.system import StartSystem
from tests.integration.waiting import until

from .browser import MODULES, a_dashboard, events, raw

TOKEN = "a-token-that-is-long-enough"


def test_a_task_is_submitted_watched_and_read_over_http(system: StartSystem) -> None:
    with a_dashboard(system) as (_, http):
        assert http.get("/healthz").json() == {"status": "ok"}
        assert http.get("/readyz").status_code == 200
        with http.stream("GET", "/api/v1/events?topics=tasks") as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            stream = events(response)
            assert next(stream)[0] == "hello"
            submitted = http.post("/api/v1/tasks", json={"name": "add", "args": [40]})
            assert submitted.status_code == 201
            task_id = submitted.json()["id"]
            ends = (data for kind, data in stream if kind == "tasks" and data["changed"][-1]["status"] == "success")
            assert next(ends)["changed"][-1]["id"] == task_id
        assert http.get(f"/api/v1/tasks/{task_id}").json()["result"]["value"] == 42
        assert 'fastworker_tasks_submitted_total{priority="normal"} 1' in http.get("/metrics").text
        until(lambda: http.get("/api/v1/metrics/series").json()["at"], what="a second is over")


def test_a_control_plane_that_stops_says_good_bye_and_frees_the_port(system: StartSystem) -> None:
    with a_dashboard(system) as (running, http), http.stream("GET", "/api/v1/events?topics=audit") as response:
        stream = events(response)
        assert next(stream)[0] == "hello"
        running.control_plane.send(signal.SIGTERM)
        assert [kind for kind, _ in stream] == ["bye"]
        assert running.control_plane.wait(within=5) == 0
        assert is_free(http.base_url.port or 0)


def test_without_a_dashboard_nothing_of_it_is_loaded(system: StartSystem) -> None:
    running = system(workers=0, modules=MODULES, control_plane="", dashboard="--no-dashboard")
    with running.sync_client() as client:
        loaded = client.delay("loaded_modules").get(timeout=20)
    unwanted = (
        "litestar",
        "uvicorn",
        "msgspec",
        "fastworker.adapters.dashboard.app",
        "fastworker.application.observatory",
    )
    assert [name for name in loaded if name.startswith(unwanted)] == []
    assert "none (--no-dashboard)" in running.control_plane.log


def test_with_a_dashboard_the_test_above_would_see_it(system: StartSystem) -> None:
    with a_dashboard(system) as (running, http):
        assert http.get("/healthz").status_code == 200
        with running.sync_client() as client:
            assert {"litestar", "uvicorn"} <= set(client.delay("loaded_modules").get(timeout=20))


def test_a_port_that_is_taken_costs_the_dashboard_and_not_the_queue(system: StartSystem) -> None:
    with a_dashboard(system) as (_, http):
        port = http.base_url.port
        other = system(workers=0, modules=MODULES, control_plane="", dashboard=f"--dashboard-port {port}")
        assert f"cannot listen at 127.0.0.1:{port}" in other.control_plane.log
        with other.sync_client() as client:
            assert client.delay("add", 1).get(timeout=20) == 3


def test_a_login_url_logs_in_one_browser_once(system: StartSystem, tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"# people\nadmin ann {TOKEN}\nviewer view-only-token-1234\n")
    with a_dashboard(system, f"--dashboard-token-file {file}") as (running, http):
        assert http.get("/api/v1/overview").status_code == 401
        assert http.get("/api/v1/overview", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
        found = re.search(r"/login#once=(\S+)", running.control_plane.log)
        assert found is not None
        logged_in = http.post("/api/v1/session", json={"once": found[1]})
        cookie = logged_in.headers["set-cookie"]
        assert {"HttpOnly", "SameSite=strict"} <= {part.strip() for part in cookie.split(";")}
        assert http.get("/api/v1/session").json()["role"] == "admin"
        assert http.delete("/api/v1/session").status_code == 204
        assert http.get("/api/v1/session").status_code == 401
        assert http.post("/api/v1/session", json={"once": found[1]}).status_code == 401
        viewer = http.post("/api/v1/session", json={"token": "view-only-token-1234"})
        assert (viewer.json()["role"], viewer.json()["is_read_only"]) == ("viewer", True)
        assert http.post("/api/v1/tasks", json={"name": "add", "args": [1]}).status_code == 403


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_dashboard_for_other_machines_needs_tokens(processes: Processes, host: str) -> None:
    done = processes.run("fastworker", "control-plane", "--dashboard-host", host)
    assert done.exit_code == 2
    assert "--dashboard-token-file" in done.errors


def test_a_file_without_tokens_stops_the_start(processes: Processes, tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text("# none\n")
    done = processes.run("fastworker", "control-plane", "--dashboard-token-file", str(file), "--dashboard-port", "0")
    assert done.exit_code == 2
    assert "has no token" in done.errors


@pytest.mark.parametrize("prefix", ["/ops/fw", ""])
def test_both_styles_of_proxies_find_the_page_and_the_api(system: StartSystem, prefix: str) -> None:
    with a_dashboard(system, "--dashboard-root-path /ops/fw/") as (_, http):
        page = http.get(f"{prefix}/tasks/some-id")
        assert page.status_code == 200
        assert '<base href="/ops/fw/">' in page.text
        assert http.get(f"{prefix}/api/v1/overview").status_code == 200
        assert http.get("/other/api/v1/overview").status_code == 404


def test_paths_that_a_client_would_tidy_up_lead_nowhere(system: StartSystem) -> None:
    with a_dashboard(system) as (_, http):
        port = http.base_url.port or 0
        host = f"Host: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode()
        for path in (b"/assets/../../app.py", b"/../../../etc/passwd", b"/assets/..%2f..%2fapp.py", b"/./assets/x"):
            answer = raw(port, b"GET " + path + b" HTTP/1.1\r\n" + host)
            assert answer.split()[1] == b"404", path
            assert b"application/problem+json" in answer
        assert raw(port, b"GET / HTTP/1.0\r\n\r\n").split()[1] == b"421"
        assert b"server: uvicorn" not in raw(port, b"GET / HTTP/1.1\r\n" + host).lower()


def test_a_body_beyond_the_limit_is_refused_before_it_is_sent(system: StartSystem) -> None:
    with a_dashboard(system) as (_, http):
        port = http.base_url.port or 0
        head = f"POST /api/v1/tasks HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        answer = raw(port, head.encode() + b"Content-Length: 20000000\r\n\r\n{")
        assert answer.split()[1] == b"413"
        assert http.get("/healthz").status_code == 200


def test_a_dashboard_on_another_address_of_this_machine_is_asked_for_by_that_address(system: StartSystem) -> None:
    port = free_port()
    system(
        workers=0, modules=MODULES, control_plane="", dashboard=f"--dashboard-host 127.0.0.2 --dashboard-port {port}"
    )
    assert httpx.get(f"http://127.0.0.2:{port}/healthz", timeout=20).status_code == 200


def test_a_stream_that_is_hung_up_is_forgotten_and_can_be_gone_on_with(system: StartSystem) -> None:
    with a_dashboard(system) as (_, http):
        for _ in range(3):
            with http.stream("GET", "/api/v1/events?topics=tasks,overview") as response:
                stream = events(response)
                assert next(stream)[0] == "hello"
                assert next(stream)[0] == "overview"
        until(lambda: http.get("/api/v1/system").json()["hub"]["clients"] == 0, what="all streams are forgotten")
        last_id = http.get("/api/v1/events?since=x-1").json()["last_id"]
        http.post("/api/v1/tasks", json={"name": "add", "args": [1]})
        headers = {"last-event-id": last_id}
        with http.stream("GET", "/api/v1/events?topics=tasks", headers=headers) as response:
            stream = events(response)
            assert [next(stream)[0], next(stream)[0]] == ["hello", "tasks"]
