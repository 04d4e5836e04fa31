"""Bodies that may be large: few at a time, and decoded beside the event loop."""

import json
import threading
from typing import Any

import anyio
import pytest

from fastworker.adapters.dashboard.app import BODY_SLACK_BYTES
from fastworker.adapters.dashboard.bodies import LARGE_BYTES, MOST_ARGUMENT_BYTES, MOST_LARGE
from fastworker.adapters.dashboard.openapi import make_document
from fastworker.application.task_function import task

from .served import API, HOST, Served, a_dashboard

pytestmark = pytest.mark.anyio


@task
def measure(text: str) -> int:
    return len(text)


def a_body(size: int) -> dict[str, Any]:
    return {"name": "measure", "args": ["x" * size]}


async def test_a_large_body_is_decoded_and_checked_in_another_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_dashboard(functions=[measure]) as served:
        threads: list[bool] = []
        payload = served.parts.catalogue.payload

        def noted(*call: Any) -> bytes:
            threads.append(threading.current_thread() is threading.main_thread())
            return payload(*call)

        monkeypatch.setattr(served.parts.catalogue, "payload", noted)
        for size in (10, LARGE_BYTES):
            response = await served.post("/tasks", a_body(size), headers={"idempotency-key": f"k{size}"})
            assert response.status_code == 201, response.text
            await served.system.settle()
            assert (await served.get(f"/tasks/{response.json()['id']}/result")).json()["value"] == size
        assert threads == [True, False]


class Waits:
    """Something that the first few large requests wait in, until it is let go of."""

    def __init__(self, served: Served) -> None:
        self.inside = 0
        self._aside = served.parts.bodies.aside
        self._gate = anyio.Event()

    async def aside(self, size: int, work: Any) -> Any:
        self.inside += 1
        await self._gate.wait()
        return await self._aside(size, work)

    def let_go(self) -> None:
        self._gate.set()


async def test_only_a_few_large_bodies_are_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_dashboard(functions=[measure]) as served:
        waits = Waits(served)
        monkeypatch.setattr(served.parts.bodies, "aside", waits.aside)
        statuses: list[int] = []

        async def submit() -> None:
            statuses.append((await served.post("/tasks", a_body(LARGE_BYTES))).status_code)

        async with anyio.create_task_group() as group:
            for _ in range(MOST_LARGE):
                group.start_soon(submit)
            while waits.inside < MOST_LARGE:
                await anyio.lowlevel.checkpoint()
            refused = await served.post("/tasks", a_body(LARGE_BYTES))
            assert (refused.status_code, refused.json()["type"]) == (429, "/problems/too-many")
            waits.let_go()
        assert statuses == [201] * MOST_LARGE
        assert (await served.post("/tasks", a_body(LARGE_BYTES))).status_code == 201


async def test_the_same_key_twice_at_a_time_submits_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_dashboard(functions=[measure]) as served:
        waits = Waits(served)
        monkeypatch.setattr(served.parts.bodies, "aside", waits.aside)
        answers: list[tuple[int, str]] = []

        async def submit() -> None:
            response = await served.post("/tasks", a_body(LARGE_BYTES), headers={"idempotency-key": "k1"})
            answers.append((response.status_code, response.json().get("id")))

        async with anyio.create_task_group() as group:
            group.start_soon(submit)
            group.start_soon(submit)
            while waits.inside < 2:
                await anyio.lowlevel.checkpoint()
            waits.let_go()
        assert answers[0] == answers[1]
        assert answers[0][0] == 201
        assert [entry["action"] for entry in await served.items("/audit")] == ["submit"]


async def test_a_body_that_arrives_in_pieces_may_be_large(monkeypatch: pytest.MonkeyPatch) -> None:
    async def pieces() -> Any:
        for piece in (b'{"name": "measure", ', b'"args": ["x"]}'):
            yield piece

    async with a_dashboard(functions=[measure]) as served:
        headers = {"content-type": "application/json"}
        response = await served.http.post(f"{API}/tasks", content=pieces(), headers=headers)
        assert response.status_code == 201, response.text


async def test_more_arguments_than_one_mebibyte_are_for_clients_of_the_queue() -> None:
    async with a_dashboard(functions=[measure], max_payload_bytes=8 << 20) as served:
        assert (await served.post("/tasks", a_body(MOST_ARGUMENT_BYTES - 10))).status_code == 201
        response = await served.post("/tasks", a_body(MOST_ARGUMENT_BYTES + BODY_SLACK_BYTES))
        assert (response.status_code, response.json()["type"]) == (413, "/problems/too-large")


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        (b"{", 400, None),
        (b'{"name": "measure", "args": [NaN]}', 400, None),
        (b"[]", 422, ""),
        (b'{"name": "measure", "a/b~": 1}', 422, "/a~1b~0"),
        (b'{"name": "measure", "kwargs": {"": 1}}', 422, "/kwargs"),
    ],
)
async def test_what_does_not_fit_is_named_by_its_place(body: bytes, status: int, pointer: str | None) -> None:
    async with a_dashboard(functions=[measure]) as served:
        headers = {"content-type": "application/json"}
        response = await served.http.post(f"{API}/tasks", content=body, headers=headers)
        problem = json.loads(response.content)
        assert response.status_code == status
        assert [error["pointer"] for error in problem.get("errors", [])] == ([] if pointer is None else [pointer])


async def test_every_route_refuses_a_member_that_it_does_not_know() -> None:
    async with a_dashboard(functions=[measure]) as served:
        task_id = (await served.post("/tasks", a_body(1))).json()["id"]
        await served.system.settle()
        names = {"task_id": task_id, "worker_id": "w1", "priority": "normal", "name": "measure"}
        told = [path for path, of in make_document()["paths"].items() if "requestBody" in of.get("post", {})]
        assert len(told) == 10
        for path in told:
            response = await served.http.post(f"http://{HOST}{path.format(**names)}", json={"no_such": 1})
            assert response.status_code == 422, f"{path}: {response.text}"
            assert "/no_such" in [error["pointer"] for error in response.json()["errors"]], path
