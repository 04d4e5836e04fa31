"""Tasks through the API: the list, one task, submitting, single actions."""

from typing import Any

import pytest

from fastworker.adapters.dashboard.idempotency import LONGEST_KEY
from fastworker.application.current_task import current_task, note_in_task, running_execution
from fastworker.application.limits import Limits
from fastworker.application.task_function import task
from fastworker.application.task_options import submit_options
from fastworker.domain.errors import TaskFailed
from fastworker.domain.journal import OTHERS_KEPT, LogLine
from fastworker.domain.terms import Backoff
from tests.unit.system.system import HeldTask
from tests.unit.system.tasks import echo

from .served import Served, a_dashboard
from .test_security import is_problem

pytestmark = pytest.mark.anyio

MOST_ON_A_PAGE = 200


@task(priority="high")
def urgent(value: int) -> int:
    return value


async def submitted(served: Served, name: str = "echo", **more: Any) -> str:
    response = await served.post("/tasks", {"name": name} | more)
    assert response.status_code == 201, response.text
    task_id: str = response.json()["id"]
    await served.system.settle()
    return task_id


async def test_a_submitted_task_runs_and_its_result_can_be_read() -> None:
    async with a_dashboard() as served:
        task_id = await submitted(served, args=[7], priority="high")
        task = (await served.get(f"/tasks/{task_id}")).json()
        assert (task["status"], task["priority"], task["worker_id"]) == ("success", "high", "w1")
        assert task["result"]["value"] == 7
        assert task["arguments"]["value"] == {"args": [], "kwargs": {"value": 7}}
        assert [step["status"] for step in task["transitions"]] == ["queued", "running", "success"]


async def test_a_failed_task_tells_its_error_with_the_traceback() -> None:
    async with a_dashboard() as served:
        task_id = await submitted(served, "divide", kwargs={"dividend": 1, "divisor": 0})
        task = (await served.get(f"/tasks/{task_id}")).json()
        assert task["error"]["type"] == "ZeroDivisionError"
        assert "return dividend / divisor" in task["error_detail"]["traceback"]
        [group] = await served.items("/errors")
        assert group["fingerprint"] == task["error_detail"]["fingerprint"]
        assert (await served.items("/tasks", params={"fingerprint": group["fingerprint"]}))[0]["id"] == task_id
        detail = (await served.get(f"/errors/{group['fingerprint']}")).json()
        assert detail["task_ids"] == [task_id]


async def test_an_unknown_function_and_wrong_arguments_are_the_fault_of_the_body() -> None:
    async with a_dashboard() as served:
        unknown = await served.post("/tasks", {"name": "ecko"})
        assert (unknown.status_code, unknown.json()["type"]) == (422, "/problems/unknown-function")
        assert "did you mean: echo" in unknown.json()["detail"]
        wrong = await served.post("/tasks", {"name": "echo", "args": ["x"]})
        assert (wrong.status_code, wrong.json()["type"]) == (422, "/problems/invalid-body")
        assert await served.items("/tasks") == []


async def test_a_body_that_does_not_fit_names_each_member_that_is_wrong() -> None:
    async with a_dashboard() as served:
        response = await served.post("/tasks", {"name": "echo", "priority": "urgent", "retries": -1, "foo": 1})
        assert response.status_code == 422
        pointers = [error["pointer"] for error in response.json()["errors"]]
        assert sorted(pointers) == ["/foo", "/priority", "/retries"]


async def test_the_same_idempotency_key_submits_once() -> None:
    async with a_dashboard() as served:
        headers = {"Idempotency-Key": "k1"}
        first = await served.post("/tasks", {"name": "echo", "args": [1]}, headers=headers)
        again = await served.post("/tasks", {"name": "echo", "args": [1]}, headers=headers)
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json()["id"] == again.json()["id"]
        other = await served.post("/tasks", {"name": "echo", "args": [2]}, headers=headers)
        assert (other.status_code, other.json()["type"]) == (409, "/problems/conflict")
        assert len(await served.items("/tasks")) == 1


async def test_a_key_that_was_accepted_runs_nothing_again_when_its_task_is_forgotten() -> None:
    async with a_dashboard(result_ttl_seconds=10) as served:
        body, headers = {"name": "echo", "args": [1]}, {"Idempotency-Key": "k1"}
        first = await served.post("/tasks", body, headers=headers)
        await served.system.advance(100)
        again = await served.post("/tasks", body, headers=headers)
        assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
        await served.system.settle()
        assert (await served.get(f"/tasks/{first.json()['id']}")).status_code == 410


async def test_a_key_whose_task_was_refused_may_be_tried_again() -> None:
    async with a_dashboard(limits=Limits(max_queued=1)) as served:
        await served.post("/queues/normal/pause", {})
        blocking = await submitted(served, args=[0])
        headers = {"Idempotency-Key": "k1"}
        refused = await served.post("/tasks", {"name": "echo", "args": [1]}, headers=headers)
        assert (refused.status_code, refused.json()["type"]) == (503, "/problems/queue-full")
        await served.post(f"/tasks/{blocking}/actions/cancel")
        again = await served.post("/tasks", {"name": "echo", "args": [1]}, headers=headers)
        assert again.status_code == 201
        assert (await served.get(f"/tasks/{again.json()['id']}")).json()["status"] == "queued"


async def test_a_key_that_is_too_long_is_refused() -> None:
    async with a_dashboard() as served:
        for key in ("", "k" * (LONGEST_KEY + 1)):
            response = await served.post("/tasks", {"name": "echo"}, headers={"Idempotency-Key": key})
            assert (response.status_code, response.json()["type"]) == (400, "/problems/invalid-parameter")


async def test_arguments_without_a_name_cannot_come_as_named_ones() -> None:
    async with a_dashboard() as served:
        response = await served.post("/tasks", {"name": "echo", "args": [1], "kwargs": {"": [2]}})
        assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "/kwargs")


async def test_a_task_that_was_never_seen_is_not_found_and_one_that_expired_is_gone() -> None:
    async with a_dashboard(result_ttl_seconds=10) as served:
        assert (await served.get("/tasks/never-seen")).status_code == 404
        task_id = await submitted(served, args=[1])
        await served.system.advance(100)
        gone = await served.get(f"/tasks/{task_id}")
        assert (gone.status_code, gone.json()["type"]) == (410, "/problems/forgotten")


async def test_a_waiting_task_is_cancelled_at_once_and_a_running_one_is_told_to_end() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function]) as served:
        running = await submitted(served, "held", args=[1])
        waiting = await submitted(served, "held", args=[2])
        response = await served.post(f"/tasks/{waiting}/actions/cancel")
        assert (response.status_code, response.json()["outcome"]) == (200, "cancelled")
        response = await served.post(f"/tasks/{running}/actions/cancel")
        assert (response.status_code, response.json()["outcome"]) == (202, "stopping")
        await served.system.settle()
        again = await served.post(f"/tasks/{running}/actions/cancel")
        assert again.status_code in (200, 409)


async def test_a_finished_task_cannot_be_cancelled_and_an_unfinished_one_cannot_be_retried() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function]) as served:
        task_id = await submitted(served, "held", args=[1])
        early = await served.post(f"/tasks/{task_id}/actions/retry")
        assert (early.status_code, early.json()["current_status"]) == (409, "running")
        held.release()
        await served.system.settle()
        late = await served.post(f"/tasks/{task_id}/actions/cancel")
        assert (late.status_code, late.json()["current_status"]) == (409, "success")


async def test_a_waiting_task_gets_another_priority_and_tells_who_has_set_it() -> None:
    async with a_dashboard(workers=()) as served:
        await served.post("/queues/normal/pause", {})
        task_id = await submitted(served, args=[3])
        for _ in range(2):
            response = await served.post(f"/tasks/{task_id}/actions/priority", {"priority": "high"})
            assert response.status_code == 200
        assert response.json() == {"id": task_id, "before": "high", "priority": "high"}
        task = (await served.get(f"/tasks/{task_id}")).json()
        [change] = task["priority_changes"]
        assert (task["priority"], change["before"], change["after"], change["by"]) == (
            "high",
            "normal",
            "high",
            "somebody",
        )
        [entry, _] = await served.items("/audit?limit=2")
        assert (entry["action"], entry["target"], entry["before"], entry["after"]) == (
            "set priority",
            task_id,
            "normal",
            "high",
        )
        assert (await served.items("/tasks?priority=high"))[0]["id"] == task_id


async def test_the_priority_of_a_task_that_does_not_wait_cannot_be_set() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function]) as served:
        task_id = await submitted(served, "held", args=[1])
        response = await served.post(f"/tasks/{task_id}/actions/priority", {"priority": "low"})
        assert (response.status_code, response.json()["current_status"]) == (409, "running")
        assert (await served.post("/tasks/nobodys/actions/priority", {"priority": "low"})).status_code == 404
        wrong = await served.post(f"/tasks/{task_id}/actions/priority", {"priority": "urgent"})
        assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/priority")
        state = (await served.get(f"/tasks/{task_id}")).json()["actions"]
        [reason] = [each["explanation"] for each in state if each["action"] == "priority"]
        assert reason == "it is running: only while it waits"


async def test_a_scheduled_task_is_run_now_and_tells_how_long_it_waited() -> None:
    async with a_dashboard() as served:
        task_id = await submitted(served, args=[3], delay_seconds=3600)
        await served.system.advance(5)
        response = await served.post(f"/tasks/{task_id}/actions/run-now")
        assert (response.status_code, response.json()) == (200, {"id": task_id, "status": "running"})
        await served.system.settle()
        task = (await served.get(f"/tasks/{task_id}")).json()
        assert (task["result"]["value"], task["wait_seconds"], task["due_at"]) == (3, 0.0, None)
        assert (task["terms"]["delay_seconds"], task["terms"]["waited_seconds"]) == (3600, 5)
        assert [step["status"] for step in task["transitions"]] == ["scheduled", "queued", "running", "success"]
        [entry, _] = await served.items("/audit?limit=2")
        assert (entry["action"], entry["target"], entry["before"], entry["after"]) == (
            "run now",
            task_id,
            "scheduled",
            "running",
        )


async def test_a_task_that_is_run_now_once_more_or_is_not_scheduled_stays_as_it_is() -> None:
    async with a_dashboard(workers=()) as served:
        task_id = await submitted(served, args=[3], delay_seconds=3600)
        await served.post("/functions/echo/pause", {})
        before = (await served.get(f"/tasks/{task_id}")).json()
        assert (await served.post(f"/tasks/{task_id}/actions/run-now")).json()["status"] == "queued"
        again = await served.post(f"/tasks/{task_id}/actions/run-now")
        assert (again.status_code, again.json()["current_status"]) == (409, "queued")
        assert (await served.post("/tasks/nobodys/actions/run-now")).status_code == 404
        task = (await served.get(f"/tasks/{task_id}")).json()
        assert (task["status"], task["is_held"]) == ("queued", True)
        told = [
            {each["action"]: (each["is_possible"], each["explanation"]) for each in of["actions"]}["run-now"]
            for of in (before, task)
        ]
        assert told == [
            (True, "it waits for a worker at once, behind those that do already"),
            (False, "it is queued: only while it waits for its time"),
        ]


async def test_a_finished_task_is_deleted_and_its_result_is_gone() -> None:
    async with a_dashboard() as served:
        task_id = await submitted(served, args=[3])
        response = await served.post(f"/tasks/{task_id}/actions/delete")
        assert (response.status_code, response.json()) == (200, {"id": task_id, "status": "success"})
        assert (await served.get(f"/tasks/{task_id}")).status_code == 410
        assert (await served.post(f"/tasks/{task_id}/actions/delete")).status_code == 410
        assert (await served.get("/tasks/counts")).json()["success"] == 0
        refused, entry = await served.items("/audit?limit=2")
        assert (entry["action"], entry["target"], entry["before"]) == ("delete", task_id, "success")
        assert (refused["action"], refused["target"], "not kept" in refused["refusal"]) == ("delete", task_id, True)


async def test_a_task_that_has_not_ended_cannot_be_deleted() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function]) as served:
        task_id = await submitted(served, "held", args=[1])
        response = await served.post(f"/tasks/{task_id}/actions/delete")
        assert (response.status_code, response.json()["current_status"]) == (409, "running")
        actions = {each["action"]: each for each in (await served.get(f"/tasks/{task_id}")).json()["actions"]}
        assert actions["delete"]["explanation"] == "it is running: only after its end"


async def test_a_retry_is_the_same_call_under_a_new_id_that_names_its_origin() -> None:
    async with a_dashboard() as served:
        task_id = await submitted(served, args=[3])
        response = await served.post(f"/tasks/{task_id}/actions/retry")
        assert response.status_code == 201
        await served.system.settle()
        again = (await served.get(f"/tasks/{response.json()['id']}")).json()
        assert (again["origin"], again["result"]["value"]) == (task_id, 3)


async def test_a_rerun_takes_edited_arguments_of_the_same_function_only() -> None:
    async with a_dashboard() as served:
        task_id = await submitted(served, args=[3])
        other = await served.post(f"/tasks/{task_id}/actions/rerun", {"name": "divide", "args": [1, 1]})
        assert (other.status_code, other.json()["errors"][0]["pointer"]) == (422, "/name")
        response = await served.post(
            f"/tasks/{task_id}/actions/rerun", {"name": "echo", "args": [4], "priority": "low"}
        )
        await served.system.settle()
        again = (await served.get(f"/tasks/{response.json()['id']}")).json()
        assert (again["origin"], again["result"]["value"], again["priority"]) == (task_id, 4, "low")


AGREED = {"retries": 4, "timeout_seconds": 30.0, "delay_seconds": None, "expires_seconds": 600.0}


@pytest.mark.parametrize(
    ("edited", "then"),
    [
        ({}, {}),
        ({"retries": 1}, {"retries": 1}),
        ({"retries": None, "timeout_seconds": None, "expires_seconds": None}, {"retries": 0, "timeout_seconds": None}),
        ({"delay_seconds": 60}, {"delay_seconds": 60.0}),
    ],
)
async def test_a_rerun_keeps_what_its_body_leaves_out_and_null_takes_it_away(
    edited: dict[str, Any], then: dict[str, Any]
) -> None:
    async with a_dashboard() as served:
        backoff = Backoff(initial=7.0, jitter=0.0)
        options = submit_options(retries=4, backoff=backoff, never_on=KeyError, timeout=30, expires=600)
        task_id = await served.client.submit(echo, (3,), {}, options)
        await task_id
        await served.system.settle()
        first = (await served.get(f"/tasks/{task_id}")).json()
        response = await served.post(f"/tasks/{task_id}/actions/rerun", {"name": "echo", **edited})
        again = (await served.get(f"/tasks/{response.json()['id']}")).json()
        gone = {"expires_seconds": None} if "expires_seconds" in edited else {}
        assert again["terms"] == {**first["terms"], **AGREED, **then, **gone}
        assert again["terms"]["backoff"] == {"initial": 7.0, "factor": 2.0, "maximum": 300.0, "jitter": 0.0}
        assert again["terms"]["never_on"] == ["builtins.KeyError"]
        assert again["arguments"] == first["arguments"]


@pytest.mark.parametrize(
    ("edited", "priority"), [({}, "low"), ({"priority": None}, "high"), ({"priority": "normal"}, "normal")]
)
async def test_a_rerun_without_a_priority_has_that_of_before_and_null_is_the_declared_one(
    edited: dict[str, Any], priority: str
) -> None:
    async with a_dashboard(functions=[urgent]) as served:
        task_id = await submitted(served, name="urgent", args=[3], priority="low")
        response = await served.post(f"/tasks/{task_id}/actions/rerun", {"name": "urgent", **edited})
        again = (await served.get(f"/tasks/{response.json()['id']}")).json()
        assert again["priority"] == priority


async def test_pages_follow_one_another_in_both_directions_while_tasks_come_in() -> None:
    async with a_dashboard() as served:
        ids = [await submitted(served, args=[number]) for number in range(7)][::-1]
        first = (await served.get("/tasks?limit=3")).json()
        await submitted(served, args=[99])
        second = (await served.get("/tasks", params={"limit": 3, "cursor": first["next_cursor"]})).json()
        third = (await served.get("/tasks", params={"limit": 3, "cursor": second["next_cursor"]})).json()
        seen = [task["id"] for page in (first, second, third) for task in page["items"]]
        assert seen == ids
        assert third["next_cursor"] is None
        back = (await served.get("/tasks", params={"limit": 3, "cursor": third["prev_cursor"]})).json()
        assert back["items"] == second["items"]


async def test_a_cursor_of_another_list_or_filter_is_refused() -> None:
    async with a_dashboard() as served:
        for number in range(3):
            await submitted(served, args=[number])
        cursor = (await served.get("/tasks?limit=1")).json()["next_cursor"]
        for path in ("/tasks?status=failure", "/tasks?order=oldest", "/workers", "/audit", "/errors"):
            join = "&" if "?" in path else "?"
            response = await served.get(f"{path}{join}cursor={cursor}")
            assert (response.status_code, response.json()["type"]) == (400, "/problems/invalid-cursor"), path


async def test_the_list_is_narrowed_by_each_parameter_and_by_words() -> None:
    async with a_dashboard() as served:
        echoed = await submitted(served, args=[7])
        with pytest.raises(TaskFailed):
            await (await served.client.delay("divide", 1, 0))
        assert [task["name"] for task in await served.items("/tasks?status=failure&status=lost")] == ["divide"]
        assert await served.items("/tasks?q=args.value.²:7") == []
        for query in ("name=echo", "q=name:echo", "q=args.value:7", "priority=normal&q=ech", f"q={echoed}"):
            assert [task["id"] for task in await served.items(f"/tasks?{query}")] == [echoed], query
        assert len(await served.items("/tasks?worker=w1&order=oldest")) == 2
        assert await served.items("/tasks?since=2100-01-01T00:00:00Z") == []
        assert await served.items("/tasks?q=division+by+zero&name=echo") == []


BAD_QUERIES = [
    *("limit=abc", "limit=0", "limit=201", "limit=99999999999999999999", "limit=", "order=sideways"),
    *("status=weird", "since=yesterday", "cursor=%00", "q=status:weird", f"q={'a+' * 30}", f"q={'x' * 501}"),
    f"q=args.{'a.' * 20}b:1",
]


@pytest.mark.parametrize("query", BAD_QUERIES)
async def test_a_parameter_that_cannot_work_is_named(query: str) -> None:
    async with a_dashboard() as served:
        response = await served.get(f"/tasks?{query}")
        problem = response.json()
        assert (response.status_code, response.headers["content-type"]) == (400, "application/problem+json")
        assert query.partition("=")[0] in problem["detail"]


async def test_what_has_not_changed_is_not_sent_twice() -> None:
    async with a_dashboard() as served:
        task_id = await submitted(served, args=[1])
        for path in ("/tasks", f"/tasks/{task_id}", "/functions", "/queues", "/config"):
            first = await served.get(path)
            await served.system.advance(3)
            again = await served.get(path, headers={"if-none-match": first.headers["etag"]})
            assert (again.status_code, again.content) == (304, b""), path
        stale = (await served.get("/tasks")).headers["etag"]
        await submitted(served, args=[2])
        assert (await served.get("/tasks", headers={"if-none-match": stale})).status_code == 200


async def test_a_raw_payload_is_an_attachment_of_plain_text() -> None:
    async with a_dashboard() as served:
        task_id = await submitted(served, args=[1])
        response = await served.get(f"/tasks/{task_id}/result?raw=true")
        assert response.content == b"1"
        assert response.headers["content-type"].startswith("text/plain")
        assert response.headers["content-disposition"].startswith("attachment")
        assert (await served.get(f"/tasks/{task_id}/arguments")).json()["value"] == {"args": [], "kwargs": {"value": 1}}


async def test_a_task_without_a_result_says_so() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function]) as served:
        task_id = await submitted(served, "held", args=[1])
        response = await served.get(f"/tasks/{task_id}/result")
        assert (response.status_code, response.json()["current_status"]) == (409, "running")


async def test_attempts_and_steps_are_lists_of_their_own() -> None:
    async with a_dashboard() as served:
        task_id = await submitted(served, "divide", args=[1, 0], retries=1)
        await served.system.advance(30)
        attempts = await served.items(f"/tasks/{task_id}/attempts")
        assert [(attempt["number"], attempt["status"]) for attempt in attempts] == [(1, "failure"), (2, "failure")]
        steps = await served.items(f"/tasks/{task_id}/events")
        assert [step["status"] for step in steps][-1] == "failure"
        assert len(await served.items(f"/tasks/{task_id}/events?limit=1")) == 1


async def test_the_latest_steps_come_first_where_that_is_wanted_and_lead_to_older_ones() -> None:
    async with a_dashboard() as served:
        task_id = await submitted(served, "divide", args=[1, 0], retries=1)
        await served.system.advance(30)
        path = f"/tasks/{task_id}/events?limit=2&order="
        numbers = [step["number"] for step in await served.items(f"/tasks/{task_id}/events")]
        first = (await served.get(f"{path}newest")).json()
        older = (await served.get(f"{path}newest&cursor={first['next_cursor']}")).json()
        assert [step["number"] for page in (first, older) for step in page["items"]] == numbers[:-5:-1]
        assert (await served.get(f"{path}oldest&cursor={first['next_cursor']}")).status_code == 400


@task
async def chatter(value: int) -> int:
    execution = running_execution.get()
    assert execution is not None
    current_task().progress(1, 2)
    for number in range(value):
        note_in_task(execution, LogLine("info", "shop", f"line {number}"))
    return value


async def test_steps_of_one_kind_can_be_asked_for_and_all_that_are_no_lines_fit_on_one_page() -> None:
    async with a_dashboard(functions=[chatter]) as served:
        task_id = await submitted(served, "chatter", args=[250])
        await served.system.advance(30)
        path = f"/tasks/{task_id}/events?order=newest&limit=50"
        lines = (await served.get(f"{path}&kind=line")).json()
        assert lines["items"][0]["line"]["message"] == "line 249"
        assert all(step["line"] for step in lines["items"])
        others = (await served.get(f"{path}&kind=status&kind=progress")).json()
        assert [(step["status"], bool(step["progress"])) for step in others["items"]] == [
            ("success", False),
            (None, True),
            ("running", False),
        ]
        assert others["next_cursor"] is None
        everything = (await served.get(path)).json()
        assert everything["total"]["value"] == lines["total"]["value"] + others["total"]["value"]
        assert OTHERS_KEPT <= MOST_ON_A_PAGE  # the page asks once for all of them


async def test_a_cursor_leads_on_among_steps_of_its_own_kinds_only() -> None:
    async with a_dashboard() as served:
        task_id = await submitted(served, "divide", args=[1, 0], retries=1)
        await served.system.advance(30)
        path = f"/tasks/{task_id}/events?limit=1&kind=status"
        cursor = (await served.get(path)).json()["next_cursor"]
        assert (await served.get(f"{path}&cursor={cursor}")).status_code == 200
        assert (await served.get(f"{path}&kind=line&cursor={cursor}")).status_code == 400
        assert is_problem(await served.get(f"{path}&kind=sideways"), 400, "invalid-parameter")


async def test_an_id_with_a_slash_is_one_name() -> None:
    async with a_dashboard() as served:
        echoed = await echo.options(id="a/b").submit(5)
        assert await echoed == 5
        assert (await served.get("/tasks/a%2Fb")).json()["id"] == "a/b"


async def test_a_task_goes_on_with_the_trace_that_the_request_names() -> None:
    headers = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tracestate": "a=1"}
    async with a_dashboard() as served:
        for sent, kept in ((headers, tuple(headers.items())), ({}, None)):
            response = await served.post("/tasks", {"name": "echo", "args": [1]}, headers=sent)
            task = served.parts.ledger.tasks[response.json()["id"]]
            assert task.submission.terms.trace == kept


TRACE_ID = "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize(
    ("traceparent", "template", "expected"),
    [
        (f"00-{TRACE_ID}-b7ad6b7169203331-01", "https://t.example/{trace_id}?a=1", f"https://t.example/{TRACE_ID}?a=1"),
        (f"00-{TRACE_ID}-b7ad6b7169203331-01", None, None),
    ],
)
async def test_a_traced_task_tells_its_trace_and_where_it_can_be_looked_at(
    traceparent: str, template: str | None, expected: str | None
) -> None:
    async with a_dashboard(trace_url_template=template) as served:
        response = await served.post("/tasks", {"name": "echo", "args": [1]}, headers={"traceparent": traceparent})
        task = (await served.get(f"/tasks/{response.json()['id']}")).json()
        assert (task["trace_id"], task["trace_url"]) == (TRACE_ID, expected)


@pytest.mark.parametrize("traceparent", [None, "nonsense", f"00-{TRACE_ID}", f"00-{TRACE_ID}/../x-b7ad6b7169203331-01"])
async def test_a_task_without_a_trace_tells_none_and_leads_nowhere(traceparent: str | None) -> None:
    headers = {"traceparent": traceparent} if traceparent else {}
    async with a_dashboard(trace_url_template="https://t.example/{trace_id}") as served:
        response = await served.post("/tasks", {"name": "echo", "args": [1]}, headers=headers)
        task = (await served.get(f"/tasks/{response.json()['id']}")).json()
        assert (task["trace_id"], task["trace_url"]) == (None, None)
