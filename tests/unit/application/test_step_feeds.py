"""Steps that come twice, late or too fast, and readers that come and go."""

import pytest

from fastworker.application.messages import Follow, StepEntry
from fastworker.application.step_feeds import MOST_FEEDS, STEPS_WAITING, StepFeed, StepFeeds
from fastworker.domain.errors import CallerError, ControlPlaneRestarted, ResultExpired, UnknownTaskId
from fastworker.domain.lifecycle import TaskStatus

pytestmark = pytest.mark.anyio


def a_feed(task_id: str = "t1", *, after: int = 0, epoch: str = "e1") -> StepFeed:
    """The feed of one reader."""
    return StepFeed(task_id, after=after, epoch=epoch)


def a_step(number: int, task_id: str = "t1") -> StepEntry:
    """A step of a task that runs."""
    return StepEntry(task_id, number, status=TaskStatus.RUNNING)


def waiting(feed: StepFeed) -> list[int]:
    """The numbers of the steps that a reader has not read."""
    return [step.number for step in feed._steps]


async def test_steps_are_read_in_order_and_once_although_they_come_again() -> None:
    feed = a_feed(after=1)
    for number in (1, 2, 2, 3, 1):
        feed.add(a_step(number))
    assert [(await feed.next()).number for _ in range(2)] == [2, 3]
    assert waiting(feed) == []


@pytest.mark.parametrize(("is_forgotten", "error"), [(True, ResultExpired), (False, UnknownTaskId)])
async def test_a_task_that_is_not_known_is_an_error_after_what_has_come(
    error: type[Exception], *, is_forgotten: bool
) -> None:
    feed = a_feed()
    feed.add(a_step(1))
    feed.add(StepEntry("t1", 0, is_forgotten=is_forgotten))
    assert (await feed.next()).number == 1
    for _ in range(2):
        with pytest.raises(error):
            await feed.next()


async def test_a_feed_that_has_failed_is_asked_for_no_more() -> None:
    feeds = StepFeeds()
    feed = a_feed()
    feeds.add(feed)
    assert feeds.follows() == [Follow("t1", 0)]
    feeds.take([StepEntry("t1", 0)])
    assert feeds.follows() == []


async def test_each_task_is_asked_for_once_from_the_number_that_its_furthest_behind_reader_has() -> None:
    feeds = StepFeeds()
    for feed in (a_feed(after=7), a_feed(after=3), a_feed("t2", after=5)):
        feeds.add(feed)
    assert feeds.follows() == [Follow("t1", 3), Follow("t2", 5)]


async def test_a_reader_that_is_too_slow_is_given_no_more_and_not_asked_for() -> None:
    feeds = StepFeeds()
    slow, quick = a_feed(), a_feed(after=STEPS_WAITING)
    feeds.add(slow)
    feeds.follows()
    feeds.take([a_step(number) for number in range(1, STEPS_WAITING + 10)])
    assert len(waiting(slow)) == STEPS_WAITING
    assert not slow.has_room
    assert feeds.follows() == []
    feeds.add(quick)
    assert feeds.follows() == [Follow("t1", STEPS_WAITING)]
    await slow.next()
    assert feeds.follows() == [Follow("t1", STEPS_WAITING)]


async def test_a_slow_reader_that_has_read_on_misses_nothing_of_an_answer_that_was_asked_for_without_it() -> None:
    feeds = StepFeeds()
    slow, quick = a_feed(), a_feed(after=STEPS_WAITING + 5)
    feeds.add(slow)
    feeds.follows()
    feeds.take([a_step(number) for number in range(1, STEPS_WAITING + 1)])
    feeds.add(quick)
    assert feeds.follows() == [Follow("t1", STEPS_WAITING + 5)]
    await slow.next()
    feeds.take([a_step(STEPS_WAITING + 6)])
    assert slow.after == STEPS_WAITING


async def test_steps_of_other_tasks_are_passed_over() -> None:
    feeds = StepFeeds()
    feed = a_feed()
    feeds.add(feed)
    feeds.follows()
    feeds.take([a_step(1, "t2"), a_step(1)])
    assert waiting(feed) == [1]


async def test_a_reader_that_has_gone_may_go_twice() -> None:
    feeds = StepFeeds()
    feed = a_feed()
    feeds.add(feed)
    for _ in range(2):
        feeds.remove(feed)
    assert feeds.follows() == []


async def test_feeds_of_another_life_of_the_control_plane_end() -> None:
    feeds = StepFeeds()
    old, new = a_feed(epoch="e1"), a_feed("t2", epoch="e2")
    for feed in (old, new):
        feeds.add(feed)
    feeds.fail(ControlPlaneRestarted("gone"), but_epoch="e2")
    with pytest.raises(ControlPlaneRestarted):
        await old.next()
    assert feeds.follows() == [Follow("t2", 0)]


async def test_no_more_feeds_than_an_answer_has_room_for() -> None:
    feeds = StepFeeds()
    for _ in range(MOST_FEEDS):
        feeds.add(a_feed())
    with pytest.raises(CallerError, match="as many as it may"):
        feeds.add(a_feed())
