"""The bins of a reliability diagram as points of an SVG."""

from collections.abc import Sequence
from typing import NamedTuple

from shared.evaluation.calibration.reliability import ReliabilityBin
from shared.presentation.curves.curve_drawing import SIDE

_SMALLEST, _LARGEST = 3.0, 14.0


class ReliabilityPoint(NamedTuple):
    """A bin in a square of SIDE units whose y axis points up; the area of the point grows with its samples."""

    x: float
    y: float
    radius: float
    found: ReliabilityBin
    share: float
    # The range in which the share is expected, and its ends in the drawing, the lower share below; None without one.
    expected: tuple[float, float] | None
    bottom: float | None = None
    top: float | None = None


def reliability_points(bins: Sequence[ReliabilityBin]) -> list[ReliabilityPoint]:
    """The mean score of each bin to the right, the share of the class in it upwards."""
    most = max((one.samples for one in bins), default=1)
    return [
        ReliabilityPoint(
            round(SIDE * one.mean_score, 1),
            round(SIDE * (1 - share), 1),
            round(max(_SMALLEST, _LARGEST * (one.samples / most) ** 0.5), 1),
            one,
            share,
            expected,
            *(round(SIDE * (1 - end), 1) for end in expected or ()),
        )
        for one in bins
        for share, expected in [(one.positives / one.samples, one.expected)]
    ]
