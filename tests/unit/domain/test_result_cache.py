import pytest

from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.result_cache import DELETED_KEPT, ResultCache
from fastworker.domain.task import ErrorRecord, Task

from ...builders import a_task, a_uuid7, an_outcome


def a_cache(*, capacity: int = 100, ttl_seconds: float = 60.0) -> ResultCache:
    return ResultCache(capacity=capacity, ttl_seconds=ttl_seconds)


def a_finished_task(task_id: str) -> Task:
    return a_task(task_id, status=TaskStatus.SUCCESS)


def test_a_kept_task_is_found_by_its_id():
    cache = a_cache()
    task = a_finished_task("a")
    cache.put(task, now=0.0)

    assert cache.get("a", now=1.0) is task
    assert cache.get("b", now=1.0) is None


def test_the_least_recently_used_task_makes_room():
    cache = a_cache(capacity=2)
    cache.put(a_finished_task("a"), now=0.0)
    cache.put(a_finished_task("b"), now=1.0)
    cache.use("a")
    cache.put(a_finished_task("c"), now=2.0)

    assert cache.task_ids() == ["a", "c"]


def test_getting_a_task_is_not_using_it():
    cache = a_cache(capacity=2)
    cache.put(a_finished_task("a"), now=0.0)
    cache.put(a_finished_task("b"), now=1.0)
    cache.get("a", now=1.0)
    cache.put(a_finished_task("c"), now=2.0)

    assert cache.task_ids() == ["b", "c"]


def test_a_cache_without_room_keeps_nothing():
    cache = a_cache(capacity=0)
    cache.put(a_finished_task("a"), now=0.0)

    assert (len(cache), cache.has_expired(now=1e9)) == (0, False)


def test_a_task_is_kept_until_its_time_to_live_is_over():
    cache = a_cache(ttl_seconds=60.0)
    cache.put(a_finished_task("a"), now=100.0)

    assert cache.get("a", now=159.9) is not None
    assert cache.get("a", now=160.0) is None


def test_using_a_task_does_not_prolong_its_time_to_live():
    cache = a_cache(ttl_seconds=60.0)
    cache.put(a_finished_task("a"), now=100.0)
    cache.use("a")

    assert cache.get("a", now=160.0) is None


def test_reaping_forgets_what_is_over_and_nothing_else():
    cache = a_cache(ttl_seconds=60.0)
    for task_id, finished_at in (("a", 0.0), ("b", 10.0), ("c", 20.0)):
        cache.put(a_finished_task(task_id), now=finished_at)
    cache.reap(now=70.0)

    assert cache.task_ids() == ["c"]


def test_reaping_may_empty_the_cache():
    cache = a_cache(ttl_seconds=60.0)
    cache.put(a_finished_task("a"), now=0.0)
    cache.reap(now=60.0)

    assert len(cache) == 0


def test_there_is_something_to_reap_when_the_oldest_is_over():
    cache = a_cache(ttl_seconds=60.0)
    assert not cache.has_expired(now=0.0)
    cache.put(a_finished_task("a"), now=0.0)

    assert not cache.has_expired(now=59.9)
    assert cache.has_expired(now=60.0)


def test_an_id_that_is_used_again_begins_anew_in_both_orders():
    cache = a_cache(capacity=2, ttl_seconds=60.0)
    cache.put(a_finished_task("a"), now=0.0)
    cache.put(a_finished_task("b"), now=10.0)
    cache.put(a_finished_task("a"), now=65.0)

    assert cache.task_ids() == ["b", "a"]
    assert cache.has_expired(now=70.0)
    cache.reap(now=70.0)
    assert cache.task_ids() == ["a"]


def test_ids_as_old_as_a_forgotten_one_may_have_been_forgotten():
    cache = a_cache(capacity=1)
    cache.put(a_finished_task(a_uuid7(2000)), now=0.0)
    assert not cache.may_have_forgotten(a_uuid7(1999))
    cache.put(a_finished_task(a_uuid7(3000)), now=1.0)

    assert cache.may_have_forgotten(a_uuid7(2000))
    assert cache.may_have_forgotten(a_uuid7(1999, rest=5))
    assert not cache.may_have_forgotten(a_uuid7(2001))


@pytest.mark.parametrize("task_id", [a_uuid7(2000), "order-4711"])
def test_a_result_whose_time_is_over_counts_as_forgotten_before_it_is_reaped(task_id):
    cache = a_cache(ttl_seconds=60.0)
    cache.put(a_finished_task(task_id), now=0.0)

    assert cache.get(task_id, now=60.0) is None
    assert cache.may_have_forgotten(task_id)


def test_forgetting_an_older_id_later_does_not_move_the_mark_back():
    cache = a_cache(ttl_seconds=60.0)
    cache.put(a_finished_task(a_uuid7(3000)), now=0.0)
    cache.put(a_finished_task(a_uuid7(2000)), now=1.0)
    cache.reap(now=100.0)

    assert cache.may_have_forgotten(a_uuid7(3000))


def test_deleting_a_young_task_makes_no_older_one_look_forgotten():
    cache = a_cache()
    for task_id in (a_uuid7(3000), "order-4711"):
        cache.put(a_finished_task(task_id), now=0.0)
        cache.delete(task_id)

    assert cache.may_have_forgotten(a_uuid7(3000))
    assert cache.may_have_forgotten("order-4711")
    assert not cache.may_have_forgotten(a_uuid7(2000))


def test_an_id_that_was_deleted_and_is_used_again_is_not_forgotten_twice():
    cache = a_cache(ttl_seconds=60.0)
    for _ in range(2):
        cache.put(a_finished_task("order-4711"), now=0.0)
        cache.delete("order-4711")
    cache.put(a_finished_task("order-4711"), now=0.0)
    cache.reap(now=100.0)

    assert not cache.may_have_forgotten("order-4711")


def test_of_a_deleted_task_it_is_known_when_it_was_submitted_until_another_has_its_id():
    cache = a_cache()
    task = a_finished_task("order-4711")
    cache.put(task, now=0.0)
    assert cache.deleted_submitted_at("order-4711") is None
    cache.delete("order-4711")
    assert cache.deleted_submitted_at("order-4711") == task.submitted_at
    cache.put(a_finished_task("order-4711"), now=1.0)

    assert cache.deleted_submitted_at("order-4711") is None


def test_of_many_deleted_tasks_the_earliest_deleted_are_remembered_by_their_age_only():
    cache = a_cache()
    for number in range(DELETED_KEPT + 1):
        task_id = a_uuid7(3000 + number)
        cache.put(a_finished_task(task_id), now=0.0)
        cache.delete(task_id)

    assert cache.may_have_forgotten(a_uuid7(2000))
    assert cache.forgotten_until_milliseconds == 3000


def test_an_id_without_a_creation_time_is_never_taken_for_forgotten():
    cache = a_cache(capacity=0)
    cache.put(a_finished_task("order-4711"), now=0.0)

    assert not cache.may_have_forgotten("order-4711")


def test_results_of_more_bytes_than_may_be_kept_push_out_the_least_recently_used():
    cache = ResultCache(capacity=100, ttl_seconds=60.0, max_bytes=25)
    for number in range(3):
        cache.put(a_task(f"t{number}", status=TaskStatus.SUCCESS, outcome=an_outcome(payload=b"0123456789")), now=0.0)

    assert cache.task_ids() == ["t1", "t2"]  # each with two bytes of arguments


def test_a_single_result_is_kept_whatever_its_size():
    cache = ResultCache(capacity=100, ttl_seconds=60.0, max_bytes=1)
    error = ErrorRecord("ValueError", "x" * 50, "y" * 50)
    for number in range(2):
        outcome = an_outcome(TaskStatus.FAILURE, error=error)
        cache.put(a_task(f"t{number}", status=TaskStatus.FAILURE, outcome=outcome), now=0.0)

    assert cache.task_ids() == ["t1"]


def test_whoever_wants_to_know_is_told_of_each_task_that_is_forgotten():
    cache = a_cache(capacity=2)
    forgotten = []
    cache.on_forget = forgotten.append
    tasks = [a_finished_task(task_id) for task_id in ("a", "b", "c")]
    for moment, task in enumerate(tasks):
        cache.put(task, now=float(moment))
    assert forgotten == tasks[:1]
    cache.reap(now=1_000.0)

    assert forgotten == tasks
