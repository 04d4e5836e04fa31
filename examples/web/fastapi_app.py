"""A FastAPI application: it submits tasks, tells their results, and shows their progress in a browser.

fastworker control-plane --task-modules documents
uvicorn fastapi_app:app --reload
"""

from pathlib import Path
from typing import Annotated

from documents import count_words, read_slowly
from fastapi import Body, FastAPI
from fastapi.responses import FileResponse, Response

from fastworker.integrations.fastapi import ClientDependency, FastWorkerMiddleware, sse_response

app = FastAPI(title="Documents")
app.add_middleware(FastWorkerMiddleware)

Text = Annotated[str, Body(media_type="text/plain")]


@app.get("/")
async def page() -> FileResponse:
    """Show a page on which a text can be sent and its reading be watched."""
    return FileResponse(Path(__file__).with_name("page.html"))


@app.post("/documents", status_code=202)
async def submit(text: Text) -> dict[str, str]:
    """Submit the work and answer at once."""
    return {"task_id": await count_words.submit(text)}


@app.post("/documents/now")
def count_now(text: Text) -> dict[str, object]:
    """Do the same in a thread, which may wait."""
    return {"result": count_words.submit_sync(text).get(timeout=10)}


@app.post("/readings", status_code=202)
async def read(text: Text) -> dict[str, str]:
    """Submit work that takes a while and says how far it has come."""
    return {"task_id": await read_slowly.submit(text)}


@app.get("/documents/{task_id}")
async def result(task_id: str, client: ClientDependency) -> dict[str, object]:
    """Tell what the task came to."""
    found = await client.get_task_result(task_id)
    return {"status": found.status, "result": found.result} if found else {"status": "pending"}


@app.get("/documents/{task_id}/events")
async def events(task_id: str, client: ClientDependency) -> Response:
    """Tell a browser of the task's progress as it comes."""
    return sse_response(client.handle(task_id))
