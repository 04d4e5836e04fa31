"""Which targets a run meets, and where a peer is in front."""

import pytest

from benchmarks.targets import Verdict, number, rivalries, verdicts

from .builders import a_record, an_entrant


def test_a_target_without_figures_has_no_verdict() -> None:
    assert list(verdicts(a_record(fastworker=an_entrant("ours")))) == []


def test_a_fixed_bound_is_met_from_the_bound_on() -> None:
    record = a_record(fastworker=an_entrant("ours", throughput=(30_000, 1)))
    assert list(verdicts(record)) == [Verdict("no-ops, one by one", "≥ 30,000 /s", "30,000 /s", is_met=True)]


def test_a_bound_set_by_peers_takes_the_best_of_those_with_a_broker() -> None:
    record = a_record(
        fastworker=an_entrant("ours", throughput=(34_000, 1)),
        huey=an_entrant(servers=("redis",), throughput=(5_000, 1)),
        rq=an_entrant(servers=("redis",), throughput=(500, 1)),
        dask=an_entrant(throughput=(9_000, 1)),
    )
    met = {verdict.title: (verdict.bound, verdict.is_met) for verdict in verdicts(record)}
    assert met["no-ops, one by one: 7 × the best peer with a broker"] == ("≥ 35,000 /s", False)


def test_latency_is_held_against_the_raw_transport() -> None:
    record = a_record(
        fastworker=an_entrant("ours", latency=(0.5, 0.01)), raw_NNG_round_trip=an_entrant("limit", latency=(0.1, 0.01))
    )
    met = {verdict.title: verdict.is_met for verdict in verdicts(record)}
    assert met == {"latency p50": True, "latency p50: 4 × the raw NNG round trip": False}


@pytest.mark.parametrize(
    ("peer", "spread", "front"), [(0.5, 0.05, "peer"), (0.5, 0.2, ""), (0.9, 0.05, "ours"), (0.9, 0.4, "")]
)
def test_who_leads_by_more_than_the_spread_is_in_front(peer: float, spread: float, front: str) -> None:
    record = a_record(
        fastworker=an_entrant("ours", latency=(0.6, 0.01)),
        threads=an_entrant("ours", latency=(0.7, 0.01)),
        huey=an_entrant(latency=(peer, spread)),
    )
    (rivalry,) = rivalries(record)
    assert (rivalry.ours[0], rivalry.peer[0], rivalry.front) == ("fastworker", "huey", front)
    assert rivalry.ratio == pytest.approx(peer / 0.6)


def test_more_throughput_is_better() -> None:
    record = a_record(fastworker=an_entrant("ours", throughput=(30_000, 1)), huey=an_entrant(throughput=(3_000, 1)))
    (rivalry,) = rivalries(record)
    assert (rivalry.ratio, rivalry.front) == (10.0, "ours")


@pytest.mark.parametrize(
    ("value", "text"), [(12_345.6, "12,346"), (0.0, "0"), (45.67, "45.7"), (1.234, "1.23"), (0.0123, "0.012")]
)
def test_numbers_show_the_digits_that_count(value: float, text: str) -> None:
    assert number(value) == text
