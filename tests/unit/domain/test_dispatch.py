from fastworker.domain.dispatch import next_assignment
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import Task
from fastworker.domain.task_queue import TaskQueue
from fastworker.domain.worker_registry import LocalExecution, WorkerCard, WorkerRegistry

from ...builders import a_card, a_task


def a_registry(
    *cards: WorkerCard, waiting: tuple[Task, ...] = (), local_execution: LocalExecution = LocalExecution.AUTO
) -> WorkerRegistry:
    """Workers that have all asked for work, and tasks that wait."""
    queue = TaskQueue()
    registry = WorkerRegistry(queue, local_execution=local_execution)
    for task in waiting:
        queue.push(task)
    for card in cards:
        registry.add(card, now=1000.0)
        registry[card.worker_id].is_open = True
        registry.offer(registry[card.worker_id])
    return registry


def assigned(registry: WorkerRegistry) -> tuple[str, str] | None:
    assignment = next_assignment(registry)
    return (assignment[0].task_id, assignment[1].card.worker_id) if assignment else None


def give(registry: WorkerRegistry, worker_id: str, task: Task) -> None:
    worker = registry[worker_id]
    worker.leased[task.task_id] = task
    registry.offer(worker)


def test_nothing_waits_so_nothing_is_assigned():
    assert assigned(a_registry(a_card())) is None


def test_nobody_is_there_so_nothing_is_assigned():
    assert assigned(a_registry(waiting=(a_task(),))) is None


def test_nobody_has_room_so_nothing_is_assigned():
    registry = a_registry(a_card("a"), waiting=(a_task(),))
    give(registry, "a", a_task())

    assert assigned(registry) is None


def test_the_first_task_in_the_order_of_service_goes_first():
    waiting = (a_task("normal"), a_task("critical", priority=TaskPriority.CRITICAL))

    assert assigned(a_registry(a_card("a"), waiting=waiting)) == ("critical", "a")


def test_the_order_of_service_holds_across_groups_of_workers():
    cards = (a_card("a", names={"echo"}), a_card("b", names={"add"}))
    waiting = (a_task("echo"), a_task("add", name="add", priority=TaskPriority.HIGH))

    assert assigned(a_registry(*cards, waiting=waiting)) == ("add", "b")


def test_among_equal_priorities_the_earlier_arrival_goes_first_whatever_group_runs_it():
    cards = (a_card("a", names={"echo"}), a_card("b", names={"add"}))
    waiting = (a_task("add", name="add"), a_task("echo"))

    assert assigned(a_registry(*cards, waiting=waiting)) == ("add", "b")


def test_a_task_goes_only_to_a_worker_that_knows_it():
    cards = (a_card("a", names={"echo"}), a_card("b", names={"echo", "add"}))

    assert assigned(a_registry(*cards, waiting=(a_task("add", name="add"),))) == ("add", "b")


def test_a_task_that_only_full_workers_know_lets_others_pass():
    cards = (a_card("a", names={"add"}), a_card("b", names={"echo"}))
    waiting = (a_task("add", name="add", priority=TaskPriority.CRITICAL), a_task("echo", priority=TaskPriority.LOW))
    registry = a_registry(*cards, waiting=waiting)
    give(registry, "a", a_task(name="add"))

    assert assigned(registry) == ("echo", "b")


def test_of_two_groups_the_less_loaded_worker_is_chosen():
    registry = a_registry(
        a_card("a", slots=2), a_card("b", slots=2, names={"echo", "add"}), waiting=(a_task("waiting"),)
    )
    give(registry, "a", a_task())

    assert assigned(registry) == ("waiting", "b")


def test_equal_loads_keep_the_order_of_registration_across_groups():
    cards = (a_card("b", names={"echo", "add"}), a_card("a"))

    assert assigned(a_registry(*cards, waiting=(a_task("waiting"),))) == ("waiting", "b")


def test_a_full_worker_of_another_group_is_no_choice():
    registry = a_registry(a_card("a"), a_card("b", names={"echo", "add"}), waiting=(a_task("waiting"),))
    give(registry, "a", a_task())

    assert assigned(registry) == ("waiting", "b")


def test_with_overflow_the_local_worker_comes_after_every_subworker():
    cards = (a_card("local", is_local=True), a_card("a", slots=2))
    registry = a_registry(*cards, waiting=(a_task("waiting"),), local_execution=LocalExecution.OVERFLOW)
    give(registry, "a", a_task())
    assert assigned(registry) == ("waiting", "a")
    give(registry, "a", a_task())

    assert assigned(registry) == ("waiting", "local")


def test_without_overflow_the_local_worker_leaves_waiting_what_a_full_subworker_knows():
    registry = a_registry(a_card("local", is_local=True), a_card("a"), waiting=(a_task(),))
    give(registry, "a", a_task())

    assert assigned(registry) is None
