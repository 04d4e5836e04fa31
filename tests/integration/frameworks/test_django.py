"""The Django example under its own server and under uvicorn, with a subworker that `manage.py` started."""

import signal

import pytest

from tests.integration.processes import Processes
from tests.integration.system import WORKER_HAS_JOINED
from tests.integration.waiting import until

from .conftest import EXAMPLES, start_control_plane
from .web import Addresses, Web

SITE = EXAMPLES / "django_site"
PENDING = ("READY", "RUNNING")

SERVERS = {
    "runserver": ("python", "manage.py", "runserver", "--noreload", "{port}"),
    "uvicorn": ("uvicorn", "asgi:application", "--port", "{port}"),
}


@pytest.mark.parametrize("name", SERVERS)
def test_the_example_enqueues_and_tells_results(web: Web, django: Addresses, name: str) -> None:
    server = web.start(*SERVERS[name], folder=SITE, address=django.client)

    words = web.ended(web.submit("/documents", "one two two"), pending=PENDING)
    counted = {"total": 3, "most_common": ["two", "one"]}
    assert words == {"status": "SUCCESSFUL", "args": ["one two two"], "result": counted, "errors": []}
    letter = web.ended(web.submit("/letters", "Ada"), pending=PENDING)
    assert letter["result"] == "Dear Ada, this is attempt 1."
    failed = web.ended(web.submit("/letters", ""), pending=PENDING)
    assert failed == {"status": "FAILED", "args": [""], "result": None, "errors": ["builtins.ValueError"]}
    assert web.http.post("/letters/now", content="ada").json() == {"result": "ADA"}
    assert web.http.get("/documents/00000000-0000-7000-8000-000000000000").status_code == 404

    server.send(signal.SIGINT)
    assert server.wait() in (0, -signal.SIGINT)


def test_a_control_plane_can_run_the_tasks_of_a_project_itself(processes: Processes, web: Web) -> None:
    addresses = start_control_plane(
        processes,
        SITE,
        *("--task-modules", "fastworker.integrations.django.worker"),
        DJANGO_SETTINGS_MODULE="settings",
    )
    web.start(*SERVERS["runserver"], folder=SITE, address=addresses.client)
    assert web.ended(web.submit("/documents", "one two two"), pending=PENDING)["result"]["total"] == 3


def test_a_worker_can_serve_one_queue_and_be_several_processes(processes: Processes, django: Addresses) -> None:
    subworker = processes.start(
        "letters",
        *("python", "manage.py", "fastworker_subworker", "--queue", "letters", "--processes", "2"),
        *("--worker-id", "letters", "--control-plane-address", django.client),
        folder=SITE,
    )
    until(lambda: subworker.log.count(WORKER_HAS_JOINED) == 2, within=20, what="both have joined")
    workers = processes.run("fastworker", "workers", environment={"FASTWORKER_ADDRESS": django.client})
    rows = [line for line in workers.output.splitlines() if "letters-" in line]
    assert len(rows) == 2
    tasks = processes.run("fastworker", "tasks", environment={"FASTWORKER_ADDRESS": django.client})
    assert "library.tasks.count_words@letters" in tasks.output
    subworker.send(signal.SIGTERM)
    assert subworker.wait() == 0


def test_the_command_lists_its_flags_and_refuses_a_queue_that_is_not_there(processes: Processes) -> None:
    shown = processes.run("python", "manage.py", "fastworker_subworker", "--help", folder=SITE)
    assert shown.exit_code == 0
    assert "--drain-timeout" in shown.output
    refused = processes.run("python", "manage.py", "fastworker_subworker", "--queue", "nowhere", folder=SITE)
    assert refused.exit_code == 1
    assert "no backend in TASKS has the queues ['nowhere']" in refused.errors
    checked = processes.run("python", "-W", "error", "manage.py", "check", folder=SITE)
    assert checked.exit_code == 0, checked.errors
