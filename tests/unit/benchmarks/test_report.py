"""The page that is generated from a run."""

from benchmarks.record import Entrant
from benchmarks.report import ordered, page

from .builders import a_record, an_entrant


def test_contestants_are_sorted_best_first_and_those_without_a_figure_come_last() -> None:
    absent = Entrant("peer", reasons={"throughput": "did not finish within 120 s"})
    record = a_record(
        rq=absent,
        huey=an_entrant(throughput=(3_000, 1)),
        fastworker=an_entrant("ours", throughput=(30_000, 1)),
        celery=an_entrant(latency=(3.0, 1)),
    )
    assert [name for name, _ in ordered(record, "throughput")] == ["fastworker", "huey", "rq"]


def test_less_latency_is_better() -> None:
    record = a_record(celery=an_entrant(latency=(3.0, 1)), fastworker=an_entrant("ours", latency=(0.5, 0.1)))
    assert [name for name, _ in ordered(record, "latency")] == ["fastworker", "celery"]


def test_the_page_marks_ours_and_gives_spread_reasons_and_the_command() -> None:
    absent = Entrant("peer", reasons={"throughput": "did not finish within 120 s"})
    ours = an_entrant("ours", throughput=(30_000, 250))
    text = page(a_record(fastworker=ours, rq=absent, arq=Entrant("peer", skipped="redis-server is not installed")))
    assert "| **fastworker** | 30,000 (250) |" in text
    assert "- rq: did not finish within 120 s" in text
    assert "| arq |  | skipped: redis-server is not installed |" in text
    assert "`python -m benchmarks`, 2030-01-01 00:00 UTC, rounds: 3" in text
    assert "| no-ops, one by one | ≥ 30,000 /s | 30,000 /s | yes |" in text
