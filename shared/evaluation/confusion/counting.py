"""Counting samples."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.confusion.matrix import DENSE_CLASSES, ConfusionMatrix, FilledCells
from shared.evaluation.inputs.label_codes import LabelCodes

# So many pairs, widened to eight bytes each by bincount, stay in the processor's cache.
_CHUNK = 2**18


def count(factorised: LabelCodes, weights: NDArray[np.float64] | None = None) -> ConfusionMatrix:
    """Count every pair of actual and predicted class; exact for any number of samples.

    With `weights`, of shape (n,), each sample counts as much as its weight, and the counts are float64. The matrix is
    sparse where its classes are many.
    """
    k = len(factorised.classes)
    if k > DENSE_CLASSES:
        return ConfusionMatrix(factorised.classes, _cells(factorised, weights))
    counts: NDArray[Any] = np.zeros(k * k, np.int64 if weights is None else np.float64)
    dtype = np.min_scalar_type(k * k - 1)
    for start in range(0, len(factorised.actual), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        cells = np.multiply(factorised.actual[chunk], k, dtype=dtype)
        cells += factorised.predicted[chunk]
        counts += np.bincount(cells, None if weights is None else weights[chunk], minlength=k * k)
    return ConfusionMatrix(factorised.classes, counts.reshape(k, k))


def count_keys(keys: NDArray[np.int64], k: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The cells of k classes that occur, row by row as row · k + column, and how often each does."""
    if k > DENSE_CLASSES:
        found, numbers = np.unique(keys, return_counts=True)
        return found, numbers.astype(np.int64)
    counts = np.bincount(keys, minlength=k * k)
    found = np.flatnonzero(counts)
    return found, counts[found]


def _cells(factorised: LabelCodes, weights: NDArray[np.float64] | None) -> FilledCells:
    k = len(factorised.classes)
    keys = np.multiply(factorised.actual, k, dtype=np.int64)
    keys += factorised.predicted
    if weights is None:
        found, counts = count_keys(keys, k)
        return FilledCells(found // k, found % k, counts)
    found, places = np.unique(keys, return_inverse=True)
    sums = np.bincount(places, weights, len(found))
    # Samples may weigh nothing.
    found, sums = found[sums > 0], sums[sums > 0]
    return FilledCells(found // k, found % k, sums)
