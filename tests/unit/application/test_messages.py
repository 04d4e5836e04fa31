"""Messages as values, and errors inside them."""

import pytest

from fastworker.application.messages import MESSAGES, Message, Refused
from fastworker.domain.errors import FastWorkerError, QueueFull, UnknownTask


def test_a_refusal_carries_an_error_by_its_code() -> None:
    refused = Refused.because(QueueFull("the queue is full"))
    assert refused == Refused(code="queue_full", message="the queue is full")
    error = refused.error()
    assert (type(error), str(error)) == (QueueFull, "the queue is full")


def test_a_refusal_of_an_unknown_code_is_an_error_of_the_root_class() -> None:
    error = Refused(code="from_the_future", message="hm").error()
    assert (type(error), str(error)) == (FastWorkerError, "hm")


def test_every_kind_of_message_has_one_place_on_the_wire() -> None:
    assert {kind.__name__ for kind in MESSAGES} == {
        kind.__name__ for kind in Message.__subclasses__() if kind.__module__.startswith("fastworker.")
    }
    assert len(set(MESSAGES)) == len(MESSAGES)


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_message_with_payloads_has_entries_for_them(kind: type[Message]) -> None:
    fields = kind.__dataclass_fields__
    assert ("payloads" in fields) <= ("entries" in fields)


def test_an_error_keeps_its_class_through_code_and_back() -> None:
    assert type(Refused.because(UnknownTask("x")).error()) is UnknownTask
