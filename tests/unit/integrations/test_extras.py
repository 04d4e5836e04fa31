"""What an integration says whose framework is not installed."""

import subprocess
import sys

import pytest

WITHOUT = """
import sys
sys.modules[sys.argv[1]] = None  # as if it were not installed
try:
    __import__(sys.argv[2])
except ModuleNotFoundError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("missing", "integration", "extra"),
    [
        ("fastapi", "fastapi", "fastapi"),
        ("starlette", "starlette", "fastapi"),
        ("flask", "flask", "flask"),
        ("django", "django.backend", "django"),
    ],
)
def test_a_missing_framework_is_named_with_what_installs_it(missing: str, integration: str, extra: str) -> None:
    command = [sys.executable, "-c", WITHOUT, missing, f"fastworker.integrations.{integration}"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert missing in said
    assert said.endswith(f"is not installed: pip install 'fastworker[{extra}]'\n")
