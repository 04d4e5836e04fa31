"""When subworker processes are started again, when that is given up, and how they are stopped: in virtual time."""

import errno
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, override

import anyio
import pytest
import structlog

from fastworker.adapters.memory import ManualClock
from fastworker.entrypoints.supervisor import GRACE_SECONDS, Child, RestartPolicy, SubworkersFailed, Supervisor

pytestmark = pytest.mark.anyio

DRAIN_SECONDS = 30.0
SIGINT, SIGTERM, SIGKILL = signal.SIGINT, signal.SIGTERM, signal.SIGKILL


class FakeChild(Child):
    """A process that does what a test says; only SIGKILL it obeys by itself."""

    def __init__(self, pid: int, worker_id: str, started_at: float) -> None:
        self.worker_id = worker_id
        self.started_at = started_at
        self.signals: list[signal.Signals] = []
        self.is_waited_for = False
        self._pid = pid
        self._exit_code = 0
        self._ended = anyio.Event()

    @property
    @override
    def pid(self) -> int:
        return self._pid

    @override
    async def wait(self) -> int:
        await self._ended.wait()
        self.is_waited_for = True
        return self._exit_code

    @override
    def send_signal(self, number: signal.Signals) -> None:
        self.signals.append(number)
        if number is SIGKILL:
            self.end(-SIGKILL)

    @property
    def is_running(self) -> bool:
        return not self._ended.is_set()

    def end(self, exit_code: int) -> None:
        """End it."""
        self._exit_code = exit_code
        self._ended.set()


class Supervised:
    """A supervisor, the processes that it has started, and its clock."""

    def __init__(self, *worker_ids: str, **policy: Any) -> None:
        self.clock = ManualClock(now=0.0)
        self.children: list[FakeChild] = []
        self.error: Exception | None = None
        self.has_ended = False
        self.at_start: Callable[[FakeChild], None] = lambda child: None
        self.role = Supervisor(
            worker_ids,
            launch=self._launch,
            clock=self.clock,
            drain_seconds=DRAIN_SECONDS,
            policy=RestartPolicy(**policy) if policy else None,
        )

    async def _launch(self, worker_id: str) -> Child:
        child = FakeChild(len(self.children) + 1, worker_id, self.clock.now())
        self.at_start(child)
        self.children.append(child)
        return child

    async def run(self) -> None:
        try:
            await self.role.run()
        except SubworkersFailed as error:
            self.error = error
        self.has_ended = True

    def running(self) -> dict[str, FakeChild]:
        """Return the processes that run now, by their worker ids, in order."""
        return {
            child.worker_id: child for child in sorted(self.children, key=lambda c: c.worker_id) if child.is_running
        }

    async def end(self, worker_id: str, exit_code: int) -> None:
        """End the process that has a worker id, and let the supervisor react."""
        self.running()[worker_id].end(exit_code)
        await self.clock.settle()

    def starts(self, worker_id: str) -> list[float]:
        """Return when processes of this worker id were started."""
        return [child.started_at for child in self.children if child.worker_id == worker_id]

    def signals(self) -> list[list[signal.Signals]]:
        """Return which signals each process got."""
        return [child.signals for child in self.children]


@asynccontextmanager
async def supervised(*worker_ids: str, **policy: Any) -> AsyncIterator[Supervised]:
    """A running supervisor; leaving cancels it."""
    found = Supervised(*worker_ids, **policy)
    async with anyio.create_task_group() as group:
        group.start_soon(found.run)
        await found.clock.settle()
        yield found
        group.cancel_scope.cancel()


# ---- starting again ----


async def test_each_worker_id_gets_one_process() -> None:
    async with supervised("w-1", "w-2", "w-3") as up:
        assert sorted(child.worker_id for child in up.children) == ["w-1", "w-2", "w-3"]
        await up.clock.advance(3600)
        assert len(up.children) == 3


@pytest.mark.parametrize("exit_code", [1, 2, -SIGKILL, -signal.SIGSEGV])
async def test_a_process_that_ends_unexpectedly_is_started_again_after_a_second_and_the_others_go_on(
    exit_code: int,
) -> None:
    async with supervised("w-1", "w-2") as up:
        await up.clock.advance(20)
        await up.end("w-2", exit_code)
        assert list(up.running()) == ["w-1"]

        await up.clock.advance(0.99)
        assert list(up.running()) == ["w-1"]
        await up.clock.advance(0.01)
        assert list(up.running()) == ["w-1", "w-2"]
        assert up.starts("w-2") == [0, 21]
        assert up.starts("w-1") == [0]


async def test_the_wait_doubles_up_to_half_a_minute() -> None:
    async with supervised("w-1", early_failures=None) as up:
        for _ in range(8):
            await up.end("w-1", 1)
            await up.clock.advance(30)
        waits = [later - earlier for earlier, later in zip(up.starts("w-1"), up.starts("w-1")[1:], strict=False)]
        # each start comes `wait` after an end, and each end 30 s after the end before
        assert waits == [1, 31, 32, 34, 38, 44, 30, 30]


async def test_the_wait_begins_anew_when_a_process_lived_a_minute() -> None:
    async with supervised("w-1") as up:
        for lived, wait in ((0, 1), (10, 2), (59.9, 4), (60, 1), (0, 2)):
            await up.clock.advance(lived)
            await up.end("w-1", 1)
            ended_at = up.clock.now()
            await up.clock.advance(wait)
            assert up.starts("w-1")[-1] == ended_at + wait


async def test_a_process_that_ends_with_exit_code_0_was_drained_and_is_not_started_again() -> None:
    async with supervised("w-1", "w-2") as up:
        await up.end("w-1", 0)
        await up.clock.advance(3600)
        assert list(up.running()) == ["w-2"]
        assert not up.has_ended

        await up.end("w-2", 0)
        assert up.has_ended
        assert up.error is None


async def test_a_process_that_the_system_does_not_start_is_tried_again() -> None:
    async with supervised("w-1", "w-2") as up:

        def refuse(child: FakeChild) -> None:
            raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

        up.at_start = refuse
        await up.end("w-1", 1)
        await up.clock.advance(1)
        assert list(up.running()) == ["w-2"]
        up.at_start = lambda child: None
        await up.clock.advance(2)
        assert list(up.running()) == ["w-1", "w-2"]


# ---- giving up ----


async def test_when_every_process_fails_three_times_before_it_is_of_use_the_supervisor_gives_up() -> None:
    async with supervised("w-1", "w-2") as up:
        for wait in (1, 2):
            for worker_id in ("w-1", "w-2"):
                await up.end(worker_id, 1)
            await up.clock.advance(wait)
        await up.end("w-1", 1)
        assert not up.has_ended

        await up.end("w-2", 1)

        assert up.has_ended
        assert str(up.error) == (
            "no subworker process comes up: each ended 3 times in a row within 5 s of its start, "
            "at last with exit code 1; what they said is above"
        )


async def test_the_supervisor_does_not_give_up_while_one_process_lives() -> None:
    async with supervised("w-1", "w-2") as up:
        for _ in range(10):
            await up.end("w-1", 1)
            await up.clock.advance(30)
        assert not up.has_ended
        assert set(up.running()) == {"w-1", "w-2"}


async def test_a_process_that_comes_up_at_the_fourth_start_is_not_given_up_when_another_fails() -> None:
    async with supervised("w-1", "w-2") as up:
        for wait in (1, 2, 4):
            await up.end("w-1", 1)
            await up.clock.advance(wait)
        await up.clock.advance(100)
        for wait in (1, 2, 4):
            await up.end("w-2", -SIGKILL)
            await up.clock.advance(wait)
        assert not up.has_ended


async def test_failures_of_processes_that_were_of_use_do_not_count() -> None:
    async with supervised("w-1") as up:
        for _ in range(10):
            await up.clock.advance(5)
            await up.end("w-1", 1)
            await up.clock.advance(30)
        assert not up.has_ended


async def test_a_supervisor_that_must_not_give_up_never_does() -> None:
    async with supervised("w-1", early_failures=None) as up:
        for _ in range(100):
            await up.end("w-1", 1)
            await up.clock.advance(30)
        assert not up.has_ended
        assert len(up.children) == 101


async def test_starts_that_the_system_refuses_count_as_failures() -> None:
    up = Supervised("w-1")

    def refuse(child: FakeChild) -> None:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    up.at_start = refuse
    async with anyio.create_task_group() as group:
        group.start_soon(up.run)
        await up.clock.advance(10)
        assert "at last with no start" in str(up.error)


# ---- stopping ----


async def test_a_stop_asks_every_process_and_waits_for_all() -> None:
    async with supervised("w-1", "w-2") as up:
        up.role.stop()
        assert up.signals() == [[SIGTERM], [SIGTERM]]

        await up.end("w-1", 0)
        assert not up.has_ended
        await up.end("w-2", -SIGTERM)  # it was asked before it listened
        assert up.has_ended
        assert up.error is None
        assert len(up.children) == 2


async def test_a_second_stop_ends_them_at_once_and_a_third_without_asking() -> None:
    async with supervised("w-1") as up:
        up.role.stop()
        up.role.stop_now()
        assert up.signals() == [[SIGTERM, SIGTERM]]
        up.role.kill()
        await up.clock.settle()
        assert up.signals() == [[SIGTERM, SIGTERM, SIGKILL]]
        assert up.has_ended


async def test_an_end_at_once_takes_two_signals_that_the_system_cannot_take_for_one() -> None:
    async with supervised("w-1") as up:
        up.role.stop_now()
        assert up.signals() == [[SIGINT, SIGTERM]]


async def test_a_stop_after_a_later_stop_changes_nothing() -> None:
    async with supervised("w-1") as up:
        up.role.stop_now()
        up.role.stop()
        up.role.stop_now()
        assert up.signals() == [[SIGINT, SIGTERM]]


async def test_a_process_that_does_not_end_is_told_again_after_its_drain_timeout_and_then_killed() -> None:
    async with supervised("w-1") as up:
        up.role.stop()
        await up.clock.advance(DRAIN_SECONDS + GRACE_SECONDS - 0.1)
        assert up.signals() == [[SIGTERM]]
        await up.clock.advance(0.1)
        assert up.signals() == [[SIGTERM, SIGTERM]]
        await up.clock.advance(GRACE_SECONDS)
        assert up.signals() == [[SIGTERM, SIGTERM, SIGKILL]]
        assert up.has_ended


async def test_a_process_that_does_not_end_at_once_is_killed_soon() -> None:
    async with supervised("w-1") as up:
        up.role.stop_now()
        await up.clock.advance(GRACE_SECONDS)
        assert up.signals()[0][-1] is SIGKILL
        assert up.has_ended


async def test_a_stop_does_not_wait_for_the_time_of_the_next_start() -> None:
    async with supervised("w-1", "w-2") as up:
        await up.end("w-1", 1)
        up.role.stop()
        await up.end("w-2", 0)
        assert up.has_ended
        assert up.starts("w-1") == [0]


async def test_a_process_whose_start_was_under_way_at_the_stop_is_told_too() -> None:
    async with supervised("w-1") as up:
        up.at_start = lambda child: up.role.stop()
        await up.end("w-1", 1)
        await up.clock.advance(1)
        assert up.signals() == [[], [SIGTERM]]
        await up.end("w-1", 0)
        assert up.has_ended


async def test_no_process_outlives_a_supervisor_that_is_cancelled() -> None:
    async with supervised("w-1", "w-2") as up:
        pass
    assert up.signals() == [[SIGKILL], [SIGKILL]]
    assert all(child.is_waited_for for child in up.children)


# ---- what is said ----


async def test_starts_and_ends_are_logged_with_what_comes_next() -> None:
    with structlog.testing.capture_logs() as logs:
        async with supervised("w-1") as up:
            await up.end("w-1", -SIGKILL)
            await up.clock.advance(1)
            await up.end("w-1", 3)
            await up.clock.advance(2)
            up.role.stop()
            await up.end("w-1", 0)
    started = {"event": "subworker_started", "log_level": "info", "worker_id": "w-1"}
    ended = {"event": "subworker_ended", "worker_id": "w-1"}
    assert logs == [
        started | {"pid": 1},
        ended | {"pid": 1, "how": "SIGKILL", "restart_in_seconds": 1, "log_level": "error"},
        started | {"pid": 2},
        ended | {"pid": 2, "how": "exit code 3", "restart_in_seconds": 2, "log_level": "error"},
        started | {"pid": 3},
        ended | {"pid": 3, "how": "exit code 0", "log_level": "info"},
    ]
