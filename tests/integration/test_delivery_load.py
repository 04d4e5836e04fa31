"""Signals and cancels while some hundred tasks per second go through: nothing that was accepted is left without an end.

The rate is reached by pauses between batches; no outcome depends on it.
"""

import asyncio
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fastworker import (
    Cancellation,
    Client,
    ControlPlaneError,
    FastWorkerError,
    SyncTaskHandle,
    TaskCancelled,
    TaskHandle,
    TaskStatus,
)
from fastworker.application.task_options import submit_options

from .gates import Gates
from .system import NO_LOCAL_WORK, StartSystem, System
from .waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("load")]

MODULES = "work delivery_work"
BATCH = 20
PAUSE_SECONDS = 0.05
TASK_SECONDS = 0.02


class Load:
    """Submits batch after batch in a thread of its own, until it is told to end or refused."""

    def __init__(self, up: System, gates: Gates) -> None:
        self.handles: dict[str, SyncTaskHandle[str]] = {}
        self.refusal: ControlPlaneError | None = None
        self._client = up.sync_client(reconnect_timeout=2.0)
        self._gates = gates
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Submit until the context is left."""
        self._thread.start()
        try:
            yield
        finally:
            self._is_over.set()
            self._thread.join()

    @contextmanager
    def connected(self) -> Iterator["Load"]:
        """Keep the client open, so that handles can be waited for."""
        with self._client:
            yield self

    def values(self) -> list[str]:
        """Return the result of each accepted task; all must have succeeded."""
        return [handle.get(timeout=30) for handle in self.handles.values()]

    def ends(self) -> dict[str, str]:
        """Return how each accepted task ended: with its value, or with the name of an error."""
        return {name: self._end(handle) for name, handle in self.handles.items()}

    def wait_until_done(self, count: int) -> None:
        """Wait until so many tasks have started."""
        until(lambda: len(self._gates.order()) >= count, within=30)

    def _end(self, handle: SyncTaskHandle[str]) -> str:
        try:
            return handle.get(timeout=30)
        except FastWorkerError as error:
            return type(error).__name__

    def _run(self) -> None:
        while self.refusal is None and not self._is_over.wait(PAUSE_SECONDS):
            first = len(self.handles)
            for number in range(first, first + BATCH):
                name = f"task-{number}"
                try:
                    self.handles[name] = self._client.submit(
                        "counted_pause", (self._gates.folder, name, TASK_SECONDS), {}, submit_options(retries=3)
                    )
                except ControlPlaneError as error:
                    self.refusal = error
                    return


def test_a_worker_that_gets_sigterm_under_load_loses_nothing_and_starts_nothing_twice(
    system: StartSystem, gates: Gates
) -> None:
    up = system(workers=2, modules=MODULES, worker="--concurrency 8")
    with Load(up, gates).connected() as load:
        with load.going_on():
            load.wait_until_done(100)
            up.workers["sw1"].send(signal.SIGTERM)
            assert up.workers["sw1"].wait(within=20) == 0
            load.wait_until_done(len(load.handles) + 100)
        names = list(load.handles)
        assert load.values() == names
        assert load.refusal is None
    assert Counter(gates.order()) == Counter(names)


def test_a_worker_that_is_killed_under_load_loses_nothing_that_may_be_tried_again(
    system: StartSystem, gates: Gates
) -> None:
    up = system(
        workers=2, modules=MODULES, control_plane=f"{NO_LOCAL_WORK} --lease-seconds 1", worker="--concurrency 8"
    )
    with Load(up, gates).connected() as load:
        with load.going_on():
            load.wait_until_done(100)
            up.workers["sw1"].kill()
            load.wait_until_done(len(load.handles) + 100)
        names = list(load.handles)
        assert load.values() == names
    assert set(gates.order()) == set(names)


def test_a_supervisor_that_gets_sigterm_under_load_loses_nothing_and_starts_nothing_twice(
    system: StartSystem, gates: Gates
) -> None:
    up = system(workers=1, modules=MODULES, worker="--concurrency 8")
    supervisor = up.processes.start(
        "supervisor",
        *("fastworker", "subworker", "--worker-id", "w", "--processes", "2", "--concurrency", "4"),
        *("--control-plane-address", up.address, "--task-modules", MODULES),
    )
    with Load(up, gates).connected() as load, up.sync_client() as client:
        until(lambda: len(client.inspect().workers) == 3, within=30)
        with load.going_on():
            load.wait_until_done(100)
            supervisor.send(signal.SIGTERM)
            assert supervisor.wait(within=20) == 0
            load.wait_until_done(len(load.handles) + 100)
        names = list(load.handles)
        assert load.values() == names
        assert [worker.worker_id for worker in client.inspect().workers] == ["sw1"]
    assert Counter(gates.order()) == Counter(names)


def test_a_control_plane_that_gets_sigterm_under_load_ends_well_and_every_handle_has_an_end(
    system: StartSystem, gates: Gates
) -> None:
    up = system(modules=MODULES, worker="--concurrency 4")
    with Load(up, gates).connected() as load:
        with load.going_on():
            load.wait_until_done(100)
            up.control_plane.send(signal.SIGTERM)
            until(lambda: load.refusal is not None, within=20)
        assert up.control_plane.wait(within=20) == 0
        ends = load.ends()
    started = Counter(gates.order())
    assert set(started.values()) == {1}
    for name, end in ends.items():
        # What waited is gone with the control plane's memory; what ran was finished, and its client told.
        assert end == name if name in started else end == "ControlPlaneUnreachable", (name, end)
    assert "lost, still running" not in up.control_plane.log
    assert "Traceback" not in up.control_plane.log


def test_tasks_that_are_cancelled_about_when_they_end_have_one_end_that_agrees_with_the_answer(
    system: StartSystem, gates: Gates
) -> None:
    up = system(workers=2, modules=MODULES, worker="--concurrency 8")
    total = 320
    ends: Counter[str] = Counter()

    def note_end(handle: TaskHandle[str]) -> None:
        ends[handle] += 1

    async def cancel_each(client: Client, handles: list[TaskHandle[str]]) -> dict[str, Cancellation]:
        answers: dict[str, Cancellation] = {}
        for first in range(0, total, 8):  # as many at a time as come to their end between two questions
            answers |= await client.cancel(handles[first : first + 8])
            await handles[first // 2].wait()
        return answers

    async def main() -> dict[str, tuple[Cancellation, TaskStatus]]:
        async with Client(up.address) as client:
            handles = await client.map(
                "counted_pause", [(gates.folder, f"task-{number}", 0.005) for number in range(total)]
            )
            for handle in handles:
                handle.add_done_callback(note_end)
            answers = await cancel_each(client, handles)
            return {handle: (answers[handle], await end_of(handle)) for handle in handles}

    found = asyncio.run(asyncio.wait_for(main(), 60))
    pairs = Counter(found.values())
    allowed = {
        (Cancellation.CANCELLED, TaskStatus.CANCELLED),
        (Cancellation.STOPPING, TaskStatus.CANCELLED),
        (Cancellation.STOPPING, TaskStatus.SUCCESS),
        (Cancellation.FINISHED, TaskStatus.SUCCESS),
    }
    assert set(pairs) <= allowed, pairs
    assert set(ends.values()) == {1}
    assert len(ends) == total
    never_started = pairs[Cancellation.CANCELLED, TaskStatus.CANCELLED]
    started = Counter(gates.order())
    assert set(started.values()) == {1}
    assert total - never_started - pairs[Cancellation.STOPPING, TaskStatus.CANCELLED] <= len(started)
    assert len(started) <= total - never_started
    with up.sync_client() as client:
        state = client.inspect()
        assert state.finished[TaskStatus.SUCCESS] + state.finished[TaskStatus.CANCELLED] == total
        assert (state.running, state.superseded) == (0, 0)


async def end_of(handle: TaskHandle[str]) -> TaskStatus:
    try:
        await handle
    except TaskCancelled:
        return TaskStatus.CANCELLED
    return TaskStatus.SUCCESS
