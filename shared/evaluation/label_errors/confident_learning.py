"""Suspected label errors by confident learning (Northcutt, Jiang and Chuang 2021)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.types import Floats


class SuspectedErrors(NamedTuple):
    """Samples whose label is suspected, the least probable labels first, and the labels that they may have instead.

    `label_probability` is what the model gives the label of each. `thresholds` (k,) are the mean probabilities of each
    class among the samples with its label; NaN of a class that no sample has.
    """

    rows: NDArray[np.int64]
    suggested: NDArray[np.int64]
    label_probability: Floats
    thresholds: Floats


def suspected_errors(labels: NDArray[np.int64], probabilities: Floats) -> SuspectedErrors:
    """Find samples that are confidently of another class; labels (n,), probabilities (n, k) from held-out predictions.

    A sample is confidently of a class if its probability reaches the mean of the samples with that label; of several
    such classes the most probable one. Where that is not its label, and the label is not the most probable class of
    all either, the label is suspected.
    """
    n, k = probabilities.shape
    support = np.bincount(labels, minlength=k)
    own = probabilities[np.arange(n), labels]
    with np.errstate(invalid="ignore"):
        thresholds = np.bincount(labels, own, k) / np.where(support, support, np.nan)
    # A comparison with NaN is false: nothing is confidently of a class that no sample has.
    confident = np.where(probabilities >= thresholds, probabilities, -1.0)
    suggested = confident.argmax(axis=1)
    is_suspected = (confident.max(axis=1) >= 0) & (suggested != labels) & (probabilities.argmax(axis=1) != labels)
    rows = np.flatnonzero(is_suspected)
    rows = rows[np.argsort(own[rows], kind="stable")]
    return SuspectedErrors(rows, suggested[rows], own[rows], thresholds)


class AccuracyBounds(NamedTuple):
    """The accuracy as it is, and the lowest and highest that it can be."""

    value: float
    low: float
    high: float


def accuracy_bounds(is_right: NDArray[np.bool_], doubted: NDArray[np.int64]) -> AccuracyBounds:
    """Bounds of the accuracy of n > 0 samples if any of the doubted rows may have any other label.

    A right prediction becomes wrong with another label; a wrong one may become right.
    """
    n, right = len(is_right), int(is_right.sum())
    at_stake = int(is_right[doubted].sum())
    return AccuracyBounds(right / n, (right - at_stake) / n, (right + len(doubted) - at_stake) / n)
