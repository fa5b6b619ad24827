"""The formulas of the common rates, and division that marks a zero denominator.

A formula returns (part, whole) without dividing them, so that it serves single counts, arrays of counts, and
the calculators' exact arithmetic. `hits` are the samples of a class that were predicted as it (TP), `actual` all
samples of the class (TP + FN), `predicted` all samples predicted as it (TP + FP).
"""

import math
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.types import Counts, Floats

# Numbers or arrays of one shape.
N = TypeVar("N", int, float, Any)


def precision(hits: N, _actual: N, predicted: N) -> tuple[N, N]:
    """TP / (TP + FP)."""
    return hits, predicted


def recall(hits: N, actual: N, _predicted: N) -> tuple[N, N]:
    """TP / (TP + FN)."""
    return hits, actual


def f1(hits: N, actual: N, predicted: N) -> tuple[N, N]:
    """2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall."""
    return 2 * hits, actual + predicted


def jaccard(hits: N, actual: N, predicted: N) -> tuple[N, N]:
    """TP / (TP + FP + FN)."""
    return hits, actual + predicted - hits


def binary_mcc(tp: N, fp: N, fn: N, tn: N) -> tuple[N, N]:
    """The Matthews correlation of two classes as its numerator and the *square* of its denominator."""
    return tp * tn - fp * fn, (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)


def ratio(part: float, whole: float) -> float:
    """Divide two numbers; NaN if `whole` is zero."""
    return part / whole if whole else math.nan


def ratios(part: NDArray[Any], whole: NDArray[Any]) -> Floats:
    """Divide arrays, `whole` broadcast to the shape of `part`; NaN where `whole` is zero."""
    divided: Floats = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole != 0)
    return divided


def defined(value: float) -> float | None:
    """Turn NaN into None."""
    return None if math.isnan(value) else value


def row_shares(counts: Counts) -> Floats:
    """Divide each count by its row's total, shape (k, k); rows without samples are NaN."""
    return ratios(counts, counts.sum(axis=1, keepdims=True))
