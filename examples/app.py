"""The FastAPI application of the walkthrough: one request submits a task, another shows its result."""

from fastapi import FastAPI

from fastworker import Client

app = FastAPI()
client = Client()


@app.on_event("startup")
async def _startup() -> None:
    await client.start()


@app.on_event("shutdown")
async def _shutdown() -> None:
    client.stop()


@app.post("/images/{path}")
async def resize(path: str) -> dict[str, str]:
    """Submit the work and answer at once with the id of the task."""
    task_id = await client.delay("resize_image", path, 800)
    return {"task_id": task_id}


@app.get("/images/result/{task_id}")
async def result(task_id: str) -> dict[str, object]:
    """Answer what is known of the task: pending, or how it ended."""
    r = await client.get_task_result(task_id)
    if r is None:
        return {"status": "pending"}
    return {"status": r.status, "result": r.result}
