"""The stack of a running task through the API."""

import pytest

from fastworker.application.messages import Leases
from fastworker.application.registration import MANY_LEASES
from tests.unit.system.system import HeldTask

from .served import a_dashboard

pytestmark = pytest.mark.anyio


async def test_the_worker_of_a_running_task_is_asked_for_its_stack() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function], workers=[]) as served:
        await served.system.start_worker("w2", held.function, base_address="tcp://127.0.0.1:7001")
        task_id = str(await served.client.delay("held", 1))
        await served.system.settle()
        told = (await served.get(f"/tasks/{task_id}/stack")).json()
        assert (told["id"], told["worker_id"], told["attempt"], told["is_stuck"]) == (task_id, "w2", 1, False)
        held.release()
        await served.system.settle()
        ended = await served.get(f"/tasks/{task_id}/stack")
        assert (ended.status_code, ended.json()["current_status"]) == (409, "success")


async def test_a_worker_that_has_no_address_tells_the_stack_with_its_next_poll() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function]) as served:
        task_id = str(await served.client.delay("held", 1))
        await served.system.settle()
        told = (await served.get(f"/tasks/{task_id}/stack")).json()
        assert (told["id"], told["worker_id"], told["attempt"], told["is_stuck"]) == (task_id, "w1", 1, False)
        again = (await served.get(f"/tasks/{task_id}/stack")).json()
        assert again["id"] == task_id
        await served.post("/workers/w1/drain")
        await served.system.settle()
        assert (await served.get(f"/tasks/{task_id}/stack")).json()["id"] == task_id
        assert (await served.get("/tasks/nobodys/stack")).status_code == 404


async def test_a_worker_without_an_address_that_stands_still_is_told_so() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function], workers=[]) as served:
        worker = await served.system.start_worker("w2", held.function)
        task_id = str(await served.client.delay("held", 1))
        await served.system.settle()
        worker.wire.freeze()
        asking = served.system.call(served.get, f"/tasks/{task_id}/stack")
        await served.system.advance(2.9)
        assert not asking.is_done
        await served.system.advance(0.2)
        response = asking.result()
        assert (response.status_code, response.json()["type"]) == (502, "/problems/worker-silent")
        assert "worker w2: it said nothing with its polls within 3 s" in response.json()["detail"]
        worker.wire.thaw()
        held.release()


async def test_an_attempt_that_ends_while_its_worker_is_asked_does_not_run() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function], workers=[]) as served:
        worker = await served.system.start_worker("w2", held.function)
        task_id = str(await served.client.delay("held", 1))
        await served.system.settle()
        worker.wire.freeze()
        asking = served.system.call(served.get, f"/tasks/{task_id}/stack")
        held.release()
        await served.system.settle()
        worker.wire.thaw()
        await served.system.advance(1)
        response = asking.result()
        assert (response.status_code, response.json()["type"]) == (409, "/problems/wrong-state")


async def test_a_worker_that_does_not_answer_is_told_so() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function], workers=[]) as served:
        worker = await served.system.start_worker("w2", held.function, base_address="tcp://127.0.0.1:7001")
        task_id = str(await served.client.delay("held", 1))
        await served.system.settle()
        await worker.kill()
        asking = served.system.call(served.get, f"/tasks/{task_id}/stack")
        await served.system.advance(5.0)
        response = asking.result()
        assert (response.status_code, response.json()["type"]) == (502, "/problems/worker-silent")


async def test_the_stack_of_a_task_that_is_leased_with_many_others_is_told_as_soon_as_it_runs() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function], workers=[]) as served:
        worker = await served.system.start_worker("w2", held.function, slots=MANY_LEASES)
        worker.wire.freeze()
        worker.wire.lose(Leases)  # so that the question travels with the leases when they come again
        handles = await served.client.map("held", [(number,) for number in range(MANY_LEASES)])
        await served.system.settle()
        asking = served.system.call(served.get, f"/tasks/{handles[-1]}/stack")
        await served.system.settle()
        worker.wire.thaw()
        await served.system.advance(1)
        told = asking.result()
        assert (told.status_code, told.json()["id"]) == (200, str(handles[-1]))
        assert len(held.started) == MANY_LEASES
        held.release()


async def test_a_task_whose_lease_is_on_its_way_is_not_said_to_be_running() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function], workers=[]) as served:
        worker = await served.system.start_worker("w2", held.function, base_address="tcp://127.0.0.1:7001")
        worker.wire.freeze()
        task_id = str(await served.client.delay("held", 1))
        await served.system.settle()
        response = await served.get(f"/tasks/{task_id}/stack")
        assert (response.status_code, response.json()["current_status"]) == (409, "running")
        assert "its worker is about to begin it" in response.json()["detail"]
        worker.wire.thaw()
        held.release()
