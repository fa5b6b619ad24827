"""Metrics with their intervals as dots with whiskers on a common scale."""

from typing import NamedTuple

from shared.evaluation.intervals.of_matrix import Estimate

WIDTH = 200


class Whisker(NamedTuple):
    """The dot of a value, and the ends of its interval, in units of a scale of WIDTH; None where there is none."""

    value: float | None
    low: float | None
    high: float | None


def whisker(estimate: Estimate, lowest: float = 0.0, highest: float = 1.0) -> Whisker:
    """Draw an estimate on a scale from `lowest` to `highest`; what lies beyond is drawn at its end."""

    def at(value: float | None) -> float | None:
        if value is None:
            return None
        share = (value - lowest) / (highest - lowest)
        return round(WIDTH * min(1.0, max(0.0, share)), 1)

    return Whisker(at(estimate.value), at(estimate.low), at(estimate.high))
