"""The build without telemetry that the present one is compared with."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.telemetry_off.untraced import take_tracing_out

ROOT = Path(__file__).parents[3]


@pytest.fixture
def src(tmp_path: Path) -> Path:
    return shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "static"))


def test_tasks_run_without_what_is_listed_as_tracing(src: Path) -> None:
    take_tracing_out(src / "fastworker")
    environment = os.environ | {"PYTHONPATH": f"{src}{os.pathsep}{ROOT}"}
    load = [sys.executable, "-m", "benchmarks.telemetry_off.load", str(src), "20"]
    done = subprocess.run(load, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_sources_in_which_tracing_has_changed_are_refused(src: Path) -> None:
    take_tracing_out(src / "fastworker")
    with pytest.raises(ValueError, match="met 0 times, expected once"):
        take_tracing_out(src / "fastworker")
