"""What code task functions are of."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

from fastworker.application.code_digests import DIGITS, code_digests
from fastworker.application.task_function import task
from fastworker.application.task_registry import tasks_of

SOURCE = """
from fastworker.application.task_function import task

FACTOR = 2

@task
def double(x: int) -> int:
    return FACTOR * x
"""


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Load a text as the module `shop`, in a folder of its own each time."""
    folders = []

    def load_module(source: str) -> ModuleType:
        folder = tmp_path / str(len(folders))
        folder.mkdir()
        folders.append(folder)
        (folder / "shop.py").write_bytes(source.encode())
        monkeypatch.syspath_prepend(str(folder))
        sys.modules.pop("shop", None)
        return importlib.import_module("shop")

    yield load_module
    sys.modules.pop("shop", None)


def test_the_same_file_elsewhere_has_the_same_digest(load) -> None:
    here = code_digests(tasks_of(load(SOURCE)))
    there = code_digests(tasks_of(load(SOURCE)))
    assert here == there
    assert [(name, len(each)) for name, each in here.items()] == [("double", DIGITS)]


def test_what_stands_beside_a_function_counts(load) -> None:
    before = code_digests(tasks_of(load(SOURCE)))
    assert code_digests(tasks_of(load(SOURCE.replace("FACTOR = 2", "FACTOR = 3")))) != before


def test_the_ends_of_lines_do_not_count(load) -> None:
    before = code_digests(tasks_of(load(SOURCE)))
    assert code_digests(tasks_of(load(SOURCE.replace("\n", "\r\n")))) == before


def test_a_function_without_a_source_file_is_left_out(load) -> None:
    module = load(SOURCE)
    Path(str(module.__file__)).unlink()
    assert code_digests(tasks_of(module)) == {}
    module.__file__ = "shop.so"
    assert code_digests(tasks_of(module)) == {}

    @task
    def typed_in() -> None: ...

    typed_in.function.__module__ = "no.such.module"
    assert code_digests([typed_in]) == {}
