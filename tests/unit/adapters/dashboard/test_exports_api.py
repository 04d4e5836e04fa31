"""Tasks as a file."""

import csv
import json
from io import StringIO
from typing import Any
from urllib.parse import quote

import anyio
import pytest
from litestar.exceptions import LitestarException

from fastworker.adapters.dashboard.task_query import MOST_BYTES
from fastworker.application.observatory.exports import MOST_UNDER_WAY
from fastworker.application.task_function import task

from .served import HOST, Served, a_dashboard

pytestmark = pytest.mark.anyio
LARGE = 60_000


@task
def ask(prompt: str, model: str, token: str) -> int:
    return len(prompt)


async def filled(served: Served, how_many: int) -> list[str]:
    ids = [str(await served.client.delay("echo", number)) for number in range(how_many)]
    await served.post("/tasks", {"name": "divide", "args": [1, 0]})
    await served.system.settle()
    return ids


async def test_the_tasks_of_a_filter_are_a_file_of_one_object_per_line() -> None:
    async with a_dashboard() as served:
        ids = await filled(served, 120)
        response = await served.get("/tasks/export?format=jsonl&name=echo")
        assert response.headers["content-type"] == "application/x-ndjson"
        assert response.headers["content-disposition"] == 'attachment; filename="tasks.jsonl"'
        rows = [json.loads(line) for line in response.text.splitlines()]
        assert [row["id"] for row in rows] == ids
        [listed] = await served.items("/tasks", params={"q": ids[0]})
        assert rows[0] == listed


async def test_the_same_as_a_table_for_spreadsheets() -> None:
    async with a_dashboard() as served:
        await filled(served, 2)
        response = await served.get("/tasks/export?format=csv")
        assert response.headers["content-type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(StringIO(response.text)))
        assert [(row["name"], row["status"], row["error_type"]) for row in rows] == [
            ("echo", "success", ""),
            ("echo", "success", ""),
            ("divide", "failure", "ZeroDivisionError"),
        ]
        assert rows[0]["submitted_at"].endswith("Z")


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1+1", "@SUM(1)", "\t=1"])
async def test_what_a_spreadsheet_would_calculate_is_text_in_the_table(text: str) -> None:
    def fail(text: str) -> None:
        raise ValueError(text)

    async with a_dashboard(functions=[task(name=text)(fail)]) as served:
        await served.post("/tasks", {"name": text, "args": [text]})
        await served.system.settle()
        [row] = csv.DictReader(StringIO((await served.get("/tasks/export?format=csv")).text))
        assert (row["name"], row["error_message"]) == (f"'{text}", f"'{text}")


async def test_a_file_has_no_more_rows_than_were_asked_for() -> None:
    async with a_dashboard() as served:
        ids = await filled(served, 5)
        response = await served.get("/tasks/export?format=jsonl&limit=2")
        assert [json.loads(line)["id"] for line in response.text.splitlines()] == ids[:2]
        for bad in ("format=xml", "", "format=csv&limit=0", "format=csv&limit=100001", "format=csv&status=weird"):
            response = await served.get(f"/tasks/export?{bad}")
            name = bad.split("&")[-1].partition("=")[0] or "format"
            assert (response.status_code, name in response.json()["detail"]) == (400, True), bad
            assert name in [each.get("parameter") for each in response.json()["errors"]], bad


async def test_only_a_few_files_are_written_at_a_time() -> None:
    async with a_dashboard() as served:
        kept = [served.parts.exports.begin() for _ in range(MOST_UNDER_WAY)]
        response = await served.get("/tasks/export?format=csv")
        assert (response.status_code, response.json()["type"]) == (429, "/problems/too-many")
        assert response.headers["retry-after"] == "5"
        del kept


async def test_of_many_that_are_asked_for_at_a_time_only_a_few_are_written() -> None:
    async with a_dashboard() as served:
        await filled(served, 2)
        statuses: list[int] = []
        gate = anyio.Event()

        async def ask_for_a_file() -> None:
            async def send(message: Any) -> None:
                if message["type"] == "http.response.start":
                    statuses.append(message["status"])
                    await gate.wait()

            async def receive() -> Any:
                await gate.wait()
                return {"type": "http.disconnect"}

            await served.app(a_scope("/api/v1/tasks/export", b"format=csv"), receive, send)

        async with anyio.create_task_group() as group:
            for _ in range(4 * MOST_UNDER_WAY):
                group.start_soon(ask_for_a_file)
            while len(statuses) < 4 * MOST_UNDER_WAY:
                await anyio.lowlevel.checkpoint()
            assert sorted(statuses) == [200] * MOST_UNDER_WAY + [429] * 3 * MOST_UNDER_WAY
            gate.set()
        assert served.parts.exports.under_way == 0


async def test_an_answer_that_cannot_begin_leaves_its_place() -> None:
    async with a_dashboard() as served:
        kept: list[Any] = []
        begin = served.parts.exports.begin

        def begin_and_keep() -> Any:
            kept.append(begin())
            return kept[-1]

        served.parts.exports.begin = begin_and_keep  # type: ignore[method-assign]

        async def is_gone(*message: Any) -> None:
            raise OSError("the connection is gone")

        with pytest.raises(LitestarException):
            await served.app(a_scope("/api/v1/tasks/export", b"format=csv"), is_gone, is_gone)
        assert (len(kept), served.parts.exports.under_way) == (1, 0)


def a_scope(path: str, query: bytes) -> Any:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "root_path": "",
        "headers": [(b"host", HOST.encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8080),
        "state": {},
    }


@pytest.mark.parametrize("redact", [(), ("token",)])
async def test_a_file_may_be_chosen_by_more_arguments_than_a_list(redact: tuple[str, ...]) -> None:
    async with a_dashboard(functions=[ask], redact=redact) as served:
        how_many = MOST_BYTES // LARGE + 2
        for _ in range(how_many):
            await served.client.delay("ask", prompt="x" * LARGE, model="m1", token="xyzzy")
        await served.system.settle()
        rows = (await served.get("/tasks/export?format=jsonl&q=args.model:m1")).text.splitlines()
        assert len(rows) == how_many
        hidden = (await served.get("/tasks/export?format=jsonl&q=args.token:xyzzy")).text.splitlines()
        assert len(hidden) == (0 if redact else how_many)


async def test_a_file_of_nothing_has_no_rows() -> None:
    async with a_dashboard() as served:
        assert (await served.get("/tasks/export?format=jsonl")).text == ""
        assert (await served.get("/tasks/export?format=csv")).text.startswith("id,name,status,")
        assert served.parts.exports.under_way == 0


async def test_the_moments_of_the_tasks_of_a_filter_are_told_in_steps() -> None:
    async with a_dashboard() as served:
        await filled(served, 3)
        await served.system.advance(10)
        await filled(served, 1)
        whole = (await served.get("/tasks/histogram?steps=10")).json()
        assert (whole["counts"], whole["is_bounded"]) == ([4, 0, 0, 0, 0, 0, 0, 0, 0, 2], False)
        assert whole["step_seconds"] == pytest.approx(1.0)
        failed = (await served.get("/tasks/histogram?status=failure&steps=2")).json()
        assert failed["counts"] == [1, 1]
        for bad in ("steps=0", "steps=201", "steps=x", "q=status:weird"):
            assert (await served.get(f"/tasks/histogram?{bad}")).status_code == 400, bad


@pytest.mark.parametrize("parameter", ["since", "until"])
@pytest.mark.parametrize("path", ["/tasks?", "/tasks/histogram?", "/tasks/export?format=jsonl&"])
async def test_a_moment_far_from_our_time_is_named_as_what_is_wrong(path: str, parameter: str) -> None:
    async with a_dashboard() as served:
        strange = ("0001-01-01T00:00:00+14:00", "1969-12-31T23:59:59Z", "2201-01-01T00:00:00Z", "9999-12-31T23:59:59Z")
        for moment in strange:
            response = await served.get(f"{path}{parameter}={quote(moment)}")
            assert (response.status_code, response.json()["errors"][0]["parameter"]) == (400, parameter), moment
        for moment in ("1970-01-01T00:00:00+14:00", "2200-12-31T23:59:59-14:00"):
            assert (await served.get(f"{path}{parameter}={quote(moment)}")).status_code == 200, moment
