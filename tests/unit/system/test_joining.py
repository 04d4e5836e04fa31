"""How a worker finds its control plane and joins it."""

import pytest

from fastworker.application.messages import Hello, InspectWorker, Join, Leases, Noted, WorkerInspected
from fastworker.domain.errors import AddressUnusable, InvalidTaskModule, WireError, WorkerReplaced
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.vitals import Vitals

from .system import BEACON, CLIENTS, HeldTask, a_system
from .tasks import echo

pytestmark = pytest.mark.anyio


async def test_a_worker_without_an_address_finds_the_control_plane_by_its_beacon() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", echo, control_plane_address=None)
        assert control_plane.worker_ids == []
        await system.advance(1)
        assert control_plane.worker_ids == ["w1"]


async def test_a_worker_that_hears_no_beacon_keeps_listening() -> None:
    async with a_system() as system:
        await system.start_worker("w1", echo, control_plane_address=None)
        await system.advance(60)
        control_plane = await system.start_control_plane()
        await system.advance(3)
        assert control_plane.worker_ids == ["w1"]


async def test_a_worker_waits_for_a_control_plane_that_starts_later() -> None:
    async with a_system() as system:
        await system.start_worker("w1", echo)
        await system.advance(600)
        control_plane = await system.start_control_plane()
        await system.advance(1)
        assert control_plane.worker_ids == ["w1"]


async def test_a_worker_without_modules_loads_those_that_the_control_plane_names() -> None:
    async with a_system() as system:
        await system.start_control_plane(task_modules=("tasks", "more"))
        worker = await system.start_worker("w1", loadable=[echo])
        async with system.client() as client:
            assert await (await client.delay("echo", 1)) == 1
        assert worker.loaded == ["tasks", "more"]


async def test_a_worker_without_modules_ends_when_the_control_plane_names_none_either() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        worker = await system.start_worker("w1", loadable=[echo])
        assert isinstance(worker.error, InvalidTaskModule)
        assert worker.ended.is_set()


async def test_a_worker_loads_no_modules_that_a_control_plane_on_another_machine_names() -> None:
    async with a_system() as system:
        far = "tcp://10.0.0.5:5555"
        await system.start_control_plane(task_modules=("tasks",), client_address=far)
        worker = await system.start_worker("w1", loadable=[echo], control_plane_address=far)
        assert isinstance(worker.error, InvalidTaskModule)
        assert "is on another machine" in str(worker.error)
        assert worker.loaded == []


async def test_a_second_worker_of_the_same_id_ends_the_first_and_loses_what_it_ran() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        first = await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            await system.start_worker("w1", held.function, echo)
            await system.settle()
            assert isinstance(first.error, WorkerReplaced)
            assert await handle.status() is TaskStatus.LOST
            assert await (await client.delay("echo", 2)) == 2
        assert control_plane.worker_ids == ["w1"]


async def test_a_worker_shows_at_its_own_address_what_it_runs() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function, slots=2, base_address="tcp://127.0.0.1:7001")
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.advance(3)
            shown = await system.ask("tcp://127.0.0.1:7001", InspectWorker())
        assert isinstance(shown, WorkerInspected)
        assert (shown.worker_id, shown.slots) == ("w1", 2)
        assert [(run.task_id, run.name, run.attempt, run.run_seconds) for run in shown.running] == [
            (handle, "held", 1, 3.0)
        ]


async def test_a_worker_answers_nothing_but_inspections_at_its_own_address() -> None:
    async with a_system() as system:
        await system.start_worker("w1", echo, base_address="tcp://127.0.0.1:7001")
        with pytest.raises(WireError, match="Hello is no request to a worker"):
            await system.ask("tcp://127.0.0.1:7001", Hello())


async def test_a_worker_whose_own_address_is_taken_ends() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        worker = await system.start_worker("w1", echo, base_address=CLIENTS)
        assert isinstance(worker.error, AddressUnusable)


async def test_a_worker_that_is_answered_with_nonsense_tries_again() -> None:
    answers = {Hello: Noted(), Join: Leases(first=1, entries=[])}
    async with a_system() as system:

        async def answer(request: object) -> Noted | Leases:
            return answers[type(request)]

        async with system.network.serve([CLIENTS], answer):
            worker = await system.start_worker("w1", echo)
            await system.advance(2)
            assert worker.wire.count(Hello) > 3
        control_plane = await system.start_control_plane()
        await system.advance(2)
        assert control_plane.worker_ids == ["w1"]


async def test_beacons_that_were_missed_while_the_control_plane_stood_still_are_not_made_up_for() -> None:
    heard = []
    async with a_system() as system:
        await system.start_control_plane()
        async with system.network.subscribe(BEACON) as beacon:

            async def listen() -> None:
                while True:
                    heard.append(await beacon.receive())

            system.call(listen)
            system.clock.move_to(system.clock.now() + 3600)
            while system.clock.wake_next(until=system.clock.now()):
                await system.settle()
            assert 1 <= len(heard) <= 2
            await system.advance(3)
            assert 4 <= len(heard) <= 5


async def test_a_worker_tells_its_labels_and_of_what_code_its_functions_are() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane(task_modules=("tasks",))
        await system.start_worker("w1", echo, labels={"zone": "eu"})
        await system.start_worker("w2", loadable=[echo])
        cards = [worker.card for worker in control_plane.ledger.workers]
        assert [card.labels for card in cards] == [(("zone", "eu"),), ()]
        assert cards[0].digests == cards[1].digests
        assert [name for name, _ in cards[0].digests] == ["echo"]


async def test_a_worker_goes_on_to_tell_how_it_does_when_it_has_joined_again() -> None:
    async with a_system() as system:
        first = await system.start_control_plane()
        worker = await system.start_worker("w1", echo)
        await system.advance(5)
        assert first.ledger.workers["w1"].vitals == Vitals(
            processor_share=0.0, resident_bytes=worker.meter.held_bytes, lag_seconds=0.0, round_trip_seconds=0.0
        )
        await first.kill()
        await system.advance(5)
        second = await system.start_control_plane()
        worker.meter.used_seconds += 60.0
        await system.advance(25)
        vitals = second.ledger.workers["w1"].vitals
        assert vitals is not None
        assert vitals.processor_share is not None
        assert vitals.lag_seconds == 0.0
