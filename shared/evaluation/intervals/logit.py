"""Intervals on the logit scale of a metric's range: they stay within it, and are longer on the side that has room.

A metric without an end to its range is a logarithm already, and has a symmetric one.
"""

import math
import sys
from collections.abc import Callable

from shared.evaluation.intervals.delta import Spread

# Less than this share of the range is the rounding of a spread of zero.
ROUNDING = 1e-12
# Satterthwaite's degrees of freedom of the variance are 2n/(kurtosis − 1). On the logit scale the variance moves with
# the metric itself, which makes up for half of its own spread; `benchmarks.statistics` compares them.
_FREEDOM = 4.0
# More make no difference.
_MOST_FREEDOM = 1e9


def logit_interval(
    value: float, error: float, critical: float, limits: tuple[float, float] = (0.0, 1.0)
) -> tuple[float, float] | None:
    """The interval of a metric with this standard error; None for a value at either end of its range."""
    lowest, highest = limits
    share = (value - lowest) / (highest - lowest)
    if not 0 < share < 1:
        return None
    centre = math.log(share / (1 - share))
    half = critical * error / ((highest - lowest) * (share * (1 - share)))
    low, high = ((1 + math.tanh((centre + by) / 2)) / 2 for by in (-half, half))
    return lowest + (highest - lowest) * low, lowest + (highest - lowest) * high


def spread_interval(
    value: float, spread: Spread, samples: float, critical: Callable[[float], float], limits: tuple[float, float]
) -> tuple[float, float] | None:
    """The interval of a metric of so many samples, with `critical`, the deviate of Student's t of degrees of freedom.

    None for a value at either end of its range.
    """
    # Of outcomes that are equally far from the mean the kurtosis is 1: their spread is known.
    freedom = _FREEDOM * samples / max(float(spread.kurtosis) - 1, sys.float_info.epsilon)
    deviate, error = critical(min(freedom, _MOST_FREEDOM)), float(spread.error)
    if math.isinf(limits[0]) and math.isinf(limits[1]):
        return value - deviate * error, value + deviate * error
    return logit_interval(value, error, deviate, limits)
