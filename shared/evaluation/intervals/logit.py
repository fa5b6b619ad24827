"""Intervals on the logit scale of a metric's range: they stay within it, and are longer on the side that has room."""

import math


def logit_interval(
    value: float, error: float, critical: float, limits: tuple[float, float] = (0.0, 1.0)
) -> tuple[float, float] | None:
    """The interval of a metric with this standard error; None for a value at either end of its range."""
    lowest, highest = limits
    share = (value - lowest) / (highest - lowest)
    if not 0 < share < 1:
        return None
    centre = math.log(share / (1 - share))
    half = critical * error / (highest - lowest) / (share * (1 - share))
    low, high = ((1 + math.tanh((centre + side * half) / 2)) / 2 for side in (-1, 1))
    return lowest + (highest - lowest) * low, lowest + (highest - lowest) * high
