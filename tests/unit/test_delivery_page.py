"""docs/delivery.md names tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "delivery.md").read_text(encoding="utf-8")
NAMED = [
    (path, test)
    for path, tests in re.findall(r"`((?:unit|integration)/[\w/]+\.py)`: ((?:`test_\w+`(?:, )?)+)", PAGE)
    for test in re.findall(r"`(test_\w+)`", tests)
]


def test_the_page_names_many_tests():
    assert len(NAMED) > 80


def test_every_file_that_is_named_comes_with_a_test():
    assert set(re.findall(r"`((?:unit|integration)/[\w/]+\.py)`", PAGE)) - {path for path, _ in NAMED} == {
        "unit/application/test_coordinator_machine.py"  # a state machine is one test
    }


@pytest.mark.parametrize(("path", "test"), NAMED)
def test_a_test_that_is_named_exists(path, test):
    assert f"def {test}(" in (ROOT / "tests" / path).read_text(encoding="utf-8")
