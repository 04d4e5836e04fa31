"""Runs of pytest in a process of its own, as a user starts it."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PLUGINS = ("-p", "anyio", "-p", "fastworker.testing.plugin")


def pytest_in(folder: Path, *arguments: str, path: str = "") -> subprocess.CompletedProcess[str]:
    """Run the tests of a folder with no plugin but the two that are needed, whatever is installed here."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_", "COVERAGE_"))},
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, [path, str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])),
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *PLUGINS, *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=100, check=False
    )
