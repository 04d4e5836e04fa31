import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastworker.domain import worker_registry
from fastworker.domain.task_queue import TaskQueue
from fastworker.domain.vitals import Vitals
from fastworker.domain.worker_registry import LocalExecution, Worker, WorkerCard, WorkerRegistry

from ...builders import a_card, a_task
from .heap_moves import count_moves

ECHO = frozenset({"echo"})


def a_registry(*cards: WorkerCard, local_execution: LocalExecution = LocalExecution.AUTO) -> WorkerRegistry:
    registry = WorkerRegistry(TaskQueue(), local_execution=local_execution)
    for card in cards:
        registry.add(card, now=1000.0)
    return registry


def open_up(registry: WorkerRegistry, worker_id: str) -> Worker:
    """Let a worker ask for work."""
    worker = registry[worker_id]
    worker.is_open = True
    registry.offer(worker)
    return worker


def best(registry: WorkerRegistry, names: frozenset[str] = ECHO) -> str | None:
    """Return the id of the least loaded open worker of a group."""
    offer = registry.groups[names].least_loaded()
    return offer[-1].card.worker_id if offer else None


def lease(registry: WorkerRegistry, number: int) -> None:
    """Give tasks to the best worker, one after the other."""
    for _ in range(number):
        task = a_task()
        registry[best(registry)].leased[task.task_id] = task


def test_a_registered_worker_is_found_by_its_id():
    registry = a_registry(a_card("a"), a_card("b"))

    assert (len(registry), [worker.card.worker_id for worker in registry]) == (2, ["a", "b"])
    assert registry.get("a") is registry["a"]
    assert registry.get("c") is None


def test_a_removed_worker_is_gone_with_its_group():
    registry = a_registry(a_card("a"), a_card("b", names={"add"}))
    worker = registry["a"]

    assert registry.remove("a") is worker
    assert registry.get("a") is None
    assert set(registry.groups) == {frozenset({"add"})}


def test_workers_that_know_the_same_names_form_one_group():
    registry = a_registry(a_card("a"), a_card("b"), a_card("c", names={"echo", "add"}))

    assert {names: group.members for names, group in registry.groups.items()} == {
        ECHO: {"a", "b"},
        frozenset({"echo", "add"}): {"c"},
    }


def test_a_worker_that_has_not_asked_gets_nothing():
    registry = a_registry(a_card("a"))
    registry.offer(registry["a"])

    assert best(registry) is None


def test_the_least_loaded_worker_comes_first():
    registry = a_registry(a_card("a", slots=3), a_card("b", slots=3))
    registry["a"].leased = {"t1": a_task("t1")}
    open_up(registry, "a")
    open_up(registry, "b")

    assert best(registry) == "b"


def test_equal_loads_keep_the_order_of_registration():
    registry = a_registry(a_card("b"), a_card("a"))
    open_up(registry, "a")
    open_up(registry, "b")

    assert best(registry) == "b"


def test_an_offer_made_at_an_older_load_does_not_count():
    registry = a_registry(a_card("a", slots=3), a_card("b", slots=3))
    loaded, idle = open_up(registry, "a"), open_up(registry, "b")
    loaded.leased = {"t1": a_task("t1")}
    registry.offer(loaded)
    assert best(registry) == "b"
    idle.is_open = False

    assert best(registry) == "a"


@pytest.mark.parametrize(
    ("slots", "leased", "occupied", "room"),
    [(2, 0, 0, 2), (2, 1, 0, 1), (2, 1, 1, 0), (1, 1, 1, -1), (2, 0, 2, 0)],
)
def test_room_is_what_leases_and_leaseless_work_leave_of_the_slots(slots, leased, occupied, room):
    registry = a_registry(a_card("a", slots=slots))
    worker = registry["a"]
    worker.leased = {task.task_id: task for task in (a_task() for _ in range(leased))}
    worker.occupied = occupied
    open_up(registry, "a")

    assert worker.room == room
    assert best(registry) == ("a" if room > 0 else None)


def test_an_offer_ends_when_the_slots_fill_up_with_work_without_a_lease():
    registry = a_registry(a_card("a"))
    open_up(registry, "a").occupied = 1

    assert best(registry) is None


def test_a_worker_that_joins_again_under_its_id_has_asked_for_nothing_yet():
    registry = a_registry(a_card("a"), a_card("b"))
    open_up(registry, "a")
    registry.remove("a")
    registry.add(a_card("a", incarnation="second life"), now=1001.0)

    assert best(registry) is None


def test_offers_made_over_and_over_are_kept_once():
    registry = a_registry(a_card("a"), a_card("b"))
    for _ in range(1000):
        open_up(registry, "a")
        open_up(registry, "b")
        assert best(registry) == "a"

    assert len(registry.groups[ECHO]._open) == 2  # its memory cannot be seen from outside


def test_offers_that_no_longer_hold_make_room_for_others():
    registry = a_registry(a_card("a", slots=1000))
    worker = open_up(registry, "a")
    lease(registry, 500)
    for _ in range(500):
        worker.leased.popitem()
        registry.offer(worker)
        assert best(registry) == "a"

    assert len(registry.groups[ECHO]._open) < 100


@pytest.mark.parametrize("together", [1, 2])
def test_a_lease_moves_one_note_however_often_the_worker_was_offered_before(together, monkeypatch):
    registry = a_registry(a_card("a", slots=100))
    worker = open_up(registry, "a")
    for _ in range(60):
        lease(registry, together)
        worker.leased.clear()
        registry.offer(worker)
    moves = count_moves(monkeypatch, worker_registry)
    lease(registry, 100)

    assert moves.total() <= 101


@pytest.mark.parametrize("ending", [["remove"], ["drain", "remove"]])
def test_nothing_is_kept_of_workers_that_asked_and_left_while_nothing_waited(ending):
    registry = a_registry(a_card("a"))
    for _ in range(100):
        registry.add(a_card("b"), now=1000.0)
        open_up(registry, "b")
        for leave in ending:
            getattr(registry, leave)("b")

    assert registry.groups[ECHO]._offered == {}


def test_nothing_that_was_noted_of_a_worker_counts_when_it_has_left():
    registry = a_registry(a_card("a"), a_card("b"))
    open_up(registry, "b")
    assert best(registry) == "b"
    registry.remove("b")

    assert best(registry) is None
    assert registry.groups[ECHO]._noted == {}


STEPS = st.tuples(
    st.sampled_from(["poll", "poll", "answer", "lease", "lease", "end", "drain", "resume", "rejoin"]),
    st.sampled_from(["b", "c"]),
    st.booleans(),
)


@settings(deadline=None, max_examples=200)
@given(st.lists(STEPS, max_size=60))
def test_the_choice_is_the_least_loaded_of_those_that_are_open_and_have_room(steps):
    registry = a_registry(*(a_card(each, slots=4) for each in ("a", "b", "c")))
    open_up(registry, "a")
    for step, worker_id, is_looked_at in steps:
        take_step(registry, step, worker_id)
        free = [worker for worker in registry if worker.is_open and worker.room > 0]
        least = min(free, key=lambda worker: (len(worker.leased), worker.order), default=None)
        if is_looked_at:
            assert best(registry) == (least.card.worker_id if least else None)


def take_step(registry: WorkerRegistry, step: str, worker_id: str) -> None:
    """Have something happen to a worker, as the ledger does it."""
    worker = registry[worker_id]
    match step:
        case "poll" if not worker.is_draining:
            open_up(registry, worker_id)
        case "answer":
            worker.is_open = False
        case "lease" if best(registry):
            lease(registry, 1)
        case "end" if worker.leased:
            worker.leased.popitem()
            registry.offer(worker)
        case "drain" | "resume":
            getattr(registry, step)(worker_id)
        case "rejoin":
            registry.remove(worker_id)
            registry.add(worker.card, now=1000.0)


def test_workers_not_heard_from_for_the_silence_time_are_silent():
    registry = a_registry(a_card("a"), a_card("b"))
    registry["b"].heard_at = 1000.1

    assert registry.silent(now=1015.0, silence_seconds=15.0) == [registry["a"]]


# ---- the control plane's own worker ----


def test_by_itself_the_control_plane_runs_only_what_no_subworker_knows():
    registry = a_registry(
        a_card("local", names={"echo", "add"}, is_local=True), a_card("a"), local_execution=LocalExecution.AUTO
    )

    assert {names: group.members for names, group in registry.groups.items()} == {
        frozenset({"add"}): {"local"},
        ECHO: {"a"},
    }


def test_the_control_plane_takes_over_the_names_of_a_subworker_that_left():
    registry = a_registry(a_card("local", names={"echo", "add"}, is_local=True), a_card("a"))
    open_up(registry, "local")
    registry.remove("a")

    assert set(registry.groups) == {frozenset({"echo", "add"})}
    assert best(registry, frozenset({"echo", "add"})) == "local"


def test_with_overflow_the_control_plane_may_run_everything_it_knows():
    registry = a_registry(
        a_card("local", names={"echo", "add"}, is_local=True), a_card("a"), local_execution=LocalExecution.OVERFLOW
    )

    assert set(registry.groups) == {frozenset({"echo", "add"}), ECHO}


def test_with_never_the_control_plane_may_run_nothing():
    registry = a_registry(a_card("local", is_local=True), local_execution=LocalExecution.NEVER)

    assert set(registry.groups) == {frozenset()}


def test_another_subworker_with_the_same_names_changes_no_group():
    registry = a_registry(a_card("local", is_local=True), a_card("a"))
    groups = dict(registry.groups)
    registry.add(a_card("b"), now=1000.0)

    assert registry.groups == groups


def test_free_slots_of_who_stands_by_or_drains_are_not_usable_and_busy_ones_are():
    registry = a_registry(a_card("local", is_local=True, slots=3))
    registry["local"].occupied = 1
    alone = registry.usable_slots()
    registry.add(a_card("a", slots=4), now=1000.0)
    beside = registry.usable_slots()
    registry["a"].occupied = 2
    registry.drain("a")

    assert (alone, beside, registry.usable_slots()) == (3, 1 + 4, 3 + 2)


def test_the_control_plane_stands_by_while_subworkers_know_all_that_it_knows():
    registry = a_registry(a_card("local", is_local=True))
    alone = registry.is_standing_by(registry["local"])
    registry.add(a_card("a"), now=1000.0)

    assert (alone, registry.is_standing_by(registry["local"])) == (False, True)
    assert not registry.is_standing_by(registry["a"])
    registry.drain("a")
    assert not registry.is_standing_by(registry["a"])
    assert not registry.is_standing_by(registry["local"])


def test_a_beat_tells_of_the_process_and_one_that_says_nothing_changes_nothing():
    worker = a_registry(a_card("a"))["a"]
    vitals = Vitals(resident_bytes=1)
    worker.hear(vitals, at=1005.0)
    worker.hear(None, at=1010.0)

    assert (worker.joined_at, worker.heard_at, worker.vitals) == (1000.0, 1010.0, vitals)


def test_what_was_known_of_a_worker_goes_with_it():
    registry = a_registry(a_card("a"))
    registry["a"].hear(Vitals(resident_bytes=1), at=1005.0)
    registry.remove("a")
    registry.add(a_card("a"), now=1020.0)

    assert (registry["a"].vitals, registry["a"].joined_at) == (None, 1020.0)


def test_two_workers_with_other_code_of_a_function_both_differ_until_one_is_gone():
    old, new = (a_card(each, digests=(("echo", each),)) for each in ("a", "b"))
    registry = a_registry(old, new, a_card("c"))
    assert [registry.differing_functions(worker) for worker in registry] == [["echo"], ["echo"], []]
    registry.remove("a")

    assert registry.differing_functions(registry["b"]) == []
