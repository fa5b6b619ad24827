"""Fits of calibration maps to scores and labels, by the likelihood or, isotonic, by least squares."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.calibration.isotonic import hull
from shared.evaluation.calibration.maps import (
    BetaMap,
    CalibrationMap,
    CalibrationMethod,
    IsotonicMap,
    TemperatureMap,
    logits,
    sigmoid,
)
from shared.evaluation.curves.ranking import Positive
from shared.evaluation.curves.thresholds import ThresholdCounts, count_at_scores
from shared.evaluation.types import Floats

# Newton's method takes about ten where there is a best fit.
_MAX_STEPS = 100
# A step that promises less than this in the mean log loss changes no digit that is shown.
_PRECISION = 1e-15

SEPARATED = "The scores separate the class from the rest without an error, so that no finite map fits best."
REVERSED = "Lower scores mean the class more often than higher ones do: the scores are probably of another class."
CONSTANT = "The samples to fit have one score, so that there is nothing to fit."


class NothingToFit(Exception):
    """The samples have no best map of this method; the message is the reason."""


def fit(
    method: CalibrationMethod, scores: NDArray[Any], positive: Positive, weights: Floats | None = None
) -> CalibrationMap:
    """Fit a map to scores in [0, 1] and labels, (n,), of both kinds; raises NothingToFit.

    With weights (n,) each sample has so much of the likelihood, or of the squares.
    """
    counts = count_at_scores(scores, positive, weights)
    if len(counts.thresholds) <= len(("infinity", "one score")):
        raise NothingToFit(CONSTANT)
    fits: dict[CalibrationMethod, Callable[[ThresholdCounts], CalibrationMap]] = {
        "temperature": _temperature,
        "isotonic": _isotonic,
        "beta": _beta,
    }
    return fits[method](counts)


def _temperature(counts: ThresholdCounts) -> TemperatureMap:
    scores, positives, negatives = _distinct(counts)
    log_share, log_rest = logits(scores)
    log_odds = log_share - log_rest
    if np.all(log_odds[positives > 0] >= 0) and np.all(log_odds[negatives > 0] <= 0):
        raise NothingToFit(SEPARATED)
    (slope,) = _most_likely(log_odds[:, None], positives, negatives)
    if slope <= 0:
        raise NothingToFit(REVERSED)
    return TemperatureMap(float(1 / slope))


def _beta(counts: ThresholdCounts) -> BetaMap:
    scores, positives, negatives = _distinct(counts)
    if scores[positives > 0].min() >= scores[negatives > 0].max():
        raise NothingToFit(SEPARATED)
    log_share, log_rest = logits(scores)
    one = np.ones(len(scores))
    a, b, c = _most_likely(np.column_stack([log_share, -log_rest, one]), positives, negatives)
    # Outside the quadrant the best fit lies on its edge; of two edges the one that breaks no rule.
    if a < 0:
        (b, c), a = _most_likely(np.column_stack([-log_rest, one]), positives, negatives), 0.0
    elif b < 0:
        (a, c), b = _most_likely(np.column_stack([log_share, one]), positives, negatives), 0.0
    if min(a, b) < 0 or not max(a, b) > 0:
        raise NothingToFit(REVERSED)
    return BetaMap(float(a), float(b), float(c))


def _isotonic(counts: ThresholdCounts) -> IsotonicMap:
    points = np.column_stack([counts.fp, counts.tp])
    corners = hull(points)
    negatives, positives = np.diff(corners, axis=0).T
    # A block reaches from the score behind a corner down to that at the next one.
    at = np.searchsorted(points.sum(axis=1), corners.sum(axis=1))
    highest, lowest = counts.thresholds[at[:-1] + 1], counts.thresholds[at[1:]]
    shares = positives / (positives + negatives)
    scores = np.column_stack([highest, lowest]).ravel()[::-1]
    is_new = np.append(True, np.diff(scores) > 0)
    return IsotonicMap(scores[is_new], np.repeat(shares, 2)[::-1][is_new])


def _distinct(counts: ThresholdCounts) -> tuple[Floats, Floats, Floats]:
    """The distinct scores, and the positive and negative samples that have each."""
    return counts.thresholds[1:], np.diff(counts.tp).astype(np.float64), np.diff(counts.fp).astype(np.float64)


def _most_likely(features: Floats, positives: Floats, negatives: Floats) -> Floats:
    """The coefficients of a logistic regression on features (m, d) by Newton's method, with halved steps."""
    samples = positives + negatives
    total = float(samples.sum())

    def loss(candidate: Floats) -> float:
        values = features @ candidate
        return float(positives @ np.logaddexp(0, -values) + negatives @ np.logaddexp(0, values))

    found = np.zeros(features.shape[1])
    for _ in range(_MAX_STEPS):
        shares = sigmoid(features @ found)
        gradient = features.T @ (positives - samples * shares)
        curvature = (features * (samples * shares * (1 - shares))[:, None]).T @ features
        try:
            step = np.linalg.solve(curvature, gradient)
        except np.linalg.LinAlgError as error:
            raise NothingToFit(CONSTANT) from error
        before, size = loss(found), 1.0
        while size > _PRECISION and loss(found + size * step) > before:
            size /= 2
        found = found + size * step
        if float(gradient @ step) < _PRECISION * total:
            return found
    raise NothingToFit(SEPARATED)
