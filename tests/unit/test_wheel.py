"""What ships."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sysconfig import get_path
from urllib.request import urlopen
from zipfile import ZipFile

import pytest

from tests.integration.processes import START_SECONDS, Process, free_port
from tests.integration.system import CONTROL_PLANE_IS_UP

ROOT = Path(__file__).parents[2]
STATIC = "fastworker/adapters/dashboard/static/"


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


def test_the_wheel_has_the_page_as_it_was_built(wheel: ZipFile) -> None:
    built = ROOT / "src" / STATIC
    files = {path.relative_to(built).as_posix(): path.read_bytes() for path in built.rglob("*") if path.is_file()}
    packed = {name.removeprefix(STATIC): wheel.read(name) for name in wheel.namelist() if name.startswith(STATIC)}
    assert packed == files
    assert {"index.html", "build.json"} <= set(files)
    assert any(name.startswith("assets/") and name.endswith(".js") for name in files)


def test_the_wheel_alone_serves_the_page_without_node(wheel: ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path / "site")
    with a_control_plane_of(tmp_path / "site", tmp_path) as url:
        page = urlopen(url, timeout=START_SECONDS).read().decode()
        names = re.findall(r'(?:src|href)="\./(assets/[^"]+)"', page)
        assert any(name.endswith(".js") for name in names)
        for name in names:
            with urlopen(url + name, timeout=START_SECONDS) as file:
                assert file.read() == wheel.read(STATIC + name)


@contextmanager
def a_control_plane_of(site: Path, folder: Path) -> Iterator[str]:
    """Run one of an unpacked wheel with no program in its PATH; what it depends on is that of this environment."""
    port = free_port()
    program = (
        f"import sys; sys.path[:0] = [{str(site)!r}, {get_path('purelib')!r}]; import fastworker; "
        f"assert fastworker.__file__.startswith({str(site)!r}); from fastworker.entrypoints.cli import main; main()"
    )
    addresses = [f"--{name}-address=tcp://127.0.0.1:{free_port()}" for name in ("base", "worker", "discovery")]
    process = Process(
        "control-plane",
        [sys.executable, "-S", "-c", program, "control-plane", f"--dashboard-port={port}", *addresses],  # -S: no .pth
        log=folder / "log",
        folder=folder,
        environment={"PATH": str(folder / "nothing"), "HOME": str(folder)},
    )
    try:
        process.wait_for(CONTROL_PLANE_IS_UP, f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.kill()
