"""Workers that die, freeze and come back: what becomes of their tasks, and of them."""

import signal
import time

import pytest

from fastworker import SyncClient, SyncTaskHandle, TaskLost, TaskStatus

from .gates import Gates
from .system import StartSystem
from .waiting import until

TICK_SECONDS = 1.0
"""The control plane looks for silent workers once per second."""

SLACK_SECONDS = 0.7
"""For a busy machine."""


def test_tasks_of_a_killed_worker_are_lost_within_the_lease_and_the_others_take_new_work(
    system: StartSystem, gates: Gates
) -> None:
    lease = 1.0
    up = system(workers=2, control_plane=f"--lease-seconds {lease} --local-execution never", worker="--concurrency 3")
    names = [f"task-{number}" for number in range(6)]
    with up.sync_client() as client:
        handles = dict(zip(names, client.map("wait_at_gate", [(gates.folder, name) for name in names]), strict=True))
        pids = gates.wait_until_started(*names)
        waiting = client.map("echo", [(number,) for number in range(20)])
        killed = up.workers["sw1"]
        doomed = [name for name in names if pids[name] == killed.pid]
        assert len(doomed) == 3

        killed.kill()
        killed_at = time.monotonic()
        for name in doomed:
            with pytest.raises(TaskLost, match=r"was lost with its worker \(attempt 1 on worker 'sw1'"):
                handles[name].get(timeout=10)
        lost_after = time.monotonic() - killed_at

        gates.open(*names)
        survivors = [name for name in names if name not in doomed]
        assert [handles[name].get(timeout=10) for name in survivors] == survivors
        assert [handle.get(timeout=10) for handle in waiting] == list(range(20))
        assert client.delay("pid").get(timeout=10) == up.workers["sw2"].pid
        assert {handles[name].status() for name in doomed} == {TaskStatus.LOST}
        assert nothing_is_pending(client)
        assert [worker.worker_id for worker in client.inspect().workers] == ["sw2"]
    assert lost_after <= lease + TICK_SECONDS + SLACK_SECONDS


def test_a_frozen_worker_that_wakes_after_its_lease_is_answered_superseded_and_works_again_by_itself(
    system: StartSystem, gates: Gates
) -> None:
    up = system(control_plane="--lease-seconds 1 --local-execution never", worker="--concurrency 1")
    worker = up.workers["sw1"]
    with up.sync_client() as client:
        frozen = client.delay("wait_at_gate", gates.folder, "frozen")
        gates.wait_until_started("frozen")
        worker.send(signal.SIGSTOP)
        with pytest.raises(TaskLost):
            frozen.get(timeout=10)
        waiting = client.delay("pid")  # nobody is there to run it
        gates.open("frozen")

        worker.send(signal.SIGCONT)

        assert waiting.get(timeout=10) == worker.pid
        until(lambda: client.inspect().superseded == 1, what="one superseded report")
        up.control_plane.wait_for('"event": "report_superseded"')
        worker.wait_for('"event": "report_superseded"')
        assert frozen in worker.log
        assert client.status(frozen) is TaskStatus.LOST  # the late report changed nothing
        assert client.delay("echo", 7).get(timeout=10) == 7
        assert nothing_is_pending(client)


def test_a_worker_that_comes_back_under_its_id_does_not_wait_for_the_lease_of_its_former_self(
    system: StartSystem, gates: Gates
) -> None:
    up = system(control_plane="--lease-seconds 60 --local-execution never", worker="--concurrency 1")
    with up.sync_client() as client:
        handle = client.delay("wait_at_gate", gates.folder, "first")
        gates.wait_until_started("first")
        up.workers["sw1"].kill()

        again = up.start_worker("sw1")

        with pytest.raises(TaskLost):
            handle.get(timeout=5)
        assert client.delay("pid").get(timeout=10) == again.pid


def test_a_second_process_under_a_taken_worker_id_ends_the_first_with_one_clear_line(system: StartSystem) -> None:
    up = system()
    first = up.workers["sw1"]

    second = up.start_worker("sw1")

    assert first.wait() == 1
    assert "give each worker an id of its own (--worker-id)" in first.log.splitlines()[-1]
    with up.sync_client() as client:
        assert client.delay("pid").get(timeout=10) == second.pid


def test_a_task_that_kills_its_worker_is_lost_and_the_rest_of_the_queue_is_done(system: StartSystem) -> None:
    up = system(workers=2, control_plane="--lease-seconds 1 --local-execution never", worker="--concurrency 1")
    with up.sync_client() as client:
        deadly = client.delay("kill_worker", priority="high")
        echoes = client.map("echo", [(number,) for number in range(50)])

        with pytest.raises(TaskLost):
            deadly.get(timeout=10)

        ended = [outcome_of(handle) for handle in echoes]
        assert ended.count("lost") <= 1  # at most what was leased to the same worker at that moment
        assert [value for value in ended if value != "lost"] == [n for n, value in enumerate(ended) if value != "lost"]
        assert nothing_is_pending(client)


def test_a_blocked_thread_and_a_blocked_event_loop_do_not_silence_the_worker(system: StartSystem) -> None:
    up = system(control_plane="--lease-seconds 0.5 --local-execution never", worker="--concurrency 2")
    with up.sync_client() as client:
        thread = client.delay("block_thread", 1.5)
        assert thread.get(timeout=10) == up.workers["sw1"].pid

        loop = client.delay("block_loop", 1.5)
        assert loop.get(timeout=10) == up.workers["sw1"].pid

        assert client.inspect().superseded == 0
    assert "worker_left" not in up.control_plane.log
    assert "registration_over" not in up.workers["sw1"].log


def nothing_is_pending(client: SyncClient) -> bool:
    state = client.inspect()
    return state.running == 0 and sum(state.queued.values()) == 0


def outcome_of(handle: SyncTaskHandle[int]) -> int | str:
    try:
        return handle.get(timeout=10)
    except TaskLost:
        return "lost"
