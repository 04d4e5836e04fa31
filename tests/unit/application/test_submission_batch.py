"""Submissions that leave together."""

from typing import Any, cast

import pytest

from fastworker.application.handle import TaskHandle
from fastworker.application.messages import BATCH_BYTES, BATCH_ENTRIES, SubmitEntry
from fastworker.application.submission_batch import SubmissionBatch
from fastworker.domain.errors import Draining, QueueFull
from fastworker.domain.priority import TaskPriority
from fastworker.domain.terms import Terms

pytestmark = pytest.mark.anyio


def add(batch: SubmissionBatch, payload: bytes = b"{}") -> int:
    """Add one more entry."""
    task_id = f"t{len(batch.entries)}"
    handle = TaskHandle.of(task_id, cast("Any", None), bytes)
    return batch.add(SubmitEntry(task_id, "echo", TaskPriority.NORMAL), payload, handle)


async def test_entries_payloads_and_handles_stand_at_the_same_index() -> None:
    batch = SubmissionBatch(opened_at=1000.0)
    assert [add(batch, b"a"), add(batch, b"b")] == [0, 1]
    assert [entry.task_id for entry in batch.entries] == ["t0", "t1"]
    assert batch.payloads == [b"a", b"b"]
    assert batch.handles == ["t0", "t1"]


async def test_a_batch_is_full_at_so_many_entries() -> None:
    batch = SubmissionBatch(opened_at=1000.0)
    for _ in range(BATCH_ENTRIES):
        assert batch.has_room(b"{}")
        add(batch)
    assert not batch.has_room(b"{}")


async def test_a_batch_is_full_at_so_many_bytes() -> None:
    batch = SubmissionBatch(opened_at=1000.0)
    add(batch, bytes(BATCH_BYTES - 10))
    assert batch.has_room(bytes(10))
    assert not batch.has_room(bytes(11))


async def test_one_entry_alone_may_be_larger_than_a_batch() -> None:
    batch = SubmissionBatch(opened_at=1000.0)
    assert batch.has_room(bytes(2 * BATCH_BYTES))
    add(batch, bytes(2 * BATCH_BYTES))
    assert not batch.has_room(b"")


async def test_a_settled_batch_raises_for_the_entries_that_were_refused_and_no_other() -> None:
    batch = SubmissionBatch(opened_at=1000.0)
    for _ in range(3):
        add(batch)
    refused = QueueFull("full")
    batch.settle({1: refused})
    await batch.settled()
    await batch.accepted(0)
    with pytest.raises(QueueFull) as caught:
        await batch.accepted(1)
    assert caught.value is refused
    assert [batch.error_at(index) for index in range(3)] == [None, refused, None]


async def test_a_failed_batch_raises_for_every_entry() -> None:
    batch = SubmissionBatch(opened_at=1000.0)
    for _ in range(2):
        add(batch)
    failed = Draining("stopping")
    batch.fail(failed)
    for index in range(2):
        with pytest.raises(Draining):
            await batch.accepted(index)
        assert batch.error_at(index) is failed


async def test_what_waited_to_be_sent_is_due_and_expires_sooner() -> None:
    batch = SubmissionBatch(opened_at=1000.0)
    add(batch)
    assert batch.entries_at(1003.0) is batch.entries
    terms = Terms(delay_seconds=2.0, expires_seconds=10.0, retries=1)
    for each in (terms, Terms(retries=1)):
        batch.add(
            SubmitEntry("timed", "echo", TaskPriority.NORMAL, each),
            b"{}",
            TaskHandle.of("timed", cast("Any", None), bytes),
        )

    assert [entry.terms for entry in batch.entries_at(1003.0)] == [
        None,
        Terms(delay_seconds=0.0, expires_seconds=7.0, retries=1),
        Terms(retries=1),
    ]
