"""What the operating system says of this process."""

import os
import resource
import sys
import time
from pathlib import Path
from typing import override

from fastworker.application.ports.process_meter import ProcessMeter

STATM = Path("/proc/self/statm")


class SystemProcessMeter(ProcessMeter):
    """The processor time of all threads; memory from /proc, where there is one."""

    @override
    def processor_seconds(self) -> float:
        return time.process_time()

    @override
    def resident_bytes(self) -> int:
        try:
            return int(STATM.read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, ValueError, IndexError):
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            return peak if sys.platform == "darwin" else peak * 1024
