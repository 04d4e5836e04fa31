"""Which tags the remembered tasks have: for people who look for one."""

from fastworker.application.observatory.seen_tags import SeenTags, seen_tags
from fastworker.application.observatory.task_index import BLOCK, TaskIndex
from fastworker.domain.task import Task
from fastworker.domain.terms import NO_TERMS, Terms
from tests.builders import a_task


def tagged(*tags: str) -> Task:
    return a_task(terms=Terms(tags=tags) if tags else NO_TERMS)


def an_index(*tasks: Task) -> TaskIndex:
    for number, task in enumerate(tasks, start=1):
        task.number = number
    index = TaskIndex()
    index.add(tasks)
    return index


def test_tags_are_told_with_how_many_tasks_have_them_the_most_frequent_first():
    index = an_index(tagged("b", "x"), tagged(), tagged("b", "a"), tagged("a", "b"), tagged("c"), tagged("C"))

    assert seen_tags(index, limit=9) == SeenTags([("b", 3), ("a", 2), ("C", 1), ("c", 1), ("x", 1)], True, 6)
    assert seen_tags(index, limit=2).counts == [("b", 3), ("a", 2)]
    assert seen_tags(index, text="C", limit=9).counts == [("C", 1), ("c", 1)]


def test_tags_of_tasks_that_are_forgotten_are_not_told():
    tasks = [tagged("old"), tagged("old", "both"), tagged("both")]
    index = an_index(*tasks)
    index.forget(tasks[:2])

    assert seen_tags(index, limit=9) == SeenTags([("both", 1)], True, 1)


def test_tags_of_few_that_are_left_of_many_are_counted_as_they_are():
    tasks = [tagged(f"t{number % 2}") for number in range(2 * BLOCK)]
    index = an_index(*tasks)
    index.forget(tasks[10 : BLOCK - 1])

    assert dict(seen_tags(index, limit=9).counts) == {"t0": 5 + BLOCK // 2, "t1": 5 + BLOCK // 2 + 1}


def test_looking_is_given_up_after_so_much_work_and_the_newest_come_first():
    index = an_index(*(tagged(f"order:{number}") for number in range(4 * BLOCK)))

    assert seen_tags(index, limit=9, most_work=1) == SeenTags([("order:1023", 1)], False, 1)
    assert seen_tags(index, limit=1, most_work=7).looked == BLOCK + 1


def test_without_tasks_there_are_no_tags():
    assert seen_tags(TaskIndex(), limit=9) == SeenTags([], True, 0)
