"""The differences of a comparison as rows, each with its interval drawn on a common scale."""

import math
from typing import NamedTuple

from shared.comparisons.results import ComparisonResult, MetricDifference
from shared.evaluation.intervals.of_matrix import Estimate
from shared.evaluation.metrics import CATALOGUE
from shared.evaluation.paired.verdicts import Verdict
from shared.presentation.whiskers import Whisker, whisker

VERDICT_TITLES: dict[Verdict, str] = {
    "better": "better",
    "worse": "worse",
    "no_difference_shown": "no difference shown",
    "equivalent_within_margin": "equivalent within the margin",
    "not_worse_within_margin": "not worse within the margin",
    "inconclusive": "inconclusive",
}


class DifferenceRow(NamedTuple):
    """A difference, the title of its metric, and how it is drawn: 0 lies in the middle."""

    found: MetricDifference
    title: str
    drawn: Whisker


def difference_rows(result: ComparisonResult) -> list[DifferenceRow]:
    """The rows in the order of the result, then those of slices, on the narrowest scale that holds every interval.

    The slices begin with the one in which the candidate loses most.
    """
    ends = [abs(end) for one in result.differences for end in (one.difference, one.low, one.high) if end is not None]
    largest = max(ends, default=0.0) or 1.0
    rows = [
        DifferenceRow(
            one,
            CATALOGUE[one.metric].title + ("" if result.weighted_by is None else " (weighted)"),
            whisker(Estimate(one.difference, one.low, one.high), -largest, largest),
        )
        for one in result.differences
    ]
    of_slices = [row for row in rows if row.found.slice is not None]
    return [*(row for row in rows if row.found.slice is None), *sorted(of_slices, key=_gain)]


def _gain(row: DifferenceRow) -> float:
    difference = row.found.difference
    if difference is None:
        return math.inf
    return -difference if CATALOGUE[row.found.metric].lower_is_better else difference
