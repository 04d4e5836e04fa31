"""What ships."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    """The wheel of this project."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    (path,) = folder.glob("*.whl")
    return ZipFile(path)


def read(wheel: ZipFile, end: str) -> str:
    (name,) = [name for name in wheel.namelist() if name.endswith(end)]
    return wheel.read(name).decode()


def test_the_wheel_says_that_the_package_is_typed(wheel: ZipFile) -> None:
    assert "fastworker/py.typed" in wheel.namelist()
    assert "Typing :: Typed" in read(wheel, "METADATA")


def test_the_wheel_has_every_module(wheel: ZipFile) -> None:
    sources = {str(path.relative_to(ROOT / "src")) for path in (ROOT / "src").rglob("*.py")}
    assert sources <= set(wheel.namelist())


def test_the_wheel_brings_the_command_and_the_pytest_plugin(wheel: ZipFile) -> None:
    lines = read(wheel, "entry_points.txt").splitlines()
    assert "fastworker = fastworker.entrypoints.cli:main" in lines
    assert lines[lines.index("[pytest11]") + 1] == "fastworker = fastworker.testing.plugin"


def test_nothing_of_the_tests_ships(wheel: ZipFile) -> None:
    assert not [name for name in wheel.namelist() if name.startswith(("tests/", "examples/"))]
