"""What every process meter keeps to."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from fastworker.application.ports.process_meter import ProcessMeter


class ProcessMeterContract:
    """Each sentence of the port's docstrings. Subclasses make the meter and have the process work."""

    @pytest.fixture
    def meter(self) -> ProcessMeter:
        """The meter that is tested."""
        raise NotImplementedError

    def work(self, meter: ProcessMeter) -> None:
        """Return when the process has used more processor time."""
        raise NotImplementedError

    def test_processor_time_grows_with_work_and_never_falls(self, meter: ProcessMeter) -> None:
        before = meter.processor_seconds()
        self.work(meter)
        after = meter.processor_seconds()
        assert 0 <= before < after <= meter.processor_seconds()

    def test_a_process_holds_memory(self, meter: ProcessMeter) -> None:
        assert 1 << 20 <= meter.resident_bytes() < 1 << 40

    def test_any_thread_may_ask(self, meter: ProcessMeter) -> None:
        used = meter.processor_seconds()
        with ThreadPoolExecutor(1) as threads:
            assert threads.submit(meter.processor_seconds).result() >= used
            assert threads.submit(meter.resident_bytes).result() > 0
