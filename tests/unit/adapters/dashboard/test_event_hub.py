"""Events are numbered, kept for a while, and given to each listener through a bounded queue."""

import pytest

from fastworker.adapters.dashboard.event_hub import (
    KEPT_SECONDS,
    MOST_KEPT,
    MOST_KEPT_BYTES,
    MOST_LISTENERS,
    MOST_WAITING,
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


@pytest.mark.parametrize("last_id", ["other-1", "b-4", "b-", "b", "", "b-x", "b--1", f"b-{'9' * 30}", "1"])
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


def test_a_listener_that_is_too_slow_begins_anew_and_holds_up_nobody() -> None:
    hub = EventHub("b")
    slow, quick = hub.listen(["tasks"], None), hub.listen(["tasks"], None)
    for number in range(MOST_WAITING + 1):
        publish(hub, str(number))
        quick.waiting.clear()
    assert (said(slow), slow.reset, hub.resets) == ([], "overflow", 1)
    assert quick.reset is None


def test_more_missed_events_than_may_wait_are_a_gap() -> None:
    hub = EventHub("b")
    publish(hub, *["x"] * (MOST_WAITING + 1))
    assert hub.listen(["tasks"], "b-0").reset == "gap"
    assert hub.listen(["workers"], "b-0").reset is None


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
