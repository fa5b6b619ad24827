"""Intervals on the logit scale of a metric's range: they stay within it, and are longer on the side that has room."""

import math
from collections.abc import Callable

from shared.evaluation.intervals.delta import Spread


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
    value: float, spread: Spread, samples: float, critical: Callable[[float], float]
) -> tuple[float, float] | None:
    """The interval of a share of so many samples, with `critical`, the deviate of Student's t of degrees of freedom.

    None for a value at either end of its range.
    """
    return logit_interval(value, float(spread.error), critical(spread.freedom(samples)))
