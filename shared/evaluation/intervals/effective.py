"""Intervals of metrics that vary like a share of samples, though they are none: as many as would vary as much.

Wilson's interval of a share s of n samples is that of all shares a score test would not reject. A metric with the
variance v, as a share of the way through its range, has the effective number s(1 − s)/v for n, as have shares of
clustered samples (Korn and Graubard 1998; Dean and Pagano 2015). Near an end of the range its variance goes to nothing
with its distance to the end, as that of a share does.
"""

import math
from collections.abc import Callable

from shared.evaluation.intervals.delta import Spread
from shared.evaluation.intervals.proportions import wilson_of_share


def effective_interval(
    value: float, spread: Spread, samples: float, critical: Callable[[float], float], limits: tuple[float, float]
) -> tuple[float, float] | None:
    """The interval of a metric of so many samples, with `critical`, the deviate of Student's t of degrees of freedom.

    None for a value at either end of its range. A metric whose range has no ends is a logarithm, and has a symmetric
    interval.
    """
    deviate, error = critical(spread.freedom(samples)), float(spread.error)
    lowest, highest = limits
    if math.isinf(lowest) and math.isinf(highest):
        return value - deviate * error, value + deviate * error
    width = highest - lowest
    # The error is that of the counts with further samples, and so is the share that it belongs to.
    share, of_error = (value - lowest) / width, (float(spread.value) - lowest) / width
    if not (0 < share < 1 and 0 < of_error < 1):
        return None
    low, high = wilson_of_share(share, of_error * (1 - of_error) * (width / error) ** 2, deviate)
    return lowest + width * low, lowest + width * high
