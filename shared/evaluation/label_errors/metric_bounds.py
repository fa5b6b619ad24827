"""Bounds of metrics if the labels of some samples may be any others, while their predictions stay."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.rates import ratios
from shared.evaluation.types import Floats

# Of each class the lowest and the highest value, None where the metric may be undefined.
Bounds = tuple[list[float | None], list[float | None]]


def class_bounds(counts: NDArray[np.int64], doubted: NDArray[np.int64]) -> dict[str, Bounds]:
    """Bounds of precision, recall and F1 of each class; both matrices (k, k), k > 1, the second is a part of the first.

    A doubted hit may become a false positive, a false positive a hit, a miss a true negative, and any other sample a
    miss. The predictions of a class stay as many as they are, so that all three grow with its hits and shrink with its
    misses: each bound is where all doubted samples move the same way, and is attained. A class of which every sample is
    doubted may have none, so that its recall may be undefined, and its F1 where it is never predicted.
    """
    hits, misses, predicted = counts.diagonal(), counts.sum(axis=1) - counts.diagonal(), counts.sum(axis=0)
    own, labelled, guessed = doubted.diagonal(), doubted.sum(axis=1), doubted.sum(axis=0)
    others = doubted.sum() - labelled - guessed + own
    least = _metrics(hits - own, misses + others, predicted)
    most = _metrics(hits + guessed - own, misses - (labelled - own), predicted)
    may_be_none = labelled == hits + misses
    for values in (least, most):
        values["recall"][may_be_none] = np.nan
        values["f1"][may_be_none & (predicted == 0)] = np.nan
    return {name: (_undefined(least[name]), _undefined(most[name])) for name in least}


def mean_bounds(bounds: Bounds) -> tuple[float | None, float | None]:
    """The mean of the bounds of all classes; None where one has none."""
    low, high = (_mean(values) for values in bounds)
    return low, high


def _metrics(hits: NDArray[np.int64], misses: NDArray[np.int64], predicted: NDArray[np.int64]) -> dict[str, Floats]:
    return {
        "precision": ratios(hits, predicted),
        "recall": ratios(hits, hits + misses),
        "f1": ratios(2 * hits, predicted + hits + misses),
    }


def _undefined(values: Floats) -> list[float | None]:
    return [None if np.isnan(value) else value for value in values.tolist()]


def _mean(values: Sequence[float | None]) -> float | None:
    defined = [value for value in values if value is not None]
    return sum(defined) / len(defined) if len(defined) == len(values) else None
