"""The snippets of the comparison with Celery, word for word; the environment moves them to ports of their own."""

import signal
from pathlib import Path

import pytest

from .processes import Processes, free_port
from .system import CONTROL_PLANE_IS_UP, WORKER_HAS_JOINED

TASKS = '''\
async def heavy_processing(doc_id):
    return doc_id.upper()
async def notify_user(user_id, message):
    return None
from fastworker import task
@task(priority="normal")
async def process_document(doc_id: str) -> dict:
    """Process a document in the background."""
    result = await heavy_processing(doc_id)
    return {"status": "processed", "doc_id": doc_id}
@task(priority="critical")
async def send_notification(user_id: str, message: str) -> dict:
    """Critical tasks are processed before normal tasks."""
    await notify_user(user_id, message)
    return {"status": "sent"}
'''

FROM_ASYNC_CODE = """\
import asyncio
from tasks import process_document, send_notification
async def main():
    # From async code
    result = await process_document.submit("doc-abc123")
    print(isinstance(result, str), await result)
    print(await (await send_notification.submit("user-1", message="hello")))
asyncio.run(main())
"""

FROM_SYNC_CODE = """\
from tasks import process_document
# From sync code
result = process_document.submit_sync("doc-abc123")
print(isinstance(result, str), result.get(timeout=10))
"""

PROCESSED = "{'status': 'processed', 'doc_id': 'doc-abc123'}"


@pytest.fixture
def environment() -> dict[str, str]:
    """Settings that stand in for the default ports, the same for every process."""
    address = f"tcp://127.0.0.1:{free_port()}"
    return {
        "FASTWORKER_ADDRESS": address,
        "FASTWORKER_WORKER_ADDRESS": f"tcp://127.0.0.1:{free_port()}",
        "FASTWORKER_DISCOVERY_ADDRESS": f"tcp://127.0.0.1:{free_port()}",
    }


def test_the_snippets_work_as_they_are_written(
    processes: Processes, tmp_path: Path, environment: dict[str, str]
) -> None:
    (tmp_path / "tasks.py").write_text(TASKS)
    (tmp_path / "from_async.py").write_text(FROM_ASYNC_CODE)
    (tmp_path / "from_sync.py").write_text(FROM_SYNC_CODE)
    base = {"FASTWORKER_BASE_ADDRESS": environment["FASTWORKER_ADDRESS"]}
    worker = processes.start("worker", "fastworker", "worker", "start", environment=environment)  # before there is one
    worker.wait_for("control_plane_not_found")

    control_plane = processes.start("start", "fastworker", "start", environment=environment | base)
    control_plane.wait_for(CONTROL_PLANE_IS_UP, "process_document, send_notification from tasks")
    worker.wait_for(WORKER_HAS_JOINED)  # it has heard the beacon

    command = ("submit", "process_document", "--args", '{"doc_id": "doc-abc123"}')
    from_cli = processes.run("fastworker", *command, environment=environment)
    assert (from_cli.exit_code, from_cli.output) == (0, '{"status": "processed", "doc_id": "doc-abc123"}\n')

    from_async = processes.run("python", "-W", "error", "from_async.py", environment=environment)
    assert from_async.output.splitlines() == [f"True {PROCESSED}", "{'status': 'sent'}"]
    assert (from_async.exit_code, from_async.errors) == (0, "")

    from_sync = processes.run("python", "-W", "error", "from_sync.py", environment=environment)
    assert from_sync.output == f"True {PROCESSED}\n"
    assert (from_sync.exit_code, from_sync.errors) == (0, "")

    for process in (worker, control_plane):
        process.send(signal.SIGINT)
        assert process.wait() == 0


def test_one_environment_for_all_processes_starts_a_control_plane_and_a_worker(
    processes: Processes, tmp_path: Path, environment: dict[str, str]
) -> None:
    (tmp_path / "tasks.py").write_text(TASKS)
    shared = environment | {"FASTWORKER_BASE_ADDRESS": environment["FASTWORKER_ADDRESS"]}

    control_plane = processes.start("start", "fastworker", "start", environment=shared)
    control_plane.wait_for(CONTROL_PLANE_IS_UP)
    worker = processes.start("worker", "fastworker", "worker", "start", environment=shared)

    worker.wait_for(WORKER_HAS_JOINED)


def test_a_worker_without_modules_of_its_own_takes_those_of_the_control_plane_on_this_machine(
    processes: Processes, tmp_path: Path, environment: dict[str, str]
) -> None:
    (tmp_path / "reports.py").write_text(TASKS)
    base = {"FASTWORKER_BASE_ADDRESS": environment["FASTWORKER_ADDRESS"]}
    flags = ("--task-modules", "reports", "--local-execution", "never")
    processes.start("start", "fastworker", "start", *flags, environment=environment | base)
    worker = processes.start("worker", "fastworker", "worker", "start", environment=environment)
    worker.wait_for(WORKER_HAS_JOINED, "as the control plane names them")

    command = ("submit", "process_document", "--args", '["a"]')
    submitted = processes.run("fastworker", *command, environment=environment)

    assert (submitted.exit_code, submitted.output) == (0, '{"status": "processed", "doc_id": "a"}\n')
