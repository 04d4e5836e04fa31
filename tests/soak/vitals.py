"""What a process holds of the system's: memory, threads, file descriptors, children."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import override

CAN_BE_MEASURED = Path("/proc/self/status").exists()

GROWTH_SHARE = 0.15
GROWTH_MEGABYTES = 20.0
GROWTH_COUNT = 4
"""What counts as flat: this much more memory, the larger of the two, and so many more of what is counted."""

MORE_DESCRIPTORS = 6
"""A control plane has two for each request that it ever held at once, and that peak may be three higher later. What
leaks with each disturbance comes to more than twenty in the shortest soak."""

COUNT_PER_CHILD = 2
"""A worker starts children when it needs them, and keeps them: each costs it a thread and a descriptor or two."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """A process at one moment."""

    megabytes: float
    threads: int
    descriptors: int
    children: int

    @override
    def __str__(self) -> str:
        counts = f"{self.threads} threads, {self.descriptors} descriptors, {self.children} children"
        return f"{self.megabytes:.1f} MB, {counts}"


def vitals_of(pid: int, *, folder: Path) -> Vitals:
    """Measure a process whose children work in a folder."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    values = dict(line.split(":", 1) for line in status.splitlines())
    return Vitals(
        megabytes=int(values["VmRSS"].split()[0]) / 1024,
        threads=int(values["Threads"]),
        descriptors=len(os.listdir(f"/proc/{pid}/fd")),
        children=sum(parent == pid for parent in parents_in(folder).values()),
    )


def is_flat(before: Vitals, after: Vitals, *, most_children: int) -> bool:
    """Tell whether a process holds about as much as before, or less, beside what new children cost it."""
    more_memory = max(before.megabytes * GROWTH_SHARE, GROWTH_MEGABYTES)
    more_count = GROWTH_COUNT + COUNT_PER_CHILD * max(0, after.children - before.children)
    return (
        after.megabytes <= before.megabytes + more_memory
        and after.threads <= before.threads + more_count
        and after.descriptors <= before.descriptors + more_count + MORE_DESCRIPTORS
        and after.children <= most_children
    )


def parents_in(folder: Path) -> dict[int, int]:
    """Return the processes that work in a folder, each with its parent's id."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(entry / "cwd") == str(folder):
                after_name = (entry / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2]
                found[int(entry.name)] = int(after_name.split()[1])
        except OSError:  # it has ended meanwhile, or is somebody else's
            continue
    return found
