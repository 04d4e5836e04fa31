"""The snippets of the brief for FastAPI, word for word, under a real uvicorn; the environment moves their ports."""

import signal
from pathlib import Path

from fastworker import SyncClient
from tests.integration.processes import Processes

from .conftest import start_control_plane
from .web import Addresses, Web

TASKS = '''\
async def heavy_processing(doc_id):
    return doc_id.upper()
from fastworker import task
@task(priority="normal")
async def process_document(doc_id: str) -> dict:
    """Process a document in the background."""
    result = await heavy_processing(doc_id)
    return {"status": "processed", "doc_id": doc_id}
'''

IMPORT = "from tasks import process_document\n"

SNIPPET = """\
from fastapi import FastAPI
from fastworker.integrations.fastapi import FastWorkerMiddleware
app = FastAPI()
app.add_middleware(FastWorkerMiddleware)
@app.post("/documents/{doc_id}/process")
async def process_doc(doc_id: str):
    task_id = await process_document.submit(doc_id)
    return {"task_id": task_id, "status": "queued"}
"""


def test_the_middleware_works_as_it_is_written(processes: Processes, web: Web, tmp_path: Path) -> None:
    (tmp_path / "tasks.py").write_text(TASKS)
    (tmp_path / "app.py").write_text(IMPORT + SNIPPET)
    addresses = Addresses.free()
    server = web.start("uvicorn", "app:app", "--port", "{port}", folder=tmp_path, address=addresses.client)
    start_control_plane(processes, tmp_path, addresses=addresses)  # the application needs none to start

    answer = web.http.post("/documents/doc-abc123/process").json()

    assert answer["status"] == "queued"
    with SyncClient(addresses.client) as client:
        end = client.wait_for_end(answer["task_id"], timeout=10)
    assert end.result == {"status": "processed", "doc_id": "doc-abc123"}
    server.send(signal.SIGTERM)
    assert server.wait() in (0, -signal.SIGTERM)
    assert "Application shutdown complete" in server.log
    assert "Traceback" not in server.log


def test_an_address_that_cannot_be_used_ends_the_server_at_its_start(processes: Processes, tmp_path: Path) -> None:
    (tmp_path / "tasks.py").write_text(TASKS)
    (tmp_path / "app.py").write_text(IMPORT + SNIPPET)
    ended = processes.run("uvicorn", "app:app", "--port", "0", environment={"FASTWORKER_ADDRESS": "localhost:5555"})
    assert ended.exit_code == 3
    assert "fastworker: " in ended.errors
    assert "localhost:5555" in ended.errors
    assert "Traceback" not in ended.errors
