"""Requests that fit the OpenAPI document, and many that do not: never a 500, and no answer outside the document."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
import requests
import schemathesis
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fastworker.adapters.dashboard.openapi import make_document

from .served import HOST, Served, a_dashboard

pytestmark = pytest.mark.slow
EXAMPLES = 12
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SCHEMA = schemathesis.openapi.from_dict(make_document())
OPERATIONS = {
    result.ok().definition.raw["operationId"]: result.ok()
    for result in SCHEMA.get_all_operations()
    if result.ok().definition.raw["operationId"] != "stream_events"  # it does not end: it has tests of its own
}

SELDOM_FINE = {
    *("get_stack", "set_task_priority", "run_task_now", "submit_task", "rerun_task", "get_result", "cancel_task"),
    *("log_in", "resume_worker"),
}
"""Made-up arguments fit no function; a failed task has no result, no stack, no end to come, no priority, no time; no
worker leaves that could be asked to stay."""


def can_be_wrong(operation: APIOperation) -> bool:
    """Tell whether a request can fail to fit: any text is a name in a path."""
    return bool(operation.body) or any(each.location != "path" for each in operation.iter_parameters())


@contextmanager
def a_dashboard_with_tasks() -> Iterator[tuple[BlockingPortal, Served]]:
    """Serve a dashboard that has something of everything, from a loop in a thread."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(a_dashboard()) as served:
        portal.call(fill, served)
        yield portal, served


async def fill(served: Served) -> None:
    for name, args in (("echo", [1]), ("divide", [1, 0])):
        await served.post("/tasks", {"name": name, "args": args})
    await served.system.settle()
    await served.post("/queues/low/pause", {"reason": "x"})
    await served.post("/tasks/bulk", {"action": "retry", "filter": {"status": ["failure"]}})
    await served.turn()


def ask(portal: BlockingPortal, served: Served, case: Case) -> httpx.Response:
    """Send what was made up, as it is."""
    prepared = requests.Request(**case.as_transport_kwargs(base_url=f"http://{HOST}")).prepare()
    body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
    headers = {name: value for name, value in prepared.headers.items() if name.lower() != "host"}
    request = httpx.Request(prepared.method or "", prepared.url or "", headers=headers, content=body)
    return portal.call(served.http.send, request)


def names_that_exist(portal: BlockingPortal, served: Served) -> dict[str, str]:
    """Return names for the parameters of paths that lead to something."""
    [task, *_] = portal.call(served.items, "/tasks?status=failure")
    [operation] = portal.call(served.items, "/operations")
    found = {"task_id": task["id"], "operation_id": operation["id"], "fingerprint": task_fingerprint(portal, served)}
    return found | {"priority": "low", "worker_id": "w1", "name": "echo"}


def task_fingerprint(portal: BlockingPortal, served: Served) -> str:
    [group] = portal.call(served.items, "/errors")
    fingerprint: str = group["fingerprint"]
    return fingerprint


def tried(portal: BlockingPortal, served: Served, cases: SearchStrategy[Case]) -> int:
    """Ask many times, check each answer, and return how many answers were no problem."""
    fine = 0

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def tries(case: Case) -> None:
        nonlocal fine
        response = ask(portal, served, case)
        case.validate_response(response, checks=CHECKS)
        fine += response.is_success

    tries()
    return fine


@pytest.mark.parametrize("operation_id", OPERATIONS)
@pytest.mark.filterwarnings("default")  # of the library that makes requests up
def test_what_fits_the_document_is_answered_as_it_says(operation_id: str) -> None:
    operation = OPERATIONS[operation_id]
    with a_dashboard_with_tasks() as (portal, served):
        names = names_that_exist(portal, served)
        own = {each.name: names[each.name] for each in operation.iter_parameters() if each.location == "path"}
        fine = tried(portal, served, operation.as_strategy(path_parameters=own or None))
        assert fine or operation_id in SELDOM_FINE
        if own:
            tried(portal, served, operation.as_strategy())  # names that lead nowhere


@pytest.mark.parametrize("operation_id", [name for name, operation in OPERATIONS.items() if can_be_wrong(operation)])
@pytest.mark.filterwarnings("default")
def test_what_does_not_fit_the_document_is_answered_as_it_says(operation_id: str) -> None:
    with a_dashboard_with_tasks() as (portal, served):
        tried(portal, served, OPERATIONS[operation_id].as_strategy(GenerationMode.NEGATIVE))
