"""Counting samples."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.inputs.label_codes import Factorised

# So many pairs, widened to eight bytes each by bincount, stay in the processor's cache.
_CHUNK = 2**18


def count(factorised: Factorised, weights: NDArray[np.float64] | None = None) -> ConfusionMatrix:
    """Count every pair of actual and predicted class; exact for any number of samples.

    With `weights`, of shape (n,), each sample counts as much as its weight, and the counts are float64.
    """
    k = len(factorised.classes)
    counts: NDArray[Any] = np.zeros(k * k, np.int64 if weights is None else np.float64)
    dtype = np.min_scalar_type(k * k - 1)
    for start in range(0, len(factorised.actual), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        cells = np.multiply(factorised.actual[chunk], k, dtype=dtype)
        cells += factorised.predicted[chunk]
        counts += np.bincount(cells, None if weights is None else weights[chunk], minlength=k * k)
    return ConfusionMatrix(factorised.classes, counts.reshape(k, k))
