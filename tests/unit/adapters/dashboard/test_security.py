"""The holes that other dashboards had: for each row of the specification's table, what ours does."""

import json
from collections.abc import Iterator

import httpx
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from structlog.testing import capture_logs

from fastworker.adapters.dashboard.access import ROLE
from fastworker.adapters.dashboard.app import make_litestar
from fastworker.adapters.dashboard.page_files import PageFiles
from fastworker.adapters.dashboard.refusal_notes import MOST_AT_ONCE, SECONDS_EACH
from fastworker.adapters.dashboard.roles import Role
from fastworker.application.task_function import task

from .served import API, HOST, PAGE, Served, a_dashboard, with_token

pytestmark = pytest.mark.anyio


@task
def say(text: str) -> str:
    return text


BASE = f"http://{HOST}"
NAMES = {"priority": "normal", "worker_id": "w1", "name": "echo"}
PUBLIC = {"/healthz", "/readyz", "/api/v1/session POST"}
CHANGING = ("POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "post")


def routes(served: Served) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    """Yield method, path with names filled in, and handler of everything that the router knows."""
    app: Litestar = make_litestar(served.parts, PageFiles(PAGE), max_body_bytes=1)
    for route in app.routes:
        names = {parameter: NAMES.get(parameter, "x") for parameter in route.path_parameters}
        path = route.path_format.format(**names) or "/"
        for handler in route.route_handlers:  # type: ignore[attr-defined]
            for method in handler.http_methods:
                yield str(method), path, handler


def is_problem(response: httpx.Response, status: int, kind: str | None = None) -> bool:
    """Tell whether a response is a problem of a status and kind, with the headers of security."""
    assert response.status_code == status, f"{response.request.method} {response.request.url}: {response.text}"
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-content-type-options"] == "nosniff"
    problem = response.json()
    assert problem["instance"] == response.headers["x-request-id"]
    return kind is None or problem["type"] == f"/problems/{kind}"


async def test_the_router_is_enumerated_whole() -> None:
    async with a_dashboard() as served:
        found = {f"{method} {path}" for method, path, _ in routes(served)}
        assert {"GET /api/v1/tasks", "POST /api/v1/tasks/x/actions/cancel", "GET /healthz", "GET /"} <= found
        assert len(found) > 40


FOREIGN_HOSTS = [
    *("evil.example", "evil.example:8080", "localhost.evil.example:8080", "127.0.0.1.nip.io:8080", "xn--;"),
    *("127.0.0.1:9999", "0.0.0.0:8080", "127.0.0.1:8080:1", "[::1", "", "LOCALHOST:8080 "),
    "localhost:8080@evil.example",
]


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
async def test_another_host_name_is_refused_on_every_route_and_on_none(host: str) -> None:
    async with a_dashboard() as served:
        for method, path, _ in [*routes(served), ("GET", "/no/such/path", None)]:
            response = await served.http.request(method, BASE + path, headers={"host": host})
            assert is_problem(response, 421, "unknown-host")


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "LOCALHOST:8080", "[::1]:8080", "ops.example"])
async def test_own_host_names_are_answered_and_those_that_were_allowed(host: str) -> None:
    async with a_dashboard(allowed_hosts=["ops.example"]) as served:
        assert (await served.get("/overview", headers={"host": host})).status_code == 200


async def test_a_forwarded_host_changes_nothing() -> None:
    async with a_dashboard() as served:
        forwarded = {"x-forwarded-host": HOST, "forwarded": f"host={HOST}", "host": "evil.example"}
        assert is_problem(await served.get("/overview", headers=forwarded), 421)
        assert (await served.get("/overview", headers={"x-forwarded-host": "evil.example"})).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "file://"},
        {"origin": "http://127.0.0.1:8080.evil.example"},
        {"origin": "http://[bad"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "same-origin, cross-site"},
        {"sec-fetch-site": ""},
        {"sec-fetch-site": "cross-site", "origin": BASE},
    ],
    ids=str,
)
async def test_another_origin_may_change_nothing_by_any_method_on_any_route(headers: dict[str, str]) -> None:
    async with a_dashboard() as served:
        paths = {path for _, path, _ in routes(served)} | {"/no/such/path"}
        for path in paths:
            for method in CHANGING:
                response = await served.http.request(method, BASE + path, headers=headers)
                assert is_problem(response, 403, "cross-origin")
        assert not served.control_plane.ledger.pauses.priorities


@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": BASE}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none", "origin": "null"}],
    ids=str,
)
async def test_the_own_page_and_programs_may_change_things(headers: dict[str, str]) -> None:
    async with a_dashboard() as served:
        response = await served.post("/queues/low/pause", {}, headers=headers)
        assert response.status_code == 200


async def test_other_headers_of_fetch_metadata_say_nothing() -> None:
    async with a_dashboard() as served:
        headers = {"origin": "http://evil.example", "sec-fetch-mode": "same-origin", "sec-fetch-dest": "empty"}
        assert is_problem(await served.post("/queues/low/pause", {}, headers=headers), 403)


async def test_every_route_but_the_named_ones_asks_for_a_token() -> None:
    async with a_dashboard(is_open=False) as served:
        for method, path, handler in routes(served):
            if ROLE in handler.opt and handler.opt[ROLE] is None:
                continue
            response = await served.http.request(method, BASE + path)
            assert is_problem(response, 401, "unauthenticated")
            assert response.headers["www-authenticate"].startswith("Bearer")


async def test_only_the_page_health_and_logging_in_are_open_to_everybody() -> None:
    async with a_dashboard() as served:
        opened = {
            (method, path)
            for method, path, handler in routes(served)
            if ROLE in handler.opt and handler.opt[ROLE] is None and method != "OPTIONS"
        }
        of_the_api = {(method, path) for method, path in opened if path.startswith("/api/v1")}
        assert of_the_api == {("POST", "/api/v1/session")}
        assert {path for method, path in opened if method != "GET"} == {"/api/v1/session"}
        assert ("GET", "/metrics") not in opened


NEAR_PUBLIC_PATHS = [
    *("/api/v1/tasks/healthz", "/api/v1/tasks/x/readyz", "/healthz/api/v1/tasks", "/api/v1/tasks;/healthz"),
    *("//api/v1/tasks", "/api/v1/tasks/", "/api/v1/events", "/api/v1/openapi.json", "/metrics"),
]


@pytest.mark.parametrize("path", NEAR_PUBLIC_PATHS)
async def test_no_prefix_or_suffix_opens_a_route(path: str) -> None:
    async with a_dashboard(is_open=False) as served:
        response = await served.http.get(BASE + path)
        assert response.status_code in (401, 404), response.text


@pytest.mark.parametrize(
    "header", ["Bearer wrong", "Bearer ", "Basic dTpw", "bearer the-token-of-a-admin x", "Bearer the-token-of-a-admi"]
)
async def test_a_wrong_token_is_no_token(header: str) -> None:
    async with a_dashboard(is_open=False) as served:
        response = await served.get("/overview", headers={"authorization": header})
        is_shown = header not in ("Bearer ", "Basic dTpw")
        assert is_problem(response, 401, "unknown-token" if is_shown else "unauthenticated")
        assert ('error="invalid_token"' in response.headers["www-authenticate"]) is is_shown


async def test_nothing_tells_how_near_a_wrong_token_is_to_a_right_one() -> None:
    async with a_dashboard(is_open=False) as served:
        told = set()
        for token in ("x", "the-token-of-a-admi", "the-token-of-a-adminn", "x" * 500):
            response = await served.get("/overview", headers={"authorization": f"Bearer {token}"})
            told.add((response.json()["title"], response.json()["detail"]))
        assert told == {("This token is not known", "it is none of the tokens of this control plane")}


NEEDED = {
    Role.VIEWER: """
        GET /metrics
        GET /api/v1/overview
        GET /api/v1/metrics/series
        GET /api/v1/tasks
        GET /api/v1/tasks/counts
        GET /api/v1/tasks/export
        GET /api/v1/tasks/histogram
        GET /api/v1/tasks/tags
        GET /api/v1/tasks/x
        GET /api/v1/tasks/x/attempts
        GET /api/v1/tasks/x/events
        GET /api/v1/tasks/x/spans
        GET /api/v1/tasks/x/arguments
        GET /api/v1/tasks/x/result
        GET /api/v1/tasks/x/stack
        GET /api/v1/dead-letters
        GET /api/v1/errors
        GET /api/v1/errors/x
        GET /api/v1/queues
        GET /api/v1/queues/normal
        GET /api/v1/queues/normal/next
        GET /api/v1/workers
        GET /api/v1/worker-moves
        GET /api/v1/workers/w1
        GET /api/v1/workers/w1/log
        GET /api/v1/workers/w1/series
        GET /api/v1/functions
        GET /api/v1/functions/echo
        GET /api/v1/operations
        GET /api/v1/operations/x
        GET /api/v1/system
        GET /api/v1/session
        DELETE /api/v1/session
        GET /api/v1/events
        GET /api/v1/openapi.json
        GET /api/v1/openapi.yaml
    """,
    Role.OPERATOR: """
        POST /api/v1/tasks
        POST /api/v1/tasks/x/actions/cancel
        POST /api/v1/tasks/x/actions/retry
        POST /api/v1/tasks/x/actions/rerun
        POST /api/v1/tasks/x/actions/priority
        POST /api/v1/tasks/x/actions/run-now
        POST /api/v1/tasks/x/actions/delete
        POST /api/v1/tasks/bulk
        POST /api/v1/operations/x/cancel
        POST /api/v1/queues/normal/pause
        POST /api/v1/queues/normal/resume
        POST /api/v1/queues/normal/purge
        PUT /api/v1/queues/normal/limits
        POST /api/v1/errors/x/seen
        POST /api/v1/errors/x/mute
        POST /api/v1/errors/x/unmute
        POST /api/v1/workers/w1/drain
        POST /api/v1/workers/w1/resize
        POST /api/v1/workers/w1/resume
        POST /api/v1/workers/w1/shutdown
        POST /api/v1/functions/echo/pause
        POST /api/v1/functions/echo/resume
    """,
    Role.ADMIN: """
        GET /api/v1/config
        GET /api/v1/audit
    """,
}
"""Who may do what, said once more: a route whose role is changed by mistake is found here."""


async def test_each_route_needs_the_role_that_it_should() -> None:
    needed = {route.strip(): role for role, text in NEEDED.items() for route in text.strip().splitlines()}
    async with a_dashboard(is_open=False) as served:
        closed = {
            f"{method} {path}"
            for method, path, handler in routes(served)
            if method != "OPTIONS" and not (ROLE in handler.opt and handler.opt[ROLE] is None)
        }
        assert closed == set(needed)
        for route, least in needed.items():
            method, path = route.split()
            query = "?since=x-1" if path.endswith("/api/v1/events") else ""  # not the stream, which has no end
            for role in Role:
                response = await served.http.request(method, BASE + path + query, headers=with_token(role))
                if role < least:
                    assert is_problem(response, 403, "missing-right")
                    assert response.json()["missing_right"] == least.label
                else:
                    assert response.status_code not in (401, 403), f"{route} as {role.label}: {response.text}"


async def test_what_was_refused_is_on_record() -> None:
    async with a_dashboard(is_open=False) as served:
        await served.post("/queues/low/pause", {}, headers=with_token(Role.VIEWER))
        [entry] = await served.items("/audit", headers=with_token(Role.ADMIN))
        assert (entry["actor"], entry["action"], entry["target"]) == ("viewer", "pause priority", "low")
        assert "needs the role operator" in entry["refusal"]


async def test_refusals_push_nothing_from_the_record_that_was_done() -> None:
    async with a_dashboard(is_open=False) as served:
        await served.post("/queues/low/pause", {}, headers=with_token(Role.OPERATOR))
        with capture_logs() as logs:
            for _ in range(1_100):
                await served.post("/queues/low/pause", {}, headers=with_token(Role.VIEWER))
        entries = await served.items("/audit?limit=200", headers=with_token(Role.ADMIN))
        assert (len(entries), entries[-1]["actor"]) == (MOST_AT_ONCE + 1, "operator")
        assert len([log for log in logs if log["event"] == "action_refused"]) == 1_100 - MOST_AT_ONCE
        await served.system.advance(SECONDS_EACH + 1)
        await served.post("/queues/low/pause", {}, headers=with_token(Role.VIEWER))
        assert len(await served.items("/audit?limit=200", headers=with_token(Role.ADMIN))) == MOST_AT_ONCE + 2


async def test_who_is_refused_again_and_again_leaves_room_for_others_on_record() -> None:
    async with a_dashboard(is_open=False) as served:
        for _ in range(MOST_AT_ONCE + 5):
            await served.post("/queues/low/pause", {}, headers=with_token(Role.VIEWER))
        await served.post("/queues/urgent/pause", {}, headers=with_token(Role.OPERATOR))
        [latest, *_] = await served.items("/audit", headers=with_token(Role.ADMIN))
        assert (latest["actor"], latest["target"], latest["refusal"][:8]) == ("operator", "urgent", "no queue")


TRAVERSALS = [
    *("/assets/..%2f..%2fapp.py", "/assets/%2e%2e/%2e%2e/app.py", "/..%2f..%2fetc%2fpasswd", "/assets/..\\app.py"),
    *("/assets/....//app.py", "/assets/%00", "/assets/app-1.js%00.svg", "/assets//etc/passwd", "/build.json"),
    *("/static/index.html", "/assets/%252e%252e%252fapp.py", "/assets/", "/assets"),
]


@pytest.mark.parametrize("path", TRAVERSALS)
async def test_no_path_leads_out_of_the_pages_files(path: str) -> None:
    async with a_dashboard() as served:
        for accept in ("*/*", "text/html"):
            assert is_problem(await served.http.get(BASE + path, headers={"accept": accept}), 404)


async def test_a_body_that_is_too_large_is_not_read() -> None:
    async with a_dashboard() as served:
        large = {"name": "echo", "args": ["x" * 20_000_000]}
        assert is_problem(await served.post("/tasks", large), 413, "too-large")


async def test_a_body_of_unknown_length_is_read_up_to_the_limit() -> None:
    async def chunks() -> "Iterator[bytes]":  # type: ignore[misc]
        yield b'{"name": "echo", "args": ["'
        for _ in range(2_000):
            yield b"x" * 1_000
        yield b'"]}'

    async with a_dashboard() as served:
        headers = {"content-type": "application/json"}
        response = await served.http.post(f"{API}/tasks", content=chunks(), headers=headers)
        assert is_problem(response, 413, "too-large")


@pytest.mark.parametrize("length", [b"-1", b"1e9", b"999999999999999999999", b"abc", b"0x10", b"\xb2"])
async def test_a_length_that_is_none_is_refused(length: bytes) -> None:
    async with a_dashboard() as served:
        headers = {b"content-type": b"application/json", b"content-length": length}
        assert is_problem(await served.http.post(f"{API}/tasks", content=b"{}", headers=headers), 413)


HOSTILE_BODIES = [
    b"[" * 80_000 + b"]" * 80_000,
    b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    b'{"name": "echo", "args": ' + b"[" * 900 + b"]" * 900 + b"}",
    *(b"{", b"", b"null", b"[]", b'"x"', b'{"name": 1}', b'{"name": "echo", "args": {"a": 1}}'),
    b'\xff\xfe{"name": "echo"}',
    b'{"name": "echo", "args": [NaN]}',
    b'{"name": "echo", "args": [1], "delay_seconds": 1e400}',
    b'{"name": "\\ud800", "args": [1]}',
    b'{"name": "echo", "args": [1], "__proto__": {}}',
]


@pytest.mark.parametrize("body", HOSTILE_BODIES, ids=lambda body: str(body)[:40])
async def test_a_hostile_body_is_the_fault_of_who_sent_it(body: bytes) -> None:
    async with a_dashboard() as served:
        headers = {"content-type": "application/json"}
        response = await served.http.post(f"{API}/tasks", content=body, headers=headers)
        assert response.status_code in (400, 422), f"{response.status_code} {response.text}"
        assert is_problem(response, response.status_code)


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_a_body_that_a_form_could_send_is_refused(media_type: str) -> None:
    async with a_dashboard() as served:
        headers = {"content-type": media_type}
        response = await served.http.post(f"{API}/tasks", content=b'{"name": "echo"}', headers=headers)
        assert is_problem(response, 415, "unsupported-media-type")


async def test_what_fails_inside_is_a_problem_without_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_dashboard() as served:
        monkeypatch.setattr(served.parts.observatory, "index", None)
        response = await served.get("/tasks")
        assert is_problem(response, 500, "internal")
        assert "NoneType" not in response.text


async def test_a_method_that_a_route_does_not_have_and_a_path_that_is_none_are_problems() -> None:
    async with a_dashboard() as served:
        assert is_problem(await served.http.delete(f"{API}/tasks"), 405, "method-not-allowed")
        assert is_problem(await served.http.put(f"{API}/overview"), 405, "method-not-allowed")
        assert is_problem(await served.get("/no/such/thing"), 404, "not-found")


async def test_only_the_named_origins_may_show_the_page_in_a_frame() -> None:
    async with a_dashboard(frame_ancestors=["https://ops.example", "https://wall.example:8443"]) as served:
        policy = (await served.http.get(f"{BASE}/?panel=throughput")).headers["content-security-policy"]
        assert policy.endswith("frame-ancestors https://ops.example https://wall.example:8443")


async def test_every_answer_carries_the_headers_of_security() -> None:
    async with a_dashboard() as served:
        for url in (BASE, f"{API}/overview", f"{BASE}/healthz", f"{BASE}/assets/app-1.js", f"{BASE}/nothing"):
            headers = (await served.http.get(url)).headers
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "require-trusted-types-for 'script'" in policy
            assert "frame-ancestors 'none'" in policy
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["cross-origin-opener-policy"] == "same-origin"
            assert not [name for name in headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    ("base", "headers", "policy"),
    [
        ("http://fastworker.lan", {}, None),
        ("http://fastworker.lan", {"sec-fetch-site": "same-origin"}, "same-origin"),  # behind a proxy that ends TLS
        ("https://fastworker.lan", {}, "same-origin"),
        ("http://localhost:8080", {}, "same-origin"),
    ],
)
async def test_the_opener_policy_is_sent_where_browsers_obey_it(
    base: str, headers: dict[str, str], policy: str | None
) -> None:
    async with a_dashboard(allowed_hosts=["fastworker.lan"]) as served:
        response = await served.http.get(f"{base}/", headers=headers)
        assert (response.status_code, response.headers.get("cross-origin-opener-policy")) == (200, policy)


CORPUS = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)", "{{7*7}}", "</title>"]


@pytest.mark.parametrize("text", CORPUS)
async def test_what_tasks_carry_is_told_as_data_and_never_as_markup(text: str) -> None:
    async with a_dashboard(functions=[say]) as served:
        task_id = (await served.post("/tasks", {"name": "say", "args": [text]})).json()["id"]
        await served.system.settle()
        carrying = (f"/tasks/{task_id}", f"/tasks/{task_id}/arguments", f"/tasks/{task_id}/result", "/tasks")
        for path in (*carrying, f"/tasks/{text}", f"/tasks?q={text}", f"/workers/{text}", f"/functions/{text}"):
            response = await served.get(path)
            assert response.headers["content-type"] in ("application/json", "application/problem+json")
        assert (await served.get(f"/tasks/{task_id}/result")).json()["value"] == text
        for part in ("arguments", "result"):
            raw = await served.get(f"/tasks/{task_id}/{part}?raw=true")
            assert json.dumps(text).encode() in raw.content
            assert raw.headers["content-type"].startswith("text/plain")
            assert raw.headers["content-disposition"] == f'attachment; filename="{part}.json"'
            assert raw.headers["x-content-type-options"] == "nosniff"


DATA_PATHS = ["/api/v1/tasks", "/api/v1/events", "/api/v1/events?since=x-1", "/metrics", "/ops/api/v1/tasks"]


@pytest.mark.parametrize("site", ["cross-site", "same-site", "x"])
async def test_no_other_site_may_make_a_browser_read_data_but_it_may_link_to_the_page(site: str) -> None:
    async with a_dashboard(root_path="/ops") as served:
        headers = {"sec-fetch-site": site}
        for path in DATA_PATHS:
            for method in ("GET", "HEAD"):
                response = await served.http.request(method, BASE + path, headers=headers)
                assert response.status_code == 403, path
        assert served.parts.hub.listeners == 0
        for path in ("/", "/tasks/some-id", "/ops/tasks", "/healthz"):
            assert (await served.http.get(BASE + path, headers=headers)).status_code == 200
        own = {"sec-fetch-site": "same-origin"}
        assert (await served.http.get(f"{BASE}/ops/api/v1/tasks", headers=own)).status_code == 200


async def test_what_fails_around_the_application_is_a_problem_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> str:
        raise RuntimeError("no")

    async with a_dashboard() as served:
        monkeypatch.setattr("fastworker.adapters.dashboard.guard.refusal", fail)
        with capture_logs() as logs:
            response = await served.get("/tasks")
        assert is_problem(response, 500, "internal")
        assert response.headers["content-security-policy"]
        assert [log["event"] for log in logs] == ["dashboard_request_failed"]


async def test_strangers_may_send_little() -> None:
    async def chunks() -> "Iterator[bytes]":  # type: ignore[misc]
        yield b'{"token": "'
        for _ in range(50):
            yield b"x" * 1_000
        yield b'"}'

    async with a_dashboard(is_open=False) as served:
        assert is_problem(await served.post("/session", {"token": "x" * 5_000}), 413, "too-large")
        headers = {"content-type": "application/json"}
        assert is_problem(await served.http.post(f"{API}/session", content=chunks(), headers=headers), 413)
