"""Ids: UUIDs of version 7, which carry the time at which they were made."""

import time
import uuid

from fastworker.adapters.uuid7 import new_uuid7
from fastworker.domain.task import created_at_milliseconds


def test_an_id_is_a_uuid_of_version_7_in_its_usual_text_form() -> None:
    for text in [new_uuid7() for _ in range(200)]:
        parsed = uuid.UUID(text)
        assert (parsed.version, parsed.variant, str(parsed)) == (7, uuid.RFC_4122, text)


def test_no_two_ids_are_the_same() -> None:
    assert len({new_uuid7() for _ in range(10_000)}) == 10_000


def test_every_form_of_the_variant_occurs() -> None:
    assert {new_uuid7()[19] for _ in range(500)} == set("89ab")


def test_an_id_carries_the_time_of_its_making() -> None:
    before = time.time_ns() // 1_000_000
    made = created_at_milliseconds(new_uuid7())
    after = time.time_ns() // 1_000_000
    assert made is not None
    assert before <= made <= after


def test_ids_sort_by_the_time_of_their_making() -> None:
    ids = []
    for _ in range(5):
        ids.append(new_uuid7())
        this_millisecond = time.time_ns() // 1_000_000
        while time.time_ns() // 1_000_000 == this_millisecond:
            pass
    assert ids == sorted(ids)


def test_other_ids_carry_no_time() -> None:
    assert created_at_milliseconds(str(uuid.uuid4())) is None
    assert created_at_milliseconds("order-7") is None
    assert created_at_milliseconds("") is None
    assert created_at_milliseconds("zzzzzzzz-zzzz-7zzz-8zzz-zzzzzzzzzzzz") is None
