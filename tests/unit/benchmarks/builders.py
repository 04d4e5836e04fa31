"""Records of runs that never took place."""

from benchmarks.record import Entrant, Measured, Record

MACHINE = {
    "at": "2030-01-01 00:00 UTC",
    "python": "CPython 3.13",
    "processor": "slow",
    "cores": 2,
    "memory_gb": 8,
    "system": "Linux",
    "servers": {"redis": {"version": "Redis server v=7", "settings": "no persistence"}},
}


def an_entrant(role: str = "peer", *, servers: tuple[str, ...] = (), **rates: tuple[float, float]) -> Entrant:
    """Return one with a median and a spread at the first figure of workloads, named as keywords."""
    entrant = Entrant(role, list(servers))
    for workload, (median, spread) in rates.items():
        figure = {"throughput": "rate", "latency": "p50"}[workload]
        entrant.figures[workload] = {figure: Measured(median, spread, [median])}
    return entrant


def a_record(**contestants: Entrant) -> Record:
    """Return a record of these contestants; underscores in their names stand for spaces."""
    named = {name.replace("_", " "): entrant for name, entrant in contestants.items()}
    return Record("python -m benchmarks", 3, MACHINE, named)
