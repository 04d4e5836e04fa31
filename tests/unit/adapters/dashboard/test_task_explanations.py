"""What a task says of what can be done with it: how it would end, if somebody cancelled it."""

import pytest

from fastworker.adapters.dashboard.records.task_details import possible_actions
from fastworker.adapters.json_codec import JsonPayloadCodec
from fastworker.application.function_catalogue import Declaration, FunctionCatalogue
from fastworker.application.observatory.observatory import Observatory
from fastworker.application.task_function import task
from fastworker.application.task_registry import TaskRegistry
from fastworker.domain.task import Task
from tests.builders import ManualCoordinator, a_submission
from tests.unit.system.system import AnyTask


@task(name="echo")
async def in_the_loop() -> None:
    """Awaits."""


@task(name="echo")
def in_a_thread() -> None:
    """Blocks."""


@task(name="echo", isolation="process")
def in_a_process() -> None:
    """Can be killed."""


def declaration_of(function: AnyTask, plane: ManualCoordinator) -> Declaration | None:
    tallies = Observatory(plane.ledger, now=plane.now).functions
    catalogue = FunctionCatalogue(TaskRegistry([function]), plane.ledger, tallies, codec=JsonPayloadCodec())
    return catalogue.get("echo", now=plane.now).declaration


def how_it_would_end(of: Task, declaration: Declaration | None) -> tuple[bool, str]:
    [cancel] = [each for each in possible_actions(of, declaration) if each.action == "cancel"]
    return cancel.is_possible, cancel.explanation


@pytest.mark.parametrize(
    ("function", "explanation"),
    [
        (in_the_loop, "it runs in an event loop: it is cancelled at its next await"),
        (in_a_thread, "it runs in a thread, which cannot be killed: it is given up, and its slot is stuck until it"),
        (in_a_process, "it runs in a process of its own, which is killed"),
    ],
)
def test_a_running_task_tells_what_a_cancel_does_where_it_runs(function: AnyTask, explanation: str) -> None:
    plane = ManualCoordinator()
    plane.join()
    plane.accepted(a_submission())
    [running] = plane.poll()
    is_possible, told = how_it_would_end(running, declaration_of(function, plane))
    assert (is_possible, told.startswith(explanation)) == (True, True), told


def test_a_task_that_only_workers_know_how_it_runs_says_who_ends_it() -> None:
    plane = ManualCoordinator()
    plane.join()
    plane.accepted(a_submission())
    [running] = plane.poll()
    assert how_it_would_end(running, None) == (True, "it runs: its worker is told to end it")


def test_a_waiting_task_never_starts_and_one_that_has_ended_says_so() -> None:
    plane = ManualCoordinator()
    plane.join()
    plane.accepted(a_submission("t1"))
    assert how_it_would_end(plane.find("t1"), None) == (True, "it waits, and will never start")
    plane.report(*plane.poll())
    assert how_it_would_end(plane.find("t1"), None) == (False, "it has ended: success")
