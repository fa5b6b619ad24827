"""The difference of two metrics of different samples, from the interval of each."""

import math
from typing import NamedTuple


class MetricBounds(NamedTuple):
    """A metric with the bounds of its interval."""

    value: float
    low: float
    high: float


def difference(one: MetricBounds, other: MetricBounds) -> MetricBounds:
    """`one` minus `other` with its interval, at the level of both intervals, by recovering the variances from them.

    It holds for samples that are independent of each other; of the same samples it is wider than need be, as long as
    the metrics rise and fall together. Zou and Donner, Statistics in Medicine 27 (2008), 1693 to 1702; of two Wilson
    intervals it is Newcombe's hybrid score interval (1998, method 10).
    """
    middle = one.value - other.value
    return MetricBounds(
        middle,
        middle - math.hypot(one.value - one.low, other.high - other.value),
        middle + math.hypot(one.high - one.value, other.value - other.low),
    )
