"""What becomes of a drive that fails, or tells nothing."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from benchmarks import rounds
from benchmarks.rounds import Round

type Hear = Callable[..., tuple[list[str], Round]]


@pytest.fixture
def hear(monkeypatch: pytest.MonkeyPatch) -> Hear:
    """Return what listens to a program in place of a drive, and returns what is left to do and what was heard."""
    monkeypatch.setattr(rounds, "START_SECONDS", 0.3)
    monkeypatch.setattr(rounds, "WORKLOAD_SECONDS", 0.3)

    def listen(*lines: str, names: list[str]) -> tuple[list[str], Round]:
        program = f"print({chr(10).join(lines)!r}, flush=True); import time; time.sleep(60)"
        outcome = Round()
        with subprocess.Popen([sys.executable, "-Sc", program], stdout=subprocess.PIPE) as process:
            try:
                return rounds.heard(process, names, outcome), outcome
            finally:
                process.kill()

    return listen


def test_figures_are_kept_when_the_rest_takes_too_long_and_the_next_workloads_are_left(hear: Hear) -> None:
    left, outcome = hear(
        '{"workload": "latency", "began": true}',
        '{"workload": "latency", "figure": "p50", "value": 0.5}',
        names=["latency", "payload"],
    )
    assert left == ["payload"]
    assert outcome.figures == {"latency": {"p50": 0.5}}
    assert outcome.reasons == {"latency": "did not finish within 0.3 s"}


def test_what_does_not_start_is_not_tried_once_for_each_workload(hear: Hear) -> None:
    left, outcome = hear("{}", names=["latency", "payload"])
    assert left == []
    assert outcome.reasons == dict.fromkeys(["latency", "payload"], "did not start within 0.3 s")
    assert outcome.too_slow == {"latency", "payload"}


def test_a_workload_that_fails_does_not_keep_the_others_from_ending(hear: Hear) -> None:
    left, outcome = hear(
        '{"workload": "latency", "began": true}',
        '{"workload": "latency", "reason": "ValueError: no"}',
        '{"workload": "payload", "began": true}',
        '{"workload": "payload", "done": true}',
        '{"ended": true}',
        names=["latency", "payload"],
    )
    assert left == []
    assert outcome.reasons == {"latency": "ValueError: no"}
