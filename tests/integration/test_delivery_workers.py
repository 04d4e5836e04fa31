"""Workers that freeze or die while their tasks may be tried again: whose result counts, and what starts once more."""

import signal

from fastworker import SyncClient, SyncTaskHandle, TaskLost, TaskResult, TaskStatus
from fastworker.application.task_options import submit_options

from .gates import Gates
from .system import NO_LOCAL_WORK, StartSystem
from .waiting import until

MODULES = "work delivery_work"
SHORT_LEASE = f"{NO_LOCAL_WORK} --lease-seconds 1"


def result_of(handle: SyncTaskHandle[str]) -> TaskResult[str]:
    found = handle.result()
    assert found is not None
    return found


def retry_waits(client: SyncClient) -> bool:
    return client.inspect().scheduled == 1


def test_a_worker_frozen_for_less_than_its_lease_loses_nothing(system: StartSystem, gates: Gates) -> None:
    up = system(modules=MODULES, control_plane=f"{NO_LOCAL_WORK} --lease-seconds 60", worker="--concurrency 2")
    worker = up.workers["sw1"]
    with up.sync_client() as client:
        running = client.delay("counted", gates.folder, "before")
        gates.wait_until_started("before")
        worker.send(signal.SIGSTOP)
        leased = client.delay("counted", gates.folder, "meanwhile")
        until(lambda: leased.status() is TaskStatus.RUNNING)
        gates.open("before", "meanwhile")

        worker.send(signal.SIGCONT)

        assert [running.get(timeout=20), leased.get(timeout=20)] == ["before", "meanwhile"]
        assert client.inspect().superseded == 0
    assert sorted(gates.order()) == ["before", "meanwhile"]


def test_the_late_result_of_a_frozen_worker_is_used_while_its_task_waits_to_be_tried_again(
    system: StartSystem, gates: Gates
) -> None:
    up = system(modules=MODULES, control_plane=SHORT_LEASE)
    worker = up.workers["sw1"]
    with up.sync_client() as client:
        handle = client.submit("counted", (gates.folder, "late"), {}, submit_options(retries=3, backoff=3600))
        gates.wait_until_started("late")
        worker.send(signal.SIGSTOP)
        until(lambda: retry_waits(client), within=20)
        assert handle.status() is TaskStatus.SCHEDULED
        gates.open("late")

        worker.send(signal.SIGCONT)

        assert handle.get(timeout=20) == "late"
        result = result_of(handle)
        assert (result.attempts, result.worker_id) == (1, "sw1")
        state = client.inspect()
        assert (state.superseded, state.scheduled, state.finished[TaskStatus.SUCCESS]) == (0, 0, 1)
        assert client.delay("pid").get(timeout=20) == worker.pid
    assert gates.order() == ["late"]  # no other attempt was started


def test_the_late_result_of_a_frozen_worker_is_superseded_when_its_task_was_leased_elsewhere(
    system: StartSystem, gates: Gates
) -> None:
    up = system(workers=2, modules=MODULES, control_plane=SHORT_LEASE, worker="--concurrency 1")
    with up.sync_client() as client:
        handle = client.submit("counted", (gates.folder, "moved"), {}, submit_options(retries=1, backoff=0))
        first = gates.wait_until_started("moved")["moved"]
        frozen = next(worker for worker in up.workers.values() if worker.pid == first)
        frozen.send(signal.SIGSTOP)
        until(lambda: gates.started()["moved"] != first, within=20)
        frozen.send(signal.SIGCONT)
        frozen.wait_for('"event": "registration_over"')  # it has been told, and joins again
        gates.open("moved")

        assert handle.get(timeout=20) == "moved"
        until(lambda: client.inspect().superseded == 1, within=20)
        result = result_of(handle)
        assert (result.attempts, [attempt.status for attempt in result.history]) == (2, [TaskStatus.LOST])
        assert result.worker_id != frozen.name
        assert client.inspect().finished[TaskStatus.SUCCESS] == 1
    assert gates.order() == ["moved", "moved"]


def test_a_task_whose_worker_was_killed_runs_again_on_another(system: StartSystem, gates: Gates) -> None:
    up = system(workers=2, modules=MODULES, control_plane=SHORT_LEASE, worker="--concurrency 1")
    with up.sync_client() as client:
        handle = client.submit("counted", (gates.folder, "again"), {}, submit_options(retries=1, backoff=0))
        first = gates.wait_until_started("again")["again"]
        killed = next(worker for worker in up.workers.values() if worker.pid == first)
        killed.kill()
        until(lambda: gates.started()["again"] != first, within=20)
        gates.open("again")

        assert handle.get(timeout=20) == "again"
        (lost,) = result_of(handle).history
        assert (lost.number, lost.worker_id, lost.status) == (1, killed.name, TaskStatus.LOST)
    assert gates.order() == ["again", "again"]


def test_a_task_that_kills_its_workers_is_lost_after_as_many_as_are_allowed_and_names_each(
    system: StartSystem, gates: Gates
) -> None:
    up = system(workers=3, modules=MODULES, control_plane=f"{SHORT_LEASE} --max-losses 2", worker="--concurrency 1")
    with up.sync_client() as client:
        handle = client.delay("kill_the_worker", gates.folder)
        try:
            handle.get(timeout=30)
        except TaskLost as error:
            text = str(error)
        dead = [worker for worker in up.workers.values() if not worker.is_running]
        assert sorted(worker.wait() for worker in dead) == [9, 9]
        for worker in dead:
            assert f"on worker {worker.name!r}" in text
        survivor = next(worker for worker in up.workers.values() if worker.is_running)
        assert client.delay("pid").get(timeout=20) == survivor.pid
    assert gates.order() == ["kill_the_worker"] * 2
