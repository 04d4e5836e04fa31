"""Task functions by name, and the loading of task modules."""

import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from fastworker.application.task_function import task
from fastworker.application.task_registry import TaskRegistry, load_task_modules
from fastworker.domain.errors import InvalidTaskModule, UnknownTask


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current folder, out of which modules are imported and afterwards forgotten."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def write(folder: Path, name: str, text: str) -> None:
    """Write a module whose first line imports `task`."""
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("from fastworker import task\n" + dedent(text))


# ---- the registry ----


def test_functions_are_found_by_their_names_which_are_listed_in_order() -> None:
    one, two = task(name="zebra")(_something), task(name="ant")(_something)
    registry = TaskRegistry([one, two])
    assert registry["zebra"] is one
    assert registry.names == ["ant", "zebra"]
    assert list(registry) == [one, two]
    assert len(registry) == 2


def test_an_unknown_name_is_an_error_with_near_names() -> None:
    registry = TaskRegistry([task(name="resize_image")(_something)])
    with pytest.raises(UnknownTask, match="no task named 'resize_imgae'; did you mean: resize_image"):
        registry["resize_imgae"]


def test_the_same_function_twice_is_once() -> None:
    function = task(_something)
    assert len(TaskRegistry([function, function])) == 1


def test_two_functions_of_one_name_are_an_error_that_shows_both_modules() -> None:
    registry = TaskRegistry([task(name="resize")(_something)])
    with pytest.raises(InvalidTaskModule, match=f"two task functions are named 'resize': one in {__name__}, one in"):
        registry.add(task(name="resize")(_something))


def _something() -> None: ...


# ---- modules ----


def test_modules_are_imported_from_the_current_folder(folder: Path) -> None:
    write(folder, "mine.py", "@task\ndef one(): ...\n@task\ndef two(): ...\nthree = 3")
    assert load_task_modules(["mine"]).names == ["one", "two"]


def test_the_current_folder_comes_first_on_the_import_path_and_only_once(folder: Path) -> None:
    load_task_modules([])
    load_task_modules([])
    assert sys.path[0] == str(folder)
    assert sys.path.count(str(folder)) == 1


def test_a_module_inside_a_package_is_named_with_dots(folder: Path) -> None:
    write(folder, "shop/mail.py", "@task\ndef send(): ...")
    assert load_task_modules(["shop.mail"]).names == ["send"]


def test_a_function_that_two_modules_share_is_registered_once(folder: Path) -> None:
    write(folder, "first.py", "@task\ndef one(): ...")
    write(folder, "second.py", "from first import one\n@task\ndef two(): ...")
    assert load_task_modules(["first", "second"]).names == ["one", "two"]


def test_a_name_that_two_modules_take_is_an_error(folder: Path) -> None:
    write(folder, "first.py", "@task\ndef one(): ...")
    write(folder, "second.py", "@task\ndef one(): ...")
    with pytest.raises(InvalidTaskModule, match="named 'one': one in first, one in second"):
        load_task_modules(["first", "second"])


@pytest.mark.parametrize("name", ["nowhere", "nowhere.inside", "shop.nowhere"])
def test_a_module_that_is_missing_is_an_error_that_says_where_it_was_looked_for(folder: Path, name: str) -> None:
    write(folder, "shop/__init__.py", "")
    with pytest.raises(InvalidTaskModule, match=f"no module named '{name}' in .*name it as in `import`") as caught:
        load_task_modules([name])
    assert caught.value.__cause__ is None  # a traceback through importlib would add nothing


def test_a_file_name_instead_of_a_module_name_is_told_to_leave_off_py(folder: Path) -> None:
    write(folder, "mine.py", "")
    with pytest.raises(InvalidTaskModule, match=r"without \.py"):
        load_task_modules(["mine.py"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import not_installed", "ModuleNotFoundError: No module named 'not_installed'"),
        ("raise SystemExit('stop')", "SystemExit: stop"),
        ("def broken(:", "SyntaxError: "),
    ],
)
def test_a_module_that_breaks_at_its_import_is_an_error_with_its_cause(folder: Path, text: str, said: str) -> None:
    write(folder, "broken.py", text)
    with pytest.raises(InvalidTaskModule, match=f"task module 'broken' failed to import: {said}") as caught:
        load_task_modules(["broken"])
    assert caught.value.__cause__ is not None


@pytest.mark.parametrize("name", ["", ".mine", "..", "a b"])
def test_what_is_no_module_name_is_an_error_of_the_same_kind(folder: Path, name: str) -> None:
    with pytest.raises(InvalidTaskModule):
        load_task_modules([name])


def test_a_module_that_is_interrupted_by_the_keyboard_ends_the_start(folder: Path) -> None:
    write(folder, "slow.py", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        load_task_modules(["slow"])
