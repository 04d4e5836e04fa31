"""A virtual environment for the packages of each contestant, made when it is first needed.

`benchmarks/constraints/` pins what is installed, one file for each environment: no two have to agree. To move on,
delete the files and the environments; `python -m benchmarks.environments` then installs what is newest, and pins it.
"""

import subprocess
import sys
import venv
from pathlib import Path

from .contestant import Contestant
from .contestants import all_contestants

HERE = Path(__file__).parent
ENVIRONMENTS = HERE / ".environments"
CONSTRAINTS = HERE / "constraints"


def python_of(kind: type[Contestant]) -> Path:
    """Return the interpreter of a contestant's environment, with its packages installed.

    Raises:
        InstallationFailed: with the last of what pip said.
    """
    if not kind.packages:
        return Path(sys.executable)
    name = environment_name(kind.packages)
    python = ENVIRONMENTS / name / "bin" / "python"
    stamp = ENVIRONMENTS / name / "installed.txt"
    wanted = _wanted(name, kind.packages)
    if not stamp.exists() or stamp.read_text() != wanted:
        if not python.exists():
            venv.create(ENVIRONMENTS / name, with_pip=True)
        _install(python, name, kind.packages)
        stamp.write_text(wanted)
    return python


def environment_name(packages: tuple[str, ...]) -> str:
    """Return the name of the environment: that of the first package."""
    return packages[0].partition("[")[0]


class InstallationFailed(Exception):
    """The packages of a contestant cannot be installed here."""


def _wanted(name: str, packages: tuple[str, ...]) -> str:
    constraints = _constraints(name)
    return "\n".join([sys.version, *packages, constraints.read_text() if constraints.exists() else ""])


def _constraints(name: str) -> Path:
    return CONSTRAINTS / f"{name}.txt"


def _install(python: Path, name: str, packages: tuple[str, ...]) -> None:
    pinned = ["-c", str(_constraints(name))] if _constraints(name).exists() else []
    command = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input"]
    done = subprocess.run([*command, *pinned, *packages], capture_output=True, text=True, check=False)
    if done.returncode:
        raise InstallationFailed((done.stderr.strip().splitlines() or ["pip failed"])[-1])


def main() -> None:
    """Make all environments, and write their constraints from what is installed."""
    CONSTRAINTS.mkdir(exist_ok=True)
    for kind in all_contestants().values():
        if kind.packages:
            _constraints(environment_name(kind.packages)).write_text(_frozen(python_of(kind)))


def _frozen(python: Path) -> str:
    freeze = [str(python), "-m", "pip", "freeze", "--disable-pip-version-check"]
    return subprocess.run(freeze, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    main()
