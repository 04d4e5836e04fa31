"""`def` tasks, each in a thread."""

from benchmarks import work
from fastworker import task

noop = task(work.noop)
nap = task(work.nap)
burn = task(work.burn)
echo = task(work.echo)
stamp = task(work.stamp)
gate = task(work.gate)
