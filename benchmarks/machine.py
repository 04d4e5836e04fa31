"""Where a run took place: everything that a figure depends on beside the code."""

import os
import platform
import time
from pathlib import Path
from typing import Any

from .servers import SERVERS


def describe() -> dict[str, Any]:
    """Return the machine, the versions and the time."""
    return {
        "at": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "servers": {name: {"version": s.version(), "settings": s.settings} for name, s in SERVERS.items()},
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()
