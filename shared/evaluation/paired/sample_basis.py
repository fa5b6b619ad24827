"""The samples that a difference of two predictions rests on, and the least P-value that so few can have."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.intervals.count_formulas import ClassFormula, OverallFormula

Members = NDArray[np.bool_]
_HALF = 0.5


class SampleBasis(NamedTuple):
    """The samples that a metric counts, and those of them that it counts differently for baseline and candidate."""

    samples: int
    differing: int

    @property
    def least(self) -> float:
        """The least one-sided P-value that a difference can have.

        If neither of the two is better, the predictions of each sample could as well be exchanged: of so many differing
        ones that is 2^differing outcomes, equally likely, and all in favour of one of the two is one of them (Fisher
        and Pitman's test, 1937).
        """
        return float(_HALF**self.differing)


class SampleBases(NamedTuple):
    """What metrics rest on: those of all predictions, of right ones alone, and of each class."""

    of_predictions: SampleBasis
    of_hits: SampleBasis
    of_classes: list[SampleBasis]

    def of(self, formula: ClassFormula | OverallFormula) -> list[SampleBasis]:
        """What a metric of all classes rests on, or one of each class."""
        if not isinstance(formula, OverallFormula):
            return self.of_classes
        return [self.of_hits if formula.is_of_hits else self.of_predictions]


def of_classes(
    truth: NDArray[np.int64], baseline: NDArray[np.int64], candidate: NDArray[np.int64], counts: NDArray[Any], k: int
) -> SampleBases:
    """The bases of metrics of k classes; codes and numbers of samples of cells, four arrays (m,)."""
    right, also, differs = truth == baseline, truth == candidate, baseline != candidate
    total = int(counts.sum())
    samples, differing = _by_class(truth, counts, k), np.zeros(k)
    for side, own in ((baseline, ~right), (candidate, ~also & differs)):
        samples += _by_class(side[own], counts[own], k)
        differing += _by_class(side[differs], counts[differs], k)
    return SampleBases(
        SampleBasis(total, int(counts[differs].sum())),
        SampleBasis(total, int(counts[right != also].sum())),
        list(map(SampleBasis, samples.astype(int).tolist(), differing.astype(int).tolist())),
    )


def of_sets(has_label: Sequence[Members], counts: NDArray[np.int64]) -> SampleBases:
    """The bases of metrics of sets of labels; truth and both predictions (m, labels) of cells, and samples (m,)."""
    truth, baseline, candidate = has_label
    differs, total = baseline != candidate, int(counts.sum())
    samples, differing = counts @ (truth | baseline | candidate), counts @ differs
    return SampleBases(
        SampleBasis(total, int(counts[differs.any(axis=1)].sum())),
        SampleBasis(total, int(counts[(differs & truth).any(axis=1)].sum())),
        list(map(SampleBasis, samples.tolist(), differing.tolist())),
    )


def _by_class(codes: NDArray[np.int64], counts: NDArray[Any], k: int) -> NDArray[Any]:
    return np.bincount(codes, counts, k)
