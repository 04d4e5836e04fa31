"""Which task submitted another, as the control plane knows it."""

from typing import Any

import pytest

from fastworker.application.client import TaskClient
from fastworker.application.current_task import running_execution
from fastworker.application.task_function import task
from fastworker.application.task_options import submit_options
from fastworker.domain.ledger import Ledger

from .system import AnyTask, a_system
from .tasks import echo

pytestmark = pytest.mark.anyio


class Family:
    """A task function `family(grandchildren)` that submits an `echo`, two by one call, and another family."""

    def __init__(self) -> None:
        self.client: TaskClient | None = None
        self.ids: list[str] = []

        async def family(grandchildren: int) -> int:
            assert self.client is not None
            handles: list[Any] = [await self.client.submit(echo, (1,), {}, submit_options(retries=3))]
            handles += await self.client.map(echo, [(2,), (3,)])
            if grandchildren:
                handles.append(await self.client.delay("family", grandchildren - 1))
            self.ids += handles
            return sum([await handle for handle in handles])

        self.function: AnyTask = task(family)


async def test_what_a_task_submits_names_it_as_its_parent_and_nothing_else_does() -> None:
    family, ledger = Family(), Ledger()
    async with a_system() as system:
        await system.start_control_plane(ledger=ledger)
        await system.start_worker("w1", echo, family.function, slots=4)
        async with system.client() as client:
            family.client = client
            root = await client.delay("family", 1)
            assert await root == 12
            plain = await client.delay(echo, 1)
            await plain
    terms = {task_id: task.submission.terms for task_id, task in ledger.results.by_id.items()}
    inner = next(task_id for task_id in family.ids if ledger.results.by_id[task_id].submission.name == "family")
    assert {task_id for task_id, each in terms.items() if each.parent == root} == set(family.ids[:4])
    assert {task_id for task_id, each in terms.items() if each.parent == inner} == set(family.ids[4:])
    assert [terms[task_id].parent for task_id in (root, plain)] == [None, None]
    assert [terms[task_id].retries for task_id in family.ids if terms[task_id].retries] == [3, 3]


async def test_a_child_that_is_run_again_has_an_origin_and_no_parent() -> None:
    family, ledger = Family(), Ledger()
    async with a_system() as system:
        await system.start_control_plane(ledger=ledger)
        await system.start_worker("w1", echo, family.function, slots=4)
        async with system.client() as client:
            family.client = client
            await (await client.delay("family", 0))
            again = await client.retry(family.ids[0])
            await again
    terms = ledger.results.by_id[again].submission.terms
    assert (terms.origin, terms.parent) == (family.ids[0], None)


async def test_what_a_client_that_was_started_in_a_task_does_by_itself_is_no_part_of_that_task() -> None:
    submitted: list[str] = []
    at_the_end: list[object] = []
    async with a_system() as system:

        async def opener() -> None:
            async with system.client() as client:
                handle = await client.delay(echo, 1)
                handle.add_done_callback(lambda _: at_the_end.append(running_execution.get()))
                submitted.append(handle)
                await handle

        ledger = Ledger()
        await system.start_control_plane(ledger=ledger)
        await system.start_worker("w1", echo, task(opener), slots=2)
        async with system.client() as client:
            parent = await client.delay("opener")
            await parent
    assert at_the_end == [None]
    assert ledger.results.by_id[submitted[0]].submission.terms.parent == parent
