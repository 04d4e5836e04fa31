"""What the control plane answers on its two channels, message by message."""

from math import nan

import pytest

from fastworker.application.limits import Limits
from fastworker.application.messages import (
    BATCH_ENTRIES,
    AwaitCompletions,
    Beat,
    Cancel,
    Cancelled,
    Completions,
    DrainWorker,
    Fetch,
    Fetched,
    Follow,
    Goodbye,
    Hello,
    Inspect,
    Join,
    Joined,
    Leases,
    Leave,
    Message,
    Noted,
    Poll,
    Rerun,
    Submit,
    SubmitEntry,
    Submitted,
    Welcome,
)
from fastworker.domain.cancellation import Cancellation
from fastworker.domain.directive import Directive
from fastworker.domain.errors import (
    AddressUnusable,
    BadFrame,
    DeadlinePassed,
    InvalidSetting,
    UnknownSession,
    UnknownWorker,
    WireError,
    WorkerReplaced,
)
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.terms import Terms
from tests.unit.replies import reply_of
from tests.unit.system.system import BEACON, CLIENTS, WORKERS, RunningControlPlane, System, a_system
from tests.unit.system.tasks import echo

pytestmark = pytest.mark.anyio

EPOCH = "epoch-1"


def a_poll(system: System, *, acknowledged: int = 0, incarnation: str = "i1") -> Poll:
    """Worker w1 asks for work."""
    deadline = system.clock.now() + 15
    return Poll(epoch=EPOCH, deadline=deadline, worker_id="w1", incarnation=incarnation, acknowledged=acknowledged)


async def ask(control_plane: RunningControlPlane, request: Message) -> Message:
    """Ask on the worker channel."""
    return await reply_of(control_plane.role.worker_desk.answer, request)


async def joined(system: System, *, incarnation: str = "i1", slots: int = 1) -> RunningControlPlane:
    """A control plane that w1 has joined."""
    control_plane = await system.start_control_plane()
    await join(system, control_plane, incarnation=incarnation, slots=slots)
    return control_plane


async def join(system: System, control_plane: RunningControlPlane, *, incarnation: str, slots: int = 1) -> Message:
    """Join as worker w1."""
    deadline = system.clock.now() + 2
    request = Join(epoch=EPOCH, deadline=deadline, worker_id="w1", incarnation=incarnation, slots=slots, names=["echo"])
    return await ask(control_plane, request)


async def submit(system: System, control_plane: RunningControlPlane, *task_ids: str) -> Message:
    """Submit calls of echo in session s1."""
    await reply_of(control_plane.role.client_desk.answer, Hello(session_id="s1"))
    entries = [SubmitEntry(task_id, "echo", TaskPriority.NORMAL) for task_id in task_ids]
    return await reply_of(
        control_plane.role.client_desk.answer,
        Submit(
            epoch=EPOCH,
            session_id="s1",
            deadline=system.clock.now() + 5,
            entries=entries,
            payloads=[b"{}"] * len(entries),
        ),
    )


async def test_requests_on_the_wrong_channel_are_refused_by_name() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        beat = Beat(epoch=EPOCH, worker_id="w1", incarnation="i1")
        with pytest.raises(WireError, match="takes no Beat at the address for clients"):
            await system.ask(CLIENTS, beat)
        with pytest.raises(WireError, match="Inspect is no request on the worker channel"):
            await system.ask(WORKERS, Inspect())


async def test_a_hello_is_welcomed_with_all_that_a_peer_must_know() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane(
            client_address="tcp://127.0.0.1:0", worker_address="tcp://127.0.0.1:0", task_modules=("tasks",)
        )
        welcome = await reply_of(control_plane.role.client_desk.answer, Hello(session_id="s1"))
        assert isinstance(welcome, Welcome)
        assert (welcome.epoch, welcome.version, welcome.now) == (EPOCH, "1", 1000.0)
        assert welcome.task_modules == ["tasks"]
        assert not welcome.worker_address.endswith(":0")
        assert list(control_plane.ledger.sessions) == ["s1"]


async def test_the_hello_of_a_worker_opens_no_session() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await reply_of(control_plane.role.client_desk.answer, Hello())
        assert control_plane.ledger.sessions == {}


async def test_a_join_tells_the_rhythm() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane(lease_seconds=30)
        assert await join(system, control_plane, incarnation="i1") == Joined(beat_seconds=10, lease_seconds=30)


async def test_a_poll_is_held_until_there_is_work() -> None:
    async with a_system() as system:
        control_plane = await joined(system)
        polling = system.call(ask, control_plane, a_poll(system))
        await system.advance(3)
        assert not polling.is_done
        await submit(system, control_plane, "t1")
        await system.settle()
        leases = polling.result()
        assert isinstance(leases, Leases)
        assert (leases.first, [entry.task_id for entry in leases.entries], leases.payloads) == (1, ["t1"], [b"{}"])


async def test_a_poll_for_which_nothing_comes_up_is_answered_with_nothing_after_the_holding_time() -> None:
    async with a_system() as system:
        control_plane = await joined(system)
        polling = system.call(ask, control_plane, a_poll(system))
        await system.advance(4.9)
        assert not polling.is_done
        await system.advance(0.2)
        assert polling.result() == Leases(first=1, entries=[])


async def test_a_wait_for_completions_for_which_none_come_is_answered_with_none_after_the_holding_time() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await reply_of(control_plane.role.client_desk.answer, Hello(session_id="s1"))
        wait = AwaitCompletions(epoch=EPOCH, session_id="s1", acknowledged=0)
        waiting = system.call(reply_of, control_plane.role.client_desk.answer, wait)
        await system.advance(4.9)
        assert not waiting.is_done
        await system.advance(0.2)
        assert waiting.result() == Completions(first=1, entries=[])


async def test_a_newer_poll_takes_over_and_the_older_one_gets_nothing() -> None:
    async with a_system() as system:
        control_plane = await joined(system)
        older = system.call(ask, control_plane, a_poll(system))
        await system.settle()
        newer = system.call(ask, control_plane, a_poll(system))
        await system.settle()
        assert older.result() == Leases(first=1, entries=[])
        await submit(system, control_plane, "t1")
        await system.settle()
        leases = newer.result()
        assert isinstance(leases, Leases)
        assert [entry.task_id for entry in leases.entries] == ["t1"]


async def test_a_newer_wait_for_completions_takes_over_too() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await reply_of(control_plane.role.client_desk.answer, Hello(session_id="s1"))
        wait = AwaitCompletions(epoch=EPOCH, session_id="s1", acknowledged=0)
        older = system.call(reply_of, control_plane.role.client_desk.answer, wait)
        await system.settle()
        newer = system.call(reply_of, control_plane.role.client_desk.answer, wait)
        await system.settle()
        assert older.result() == Completions(first=1, entries=[])
        assert not newer.is_done


async def test_leases_that_were_not_acknowledged_come_again_in_the_next_poll() -> None:
    async with a_system() as system:
        control_plane = await joined(system)
        await submit(system, control_plane, "t1")
        first = await ask(control_plane, a_poll(system))
        again = await ask(control_plane, a_poll(system))
        assert first == again
        acknowledged = system.call(ask, control_plane, a_poll(system, acknowledged=1))
        await system.settle()
        assert not acknowledged.is_done


async def test_a_held_poll_of_a_worker_that_is_replaced_is_told_so() -> None:
    async with a_system() as system:
        control_plane = await joined(system)
        polling = system.call(ask, control_plane, a_poll(system))
        await system.settle()
        await join(system, control_plane, incarnation="i2")
        await system.settle()
        with pytest.raises(WorkerReplaced, match="give each worker an id of its own"):
            polling.result()


async def test_a_held_poll_of_a_worker_that_left_is_told_so() -> None:
    async with a_system() as system:
        control_plane = await joined(system)
        polling = system.call(ask, control_plane, a_poll(system))
        await system.settle()
        assert await ask(control_plane, Leave(epoch=EPOCH, worker_id="w1", incarnation="i1", acknowledged=0)) == Noted()
        await system.settle()
        with pytest.raises(UnknownWorker):
            polling.result()


async def test_a_held_wait_of_a_session_that_is_closed_is_told_so() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await reply_of(control_plane.role.client_desk.answer, Hello(session_id="s1"))
        wait = AwaitCompletions(epoch=EPOCH, session_id="s1", acknowledged=0)
        waiting = system.call(reply_of, control_plane.role.client_desk.answer, wait)
        await system.settle()
        assert await reply_of(control_plane.role.client_desk.answer, Goodbye(session_id="s1")) == Noted()
        await reply_of(control_plane.role.client_desk.answer, Goodbye(session_id="s1"))
        await system.settle()
        with pytest.raises(UnknownSession):
            waiting.result()


async def test_a_poll_that_is_read_after_its_sender_gave_up_is_not_carried_out() -> None:
    async with a_system() as system:
        control_plane = await joined(system)
        poll = a_poll(system)
        await system.advance(14.9)
        await ask(control_plane, Beat(epoch=EPOCH, worker_id="w1", incarnation="i1"))
        await system.advance(0.2)
        await submit(system, control_plane, "t1")
        with pytest.raises(DeadlinePassed):
            await ask(control_plane, poll)
        assert control_plane.ledger.workers["w1"].leased == {}


async def test_an_acknowledgement_tells_names_that_nobody_runs_and_entries_that_were_refused() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane(ledger=Ledger(names=["echo"]))
        assert await submit(system, control_plane, "t1") == Submitted(refused=[], waiting_for_worker=["echo"])
        entry = SubmitEntry("t2", "ecko", TaskPriority.NORMAL)
        refused = await reply_of(
            control_plane.role.client_desk.answer,
            Submit(epoch=EPOCH, session_id="s1", deadline=2000.0, entries=[entry], payloads=[b""]),
        )
        assert isinstance(refused, Submitted)
        assert [(entry.index, entry.code) for entry in refused.refused] == [(0, "unknown_task")]
        assert refused.waiting_for_worker == []


async def test_a_fetch_answers_as_many_as_fit_into_one_batch() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane(ledger=Ledger(names=["echo"]))
        await submit(system, control_plane, "t1")
        fetched = await reply_of(
            control_plane.role.client_desk.answer, Fetch(epoch=EPOCH, session_id="", task_ids=["t1", "t2"])
        )
        assert isinstance(fetched, Fetched)
        assert [(state.task_id, state.status) for state in fetched.entries] == [("t1", "queued"), ("t2", None)]


async def test_an_address_that_is_taken_stops_the_start_and_frees_the_others() -> None:
    async with a_system() as system:
        other = await system.start_control_plane(
            client_address="tcp://127.0.0.1:1", worker_address="tcp://127.0.0.1:2", local_address="inproc://other"
        )
        failing = RunningControlPlane(system, Ledger(), other.limits, system.network, {})
        starting = system.call(failing.run)
        await system.settle()
        with pytest.raises(AddressUnusable, match=BEACON):
            starting.result()
        await other.kill()
        assert not (await system.start_control_plane()).ended.is_set()


async def test_only_the_control_plane_itself_runs_a_worker_under_its_own_id() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        for worker_id, is_local in (("control-plane", False), ("w1", True)):
            request = Join(
                epoch=EPOCH,
                deadline=2000.0,
                worker_id=worker_id,
                incarnation="i1",
                slots=1,
                names=["echo"],
                is_local=is_local,
            )
            with pytest.raises(InvalidSetting, match="is the control plane's own; choose another"):
                await ask(control_plane, request)
        assert control_plane.worker_ids == []


async def test_more_entries_than_a_batch_has_are_refused() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        cancel = Cancel(epoch=EPOCH, deadline=1e9, task_ids=["t1"] * (BATCH_ENTRIES + 1))
        with pytest.raises(BadFrame, match=f"a batch has at most {BATCH_ENTRIES}"):
            await reply_of(control_plane.role.client_desk.answer, cancel)


async def test_a_deadline_that_is_no_number_has_passed() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        submit = Submit(epoch=EPOCH, session_id="s1", deadline=nan, entries=[], payloads=[])
        with pytest.raises(DeadlinePassed):
            await reply_of(control_plane.role.client_desk.answer, submit)


async def test_a_task_is_cancelled_and_run_again_by_message() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane(ledger=Ledger(names=["echo"]))
        answer = control_plane.role.client_desk.answer
        await submit(system, control_plane, "t1")
        assert await reply_of(answer, Cancel(epoch=EPOCH, deadline=1e9, task_ids=["t1", "t9"])) == Cancelled(
            answers=[Cancellation.CANCELLED, Cancellation.UNKNOWN]
        )
        again = Rerun(epoch=EPOCH, session_id="s1", deadline=2000.0, task_id="t1", new_task_id="t2")
        assert await reply_of(answer, again) == Submitted(refused=[], waiting_for_worker=[])
        assert control_plane.ledger.tasks["t2"].submission.terms.origin == "t1"


async def test_a_worker_whose_poll_is_held_is_told_at_once_that_it_drains() -> None:
    async with a_system() as system:
        control_plane = await joined(system)
        polling = system.call(ask, control_plane, a_poll(system))
        await system.settle()
        assert (
            await reply_of(
                control_plane.role.client_desk.answer, DrainWorker(epoch=EPOCH, deadline=1e9, worker_id="w1")
            )
            == Noted()
        )
        await system.settle()
        leases = polling.result()
        assert isinstance(leases, Leases)
        assert (leases.directive, leases.entries) == (Directive(1, is_to_leave=True), [])


async def test_a_wait_that_follows_a_task_is_answered_by_its_steps() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane(ledger=Ledger(names=["echo"]))
        await submit(system, control_plane, "t1")

        def wait(after: int) -> AwaitCompletions:
            return AwaitCompletions(epoch=EPOCH, session_id="s1", acknowledged=0, follows=[Follow("t1", after)])

        first = await reply_of(control_plane.role.client_desk.answer, wait(0))
        assert isinstance(first, Completions)
        assert [(step.number, step.status) for step in first.steps] == [(1, TaskStatus.QUEUED)]
        waiting = system.call(reply_of, control_plane.role.client_desk.answer, wait(1))
        await system.settle()
        assert not waiting.is_done
        await join(system, control_plane, incarnation="i1")
        await ask(control_plane, a_poll(system))
        await system.settle()
        second = waiting.result()
        assert isinstance(second, Completions)
        assert [(step.number, step.status) for step in second.steps] == [(2, TaskStatus.RUNNING)]


async def test_a_delayed_task_is_leased_at_its_moment_and_not_at_the_next_tick() -> None:
    async with a_system() as system:
        control_plane = await joined(system)
        await reply_of(control_plane.role.client_desk.answer, Hello(session_id="s1"))
        polling = system.call(ask, control_plane, a_poll(system))
        entry = SubmitEntry("t1", "echo", TaskPriority.NORMAL, Terms(delay_seconds=0.25))
        request = Submit(epoch=EPOCH, session_id="s1", deadline=2000.0, entries=[entry], payloads=[b"{}"])
        await reply_of(control_plane.role.client_desk.answer, request)
        await system.advance(0.2)
        assert not polling.is_done
        await system.advance(0.05)
        leases = polling.result()
        assert isinstance(leases, Leases)
        assert [lease.task_id for lease in leases.entries] == ["t1"]


async def test_a_wait_that_follows_many_tasks_is_answered_by_a_batch_of_steps() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await reply_of(control_plane.role.client_desk.answer, Hello(session_id="s1"))
        follows = [Follow(f"t{number}", 0) for number in range(BATCH_ENTRIES)]
        wait = AwaitCompletions(epoch=EPOCH, session_id="s1", acknowledged=0, follows=follows)
        answer = await reply_of(control_plane.role.client_desk.answer, wait)
        assert isinstance(answer, Completions)
        assert [step.number for step in answer.steps] == [0] * BATCH_ENTRIES


# ---- its ends, for people ----


def held_by_role(plane: RunningControlPlane) -> dict[str, int]:
    return {end.role.value: end.held for end in plane.role.ends}


async def test_the_poll_of_its_own_worker_is_told_from_those_of_others() -> None:
    async with a_system() as system:
        plane = await system.start_control_plane()
        assert held_by_role(plane) == {"clients": 0, "workers": 0, "own worker": 0, "beacon": 0}
        await system.start_worker("w1", echo)
        await system.start_local_worker(echo)
        await system.start_worker("w2", echo)
        assert held_by_role(plane) == {"clients": 0, "workers": 2, "own worker": 1, "beacon": 0}


async def test_a_control_plane_that_does_not_serve_has_no_ends() -> None:
    async with a_system() as system:
        plane = RunningControlPlane(system, Ledger(), Limits(), system.network, {}, [])
        assert plane.role.ends == []
