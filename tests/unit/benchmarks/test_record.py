"""Medians, spreads, and the JSON of a run."""

from pathlib import Path

from benchmarks.record import Entrant, Measured, Record
from benchmarks.rounds import Round

from .builders import a_record, an_entrant


def test_a_figure_is_the_median_of_the_rounds_with_its_spread() -> None:
    assert Measured.over([10.0, 30.0, 11.0]) == Measured(11.0, 20.0, [10.0, 30.0, 11.0])


def test_a_round_without_a_figure_leaves_the_median_to_the_others() -> None:
    entrant = Entrant("peer")
    entrant.take(
        [
            Round(figures={"throughput": {"rate": 10.0}}),
            Round(reasons={"throughput": "did not finish"}),
            Round(figures={"throughput": {"rate": 20.0}}),
        ]
    )
    assert entrant.measured("throughput", "rate") == Measured(15.0, 10.0, [10.0, 20.0])
    assert entrant.reasons == {"throughput": "did not finish"}


def test_a_record_survives_its_json(tmp_path: Path) -> None:
    record = a_record(fastworker=an_entrant("ours", throughput=(30_000, 10)), huey=Entrant("peer", skipped="no redis"))
    record.coordinator["coordinator"] = Measured.over([1.0, 2.0])
    record.write(tmp_path / "run.json")
    assert Record.read(tmp_path / "run.json") == record
