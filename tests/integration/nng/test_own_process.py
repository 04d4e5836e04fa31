"""Cases in which memory that was freed too early would end the whole run: each file in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.parametrize("cases", ["closing_cases.py", "pressure_cases.py"])
def test_nng_outlives(cases: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", str(HERE / cases)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=80, check=False, cwd=HERE.parents[2])
    assert run.returncode == 0, run.stdout + run.stderr
