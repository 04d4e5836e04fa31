"""A Litestar application that submits tasks and tells their results.

fastworker control-plane --task-modules documents
uvicorn litestar_app:app
"""

from documents import count_words, read_slowly
from litestar import Litestar, Request, get, post

from fastworker import Client
from fastworker.integrations.litestar import FastWorkerPlugin, TaskEventsResponse, sse_response


@post("/documents", status_code=202)
async def submit(request: Request) -> dict[str, str]:
    """Submit the work and answer at once."""
    text = (await request.body()).decode()
    return {"task_id": await count_words.submit(text)}


@get("/documents/{task_id:str}")
async def result(task_id: str, fastworker: Client) -> dict[str, object]:
    """Tell what the task came to."""
    found = await fastworker.get_task_result(task_id)
    return {"status": found.status, "result": found.result} if found else {"status": "pending"}


@post("/readings", status_code=202)
async def submit_reading(request: Request) -> dict[str, str]:
    """Submit work that takes a while and tells how far it is."""
    text = (await request.body()).decode()
    return {"task_id": await read_slowly.submit(text)}


@get("/documents/{task_id:str}/events")
async def events(task_id: str, fastworker: Client) -> TaskEventsResponse:
    """Tell a browser of the task's progress, as it comes."""
    return sse_response(fastworker.handle(task_id))


app = Litestar([submit, result, submit_reading, events], plugins=[FastWorkerPlugin()])
