"""A process that takes what a test says."""

from typing import override

from fastworker.application.ports.process_meter import ProcessMeter


class ManualProcessMeter(ProcessMeter):
    """`used_seconds` and `held_bytes` are set from outside; the first only ever grows."""

    def __init__(self, *, used_seconds: float = 0.0, held_bytes: int = 1 << 20) -> None:
        self.used_seconds = used_seconds
        self.held_bytes = held_bytes

    @override
    def processor_seconds(self) -> float:
        return self.used_seconds

    @override
    def resident_bytes(self) -> int:
        return self.held_bytes
