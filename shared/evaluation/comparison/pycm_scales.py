"""The published scales by which PyCM grades statistics, from poor to good."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.confusion.association import association
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.rates import binary_mcc, ratios

Grades = NDArray[np.float64]

_TRACE = 1e-12


@dataclass(frozen=True, slots=True)
class _Scale:
    """Grades between edges; a value on an edge belongs to the grade above it."""

    edges: tuple[float, ...]
    falling: bool = False
    above: float = -math.inf
    up_to: float = math.inf

    def grade(self, values: Grades) -> Grades:
        levels = len(self.edges) + 1
        level = np.digitize(values, self.edges)
        grades = (levels - level if self.falling else level + 1) / levels
        # NaN is on neither side of a bound.
        return np.where((values > self.above) & (values <= self.up_to), grades, np.nan)


_MCC = _Scale((0.3, 0.5, 0.7, 0.9))
_LAMBDA = _Scale((0.2, 0.4, 0.6, 0.8, 1), above=0, up_to=1)

_CLASS_SCALES = {
    "PLRI": _Scale((1, 5, 10)),
    "NLRI": _Scale((0.1, 0.2, 0.5), falling=True),
    "DPI": _Scale((1, 2, 3)),
    "AUCI": _Scale((0.6, 0.7, 0.8, 0.9)),
    "MCCI": _MCC,
    "QI": _Scale((0.25, 0.5, 0.75)),
}

_OVERALL_SCALES = {
    "SOA1": _Scale((0, 0.2, 0.4, 0.6, 0.8), up_to=1),
    "SOA2": _Scale((0.4, 0.75)),
    "SOA3": _Scale((0.2, 0.4, 0.6, 0.8), up_to=1),
    "SOA4": _Scale((0.4, 0.59, 0.74), up_to=1),
    "SOA5": _Scale((0.1, 0.2, 0.4, 0.6, 0.8)),
    "SOA6": _MCC,
    "SOA7": _LAMBDA,
    "SOA8": _LAMBDA,
    "SOA9": _Scale((0.667, 0.8)),
    "SOA10": _Scale((0.1, 0.2, 0.3), above=0),
}

CLASS_BENCHMARKS = tuple(_CLASS_SCALES)
OVERALL_BENCHMARKS = tuple(_OVERALL_SCALES)


def class_grades(matrices: Sequence[ConfusionMatrix]) -> Grades:
    """Grade every class of m matrices of k classes by each of `CLASS_BENCHMARKS`: its level / the top level.

    Shape (6, m, k); NaN where undefined.
    """
    values = _class_values(matrices)
    return np.stack([scale.grade(values[name]) for name, scale in _CLASS_SCALES.items()])


def overall_grades(matrices: Sequence[ConfusionMatrix]) -> Grades:
    """Grade m matrices by each of `OVERALL_BENCHMARKS`: its level / the top level.

    Shape (10, m); NaN where undefined.
    """
    values = _overall_values(matrices)
    return np.stack([scale.grade(values[name]) for name, scale in _OVERALL_SCALES.items()])


def _class_values(matrices: Sequence[ConfusionMatrix]) -> dict[str, Grades]:
    # In the order of PyCM's operations, so that a value on the edge of a grade falls on the same side.
    tp = np.array([matrix.hits for matrix in matrices], float)
    p = np.array([matrix.actual for matrix in matrices], float)
    top = np.array([matrix.predicted for matrix in matrices], float)
    fn, fp = p - tp, top - tp
    tn = _snapped(p.sum(axis=1, keepdims=True) - p - fp, matrices)
    tpr, tnr = ratios(tp, tp + fn), ratios(tn, tn + fp)
    odds = ratios(tp * tn, fp * fn)
    covariance, squared = binary_mcc(tp, fp, fn, tn)
    return {
        "PLRI": ratios(tpr, 1 - tnr),
        "NLRI": ratios(1 - tpr, tnr),
        "DPI": _discriminant_power(tpr, tnr),
        "AUCI": (tnr + tpr) / 2,
        "MCCI": ratios(covariance, np.sqrt(squared)),
        "QI": (odds - 1) / (odds + 1),
    }


def _overall_values(matrices: Sequence[ConfusionMatrix]) -> dict[str, Grades]:
    associations = [association(matrix) for matrix in matrices]
    kappa = np.array([metrics.kappa for metrics in associations])
    return {
        "SOA1": kappa,
        "SOA2": kappa,
        "SOA3": kappa,
        "SOA4": kappa,
        "SOA5": np.array([metrics.cramer_v for metrics in associations]),
        "SOA6": np.array([metrics.mcc for metrics in associations]),
        "SOA7": np.array([metrics.lambda_a for metrics in associations]),
        "SOA8": np.array([metrics.lambda_b for metrics in associations]),
        "SOA9": np.array([metrics.krippendorff_alpha for metrics in associations]),
        "SOA10": np.array([metrics.pearson_c for metrics in associations]),
    }


def _snapped(tn: Grades, matrices: Sequence[ConfusionMatrix]) -> Grades:
    # Subtracting weights leaves a rounding error instead of zero, and the ratio would be one of errors.
    traces = [_TRACE * matrix.sample_count if matrix.is_weighted else 0 for matrix in matrices]
    return np.where(np.abs(tn) > np.array(traces)[:, None], tn, 0.0)


def _discriminant_power(tpr: Grades, tnr: Grades) -> Grades:
    odds = ratios(tpr, 1 - tpr), ratios(tnr, 1 - tnr)
    logs = [np.log10(side_odds, out=np.full(side_odds.shape, np.nan), where=side_odds > 0) for side_odds in odds]
    power: Grades = math.sqrt(3) / math.pi * (logs[0] + logs[1])
    return power
