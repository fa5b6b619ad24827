"""The scores of a class and of the rest, as bars of an SVG."""

from collections.abc import Sequence
from typing import NamedTuple

from shared.evaluation.curves.score_profile import ScoreBin


class HistogramSize(NamedTuple):
    """The width of the drawing, and the height of each of its halves."""

    width: int
    half: int


HISTOGRAM = HistogramSize(900, 110)


class HistogramBar(NamedTuple):
    """A bin with the heights of its bars: of the class upwards, of the rest downwards, each on its own scale."""

    x: float
    width: float
    up: float
    down: float
    scores: ScoreBin


def draw_histogram(bins: Sequence[ScoreBin]) -> list[HistogramBar]:
    """The bars from the lowest score to the highest.

    The class and the rest have a scale each: of a rare class nothing could be seen beside the rest.
    """
    up = max((one.positives for one in bins), default=0) or 1
    down = max((one.negatives for one in bins), default=0) or 1
    width = HISTOGRAM.width / max(1, len(bins))
    return [
        HistogramBar(
            round(at * width, 1),
            round(width - 2, 1),
            round(HISTOGRAM.half * one.positives / up, 1),
            round(HISTOGRAM.half * one.negatives / down, 1),
            one,
        )
        for at, one in enumerate(bins)
    ]
