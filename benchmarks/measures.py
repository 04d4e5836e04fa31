"""What the workloads do: each yields figures by name, as soon as it has one. All by `Session` only."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from . import work
from .contestant import Session
from .processes import cpu_seconds, cpu_since, resident_bytes
from .stage import Stage, percentile, wait_until

type Figures = Iterator[tuple[str, float]]
type RunAll = Callable[[str, Sequence[tuple[Any, ...]]], None]

RATED_SECONDS = 0.5  # measuring a rough rate
THROUGHPUT_SECONDS = 3.0
FEWEST, MOST = 500, 60_000  # no-ops of a throughput run
NAPS, NAP_SECONDS, NAPS_AT_ONCE = 2_000, 0.05, 100
WARM_UP_SECONDS = 30.0  # at most
BURNS, BURN_SECONDS, BURN_PROCESSES = 200, 0.01, 2
QUEUED, ACCEPT_SECONDS, ACCEPT_STEP = 100_000, 20.0, 2_000
PAYLOADS = {"1 KB": (1_000, 200), "100 KB": (100_000, 100), "1 MB": (1_000_000, 30)}
IDLE_SECONDS = 5.0
MEGABYTE = 1 << 20


def throughput(stage: Stage, session: Session) -> Figures:
    """No-ops by one call each."""
    stage.rate = _rate(session.run)
    yield "rate", stage.rate


def bulk(stage: Stage, session: Session) -> Figures:
    """No-ops by calls that take many."""
    yield "rate", _rate(session.run_in_bulk)


def latency(stage: Stage, session: Session) -> Figures:
    """No-ops, one after the other, nothing else going on."""
    session.latencies(100, 0.0)
    yield from _percentiles(session.latencies(1_000, 0.0))


def loaded_latency(stage: Stage, session: Session) -> Figures:
    """The same beside a load of half the throughput."""
    if not stage.rate:
        stage.rate = _rate(session.run)
    yield from _percentiles(session.latencies(300, stage.rate / 2))


def payload(stage: Stage, session: Session) -> Figures:
    """Texts there and back, one after the other."""
    for name, (length, number) in PAYLOADS.items():
        text = "x" * length
        session.call("echo", text)
        yield name, 1_000 * percentile(session.round_trips("echo", [(text,)] * number), 50)


def sleeps(stage: Stage, session: Session) -> Figures:
    """Tasks that wait: how close to the ideal that all slots give?"""
    _start_all_that_naps(session)
    seconds = _seconds(session.run, "nap", [(NAP_SECONDS,)] * NAPS)
    yield "multiple", seconds / (NAPS * NAP_SECONDS / NAPS_AT_ONCE)


def cpu(stage: Stage, session: Session) -> Figures:
    """Tasks that compute, in two processes: how close to the ideal of two processors?

    What else this machine does only ever makes the calibration slower: the faster of two is the true one.
    """
    rounds = work.rounds_of(BURN_SECONDS)
    session.run("burn", [(rounds,)] * (10 * BURN_PROCESSES))
    seconds = _seconds(session.run, "burn", [(rounds,)] * BURNS)
    undisturbed = max(rounds, work.rounds_of(BURN_SECONDS))
    ideal = BURNS * BURN_SECONDS * rounds / undisturbed / BURN_PROCESSES
    yield "percent", 100 * ideal / seconds


def backlog(stage: Stage, session: Session) -> Figures:
    """A gate holds the only slot, no-ops queue up behind it, and then comes something urgent."""
    gate = stage.contestant.folder / "gate"
    session.accept("gate", [(str(gate),)])
    wait_until(gate.with_name("gate.began"))
    before = resident_bytes(stage.pids)
    queued, seconds = _queue_up(session)
    yield "queued", queued
    yield "accept", seconds * QUEUED / queued
    time.sleep(0.5)  # what is still on its way
    yield "memory", (resident_bytes(stage.pids) - before) / queued
    try:
        result = session.start_urgent("stamp")
    except NotImplementedError:
        return
    gate.touch()
    stamped = result()
    yield "urgent", 1_000 * (stamped - float(gate.with_name("gate.ended").read_text()))


def footprint(stage: Stage, session: Session) -> Figures:
    """What it costs to have it. Only here the session was opened before: its processes are started again."""
    yield "memory", resident_bytes(stage.pids) / MEGABYTE
    for number, process in enumerate(stage.processes, start=1):
        yield f"memory of process {number}", resident_bytes([process.pid]) / MEGABYTE
    before = cpu_seconds(stage.pids)
    time.sleep(IDLE_SECONDS)
    yield "idle", 100 * cpu_since(before, stage.pids) / IDLE_SECONDS


def cold_start(stage: Stage) -> Figures:
    """From nothing to the first result, with the client's code loaded: a first start went before."""
    with stage.session():
        pass
    began = time.perf_counter()
    with stage.session():
        own = time.perf_counter() - began
    yield "start", stage.servers.start_seconds + own
    yield "start beside servers", own


def _seconds(run: RunAll, task: str, arguments: Sequence[tuple[Any, ...]]) -> float:
    began = time.perf_counter()
    run(task, arguments)
    return time.perf_counter() - began


def _start_all_that_naps(session: Session) -> None:
    """Let tasks wait until that gets no faster twice in a row: some start a process only when none is idle."""
    fastest, disappointments, deadline = float("inf"), 0, time.monotonic() + WARM_UP_SECONDS
    while disappointments < 2 and time.monotonic() < deadline:
        seconds = _seconds(session.run, "nap", [(4 * NAP_SECONDS,)] * (2 * NAPS_AT_ONCE))
        disappointments = 0 if seconds < 0.95 * fastest else disappointments + 1
        fastest = min(fastest, seconds)


def _rate(run: RunAll) -> float:
    """Return no-ops per second over some seconds, after a warm-up that finds out how many these are."""
    number, seconds = FEWEST // 2, 0.0
    while seconds < RATED_SECONDS:
        number *= 2
        seconds = _seconds(run, "noop", [()] * number)
    number = min(MOST, max(FEWEST, int(number / seconds * THROUGHPUT_SECONDS)))
    return number / _seconds(run, "noop", [()] * number)


def _percentiles(seconds: list[float]) -> Figures:
    yield "p50", 1_000 * percentile(seconds, 50)
    yield "p99", 1_000 * percentile(seconds, 99)


def _queue_up(session: Session) -> tuple[int, float]:
    """Return how many no-ops were accepted before the time was over, and how long that took."""
    began, queued = time.perf_counter(), 0
    while queued < QUEUED and time.perf_counter() - began < ACCEPT_SECONDS:
        session.accept("noop", [()] * ACCEPT_STEP)
        queued += ACCEPT_STEP
    return queued, time.perf_counter() - began
