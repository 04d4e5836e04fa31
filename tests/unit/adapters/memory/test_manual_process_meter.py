"""The meter for tests keeps the contract of the real one."""

import pytest

from fastworker.adapters.memory import ManualProcessMeter
from fastworker.application.ports.process_meter import ProcessMeter
from tests.contracts.process_meter import ProcessMeterContract


class TestManualProcessMeter(ProcessMeterContract):
    @pytest.fixture
    def meter(self) -> ProcessMeter:
        return ManualProcessMeter()

    def work(self, meter: ProcessMeter) -> None:
        assert isinstance(meter, ManualProcessMeter)
        meter.used_seconds += 1.5
