"""The fit of an exponent, and what the growth run accepts."""

import pytest

from benchmarks.growth.__main__ import main
from benchmarks.growth.curves import Point, fitted
from benchmarks.growth.fit import exponent

NUMBERS = (1, 10, 100, 1_000)


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0, 2.0])
def test_the_exponent_of_a_power_is_found_exactly(power: float) -> None:
    assert exponent(NUMBERS, [3.0 * number**power for number in NUMBERS]) == pytest.approx(power)


def test_a_logarithm_grows_by_less_than_any_visible_power() -> None:
    assert 0 < exponent([10**power for power in range(3, 7)], [10 + power for power in range(3, 7)]) < 0.04


@pytest.mark.parametrize(
    ("numbers", "costs"),
    [((), ()), ((1,), (2.0,)), ((5, 5), (1.0, 2.0)), ((1, 2), (1.0,))],
    ids=["nothing", "one point", "one number", "a cost is missing"],
)
def test_an_exponent_needs_two_numbers_with_their_costs(numbers: tuple[int, ...], costs: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="needs two points"):
        exponent(numbers, costs)


@pytest.mark.parametrize(("numbers", "costs"), [((0, 1), (1.0, 1.0)), ((1, 2), (0.0, 1.0))])
def test_what_has_no_logarithm_is_refused(numbers: tuple[int, ...], costs: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="above 0"):
        exponent(numbers, costs)


def test_the_point_at_zero_counts_for_the_ratio_only() -> None:
    points = [Point(0, 2.0, 0.0, 0.1), *(Point(number, 4.0, 0.0, 0.1) for number in NUMBERS)]

    fit = fitted(points)

    assert fit.ratio == 2.0
    assert fit.exponent == pytest.approx(0.0)


def test_what_the_garbage_collector_adds_is_told_apart() -> None:
    fit = fitted([Point(number, 5.0 + number, float(number), 0.0) for number in NUMBERS])

    assert fit.exponent > 0.5
    assert fit.program_exponent == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no-such-curve"], "no curve named no-such-curve; there are queue-length, workers"),
        (["workers", "--runs", "0"], "--runs is 0; expected 1 or more"),
        (["--only-plot", "--json", "nowhere.json"], "nothing was measured yet: there is no nowhere.json"),
    ],
)
def test_a_mistaken_argument_is_named(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(arguments)

    assert message in capsys.readouterr().err
