"""Query parameters that a route does not have."""

import pytest

from fastworker.adapters.dashboard.openapi import make_document

from .served import HOST, Served, a_dashboard
from .test_security import BASE, is_problem, routes

pytestmark = pytest.mark.anyio


async def is_refused(served: Served, path: str, parameter: str, message: str) -> bool:
    """Tell whether a path is refused for one parameter."""
    response = await served.http.get(BASE + path)
    errors = response.json()["errors"]
    assert errors == [{"message": message, "parameter": parameter}]
    assert response.json()["detail"] == f"{parameter}: {message}"
    return is_problem(response, 400, "unknown-parameter")


async def test_a_parameter_that_is_misspelt_is_refused_with_the_near_name() -> None:
    async with a_dashboard() as served:
        assert await is_refused(served, "/api/v1/tasks?stauts=failure", "stauts", "unknown; did you mean status?")
        assert await is_refused(served, "/api/v1/tasks/histogram?step=3&q=x", "step", "unknown; did you mean steps?")
        assert await is_refused(served, "/api/v1/workers?x", "x", "unknown; there are cursor, limit")
        nothing = "unknown; nothing can be asked here by parameters"
        assert await is_refused(served, "/api/v1/overview?range=1h", "range", nothing)


async def test_the_name_of_an_argument_in_the_code_is_no_parameter() -> None:
    async with a_dashboard() as served:
        for name in ("parts", "wanted", "request", "task_id"):
            assert is_problem(await served.get(f"/tasks?{name}=1"), 400, "unknown-parameter")
        assert is_problem(await served.get("/tasks/x?task_id=1"), 400, "unknown-parameter")


async def test_every_route_of_the_api_refuses_what_it_does_not_have() -> None:
    async with a_dashboard() as served:
        for method, path, _ in routes(served):
            if method != "OPTIONS" and path.startswith(("/api/v1", "/metrics")):
                response = await served.http.request(method, f"{BASE}{path}?no-such=1")
                assert is_problem(response, 400, "unknown-parameter")


async def test_the_page_and_the_probes_take_any() -> None:
    async with a_dashboard() as served:
        for path in ("/", "/tasks", "/tasks/x", "/assets/app-1.js", "/favicon.svg", "/healthz", "/readyz"):
            assert (await served.http.get(f"{BASE}{path}?no-such=1")).status_code == 200


async def test_every_parameter_of_the_document_is_known_to_its_route() -> None:
    async with a_dashboard() as served:
        for path, operations in make_document()["paths"].items():
            named = [each["name"] for each in operations.get("get", {}).get("parameters", ()) if each["in"] == "query"]
            for name in named:
                url = f"{BASE}{path.replace('{', '').replace('}', '')}?{name}="
                if path != "/api/v1/events":  # a stream has no end
                    assert "unknown-parameter" not in (await served.http.get(url)).text, url


async def test_a_stranger_is_not_told_which_parameters_there_are() -> None:
    async with a_dashboard(is_open=False) as served:
        assert is_problem(await served.get("/tasks?stauts=failure"), 401, "unauthenticated")


@pytest.mark.parametrize(
    "query", ["%ff=1", "=", "&", "?", "%00=1", "a" * 20_000, "&".join(f"p{n}=1" for n in range(99))]
)
async def test_strange_names_are_refused_shortly(query: str) -> None:
    async with a_dashboard() as served:
        response = await served.http.get(f"http://{HOST}/api/v1/tasks?{query}")
        assert response.status_code == (200 if query == "&" else 400)
        assert query == "&" or len(response.content) < 2_000
