"""The commands that talk to a control plane, as scripts use them: output, exit codes, one clear line."""

import json
import re
import signal
import urllib.request

import pytest

import fastworker

from .gates import Gates
from .processes import Processes, free_port
from .system import StartSystem, System
from .waiting import until

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"


@pytest.mark.parametrize(
    ("words", "output"),
    [
        (("add", "--args", '{"a": 2, "b": 3}'), "5"),
        (("add", "--args", "[2, 3]"), "5"),
        (("add", "--args", "2", "3"), "5"),
        (("add", "--args", "-2", "--priority", "critical"), "-2"),
        (("join", "--args", "one", "two", "three four"), '"one two three four"'),
        (("add", "--args", "2", "--priority", "low", "-3"), "-1"),
        (("join", "--args", "one", "-2nd", " -3rd", "three four"), '"one -2nd  -3rd three four"'),
        (("pid", "--priority", "LOW"), None),
    ],
)
def test_submit_waits_and_prints_the_result_as_json(
    standing: System, words: tuple[str, ...], output: str | None
) -> None:
    finished = standing.run("submit", *words)

    assert finished.exit_code == 0, finished.errors
    assert output is None or finished.output == f"{output}\n"
    json.loads(finished.output)
    assert re.fullmatch(rf"{words[0]} {UUID}: accepted, waiting for its result .*\n", finished.errors)


def test_submit_gives_the_task_the_tags_as_they_were_written(system: StartSystem) -> None:
    port = free_port()
    started = system(dashboard=f"--dashboard-port {port}")
    written = ("--tag", "v-1", "--tag=w-1", "--args", "2", "--tag", "-5", "--tag=-6", "-3", "--tag", "q-4")

    finished = started.run("submit", "add", "--no-wait", *written)

    assert finished.exit_code == 0, finished.errors
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/tasks/{finished.output.strip()}") as reply:
        task = json.load(reply)
    assert task["tags"] == ["v-1", "w-1", "-5", "-6", "q-4"]


def test_submit_refuses_a_tag_that_cannot_be_as_wrong_usage(standing: System) -> None:
    finished = standing.run("submit", "add", "--args", "[2, 3]", "--tag", "tenant:acme ")

    assert finished.exit_code == 2
    assert "tag 'tenant:acme ' has blanks around it; expected none: strip it" in finished.errors


def test_submit_ends_with_exit_code_1_and_the_remote_traceback_when_the_task_fails(standing: System) -> None:
    finished = standing.run("submit", "divide", "--args", "1", "0")

    assert (finished.exit_code, finished.output) == (1, "")
    assert "fastworker: ZeroDivisionError: division by zero" in finished.errors
    assert "return a / b" in finished.errors


@pytest.mark.parametrize(
    ("words", "exit_code", "line"),
    [
        (
            ("submit", "ecko"),
            1,
            "fastworker: no task named 'ecko'; did you mean: echo (is its module in --task-modules?)",
        ),
        (("submit", "add", "--args", "{2, 3}"), 1, "fastworker: --args is no JSON"),
        (("submit", "add", "2", "3"), 1, "fastworker: arguments go behind --args: --args 2 3"),
        (("submit", "add", "--priority", "urgent"), 2, "'urgent' is not one of"),
        (("result", "never-seen"), 1, "fastworker: no task 'never-seen' was seen"),
    ],
)
def test_a_command_that_cannot_be_carried_out_says_why_in_one_line(
    standing: System, words: tuple[str, ...], exit_code: int, line: str
) -> None:
    finished = standing.run(*words)

    assert (finished.exit_code, finished.output) == (exit_code, "")
    assert line in finished.errors.splitlines()[-1]
    assert "Traceback" not in finished.errors


def test_no_wait_prints_the_id_with_which_status_and_result_follow_the_task(standing: System, gates: Gates) -> None:
    submitted = standing.run("submit", "wait_at_gate", "--args", gates.folder, "slow", "--no-wait")
    assert (submitted.exit_code, submitted.errors) == (0, "")
    task_id = submitted.output.strip()
    assert re.fullmatch(UUID, task_id)
    gates.wait_until_started("slow")

    assert standing.run("status", task_id).output == "running\n"
    pending = standing.run("result", task_id)
    assert (pending.exit_code, pending.output, pending.errors) == (3, "", "running: no result yet\n")

    gates.open("slow")
    with standing.sync_client() as client:
        until(lambda: client.get_task_result(task_id))
    ended = standing.run("result", task_id)
    assert (ended.exit_code, ended.output, ended.errors) == (0, '"slow"\n', "")
    assert standing.run("status", task_id).output == "success\n"


def test_result_ends_with_exit_code_1_for_a_task_that_failed(standing: System) -> None:
    with standing.sync_client() as client:
        handle = client.delay("divide", 1, 0)
        until(lambda: client.get_task_result(str(handle)))

    finished = standing.run("result", handle)

    assert (finished.exit_code, finished.output) == (1, "")
    assert "fastworker: ZeroDivisionError: division by zero" in finished.errors
    assert standing.run("status", handle).output == "failure\n"


def test_ctrl_c_stops_waiting_and_the_task_goes_on(standing: System, gates: Gates, processes: Processes) -> None:
    command = processes.start(
        *("submit", "fastworker", "submit", "wait_at_gate", "--args", gates.folder, "interrupted"),
        environment={"FASTWORKER_ADDRESS": standing.address},
    )
    gates.wait_until_started("interrupted")
    command.wait_for("accepted")

    command.send(signal.SIGINT)

    assert command.wait(within=3) not in (0, -signal.SIGINT)
    assert "Traceback" not in command.log
    task_id = re.search(UUID, command.log)
    assert task_id is not None
    gates.open("interrupted")
    with standing.sync_client() as client:
        found = until(lambda: client.get_task_result(task_id[0]))
        assert found.result == "interrupted"


def test_tasks_and_workers_are_listed(standing: System) -> None:
    tasks = standing.run("tasks")
    assert tasks.exit_code == 0
    assert re.search(r"echo_and_count +│ sw1, sw2|echo_and_count +│ sw2, sw1", tasks.output)

    workers = standing.run("workers")
    assert workers.exit_code == 0
    for worker_id, address in standing.base_addresses.items():
        assert re.search(rf"{worker_id} +│ \d/4 .* │ \d+ MB .* {re.escape(address)}", workers.output)


@pytest.mark.parametrize(
    ("name", "line"), [("wait_at_gate", "asyncio.sleep"), ("wait_at_gate_in_thread", "time.sleep")]
)
def test_inspect_shows_what_a_worker_runs_now_with_its_stack(
    standing: System, gates: Gates, name: str, line: str
) -> None:
    with standing.sync_client() as client:
        handle = client.delay(name, gates.folder, "inspected")
        pid = gates.wait_until_started("inspected")["inspected"]
        worker_id = next(worker_id for worker_id, worker in standing.workers.items() if worker.pid == pid)

        finished = standing.run("inspect", standing.base_addresses[worker_id])

        gates.open("inspected")
        handle.get(timeout=10)
    assert finished.exit_code == 0
    for text in (handle, name, line, "work.py"):
        assert text in finished.output


def test_inspect_of_an_idle_worker_says_so(standing: System) -> None:
    finished = standing.run("inspect", standing.base_addresses["sw1"])

    assert finished.exit_code == 0
    assert finished.errors == "worker sw1 runs nothing now\n"


def test_inspect_of_something_that_is_no_worker_says_so(standing: System) -> None:
    finished = standing.run("inspect", standing.address)

    assert finished.exit_code == 1
    assert finished.errors.startswith("fastworker: ")
    assert len(finished.errors.splitlines()) == 1


@pytest.mark.parametrize("command", [("fastworker",), ("python", "-m", "fastworker")])
def test_the_version_is_told(processes: Processes, command: tuple[str, ...]) -> None:
    finished = processes.run(*command, "--version")

    assert (finished.exit_code, finished.output) == (0, f"fastworker, version {fastworker.__version__}\n")


@pytest.mark.parametrize("module", ["control_plane", "subworker"])
def test_the_processes_can_be_started_as_modules(processes: Processes, module: str) -> None:
    finished = processes.run("python", "-m", f"fastworker.entrypoints.{module}", "--help")

    assert finished.exit_code == 0
    for flag in ("--task-modules", "--base-address", "--concurrency", "--drain-timeout", "--insecure", "--log-level"):
        assert flag in finished.output


def test_a_table_that_goes_into_a_pipe_keeps_its_worker_ids_and_addresses_whole(
    standing: System, processes: Processes
) -> None:
    environment = {"FASTWORKER_ADDRESS": standing.address, "COLUMNS": ""}

    finished = processes.run("fastworker", "workers", environment=environment)

    assert standing.base_addresses["sw1"] in finished.output
