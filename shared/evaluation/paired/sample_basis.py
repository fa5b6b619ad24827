"""The samples that a difference of two predictions rests on, the least P-value of so few, and what they are worth."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.intervals.count_formulas import ClassFormula, OverallFormula
from shared.evaluation.kish import kish_numbers, worth
from shared.evaluation.types import Flags, Floats

_HALF = 0.5
# Of a class without weight, which no sample that counts is of.
_NO_WEIGHT = 1e-300


class SampleBasis(NamedTuple):
    """The samples that a metric counts, and those of them that it counts differently for baseline and candidate.

    The latter are `worth` as many of equal weight (Kish 1965) where those of each class weigh as much as those of any
    other: a class of few samples then decides, as it does for a metric that counts classes alike.
    """

    samples: int
    differing: int
    worth: float

    @property
    def freedom(self) -> float:
        """The degrees of freedom of what is seen of the spread of a difference."""
        return max(self.worth - 1, 1.0)

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
    truth: NDArray[np.int64],
    baseline: NDArray[np.int64],
    candidate: NDArray[np.int64],
    counts: NDArray[Any],
    k: int,
    weights: Floats | None = None,
) -> SampleBases:
    """The bases of metrics of k classes; codes, numbers and weights of the samples of cells, five arrays (m,)."""
    right, also, differs = truth == baseline, truth == candidate, baseline != candidate
    total, own = int(counts.sum()), np.ones(len(counts)) if weights is None else weights
    samples, differing = _by_class(truth, counts, k), np.zeros(k)
    for side, chosen in ((baseline, ~right), (candidate, ~also & differs)):
        samples += _by_class(side[chosen], counts[chosen], k)
        differing += _by_class(side[differs], counts[differs], k)
    of_truth = _by_class(truth, counts * own, k)
    alike = own / np.maximum(of_truth, _NO_WEIGHT)[truth]

    def of(chosen: Flags) -> SampleBasis:
        least = min(worth(each[chosen], counts[chosen]) for each in (own, alike))
        return SampleBasis(total, int(counts[chosen].sum()), least)

    worths = _worths_of_classes(
        truth[differs], [baseline[differs], candidate[differs]], counts[differs], own[differs], of_truth
    )
    by_class = zip(samples.astype(int).tolist(), differing.astype(int).tolist(), worths.tolist(), strict=True)
    return SampleBases(of(differs), of(right != also), [SampleBasis(*one) for one in by_class])


def _worths_of_classes(
    truth: NDArray[np.int64], sides: Sequence[NDArray[np.int64]], counts: NDArray[Any], own: Floats, of_truth: Floats
) -> Floats:
    """What the differing samples are worth to each class, which they are of or not; cells (m,), weights (k,)."""
    k, sums = len(of_truth), np.zeros((4, len(of_truth)))
    for side in sides:
        whole = np.where(truth == side, of_truth[side], of_truth.sum() - of_truth[side])
        for at, each in enumerate((own, own / np.maximum(whole, _NO_WEIGHT))):
            sums[2 * at] += _by_class(side, counts * each, k)
            sums[2 * at + 1] += _by_class(side, counts * each**2, k)
    return np.minimum(kish_numbers(*sums[:2]), kish_numbers(*sums[2:]))


def of_sets(has_label: Sequence[Flags], counts: NDArray[np.int64]) -> SampleBases:
    """The bases of metrics of sets of labels; truth and both predictions (m, labels) of cells, and samples (m,)."""
    truth, baseline, candidate = has_label
    differs, total = baseline != candidate, int(counts.sum())
    samples, differing, with_label = (counts @ one for one in (truth | baseline | candidate, differs, truth))
    alike = differs / np.maximum(np.where(truth, with_label, total - with_label), 1)
    of_hits = alike * truth
    return SampleBases(
        SampleBasis(total, int(counts[differs.any(axis=1)].sum()), worth(alike.sum(axis=1), counts)),
        SampleBasis(total, int(counts[(differs & truth).any(axis=1)].sum()), worth(of_hits.sum(axis=1), counts)),
        list(
            map(
                SampleBasis,
                samples.tolist(),
                differing.tolist(),
                kish_numbers(counts @ alike, counts @ alike**2).tolist(),
            )
        ),
    )


def _by_class(codes: NDArray[np.int64], counts: NDArray[Any], k: int) -> NDArray[Any]:
    return np.bincount(codes, counts, k)
