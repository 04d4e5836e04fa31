"""What the tests of the dashboard have done by the control plane itself."""

import sys

from fastworker import task


@task
def loaded_modules() -> list[str]:
    return sorted(sys.modules)


@task
def add(a: int, b: int = 2) -> int:
    return a + b
