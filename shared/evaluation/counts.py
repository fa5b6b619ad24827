"""Counting samples."""

import numpy as np

from shared.evaluation.codes import Factorised
from shared.evaluation.matrix import ConfusionMatrix

# So many pairs, widened to eight bytes each by bincount, stay in the processor's cache.
_CHUNK = 2**18


def count(factorised: Factorised) -> ConfusionMatrix:
    """Count every pair of actual and predicted class; exact for any number of samples."""
    k = len(factorised.classes)
    counts = np.zeros(k * k, np.int64)
    dtype = np.min_scalar_type(k * k - 1)
    for start in range(0, len(factorised.actual), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        cells = np.multiply(factorised.actual[chunk], k, dtype=dtype)
        cells += factorised.predicted[chunk]
        counts += np.bincount(cells, minlength=k * k)
    return ConfusionMatrix(factorised.classes, counts.reshape(k, k))
