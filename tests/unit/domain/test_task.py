from uuid import UUID

import pytest

from fastworker.domain.task import created_at_milliseconds

from ...builders import a_lease, a_task, a_uuid7


def test_a_task_goes_by_the_id_of_its_submission():
    assert a_task("order-4711").task_id == "order-4711"


def test_a_task_without_a_lease_has_no_wait_to_tell_of():
    assert a_task().wait_seconds == 0.0


def test_the_wait_lasts_from_submission_to_lease():
    task = a_task(lease=a_lease(leased_at=1002.5))

    assert task.wait_seconds == 2.5


@pytest.mark.parametrize("milliseconds", [0, 1, 1_763_700_000_000, 2**48 - 1])
def test_an_id_made_by_a_client_carries_its_creation_time(milliseconds):
    task_id = a_uuid7(milliseconds)

    assert UUID(task_id).version == 7
    assert created_at_milliseconds(task_id) == milliseconds


@pytest.mark.parametrize(
    "task_id",
    [
        "",
        "order-4711",
        "9b2f8c1e-3d4a-4e6f-8a1b-2c3d4e5f6a7b",  # a UUIDv4
        "0190a1b2c3d47e5f8a1b2c3d4e5f6a7b",  # not in the form that clients make
        "zzzzzzzz-zzzz-7zzz-8zzz-zzzzzzzzzzzz",
    ],
)
def test_any_other_id_carries_no_creation_time(task_id):
    assert created_at_milliseconds(task_id) is None
