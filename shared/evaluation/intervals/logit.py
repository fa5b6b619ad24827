"""Intervals on the logit scale of shares: they stay within 0 and 1, and are longer on the side that has room."""

import math
from collections.abc import Callable

from shared.evaluation.intervals.delta import Spread


def logit_interval(value: float, error: float, critical: float) -> tuple[float, float] | None:
    """The interval of a share with this standard error; None for 0 and 1."""
    if not 0 < value < 1:
        return None
    centre, half = math.log(value / (1 - value)), critical * error / (value * (1 - value))
    low, high = ((1 + math.tanh((centre + by) / 2)) / 2 for by in (-half, half))
    return low, high


def spread_interval(
    value: float, spread: Spread, samples: float, critical: Callable[[float], float]
) -> tuple[float, float] | None:
    """The interval of a share of so many samples, with `critical`, the deviate of Student's t of degrees of freedom.

    None for 0 and 1.
    """
    return logit_interval(value, float(spread.error), critical(spread.freedom(samples)))
