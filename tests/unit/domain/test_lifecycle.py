import pytest

from fastworker.domain.lifecycle import TRANSITIONS, TaskStatus

WAYS_OUT = {
    "scheduled": {"queued", "cancelled", "expired", "success", "failure"},
    "queued": {"running", "cancelled", "expired", "success", "failure"},
    "running": {"success", "failure", "scheduled", "queued", "cancelled", "lost"},
    "success": set(),
    "failure": set(),
    "cancelled": set(),
    "lost": set(),
    "expired": set(),
}


@pytest.mark.parametrize("status", TaskStatus)
def test_a_task_moves_only_along_the_table(status):
    assert set(TRANSITIONS[status]) == WAYS_OUT[status]


@pytest.mark.parametrize("status", TaskStatus)
def test_a_status_is_final_when_nothing_leads_out_of_it(status):
    assert status.is_final is (not WAYS_OUT[status])


def test_every_status_can_be_reached_from_a_submission():
    reached = {TaskStatus.QUEUED, TaskStatus.SCHEDULED}
    for _ in TaskStatus:
        reached |= {target for status in reached for target in TRANSITIONS[status]}

    assert reached == set(TaskStatus)


def test_from_every_status_a_final_one_can_be_reached():
    ending = {status for status in TaskStatus if status.is_final}
    for _ in TaskStatus:
        ending |= {status for status in TaskStatus if ending & set(TRANSITIONS[status])}

    assert ending == set(TaskStatus)


def test_every_transition_has_a_reason():
    assert all(reason for ways_out in TRANSITIONS.values() for reason in ways_out.values())
