"""By which power of n a cost grows."""

from collections.abc import Sequence
from math import log
from statistics import linear_regression


def exponent(numbers: Sequence[float], costs: Sequence[float]) -> float:
    """Return the slope of log cost against log n, by least squares: 0 is constant, 1 is proportional.

    Raises:
        ValueError: there are fewer than two different numbers, or one that has no logarithm.
    """
    if len(set(numbers)) < 2 or len(numbers) != len(costs):
        raise ValueError(f"an exponent needs two points or more, each with a cost; got {numbers!r} and {costs!r}")
    if min(*numbers, *costs) <= 0:
        raise ValueError(f"an exponent needs numbers and costs above 0; got {numbers!r} and {costs!r}")
    return linear_regression([log(number) for number in numbers], [log(cost) for cost in costs]).slope
