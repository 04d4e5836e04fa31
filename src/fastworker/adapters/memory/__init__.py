"""The whole system in one process and in virtual time: fakes that keep the contracts of the real adapters."""

from .in_memory_transport import InMemoryTransport
from .inline_executor import InlineExecutor, WorkerThreadExecutor
from .manual_clock import ManualClock
from .manual_process_meter import ManualProcessMeter
from .recording_sink import RecordingSink

__all__ = [
    "InMemoryTransport",
    "InlineExecutor",
    "ManualClock",
    "ManualProcessMeter",
    "RecordingSink",
    "WorkerThreadExecutor",
]
