"""The page and its files, behind every kind of proxy."""

import pytest

from fastworker.adapters.dashboard.page_files import FOREVER, PageFiles, built_page

from .served import HOST, PAGE, a_dashboard

pytestmark = pytest.mark.anyio

BASE = f"http://{HOST}"


@pytest.mark.parametrize("path", ["/", "/tasks", "/tasks/some-id", "/tasks/a%2Fb", "/functions/mail%2Fsend", "/login"])
async def test_each_path_of_the_page_gives_the_page(path: str) -> None:
    async with a_dashboard() as served:
        response = await served.http.get(BASE + path)
        assert response.content == PAGE["index.html"]
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert response.headers["cache-control"] == "no-cache"


OF_A_BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize("path", ["/nothing", "/taks", "/tasks/a/b", "/ops/fw/workers/w1/x"])
async def test_a_person_who_mistypes_a_path_gets_the_page_which_says_so(path: str) -> None:
    async with a_dashboard(root_path="/ops/fw") as served:
        response = await served.http.get(BASE + path, headers=OF_A_BROWSER)
        assert (response.status_code, response.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert (response.headers["cache-control"], "etag" in response.headers) == ("no-store", False)
        assert '<base href="/ops/fw/">' in response.text
        head = await served.http.head(BASE + path, headers=OF_A_BROWSER)
        assert (head.status_code, head.headers["content-type"], head.content) == (404, "text/html; charset=utf-8", b"")


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/v2/tasks", "/metrics/x", "/healthz/x", "/readyz/x", "/robots.txt"]
)
async def test_what_programs_ask_for_is_told_as_a_problem_to_browsers_too(path: str) -> None:
    async with a_dashboard() as served:
        response = await served.http.get(BASE + path, headers=OF_A_BROWSER)
        assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")


async def test_a_program_that_asks_for_nothing_is_told_so_as_a_problem() -> None:
    async with a_dashboard() as served:
        for response in (
            await served.http.get(f"{BASE}/nothing"),
            await served.http.get(f"{BASE}/nothing", headers={"accept": "application/json"}),
            await served.http.post(f"{BASE}/nothing", headers=OF_A_BROWSER),
        ):
            assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")


async def test_what_has_a_hash_in_its_name_is_kept_for_ever_and_the_rest_is_asked_for_again() -> None:
    async with a_dashboard() as served:
        asset = await served.http.get(f"{BASE}/assets/app-1.js")
        assert (asset.headers["cache-control"], asset.headers["content-type"]) == (
            FOREVER,
            "text/javascript; charset=utf-8",
        )
        icon = await served.http.get(f"{BASE}/favicon.svg")
        again = await served.http.get(f"{BASE}/favicon.svg", headers={"if-none-match": icon.headers["etag"]})
        assert (icon.status_code, again.status_code, again.content) == (200, 304, b"")


@pytest.mark.parametrize("prefix", ["/ops/fw", ""])
async def test_both_styles_of_proxies_reach_everything(prefix: str) -> None:
    async with a_dashboard(root_path="/ops/fw") as served:
        page = await served.http.get(f"{BASE}{prefix}/tasks")
        assert '<base href="/ops/fw/">' in page.text
        for path in ("/assets/app-1.js", "/api/v1/overview", "/healthz", "/"):
            assert (await served.http.get(f"{BASE}{prefix}{path}")).status_code == 200
        assert (await served.http.get(f"{BASE}/ops/fwx/api/v1/overview")).status_code == 404


async def test_head_tells_what_get_would() -> None:
    async with a_dashboard() as served:
        for path in ("/", "/assets/app-1.js", "/api/v1/overview", "/healthz"):
            head, whole = await served.http.head(BASE + path), await served.http.get(BASE + path)
            assert (head.status_code, head.content) == (200, b"")
            assert head.headers["content-type"] == whole.headers["content-type"]


async def test_the_prefix_alone_is_the_page() -> None:
    async with a_dashboard(root_path="/ops/fw") as served:
        assert (await served.http.get(f"{BASE}/ops/fw")).status_code == 200


def test_a_prefix_is_written_as_text() -> None:
    page = PageFiles({"index.html": b'<base href="/">'}).index_at('/"><script>')
    assert page.content == b'<base href="/&quot;&gt;&lt;script&gt;/">'


async def test_without_a_built_page_the_api_is_named() -> None:
    async with a_dashboard(page={}) as served:
        assert "api/v1/openapi.json" in (await served.http.get(BASE)).text


def test_what_was_built_is_found_by_name() -> None:
    assert all(not name.startswith("/") and ".." not in name for name in built_page())
