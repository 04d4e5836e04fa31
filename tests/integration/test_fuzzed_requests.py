"""Requests that are wrong in one place, or right in form and absurd in meaning: answered, and without any effect."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from itertools import count

import anyio
import pytest

from fastworker.application.messages import (
    Cancel,
    Completions,
    Declared,
    Fetch,
    Fetched,
    Follow,
    Join,
    Joined,
    Leases,
    Message,
    Refused,
    Report,
    Reported,
    ReportEntry,
    Submit,
    SubmitEntry,
)
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.terms import Terms
from tests.contracts.mutated_frames import (
    LARGE_VALUES,
    MEGABYTE,
    SMALL_VALUES,
    Envelope,
    with_other_fields,
    with_values,
)
from tests.unit.adapters.json_codec.examples import EXAMPLES

from .processes import Processes
from .raw_requests import LIFE, SESSION, Peers, Stranger, hello, meant_for, peers_of, stranger, untyped
from .system import System, starter

pytestmark = pytest.mark.slow

GHOST = "a ghost"
NUMBERS = count(1)


@pytest.fixture(scope="module")
def fuzzed(standing_processes: Processes) -> System:
    """A control plane and a subworker for these tests."""
    return starter(standing_processes)(workers=1, worker="--concurrency 4")


@pytest.fixture(autouse=True)
def _is_unharmed(fuzzed: System) -> Iterator[None]:
    """After each test the system works, and has met nothing that it did not expect."""
    processes = (fuzzed.control_plane, *fuzzed.workers.values())
    before = [len(process.log) for process in processes]
    yield
    with fuzzed.sync_client() as client:
        assert client.map("echo", [(number,) for number in range(100)])[99].get(timeout=10) == 99
    for address in fuzzed.base_addresses.values():
        assert fuzzed.run("inspect", address).exit_code == 0
    for process, seen in zip(processes, before, strict=True):
        assert process.is_running
        assert "Traceback" not in process.log[seen:]
        assert "request_failed" not in process.log[seen:]


def address_of(system: System, port: str) -> str:
    return {"client": system.address, "worker": system.worker_address, "base": system.base_addresses["sw1"]}[port]


async def live_examples(system: System) -> list[Message]:
    """Return the example of every message, meant for this control plane and for peers that it knows."""
    welcome = await hello(system.address, SESSION)
    values = {
        "epoch": welcome.epoch,
        "session_id": SESSION,
        "deadline": welcome.now + 3600,
        "worker_id": GHOST,
        "incarnation": LIFE,
        "is_local": False,
    }
    return [meant_for(example, **values) for example in EXAMPLES]


async def get_ready(system: System, examples: list[Message]) -> None:
    """See that the session and the worker of the examples are there, and that there is news for both: none waits."""
    await hello(system.address, SESSION)
    (join,) = (example for example in examples if isinstance(example, Join))
    async with stranger(system.address) as client, stranger(system.worker_address) as worker:
        await worker.ask(join)
        (submit,) = (example for example in examples if isinstance(example, Submit))
        ids = [f"made ready {next(NUMBERS)}" for _ in range(2)]
        entries = [SubmitEntry(task_id, join.names[0], TaskPriority.CRITICAL) for task_id in ids]
        await client.ask(replace(submit, entries=entries, payloads=[b"{}"] * len(ids)))
        await client.ask(Cancel(epoch=submit.epoch, deadline=submit.deadline, task_ids=ids[:1]))


@pytest.mark.parametrize("port", ["client", "worker", "base"])
def test_requests_with_a_strange_value_in_any_place_are_answered(fuzzed: System, port: str) -> None:
    async def ask() -> None:
        examples = await live_examples(fuzzed)
        async with stranger(address_of(fuzzed, port)) as somebody:
            for example in examples:
                if not await is_taken(somebody, example):
                    continue
                await get_ready(fuzzed, examples)
                assert untyped(await somebody.ask_raw(with_values(example, SMALL_VALUES))) == {}
                assert untyped(await somebody.ask_raw(with_other_fields(example))) == {}

    anyio.run(ask)


async def is_taken(somebody: Stranger, example: Message) -> bool:
    """Tell whether requests of this kind are answered at this address at all."""
    answer = await somebody.ask(meant_for(example, epoch="another", is_local=False))
    return not (isinstance(answer, Refused) and answer.code == "wire_error")


@pytest.mark.parametrize("port", ["client", "worker", "base"])
def test_requests_with_a_huge_or_deep_value_in_any_field_are_answered(fuzzed: System, port: str) -> None:
    async def ask() -> None:
        examples = await live_examples(fuzzed)
        async with stranger(address_of(fuzzed, port)) as somebody:
            for example in examples:
                if not await is_taken(somebody, example):
                    continue
                await get_ready(fuzzed, examples)
                assert untyped(await somebody.ask_raw(with_values(example, LARGE_VALUES, most_depth=1))) == {}

    anyio.run(ask)


def with_peers(system: System, story: Callable[[Peers], Awaitable[None]]) -> None:
    """Have a story happen."""

    async def happen() -> None:
        async with peers_of(system) as peers:
            await story(peers)

    anyio.run(happen)


def code_of(answer: Message) -> str:
    """Return the code of a refusal; the name of any other answer."""
    return answer.code if isinstance(answer, Refused) else type(answer).__name__


@pytest.mark.parametrize("occupied", [-5, -(10**9), -(10**30)])
def test_a_worker_that_says_that_less_than_nothing_is_occupied_gets_no_more_than_its_slots(
    fuzzed: System, occupied: int
) -> None:
    async def story(peers: Peers) -> None:
        await peers.join("greedy")
        await peers.submit("greedy", *(f"greedy {occupied} {number}" for number in range(20)))
        answer = await peers.worker.ask(peers.poll_of("greedy", occupied=occupied))
        if isinstance(answer, Refused):
            assert answer.code == "bad_frame"
        await peers.report("greedy", ReportEntry("none", 1, TaskStatus.SUCCESS, 0.0), occupied=occupied)
        assert len(await peers.leases("greedy")) == 2
        (worker,) = (worker for worker in (await peers.inspect()).workers if worker.worker_id == "greedy")
        assert worker.running == 2
        assert worker.occupied >= 0

    with_peers(fuzzed, story)


@pytest.mark.parametrize("acknowledged", [-5, 10**9, 10**30])
def test_a_poll_that_acknowledges_what_was_never_sent_gets_its_leases(fuzzed: System, acknowledged: int) -> None:
    async def story(peers: Peers) -> None:
        worker_id = f"ahead {acknowledged}"
        await peers.join(worker_id)
        await peers.submit(worker_id, worker_id)
        assert list(await peers.leases(worker_id, acknowledged=acknowledged)) == [worker_id]
        assert list(await peers.leases(worker_id, acknowledged=acknowledged)) == [worker_id]

    with_peers(fuzzed, story)


@pytest.mark.parametrize("slots", [0, -1, 10**9, 10**30])
def test_a_worker_with_absurdly_many_or_no_slots_is_refused(fuzzed: System, slots: int) -> None:
    async def story(peers: Peers) -> None:
        assert code_of(await peers.join("odd", slots=slots)) == "invalid_setting"
        assert "odd" not in {worker.worker_id for worker in (await peers.inspect()).workers}

    with_peers(fuzzed, story)


@pytest.mark.parametrize("status", [status for status in TaskStatus if not status.is_final or status.value == "lost"])
def test_a_report_of_a_status_in_which_no_attempt_ends_is_refused_and_ends_nothing(
    fuzzed: System, status: TaskStatus
) -> None:
    async def story(peers: Peers) -> None:
        worker_id = f"odd {status.value}"
        await peers.join(worker_id)
        await peers.submit(worker_id, worker_id)
        tokens = await peers.leases(worker_id)
        entry = ReportEntry(worker_id, tokens[worker_id], status, 0.0)
        assert code_of(await peers.report(worker_id, entry)) == "bad_frame"
        assert await peers.leases(worker_id) == tokens

    with_peers(fuzzed, story)


def test_a_report_with_an_unknown_token_is_superseded_and_ends_nothing(fuzzed: System) -> None:
    async def story(peers: Peers) -> None:
        await peers.join("forger")
        await peers.submit("forger", "forged")
        tokens = await peers.leases("forger")
        for token in (0, -1, tokens["forged"] + 1, 10**400):
            answer = await peers.report("forger", ReportEntry("forged", token, TaskStatus.SUCCESS, 0.0))
            assert answer == Reported(superseded=["forged"])
        assert await peers.leases("forger") == tokens

    with_peers(fuzzed, story)


@pytest.mark.parametrize("seconds", [b"NaN", b"Infinity", b"-Infinity", b"-1"])
def test_a_report_of_an_absurd_duration_can_be_told_to_the_client(fuzzed: System, seconds: bytes) -> None:
    async def story(peers: Peers) -> None:
        worker_id = f"timeless {seconds.decode()}"
        await peers.join(worker_id)
        await peers.submit(worker_id, worker_id)
        entry = ReportEntry(worker_id, (await peers.leases(worker_id))[worker_id], TaskStatus.SUCCESS, 1.5)
        report = Report(epoch=peers.epoch, worker_id=worker_id, incarnation=LIFE, entries=[entry], payloads=[b"1"])
        await peers.worker.ask_raw([("it", Envelope(report).with_value(("entries", 0, "run_seconds"), seconds))])
        answer = await peers.completions()
        assert isinstance(answer, Completions), answer
        (state,) = (state for state in answer.entries if state.task_id == worker_id)
        assert state.run_seconds >= 0

    with_peers(fuzzed, story)


@pytest.mark.parametrize("deadline", [b"NaN", b"-Infinity", b"-1e308"])
def test_a_submission_whose_deadline_is_no_moment_or_long_ago_is_not_carried_out(
    fuzzed: System, deadline: bytes
) -> None:
    async def story(peers: Peers) -> None:
        await peers.join("late")
        frame = Envelope(peers.submit_of("late", "late")).with_value(("deadline",), deadline)
        (answer,) = (await peers.client.ask_raw([("it", frame)])).values()
        assert code_of(answer) in ("deadline_passed", "bad_frame")
        fetched = await peers.client.ask(Fetch(epoch=peers.epoch, session_id=SESSION, task_ids=["late"]))
        assert isinstance(fetched, Fetched), fetched
        assert fetched.entries[0].status is None

    with_peers(fuzzed, story)


def test_a_client_that_follows_a_task_twice_in_one_request_is_told_once(fuzzed: System) -> None:
    async def story(peers: Peers) -> None:
        await peers.join("followed")
        await peers.submit("followed", "followed")
        await hello(fuzzed.address, "a follower")
        for _ in range(2):
            first = await peers.completions("a follower", follows=[Follow("followed", 0)])
            assert isinstance(first, Completions), first
            last = max(step.number for step in first.steps)
            twice = await peers.completions("a follower", follows=[Follow("followed", last)] * 2)
            assert code_of(twice) == "Completions", twice

    with_peers(fuzzed, story)


def test_a_worker_cannot_declare_how_the_tasks_of_others_are_run(fuzzed: System) -> None:
    async def story(peers: Peers) -> None:
        await peers.join("honest")
        await peers.join("rogue", declared=[Declared("task of honest", Terms(retries=1000, timeout_seconds=0.001))])
        await peers.submit("honest", "honest work")
        answer = await peers.worker.ask(peers.poll_of("honest"))
        assert isinstance(answer, Leases), answer
        assert [entry.details for entry in answer.entries] == [None]

    with_peers(fuzzed, story)


def test_tasks_with_ids_of_a_megabyte_do_not_keep_a_worker_from_its_leases(fuzzed: System) -> None:
    async def story(peers: Peers) -> None:
        await peers.join("victim", slots=64)
        for number in range(20):
            await peers.submit("victim", f"{number}" + "i" * MEGABYTE)
        await peers.submit("victim", "an honest task")
        assert "an honest task" in await peers.leases("victim")

    with_peers(fuzzed, story)


def test_workers_with_ids_of_a_megabyte_do_not_keep_anybody_from_inspecting(fuzzed: System) -> None:
    async def story(peers: Peers) -> None:
        for number in range(20):
            await peers.join(f"{number}" + "w" * MEGABYTE)
        await peers.inspect()

    with_peers(fuzzed, story)


def test_workers_with_many_long_names_do_not_keep_anybody_from_inspecting(fuzzed: System) -> None:
    async def story(peers: Peers) -> None:
        for number in range(20):
            await peers.join(f"talkative {number}", names=[f"{number}" + "n" * MEGABYTE])
        await peers.inspect()

    with_peers(fuzzed, story)


def test_a_result_above_the_limit_does_not_keep_its_client_from_its_completions(fuzzed: System) -> None:
    async def story(peers: Peers) -> None:
        await peers.join("generous")
        await peers.submit("generous", "too much", "enough")
        tokens = await peers.leases("generous")
        much = ReportEntry("too much", tokens["too much"], TaskStatus.SUCCESS, 0.0)
        await peers.report("generous", much, b"x" * (16 * MEGABYTE - 400))
        await peers.report("generous", ReportEntry("enough", tokens["enough"], TaskStatus.SUCCESS, 0.0))
        ended: set[str] = set()
        while "enough" not in ended:
            answer = await peers.completions(acknowledged=len(ended))
            assert isinstance(answer, Completions), answer
            ended |= {state.task_id for state in answer.entries}

    with_peers(fuzzed, story)


def test_an_empty_worker_id_or_task_id_is_refused(fuzzed: System) -> None:
    async def story(peers: Peers) -> None:
        assert not isinstance(await peers.join(""), Joined)
        await peers.join("somebody")
        answer = await peers.submit("somebody", "")
        assert isinstance(answer, Refused) or answer.refused, answer  # type: ignore[attr-defined]

    with_peers(fuzzed, story)
