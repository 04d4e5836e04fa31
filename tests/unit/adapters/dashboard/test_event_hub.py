"""Events are numbered, kept for a while, and given to each listener through a bounded queue."""

import pytest

from fastworker.adapters.dashboard.event_hub import (
    KEPT_SECONDS,
    MOST_FOLLOWED,
    MOST_KEPT,
    MOST_KEPT_BYTES,
    MOST_LISTENERS,
    MOST_WAITING,
    MOST_WAITING_BYTES,
    EventHub,
    Listener,
)


def said(listener: Listener) -> list[str]:
    return [event.data for event in listener.waiting]


def publish(hub: EventHub, *data: str, topic: str = "tasks", now: float = 0.0) -> None:
    for each in data:
        hub.publish(topic, "kind", each, now=now)


def test_a_listener_hears_its_topics_in_order() -> None:
    hub = EventHub("b")
    listener = hub.listen(["tasks"], None)
    publish(hub, "1", "2")
    publish(hub, "3", topic="workers")
    assert said(listener) == ["1", "2"]
    assert hub.topics() == {"tasks"}


def test_who_comes_back_is_told_what_was_missed_and_then_goes_on() -> None:
    hub = EventHub("b")
    publish(hub, "1", "2", "3")
    listener = hub.listen(["tasks"], "b-1")
    publish(hub, "4")
    assert (said(listener), listener.reset) == (["2", "3", "4"], None)


@pytest.mark.parametrize(
    "last_id", ["other-1", "b-4", "b-", "b", "", "b-x", "b--1", "b-²", "b-٣", f"b-{'9' * 30}", "1"]
)
def test_an_id_that_this_life_never_gave_begins_anew(last_id: str) -> None:
    hub = EventHub("b")
    publish(hub, "1", "2", "3")
    listener = hub.listen(["tasks"], last_id)
    assert (said(listener), listener.reset) == ([], "other-boot")


def test_what_is_not_kept_any_more_is_a_gap() -> None:
    hub = EventHub("b")
    publish(hub, "1", now=0.0)
    publish(hub, "2", now=KEPT_SECONDS + 1)
    assert hub.listen(["tasks"], "b-0").reset == "gap"
    assert said(hub.listen(["tasks"], "b-1")) == ["2"]


def test_what_is_kept_is_bounded_by_number_and_by_size() -> None:
    hub = EventHub("b")
    publish(hub, *["x"] * (MOST_KEPT + 5))
    assert hub.kept == MOST_KEPT
    publish(hub, "y" * MOST_KEPT_BYTES)
    assert hub.kept == 1
    publish(hub, "z" * (MOST_KEPT_BYTES + 1))
    assert hub.kept == 0
    assert hub.listen(["tasks"], f"b-{hub.seq - 1}").reset == "gap"


def test_a_listener_that_is_too_slow_begins_anew_and_holds_up_nobody() -> None:
    hub = EventHub("b")
    slow, quick = hub.listen(["tasks"], None), hub.listen(["tasks"], None)
    for number in range(MOST_WAITING + 1):
        publish(hub, str(number))
        quick.waiting.clear()
    assert (said(slow), slow.reset, hub.resets) == ([], "overflow", 1)
    assert quick.reset is None


def test_what_waits_for_one_listener_is_bounded_by_its_size_but_one_event_may_be_as_large_as_it_is() -> None:
    hub = EventHub("b")
    slow = hub.listen(["tasks"], None)
    publish(hub, "x" * (MOST_WAITING_BYTES + 1))
    assert (len(slow.take()), slow.reset) == (1, None)
    publish(hub, "x" * (MOST_WAITING_BYTES - 1), "y", "z")
    assert (slow.reset, said(slow), hub.resets) == ("overflow", [], 1)
    publish(hub, "1")
    assert said(slow) == ["1"]


def test_who_comes_back_to_a_topic_that_was_not_told_meanwhile_begins_anew() -> None:
    hub = EventHub("b")
    hub.listen(["workers"], None)
    hub.leave(hub.listen(["tasks"], None))
    publish(hub, "1")
    last_id = f"b-{hub.seq}"
    hub.forget(["tasks"])
    publish(hub, "2", topic="workers")
    assert hub.listen(["workers"], last_id).reset is None
    assert hub.listen(["workers", "tasks"], last_id).reset == "gap"
    assert hub.listen(["workers", "tasks"], f"b-{hub.seq}").reset is None


def test_only_so_many_tasks_are_followed_and_each_counts_once() -> None:
    hub = EventHub("b")
    listener = hub.listen([f"task:{number}" for number in range(MOST_FOLLOWED)], None)
    assert hub.may_follow(["task:0", "tasks"])
    assert not hub.may_follow(["task:another"])
    hub.leave(listener)
    assert hub.may_follow(["task:another"])
    assert hub.topics() == set()


def test_more_missed_events_than_may_wait_are_a_gap() -> None:
    hub = EventHub("b")
    publish(hub, *["x"] * (MOST_WAITING + 1))
    assert hub.listen(["tasks"], "b-0").reset == "gap"
    assert hub.listen(["tasks"], "b-1").reset is None


def test_nobody_can_go_on_across_a_time_in_which_nothing_was_published() -> None:
    hub = EventHub("b")
    publish(hub, "1")
    hub.skip()
    hub.skip()
    publish(hub, "2")
    assert hub.listen(["tasks"], "b-1").reset == "gap"
    assert hub.listen(["tasks"], f"b-{hub.seq}").reset is None


def test_there_are_only_so_many_listeners() -> None:
    hub = EventHub("b")
    listeners = [hub.listen(["tasks"], None) for _ in range(MOST_LISTENERS)]
    assert hub.is_full
    hub.leave(listeners[0])
    hub.leave(listeners[0])
    assert (hub.is_full, hub.listeners) == (False, MOST_LISTENERS - 1)


def test_a_closed_hub_ends_those_who_listen_and_those_who_come() -> None:
    hub = EventHub("b")
    early = hub.listen(["tasks"], None)
    hub.close()
    assert early.is_over
    assert hub.listen(["tasks"], None).is_over
