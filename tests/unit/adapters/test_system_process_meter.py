"""The operating system's meter keeps the contract of all meters, also where there is no /proc."""

import time
from pathlib import Path

import pytest

from fastworker.adapters import system_process_meter
from fastworker.adapters.system_process_meter import SystemProcessMeter
from fastworker.application.ports.process_meter import ProcessMeter
from tests.contracts.process_meter import ProcessMeterContract

MEBIBYTE = 1 << 20


class TestSystemProcessMeter(ProcessMeterContract):
    @pytest.fixture
    def meter(self) -> ProcessMeter:
        return SystemProcessMeter()

    def work(self, meter: ProcessMeter) -> None:
        began = time.process_time()
        while time.process_time() - began < 0.02:
            pass

    def test_memory_that_is_taken_is_held(self, meter: ProcessMeter) -> None:
        before = meter.resident_bytes()
        taken = b"1" * (64 * MEBIBYTE)
        assert meter.resident_bytes() - before > 32 * MEBIBYTE
        assert len(taken) == 64 * MEBIBYTE


@pytest.mark.parametrize("said", [None, b"", b"one two three"])
def test_without_proc_the_most_that_was_held_is_told(
    said: bytes | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "statm"
    if said is not None:
        path.write_bytes(said)
    now = SystemProcessMeter().resident_bytes()
    monkeypatch.setattr(system_process_meter, "STATM", path)
    assert SystemProcessMeter().resident_bytes() >= now / 2
