"""The executor in child processes keeps the contract, and outlives whatever they do."""

import asyncio
import itertools
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, override

import pytest

from fastworker.adapters.executors import ChildSurroundings, ProcessExecutor
from fastworker.adapters.json_codec import JsonPayloadCodec
from fastworker.application.execution import Execution, StopReason
from fastworker.application.ports.task_executor import TaskExecutor
from fastworker.application.task_function import TaskFunction, task
from fastworker.domain.errors import InvalidTaskModule
from fastworker.domain.frame_locals import FailureLocals
from fastworker.domain.journal import LogLine, Progress
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import ErrorRecord, Outcome
from fastworker.domain.terms import Terms
from tests.contracts.task_executor import CODEC, KeepingExecutorContract, Results, StoppingExecutorContract
from tests.unit.adapters.executors import broken_tasks, process_tasks

from .processes import HERE
from .waiting import until_in_loop

PROJECT = HERE.parent.parent


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what takes the start of several processes, on a busy machine."""
    await until_in_loop(condition, within=40.0)


class UnpreparedCodec(JsonPayloadCodec):
    """A codec that no child process can make."""

    def __init__(self, needed: object) -> None:
        super().__init__()


TELLING = ChildSurroundings("contextlib:nullcontext", {}, show_locals=True)


def executor_of(processes: int = 2, **settings: Any) -> ProcessExecutor:
    return ProcessExecutor(processes=processes, codec=CODEC, **settings)


def an_attempt(
    function: TaskFunction[..., Any, Any], *args: Any, token: int = 0, terms: Terms | None = None
) -> Execution:
    payload = CODEC.encode_arguments(args, {})
    signature = CODEC.signature(function.function)
    return Execution(
        "task", 1, token, function, signature, payload, time.monotonic, terms=Terms() if terms is None else terms
    )


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def children_of(pid: int) -> list[int]:
    """Return the children of executors in a process, and not what else it has started."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            is_child = int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == pid
            if is_child and b"process_child" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


class TestProcessExecutor(KeepingExecutorContract, StoppingExecutorContract):
    @pytest.fixture
    def executor(self) -> TaskExecutor:
        return executor_of()

    @pytest.fixture
    def telling_executor(self) -> TaskExecutor:
        return executor_of(surroundings=TELLING)

    def a_task(self, body: Callable[..., Any]) -> TaskFunction[..., Any, Any]:
        return process_tasks.DEF_TASKS[body.__name__]

    def an_endless_task(self) -> TaskFunction[..., Any, Any]:
        return process_tasks.sleep_long


class TestProcessExecutorOfAsyncTasks(TestProcessExecutor):
    def a_task(self, body: Callable[..., Any]) -> TaskFunction[..., Any, Any]:
        return process_tasks.ASYNC_TASKS[body.__name__]

    def an_endless_task(self) -> TaskFunction[..., Any, Any]:
        return process_tasks.sleep_long_async


class Bench(Results):
    """Results of one executor, each awaited as it is wanted."""

    def __init__(self, executor: ProcessExecutor) -> None:
        super().__init__()
        self._executor = executor
        self._tokens = itertools.count()

    @override
    async def have(self, count: int) -> None:
        await until(lambda: len(self.outcomes) >= count)

    async def outcome(self, function: TaskFunction[..., Any, Any], *args: Any, terms: Terms | None = None) -> Outcome:
        """Run one attempt to its end."""
        attempt = self.start(function, *args, terms=terms)
        await until(lambda: any(execution is attempt for execution, _ in self.outcomes))
        return next(outcome for execution, outcome in self.outcomes if execution is attempt)

    async def value(self, function: TaskFunction[..., Any, Any], *args: Any) -> Any:
        """Run one attempt that succeeds."""
        outcome = await self.outcome(function, *args)
        assert outcome.error is None, outcome.error
        return CODEC.decode_result(outcome.payload)

    def start(self, function: TaskFunction[..., Any, Any], *args: Any, terms: Terms | None = None) -> Execution:
        attempt = an_attempt(function, *args, token=next(self._tokens), terms=terms)
        self._executor.start(attempt)
        return attempt

    async def first_progress(self, execution: Execution) -> float:
        await until(lambda: execution.token in self.notes)
        (note,) = self.notes[execution.token][:1]
        assert isinstance(note, Progress)
        return note.done


def with_executor(
    body: Callable[[Bench, ProcessExecutor], Awaitable[None]], processes: int = 2, **settings: Any
) -> None:
    """Run a test's body with an executor on a loop of its own; no child may be left afterwards."""

    async def main() -> None:
        executor = executor_of(processes, **settings)
        bench = Bench(executor)
        async with executor.open(bench.done, bench.noted):
            await body(bench, executor)

    before = set(children_of(os.getpid()))
    asyncio.run(main())
    assert set(children_of(os.getpid())) == before


def error_of(outcome: Outcome) -> ErrorRecord:
    assert outcome.status is TaskStatus.FAILURE
    assert outcome.error is not None
    return outcome.error


@pytest.mark.parametrize(
    ("function", "args", "end"),
    [
        (process_tasks.read_address_zero, (), "was ended by SIGSEGV"),
        (process_tasks.exit_at_once, (9,), "exited with code 9"),
        (process_tasks.exit_at_once, (0,), "exited with code 0"),
        (process_tasks.kill_itself, (), "was ended by SIGKILL (the kernel does this when memory runs out)"),
        (process_tasks.fork_a_process_and_exit, (), "exited with code 5"),
        (process_tasks.close_all_descriptors, (), "was killed: it closed its connection to the worker"),
        (process_tasks.write_junk, (), "was killed: what came from it cannot be read: a frame of 1786080875 and"),
    ],
    ids=lambda value: value.name if isinstance(value, TaskFunction) else "",
)
def test_a_child_that_dies_fails_its_attempt_and_no_other(
    function: TaskFunction[..., Any, Any], args: tuple[Any, ...], end: str
) -> None:
    async def body(bench: Bench, executor: ProcessExecutor) -> None:
        other = bench.start(process_tasks.report_pid_and_sleep)
        pid = await bench.first_progress(other)
        outcome = await bench.outcome(function, *args)
        assert error_of(outcome).error_type == "ProcessDied"
        assert error_of(outcome).message.startswith(f"the child process that ran it {end}")
        assert outcome.is_retryable
        assert await bench.value(process_tasks.DEF_TASKS["double"], 4) == 8
        assert is_alive(int(pid))
        assert other not in dict(bench.outcomes)

    with_executor(body)


def test_consecutive_attempts_run_in_one_warm_child() -> None:
    async def body(bench: Bench, executor: ProcessExecutor) -> None:
        pids = {await bench.value(process_tasks.tell_pid) for _ in range(20)}
        assert len(pids) == 1
        assert os.getpid() not in pids

    with_executor(body, processes=4)


def test_a_child_is_replaced_after_so_many_attempts() -> None:
    async def body(bench: Bench, executor: ProcessExecutor) -> None:
        pids = [await bench.value(process_tasks.tell_pid) for _ in range(6)]
        assert pids[0] == pids[1] == pids[2]
        assert pids[3] == pids[4] == pids[5]
        assert pids[2] != pids[3]
        await until(lambda: not is_alive(pids[0]))

    with_executor(body, processes=1, max_tasks=3)


def test_a_child_is_replaced_when_it_holds_too_much_memory() -> None:
    async def body(bench: Bench, executor: ProcessExecutor) -> None:
        first = await bench.value(process_tasks.tell_pid)
        assert await bench.value(process_tasks.fill_memory, 1) == first
        assert await bench.value(process_tasks.fill_memory, 300 << 20) == first
        assert await bench.value(process_tasks.tell_pid) != first

    with_executor(body, processes=1, max_bytes=200 << 20)


def test_a_child_that_dies_idle_is_forgotten() -> None:
    async def body(bench: Bench, executor: ProcessExecutor) -> None:
        first = await bench.value(process_tasks.tell_pid)
        os.kill(first, signal.SIGKILL)
        await until(lambda: not Path(f"/proc/{first}").exists())  # a dying process has no name before its sockets close
        assert await bench.value(process_tasks.tell_pid) != first

    with_executor(body)


def test_no_more_attempts_run_at_once_than_there_may_be_processes() -> None:
    async def body(bench: Bench, executor: ProcessExecutor) -> None:
        running = [bench.start(process_tasks.report_pid_and_sleep) for _ in range(2)]
        waiting = bench.start(process_tasks.tell_pid)
        assert await bench.first_progress(running[0]) != await bench.first_progress(running[1])
        assert bench.outcomes == []
        assert waiting.started_at == 0
        running[0].stop_reason = StopReason.CANCEL
        executor.stop(running[0])
        await until(lambda: waiting in dict(bench.outcomes))

    with_executor(body)


def test_more_slots_are_more_processes_at_once_and_processes_too_many_end_when_they_are_idle() -> None:
    async def body(bench: Bench, executor: ProcessExecutor) -> None:
        running = [bench.start(process_tasks.report_pid_and_sleep) for _ in range(2)]
        await bench.first_progress(running[0])
        executor.resize(2)
        await bench.first_progress(running[1])
        children = children_of(os.getpid())
        assert len(children) == 2
        executor.resize(1)
        for attempt in running:
            attempt.stop_reason = StopReason.CANCEL
            executor.stop(attempt)
        first = await bench.value(process_tasks.tell_pid)
        assert first not in children
        executor.resize(2)
        pair = [bench.start(process_tasks.report_pid_and_sleep) for _ in range(2)]
        for attempt in pair:
            await bench.first_progress(attempt)
        assert len(children_of(os.getpid())) == 2

    with_executor(body, processes=1)


def test_a_stopped_attempt_that_waits_for_a_child_never_runs() -> None:
    async def body(bench: Bench, executor: ProcessExecutor) -> None:
        running = bench.start(process_tasks.sleep_long)
        await bench.first_progress(running)
        waiting = bench.start(process_tasks.tell_pid)
        waiting.stop_reason = StopReason.CANCEL
        executor.stop(waiting)
        assert bench.outcomes == []
        await bench.have(1)
        error_type, message = bench.by_token()[waiting.token]
        assert error_type == "TaskCancelled"
        assert message == "cancelled before it began"

    with_executor(body, processes=1)


def test_a_child_inherits_no_socket() -> None:
    async def body(bench: Bench, executor: ProcessExecutor) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as other:
            server.set_inheritable(True)
            other.set_inheritable(True)
            assert [what.partition(":")[0] for what in await bench.value(process_tasks.open_descriptors)] == ["socket"]

    with_executor(body, processes=1)


def test_a_child_loads_neither_sockets_nor_servers() -> None:
    async def body(bench: Bench, executor: ProcessExecutor) -> None:
        loaded = set(await bench.value(process_tasks.loaded_modules))
        assert not loaded & {"pynng", "litestar", "uvicorn", "dependency_injector", "structlog", "rich", "click"}

    with_executor(body)


def test_the_time_of_an_attempt_begins_after_the_import_of_its_module() -> None:
    async def body(bench: Bench, executor: ProcessExecutor) -> None:
        attempt = bench.start(process_tasks.tell_when_imported)
        await bench.have(1)
        assert attempt.started_at > CODEC.decode_result(bench.outcomes[0][1].payload) > process_tasks.IMPORTED_AT

    with_executor(body)


def test_a_task_over_time_is_interrupted_and_its_child_goes_on() -> None:
    async def body(bench: Bench, executor: ProcessExecutor) -> None:
        pid = await bench.value(process_tasks.tell_pid)
        terms = Terms(timeout_seconds=0.2)
        outcome = await bench.outcome(process_tasks.sleep_long, terms=terms)
        error = error_of(outcome)
        assert (error.error_type, error.message) == (
            "TaskTimeout",
            "not done within its timeout of 0.2 s: its code was interrupted",
        )
        assert "in sleep_long" in error.traceback
        assert outcome.is_retryable
        outcome = await bench.outcome(process_tasks.sleep_long_async, terms=terms)
        error = error_of(outcome)
        assert (error.error_type, error.message) == (
            "TaskTimeout",
            "not done within its timeout of 0.2 s: its code was cancelled",
        )
        assert await bench.value(process_tasks.tell_pid) == pid

    with_executor(body, processes=1)


def test_a_task_that_does_not_heed_its_timeout_is_killed_by_a_stop() -> None:
    async def body(bench: Bench, executor: ProcessExecutor) -> None:
        attempt = bench.start(process_tasks.swallow_and_sleep, terms=Terms(timeout_seconds=0.1))
        await until(lambda: Progress(1.0) in bench.notes.get(attempt.token, []))
        attempt.stop_reason = StopReason.TIMEOUT
        executor.stop(attempt)
        await bench.have(1)
        assert bench.by_token()[attempt.token] == (
            "TaskTimeout",
            "not done within its timeout of 0.1 s: its process was killed",
        )

    with_executor(body)


def test_a_kill_also_ends_the_programs_that_the_task_has_started() -> None:
    async def body(bench: Bench, executor: ProcessExecutor) -> None:
        attempt = bench.start(process_tasks.start_a_program_and_sleep)
        program = int(await bench.first_progress(attempt))
        assert is_alive(program)
        attempt.stop_reason = StopReason.CANCEL
        executor.stop(attempt)
        await bench.have(1)
        assert bench.by_token()[attempt.token] == (
            "TaskCancelled",
            "cancelled while it ran: its process was killed",
        )
        await until(lambda: not is_alive(program))

    with_executor(body)


def test_what_a_task_logs_arrives_from_the_level_of_the_worker_on(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")

    async def body(bench: Bench, executor: ProcessExecutor) -> None:
        attempt = bench.start(process_tasks.log_a_line)
        await bench.have(1)
        assert bench.notes == {attempt.token: [LogLine("info", "there", "a line")]}
        assert [event for event, _ in bench.events] == ["noted", "done"]

    with_executor(body)


def test_notes_from_threads_and_finalizers_leave_the_connection_whole(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")

    async def body(bench: Bench, executor: ProcessExecutor) -> None:
        assert await bench.value(process_tasks.log_everywhere) == "done"

    with_executor(body)


def test_an_outcome_comes_back_whole() -> None:
    async def body(bench: Bench, executor: ProcessExecutor) -> None:
        outcome = await bench.outcome(process_tasks.ask_for_a_retry)
        assert error_of(outcome).error_type == "Retry"
        assert "in ask_for_a_retry" in error_of(outcome).traceback
        assert outcome.is_retryable
        assert outcome.retry_after == 2.5
        stumble = process_tasks.DEF_TASKS["stumble"]
        assert (await bench.outcome(stumble)).is_retryable
        assert not (await bench.outcome(stumble, terms=Terms(never_on=("builtins.LookupError",)))).is_retryable
        assert not (await bench.outcome(stumble, terms=Terms(retry_on=("builtins.OSError",)))).is_retryable

    with_executor(body, processes=1)


def test_large_payloads_travel_both_ways_while_the_loop_goes_on() -> None:
    async def body(bench: Bench, executor: ProcessExecutor) -> None:
        payload = os.urandom(2 << 20)
        outcome = await bench.outcome(process_tasks.echo, payload)
        assert CODEC.signature(process_tasks.echo.function).decode_result(outcome.payload) == payload

    with_executor(body)


def test_a_function_that_a_child_cannot_find_is_a_failure_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROKEN_FOR_CHILDREN_OF", str(os.getpid()))

    @task
    def of_the_program() -> None:
        pass

    of_the_program.function.__module__ = "__main__"

    async def body(bench: Bench, executor: ProcessExecutor) -> None:
        local = error_of(await bench.outcome(process_tasks.make_local_task()))
        assert local.error_type == InvalidTaskModule.__name__
        assert "has no task 'local' at its top level" in local.message
        main = error_of(await bench.outcome(of_the_program))
        assert "is defined in the program that was started" in main.message
        broken = error_of(await bench.outcome(broken_tasks.nothing_at_all))
        assert (broken.error_type, broken.message) == ("ImportError", "not in a child process")
        assert await bench.value(process_tasks.DEF_TASKS["double"], 4) == 8

    with_executor(body)


def test_a_child_that_cannot_be_started_fails_the_attempts_that_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    async def body(bench: Bench, executor: ProcessExecutor) -> None:
        bench.start(process_tasks.tell_pid)
        assert bench.outcomes == []
        bench.start(process_tasks.tell_pid)
        await bench.have(2)
        for error_type, message in bench.by_token().values():
            assert error_type == "ProcessDied"
            assert message.startswith("no child process can be started: [Errno 2]")
        assert max(outcome.run_seconds for _, outcome in bench.outcomes) == 0

    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with_executor(body)


def test_a_child_that_does_not_get_ready_fails_the_attempts_that_wait(capfd: pytest.CaptureFixture[str]) -> None:
    async def main() -> None:
        executor = ProcessExecutor(processes=1, codec=UnpreparedCodec(needed=None))
        bench = Bench(executor)
        async with executor.open(bench.done, bench.noted):
            for _ in range(2):
                outcome = await bench.outcome(process_tasks.tell_pid)
                assert error_of(outcome).message == (
                    "its child process exited with code 1 before it was ready (see its stderr)"
                )

    asyncio.run(main())
    assert "TypeError" in capfd.readouterr().err


def test_what_a_task_prints_is_seen_even_when_it_dies_then(capfd: pytest.CaptureFixture[str]) -> None:
    async def body(bench: Bench, executor: ProcessExecutor) -> None:
        await bench.outcome(process_tasks.print_and_die)

    with_executor(body)
    assert capfd.readouterr().out == "said before the end\n"


def test_the_stack_names_the_process_of_a_running_attempt() -> None:
    async def body(bench: Bench, executor: ProcessExecutor) -> None:
        attempt = bench.start(process_tasks.report_pid_and_sleep)
        assert executor.stack(attempt) == ""
        pid = await bench.first_progress(attempt)
        assert f"runs in process {pid:g} " in executor.stack(attempt)

    with_executor(body)


def test_the_executor_also_works_on_the_loop_of_another_thread() -> None:
    pids: list[int] = []

    async def body(bench: Bench, executor: ProcessExecutor) -> None:
        pids.append(await bench.value(process_tasks.tell_pid))
        error_of(await bench.outcome(process_tasks.kill_itself))
        pids.append(await bench.value(process_tasks.tell_pid))

    thread = threading.Thread(target=with_executor, args=(body,))
    thread.start()
    thread.join()
    assert len(set(pids)) == 2


def test_leaving_kills_what_runs_lets_idle_children_leave_and_takes_no_second() -> None:
    seconds: list[float] = []

    async def main() -> None:
        executor = executor_of(3)
        bench = Bench(executor)
        async with executor.open(bench.done, bench.noted):
            running = [bench.start(process_tasks.sleep_long) for _ in range(2)]
            for attempt in running:
                await bench.first_progress(attempt)
            await bench.value(process_tasks.tell_pid)  # a third child, idle now
            bench.start(process_tasks.sleep_long)
            bench.start(process_tasks.sleep_long)
            left_at = time.monotonic()
        seconds.append(time.monotonic() - left_at)
        assert len(bench.outcomes) == 1
        assert children_of(os.getpid()) == []

    asyncio.run(main())
    assert seconds[0] < 1.1


def test_leaving_while_children_start_leaves_none_behind() -> None:
    async def body(bench: Bench, executor: ProcessExecutor) -> None:
        bench.start(process_tasks.sleep_long)
        bench.start(process_tasks.sleep_long)

    with_executor(body)


def test_sigint_and_sigterm_leave_a_running_child_alone() -> None:
    async def body(bench: Bench, executor: ProcessExecutor) -> None:
        attempt = bench.start(process_tasks.sleep_long, terms=Terms(timeout_seconds=0.5))
        await bench.first_progress(attempt)
        (pid,) = children_of(os.getpid())
        assert os.getpgid(pid) == pid
        os.kill(pid, signal.SIGINT)
        os.kill(pid, signal.SIGTERM)
        await bench.have(1)
        assert [error for error, _ in bench.by_token().values()] == ["TaskTimeout"]

    with_executor(body, processes=1)


@pytest.mark.parametrize("name", ["report_pid_and_sleep", "hold_the_gil", "tell_pid"])
def test_children_die_with_a_worker_that_is_killed(name: str) -> None:
    program = [sys.executable, "-m", "tests.integration.scripts.worker_with_child", name]
    with subprocess.Popen(program, stdout=subprocess.PIPE, cwd=PROJECT) as worker:
        assert worker.stdout is not None
        try:
            child = int(worker.stdout.readline())
            assert is_alive(child)
        finally:
            worker.kill()
    asyncio.run(until(lambda: not is_alive(child)))


def test_the_time_of_an_attempt_is_over_before_its_locals_are_read() -> None:
    async def body(bench: Bench, _: ProcessExecutor) -> None:
        outcome = await bench.outcome(process_tasks.fail_beside_a_timer, terms=Terms(timeout_seconds=60.0))
        assert error_of(outcome).error_type == "ValueError"
        ((found,),) = bench.notes.values()
        assert isinstance(found, FailureLocals)
        assert dict(found.frames[-1].locals) == {"timer": "0.0"}

    with_executor(body, processes=1, surroundings=TELLING)
