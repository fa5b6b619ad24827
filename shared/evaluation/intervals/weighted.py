"""Intervals of weighted samples: as many independent samples as would have the variance that the weights leave.

A weighted share is a ratio of two sums over samples. By linearisation (Cochran 1977, chapter 6) its variance is
Σ w²(y − s)² / (Σ w)², for which the sums of weights and of squared weights are enough. It is that of s(1 − s) over a
number of samples, the effective one, with which Wilson's interval is made (Korn and Graubard 1998, Dean and Pagano
2015). Of few samples this variance is too small more often than not, as the outcome of the heaviest ones decides it, so
that the effective number is at most Kish's (1965), (Σ w)² / Σ w², which is right where weights say nothing of the
outcome. With equal weights both are the number of samples, and every interval is that of samples without weights.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import elsewhere
from shared.evaluation.types import Counts, Floats

# Of the numbers of hits, samples and predictions of a class, and of all samples: the part and the whole.
Proportion = Callable[[Any, Any, Any, Any], tuple[Any, Any]]

# True and false positives, false and true negatives, as the hits, samples, predictions and all samples that each is.
_OUTCOMES = ((1, 1, 1, 1), (0, 0, 1, 1), (0, 1, 0, 1), (0, 0, 0, 1))


class OutcomeSums(NamedTuple):
    """Sums over samples by their outcome (rows) and class: true and false positives, false and true negatives."""

    weights: Floats
    squares: Floats


def outcome_sums(matrix: ConfusionMatrix) -> OutcomeSums:
    """The sums of the outcomes of each class against the rest; the matrix has `squares`."""
    assert matrix.squares is not None, "callers ask for matrices of weighted samples"
    return OutcomeSums(_outcomes(matrix.counts), _outcomes(matrix.squares))


def overall_sums(matrix: ConfusionMatrix) -> OutcomeSums:
    """The sums of the samples that are right and wrong, shape (2, 1)."""
    assert matrix.squares is not None, "callers ask for matrices of weighted samples"
    weights, squares = (
        np.array([[np.trace(sums)], [sums.sum(where=~np.eye(len(sums), dtype=bool))]])
        for sums in (matrix.counts, matrix.squares)
    )
    return OutcomeSums(weights, squares)


def effective_proportion(sums: OutcomeSums, proportion: Proportion) -> tuple[Floats, Floats]:
    """The part and the whole of a proportion of each class, as effective numbers of samples."""
    part, whole = np.array([proportion(*outcome) for outcome in _OUTCOMES], bool).T
    return effective_counts(sums, part, whole)


def effective_counts(sums: OutcomeSums, part: Any, whole: Any) -> tuple[Floats, Floats]:
    """The part and the whole of a share, where `part` and `whole` say which outcomes belong to them."""
    # Added up, never subtracted, so that nothing stays nothing.
    hits, hit_squares = (kind[part].sum(axis=0) for kind in sums)
    misses, miss_squares = (kind[whole & ~part].sum(axis=0) for kind in sums)
    total = hits + misses
    with np.errstate(invalid="ignore", divide="ignore"):
        share, rest = hits / total, misses / total
        effective = total**2 / (hit_squares + miss_squares)
        linearised = hits * misses / (hit_squares * rest**2 + miss_squares * share**2)
        # Where all outcomes are equal, nothing shows how far they vary.
        effective = np.where((hits > 0) & (misses > 0), np.minimum(effective, linearised), effective)
        wholes = np.where(total > 0, effective, 0.0)
        # All and nothing are so exactly.
        parts = np.where(misses > 0, wholes * share, wholes)
    return np.where(total > 0, parts, 0.0), wholes


def _outcomes(cells: Counts) -> Floats:
    errors = cells * (1 - np.eye(len(cells)))
    return np.array([cells.diagonal(), errors.sum(axis=0), errors.sum(axis=1), elsewhere(cells)])
