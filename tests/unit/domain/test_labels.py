"""What operators may call a worker."""

import pytest

from fastworker.domain.labels import (
    LONGEST_KEY,
    LONGEST_VALUE,
    MOST_LABELS,
    fault_of_label,
    fault_of_labels,
    split_label,
)


def test_a_label_is_a_key_and_a_value_which_may_hold_the_sign_between_them() -> None:
    assert split_label("zone=eu") == ("zone", "eu")
    assert split_label("flag=a=b") == ("flag", "a=b")
    assert split_label("zone") == ("zone", "")


@pytest.mark.parametrize(
    ("key", "value"),
    [("zone", "eu"), ("a.b/c-d_e", "ü 1"), ("k" * LONGEST_KEY, "v" * LONGEST_VALUE)],
)
def test_a_label_that_is_in_bounds_has_no_fault(key: str, value: str) -> None:
    assert fault_of_label(key, value) is None


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("", "eu", "a key of 1 to 60"),
        ("k" * (LONGEST_KEY + 1), "eu", "a key of 1 to 60"),
        ("zöne", "eu", "a key of 1 to 60"),
        ("a b", "eu", "a key of 1 to 60"),
        ("zone", "", "a value of 1 to 100"),
        ("zone", "v" * (LONGEST_VALUE + 1), "a value of 1 to 100"),
        ("zone", "e\nu", "a value of 1 to 100"),
    ],
)
def test_a_label_out_of_bounds_is_told_what_was_expected(key: str, value: str, fault: str) -> None:
    found = fault_of_label(key, value)
    assert found is not None
    assert fault in found


def test_a_worker_has_few_labels_each_without_a_fault() -> None:
    assert fault_of_labels({}) is None
    assert fault_of_labels({str(number): "1" for number in range(MOST_LABELS)}) is None
    assert fault_of_labels({str(number): "1" for number in range(MOST_LABELS + 1)}) == "a worker has at most 16 labels"
    assert fault_of_labels({"a": "1", "b": ""}) == fault_of_label("b", "")
