"""A steady load while workers are killed and frozen and links break: what was promised comes out.

`FASTWORKER_SOAK_SECONDS` makes it longer, `FASTWORKER_SOAK_SEED` repeats what another run did to the system.
"""

import asyncio
import faulthandler
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.soak.soak import END_SECONDS, FLAT_SECONDS, ONCE, WITH_RETRIES, Mode, Soak, SoakReport
from tests.soak.vitals import CAN_BE_MEASURED

from .system import StartSystem

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("load")]

SECONDS = float(os.environ.get("FASTWORKER_SOAK_SECONDS", "15"))
SEED = int(os.environ.get("FASTWORKER_SOAK_SEED") or random.randrange(1_000_000))
RATE = 100.0


@pytest.fixture(autouse=True)
def _test_ends() -> Iterator[None]:
    """Take the place of the alarm of the other tests, which knows nothing of longer soaks."""
    faulthandler.cancel_dump_traceback_later()  # pytest's: it is set anew for the next test
    faulthandler.dump_traceback_later(SECONDS + 3 * END_SECONDS + FLAT_SECONDS, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.mark.skipif(not CAN_BE_MEASURED, reason="processes are measured through /proc")
@pytest.mark.parametrize("mode", [ONCE, WITH_RETRIES], ids=lambda mode: mode.name)
def test_a_soak_comes_out_as_promised(mode: Mode, system: StartSystem, tmp_path: Path) -> None:
    print(f"FASTWORKER_SOAK_SECONDS={SECONDS:g} FASTWORKER_SOAK_SEED={SEED}")

    report = soaked(mode, system, tmp_path)

    print("\n".join(report.story))
    verdict = report.verdict
    assert verdict.unexpected == 0, report
    assert report.faults == [], report  # also what is not flat
    assert verdict.acknowledged > RATE * SECONDS / 2
    assert verdict.recovered > 0, report  # else it was too quiet to prove anything
    if mode is ONCE:
        assert verdict.duplicated == 0, report
        assert verdict.lost < verdict.acknowledged / 4  # the system went on meanwhile
    else:
        assert verdict.lost == 0, report
    assert report.client_tasks[1] <= report.client_tasks[0], report


def soaked(mode: Mode, system: StartSystem, folder: Path) -> SoakReport:
    """Return the report of a soak, which is also printed."""
    report = asyncio.run(Soak(system, mode, folder=folder, rate=RATE, seed=SEED).run(SECONDS))
    print(report)
    return report
