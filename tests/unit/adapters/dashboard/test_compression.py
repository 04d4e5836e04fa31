"""What is compressed, for whom, and what never is."""

from gzip import decompress

import httpx
import pytest

from fastworker.adapters.dashboard.compression import LARGE_BYTES, takes_gzip
from fastworker.adapters.dashboard.page_files import FOREVER

from .served import API, HOST, PAGE, Served, a_dashboard
from .test_tasks_api import submitted

pytestmark = pytest.mark.anyio

GZIP = {"accept-encoding": "gzip, deflate, br, zstd"}  # as Chromium says it
PLAIN = {"accept-encoding": "identity"}
SCRIPT = b"export const word = 'again and again';" * 400
ASSET = f"http://{HOST}/assets/app-1.js"


async def raw(served: Served, url: str, headers: dict[str, str]) -> tuple[httpx.Response, bytes]:
    """Return an answer, and its body as it came over the wire."""
    async with served.http.stream("GET", url, headers=headers) as response:
        return response, b"".join([part async for part in response.aiter_raw()])


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("", False),
        ("identity", False),
        ("gzip", True),
        ("br, GZIP ; q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("gzip;q=0.001", True),
        ("gzip;q=1.0", True),
        ("x-gzip", False),
        ("*", False),
    ],
)
def test_only_who_asks_for_it_by_name_gets_it(header: str, takes: bool) -> None:
    assert takes_gzip(header) is takes


async def test_a_file_is_sent_compressed_or_as_it_is_under_one_tag() -> None:
    async with a_dashboard(page={**PAGE, "assets/app-1.js": SCRIPT}) as served:
        small, packed = await raw(served, ASSET, GZIP)
        whole, content = await raw(served, ASSET, PLAIN)
        assert (decompress(packed), content) == (SCRIPT, SCRIPT)
        assert len(packed) == int(small.headers["content-length"]) < len(SCRIPT) / 10
        assert (small.headers["content-encoding"], "content-encoding" in whole.headers) == ("gzip", False)
        for name, value in (("vary", "accept-encoding"), ("cache-control", FOREVER), ("etag", small.headers["etag"])):
            assert small.headers[name] == whole.headers[name] == value


async def test_who_has_a_file_is_told_so_whichever_way_it_came() -> None:
    async with a_dashboard(page={**PAGE, "assets/app-1.js": SCRIPT}) as served:
        tag = (await raw(served, ASSET, GZIP))[0].headers["etag"]
        for accepting in (GZIP, PLAIN):
            again, content = await raw(served, ASSET, {**accepting, "if-none-match": tag})
            assert (again.status_code, content, again.headers["vary"]) == (304, b"", "accept-encoding")


async def test_a_file_that_compression_makes_larger_stays_as_it_is() -> None:
    async with a_dashboard() as served:
        response, content = await raw(served, ASSET, GZIP)
        assert ("content-encoding" in response.headers, content) == (False, PAGE["assets/app-1.js"])


async def test_a_long_list_is_compressed_and_a_short_answer_is_not() -> None:
    async with a_dashboard() as served:
        for number in range(20):
            await submitted(served, args=[number])
        small, packed = await raw(served, f"{API}/tasks", GZIP)
        whole, content = await raw(served, f"{API}/tasks", PLAIN)
        assert decompress(packed) == content
        assert len(content) > LARGE_BYTES > len(packed)
        assert small.headers["etag"] == whole.headers["etag"]
        assert small.headers["vary"] == whole.headers["vary"] == "accept-encoding"
        again, _ = await raw(served, f"{API}/tasks", {**GZIP, "if-none-match": small.headers["etag"]})
        assert (again.status_code, again.headers["vary"]) == (304, "accept-encoding")
        short, content = await raw(served, f"{API}/tasks?limit=1", GZIP)
        assert ("content-encoding" in short.headers, len(content) < LARGE_BYTES) == (False, True)


@pytest.mark.parametrize("path", ["/metrics", "/api/v1/tasks/export?format=jsonl", "/api/v1/openapi.json"])
async def test_what_is_no_record_is_left_alone(path: str) -> None:
    async with a_dashboard() as served:
        response, _ = await raw(served, f"http://{HOST}{path}", GZIP)
        assert (response.status_code, "content-encoding" in response.headers) == (200, False)


async def test_the_event_stream_is_left_alone() -> None:
    async with a_dashboard() as served:
        served.parts.hub.close()  # so that it ends
        response, content = await raw(served, f"{API}/events?topics=tasks", GZIP)
        assert response.headers["content-type"].startswith("text/event-stream")
        assert ("content-encoding" in response.headers, b"event: bye" in content) == (False, True)
