"""Confidence intervals as texts."""

from typing import NamedTuple

from shared.evaluation.intervals.of_matrix import Estimate
from shared.evaluation.metrics.definition import IntervalMethod
from shared.kit.number_format import value_text

METHOD_NAMES: dict[IntervalMethod, str] = {
    "wilson": "Wilson",
    "clopper-pearson": "Clopper-Pearson",
    "score": "score test of the sum",
    "mover": "Wilson, combined",
    "delta": "delta method",
    "moderated-delong": "DeLong, moderated",
    "influence": "influence of samples",
    "weighted-wilson": "Wilson, weighted",
    "weighted-score": "score test of the sum, weighted",
    "weighted-mover": "Wilson, weighted and combined",
    "weighted-delta": "delta method, weighted",
    "weighted-delong": "DeLong, weighted",
    "weighted-influence": "influence of samples, weighted",
}


class IntervalText(NamedTuple):
    """The two bounds of an interval and the name of its method."""

    bounds: str
    method: str


def interval_text(estimate: Estimate) -> IntervalText | None:
    """The interval of a metric, or None where it has none."""
    if estimate.low is None or estimate.high is None or estimate.method is None:
        return None
    bounds = f"{value_text(estimate.low)} to {value_text(estimate.high)}"
    return IntervalText(bounds, METHOD_NAMES[estimate.method])
