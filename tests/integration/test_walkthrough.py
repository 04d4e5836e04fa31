"""The walkthrough of the product, word for word, on its own ports: what a new user does in the first ten minutes."""

import shlex
import signal
from pathlib import Path

import httpx
import pytest
from PIL import Image

from .processes import Process, Processes, free_port, is_free
from .system import CONTROL_PLANE_IS_UP, WORKER_HAS_JOINED
from .waiting import until

pytestmark = pytest.mark.xdist_group("default ports")

DEFAULT_PORTS = (5555, 5556, 5550, 5561)

MYTASKS = """\
# mytasks.py
from fastworker import task
@task
def resize_image(path: str, width: int) -> str:
    from PIL import Image
    img = Image.open(path)
    img.thumbnail((width, width * 3))
    out = path.replace(".jpg", f"_{width}.jpg")
    img.save(out)
    return out
@task
def send_welcome_email(user_id: int, email: str) -> bool:
    # your email-sending code
    return True
"""

CONTROL_PLANE = "fastworker control-plane --task-modules mytasks"

SUBWORKER = """\
fastworker subworker \\
--worker-id sw1 \\
--control-plane-address tcp://127.0.0.1:5555 \\
--base-address tcp://127.0.0.1:5561 \\
--task-modules mytasks
"""

APP = """\
# app.py
from fastapi import FastAPI
from fastworker import Client
app = FastAPI()
client = Client()
@app.on_event("startup")
async def _startup():
    await client.start()
@app.on_event("shutdown")
async def _shutdown():
    client.stop()
@app.post("/images/{path}")
async def resize(path: str):
    task_id = await client.delay("resize_image", path, 800)
    return {"task_id": task_id}
@app.get("/images/result/{task_id}")
async def result(task_id: str):
    r = await client.get_task_result(task_id)
    if r is None:
        return {"status": "pending"}
    return {"status": r.status, "result": r.result}
"""

PRIORITIES = """\
import asyncio
from fastworker import Client, task
async def main(order_id, user_id, email):
    async with Client() as client:
        from fastworker.tasks.models import TaskPriority
        charged = await client.delay("charge_card", order_id, priority=TaskPriority.CRITICAL)
        sent = await client.delay("send_welcome_email", user_id, email,
        priority=TaskPriority.LOW)
        print(await charged, await sent, (await client.get_task_result(sent)).priority)
asyncio.run(main(1, 2, "someone@example.org"))
"""

CHARGE_CARD = """
@task
def charge_card(order_id: int) -> str:
    return f"order {order_id} charged"
"""
"""Named by the walkthrough and left to the reader."""


def test_the_walkthrough_works_as_it_is_written(processes: Processes, tmp_path: Path) -> None:
    taken = [port for port in DEFAULT_PORTS if not is_free(port)]
    assert not taken, f"this test needs the default ports of FastWorker, and these are taken: {taken}"
    (tmp_path / "mytasks.py").write_text(MYTASKS + CHARGE_CARD)
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "priorities.py").write_text(PRIORITIES)
    Image.new("RGB", (1600, 900), "teal").save(tmp_path / "photo.jpg")

    control_plane = processes.start("control-plane", *shlex.split(CONTROL_PLANE))
    control_plane.wait_for(CONTROL_PLANE_IS_UP, "tcp://127.0.0.1:5555", "charge_card, resize_image, send_welcome_email")
    with httpx.Client(base_url=f"http://127.0.0.1:{(port := free_port())}", timeout=10) as http:
        app = processes.start("app", "uvicorn", "app:app", "--port", str(port))
        app.wait_for("Uvicorn running on")  # it listens only after its startup is complete

        # the one process of step 2 is a complete deployment
        assert resized(http, "photo.jpg") == "photo_800.jpg"
        with Image.open(tmp_path / "photo_800.jpg") as picture:
            assert picture.size == (800, 450)

        # step 3 adds a subworker, which then does the work
        subworker = processes.start("subworker", *shlex.split(SUBWORKER.replace("\\\n", " ")))
        subworker.wait_for(WORKER_HAS_JOINED)
        Image.new("RGB", (1000, 1000), "red").save(tmp_path / "other.jpg")
        assert resized(http, "other.jpg") == "other_800.jpg"
        workers = processes.run("fastworker", "workers")
        assert worker_row(workers.output, "sw1")[2] == "1", workers.output  # finished

        # a task that fails is seen as that
        task_id = http.post("/images/no-such-picture.jpg").json()["task_id"]
        assert ended(http, task_id) == {"status": "failure", "result": None}
        assert http.get("/images/result/00000000-0000-7000-8000-000000000000").json() == {"status": "pending"}

        # step 5: priorities
        priorities = processes.run("python", "priorities.py")
        assert (priorities.errors, priorities.output) == ("", "order 1 charged True low\n")

        for process in (app, subworker, control_plane):
            end(process)
    assert [is_free(port) for port in DEFAULT_PORTS] == [True] * 4


def resized(http: httpx.Client, path: str) -> object:
    """Have a picture resized over HTTP, as step 4 does, and return the result."""
    answer = http.post(f"/images/{path}")
    assert answer.status_code == 200, answer.text
    end = ended(http, answer.json()["task_id"])
    assert end["status"] == "success", end
    return end["result"]


def ended(http: httpx.Client, task_id: str) -> dict[str, object]:
    def end() -> dict[str, object] | None:
        answer = http.get(f"/images/result/{task_id}").json()
        return None if answer["status"] == "pending" else answer

    return until(end, what=f"end of {task_id}")


def worker_row(table: str, worker_id: str) -> list[str]:
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in table.splitlines() if "│" in line]
    return next(row for row in rows if row[0] == worker_id)


def end(process: Process) -> None:
    process.send(signal.SIGTERM)
    code = process.wait()
    assert code in (0, -signal.SIGTERM) if process.name == "app" else code == 0  # uvicorn raises the signal again
    assert "Traceback" not in process.log
    assert "was destroyed but it is pending" not in process.log
