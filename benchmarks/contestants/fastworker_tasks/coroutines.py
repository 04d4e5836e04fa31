"""`async def` where the work has such a form."""

from benchmarks import work
from fastworker import task

noop = task(name="noop")(work.noop_async)
nap = task(name="nap")(work.nap_async)
burn = task(work.burn)
echo = task(name="echo")(work.echo_async)
stamp = task(work.stamp)
gate = task(work.gate)
