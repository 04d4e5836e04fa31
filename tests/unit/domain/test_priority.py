import pytest

from fastworker.domain.errors import InvalidPriority
from fastworker.domain.priority import RANKS, TaskPriority


@pytest.mark.parametrize("priority", TaskPriority)
@pytest.mark.parametrize("spelling", [str.lower, str.upper, str.title])
def test_a_priority_is_known_by_its_name_in_any_case(priority, spelling):
    assert TaskPriority.parse(spelling(priority.value)) is priority


@pytest.mark.parametrize("priority", TaskPriority)
def test_a_member_is_taken_as_it_is(priority):
    assert TaskPriority.parse(priority) is priority


@pytest.mark.parametrize("value", ["urgent", "", 0, None])
def test_what_names_no_priority_is_refused_with_the_four_that_do(value):
    with pytest.raises(InvalidPriority) as refusal:
        TaskPriority.parse(value)

    assert str(refusal.value) == f"no priority {value!r}; expected one of: critical, high, normal, low"
    assert isinstance(refusal.value, ValueError)


def test_critical_is_served_first_and_low_last():
    assert RANKS == {
        TaskPriority.CRITICAL: 0,
        TaskPriority.HIGH: 1,
        TaskPriority.NORMAL: 2,
        TaskPriority.LOW: 3,
    }
