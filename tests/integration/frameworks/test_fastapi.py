"""The FastAPI example, and what a real uvicorn does with it: workers, reloads, streams, no lifespan."""

import signal
import threading
from pathlib import Path
from typing import Any

import httpx

from tests.integration.processes import Process
from tests.integration.waiting import until

from .conftest import EXAMPLES
from .web import Addresses, Web

UVICORN = ("uvicorn", "fastapi_app:app", "--port", "{port}")

TEXT = "one two two\n\nthree three three\n\nfour"

APP = """\
import os
from documents import count_words, read_slowly
from fastapi import FastAPI, BackgroundTasks
from fastworker.integrations.fastapi import ClientDependency, FastWorker, sse_response
from contextlib import asynccontextmanager

seen = []

@asynccontextmanager
async def lifespan(app):
    seen.append(await (await count_words.submit("at the start")))
    yield

app = FastAPI(lifespan=lifespan)
fastworker = FastWorker(app, os.environ["ELSEWHERE"])
VERSION = 1

@app.get("/version")
async def version():
    return {"version": VERSION, "pid": os.getpid()}

@app.post("/documents", status_code=202)
async def submit(background: BackgroundTasks):
    async def afterwards():
        seen.append(await (await count_words.submit("after the answer")))
    background.add_task(afterwards)
    return {"task_id": await read_slowly.submit("a\\n\\nb\\n\\nc", pause=60)}

@app.get("/seen")
def in_a_thread():
    return [*seen, count_words.submit_sync("in a thread").get(timeout=10)]

@app.get("/documents/{task_id}/events")
async def events(task_id: str, client: ClientDependency):
    return sse_response(client.handle(task_id))

@app.delete("/documents/{task_id}")
async def cancel(task_id: str, client: ClientDependency):
    return await client.cancel(task_id)
"""


def stop(server: Process) -> None:
    """Stop a uvicorn as a terminal does, and see that it went well."""
    server.send(signal.SIGINT)
    assert server.wait(within=15) in (0, -signal.SIGINT), server.log
    assert "Traceback" not in server.log, server.log


def test_the_example_submits_tells_results_and_shows_progress(web: Web, documents: Addresses) -> None:
    server = web.start(*UVICORN, folder=EXAMPLES, address=documents.client)

    assert "<title>Documents</title>" in web.http.get("/").text
    end = web.ended(web.submit("/documents", TEXT))
    assert end == {"status": "success", "result": {"total": 7, "most_common": ["three", "two", "one"]}}
    now = web.http.post("/documents/now", content=TEXT, headers={"content-type": "text/plain"}).json()
    assert now["result"]["total"] == 7

    task_id = web.submit("/readings", TEXT)
    first, *events = web.stream(task_id)
    assert (first["http"], first["type"]) == (200, "text/event-stream; charset=utf-8")
    progress = [event["data"] for event in events if event["event"] == "progress"]
    assert progress[-1] | {"at": ""} == {
        "task_id": task_id,
        "at": "",
        "attempt": 1,
        "done": 3.0,
        "total": 3.0,
        "message": "four",
    }
    assert events[-1]["event"] == "status"
    assert (events[-1]["data"]["status"], events[-1]["id"]) == ("success", "end")
    assert [event["http"] for event in web.stream(task_id, **{"last-event-id": "end"})] == [204]
    assert web.ended(task_id) == {"status": "success", "result": 3}
    stop(server)


def test_two_workers_serve_the_same_tasks(web: Web, documents: Addresses, tmp_path: Path) -> None:
    write_app(tmp_path)
    start_own(web, documents, tmp_path, "--workers", "2")
    pids = until(lambda: len(found := some_pids(web)) == 2 and found, within=20, what="two workers answer")
    assert len(pids) == 2
    task_ids = {submit_anew(web) for _ in range(8)}
    assert [cancel_anew(web, task_id) for task_id in task_ids] == [{task_id: "stopping"} for task_id in task_ids]
    assert web.server is not None
    stop(web.server)


def some_pids(web: Web) -> set[int]:
    """Ask who is there, each time over another connection: one connection stays with one worker."""
    return {httpx.get(f"{web.http.base_url}/version").json()["pid"] for _ in range(10)}


def submit_anew(web: Web) -> str:
    task_id: str = httpx.post(f"{web.http.base_url}/documents").json()["task_id"]
    return task_id


def cancel_anew(web: Web, task_id: str) -> dict[str, str]:
    answer: dict[str, str] = httpx.delete(f"{web.http.base_url}/documents/{task_id}").json()
    return answer


def test_the_extension_submits_from_the_lifespan_from_threads_and_from_background_tasks(
    web: Web, documents: Addresses, tmp_path: Path
) -> None:
    write_app(tmp_path)
    server = start_own(web, documents, tmp_path)
    task_id = web.submit("/documents", "")
    seen = until(lambda: len(found := web.http.get("/seen").json()) == 3 and found, what="what was submitted")
    assert [words["total"] for words in seen] == [3, 3, 3]
    assert web.http.delete(f"/documents/{task_id}").status_code == 200
    stop(server)


def test_a_reload_is_not_held_up_by_a_browser_that_watches_a_task(
    web: Web, documents: Addresses, tmp_path: Path
) -> None:
    write_app(tmp_path)
    server = start_own(web, documents, tmp_path, "--reload")
    task_id = web.submit("/documents", "")
    watcher = Watcher(web, task_id)
    until(lambda: len(watcher.events) > 1, what="the browser hears of the task")

    write_app(tmp_path, version=2)

    until(lambda: version(web) == 2, within=20, what="the new version answers")
    watcher.thread.join(10)
    assert not watcher.thread.is_alive()
    assert "end" not in [event.get("id") for event in watcher.events]
    again = web.stream(task_id, **{"last-event-id": "0"})
    assert next(again)["http"] == 200
    assert next(again)["data"]["task_id"] == task_id
    again.close()
    assert web.http.delete(f"/documents/{task_id}").json() == {task_id: "stopping"}
    stop(server)


def version(web: Web) -> int | None:
    try:
        found: int = httpx.get(f"{web.http.base_url}/version", timeout=1).json()["version"]
    except httpx.TransportError:
        return None
    return found


class Watcher:
    """A browser that follows a task, beside the test."""

    def __init__(self, web: Web, task_id: str) -> None:
        self.events: list[dict[str, Any]] = []
        self.thread = threading.Thread(target=self._watch, args=(web, task_id), daemon=True)
        self.thread.start()

    def _watch(self, web: Web, task_id: str) -> None:
        for event in web.stream(task_id):
            self.events.append(event)


def test_without_a_lifespan_the_middleware_serves_all_the_same(web: Web, documents: Addresses) -> None:
    server = web.start(*UVICORN, "--lifespan", "off", folder=EXAMPLES, address=documents.client)
    assert web.ended(web.submit("/documents", TEXT))["result"]["total"] == 7
    stop(server)
    assert "was destroyed but it is pending" not in server.log


def write_app(folder: Path, *, version: int = 1) -> None:
    """Write an application that uses the extension, beside a copy of the tasks."""
    (folder / "documents.py").write_text((EXAMPLES / "documents.py").read_text())
    (folder / "own_app.py").write_text(APP.replace("VERSION = 1", f"VERSION = {version}"))


def start_own(web: Web, addresses: Addresses, folder: Path, *flags: str) -> Process:
    """Start that application; nothing but its own code says where the control plane is."""
    return web.start(*("uvicorn", "own_app:app", "--port", "{port}"), *flags, folder=folder, ELSEWHERE=addresses.client)
