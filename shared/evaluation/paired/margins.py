"""What a margin of a metric is tested by, made only where one is asked for: of 1,000 classes it would take seconds."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.intervals.count_formulas import ClassFormula, OverallFormula
from shared.evaluation.paired import hidden_losses
from shared.evaluation.paired.hidden_losses import ClassShares, HiddenLosses
from shared.evaluation.paired.margin_score import CellSums, MarginScore, of_codes, of_members
from shared.evaluation.paired.sample_basis import SampleBases
from shared.evaluation.types import Flags, Floats

# Whether a sample is of a class in truth, and by either of two predictions.
_KINDS = 2**3


class MarginGrounds(NamedTuple):
    """What samples may hide of a metric, and its score test; both are computed when they are called.

    `deviate` is by how many standard errors the difference lies above a limit, None where that cannot be said.
    """

    losses: Callable[[], HiddenLosses]
    deviate: Callable[[float], float | None]


class CellFlags(NamedTuple):
    """Whether the samples of each cell are of a class in truth, and by both predictions: three arrays (m,)."""

    truth: Flags
    baseline: Flags
    candidate: Flags


class PairedCells(NamedTuple):
    """The samples of cells: numbers and weights of each (m,), their sums over all classes, and what is of one class."""

    counts: NDArray[Any]
    weights: Floats | None
    sums: list[CellSums]
    of_class: Callable[[int], CellFlags]

    def score(self, formula: ClassFormula | OverallFormula, code: int, worth: float) -> MarginScore:
        """The score test of a metric of all classes, or of a class, which differs on samples of such a worth."""
        weights = np.ones(len(self.counts)) if self.weights is None else self.weights
        if isinstance(formula, OverallFormula):
            return MarginScore(formula, self.sums, self.counts.astype(float), weights, worth)
        # Of one class the cells that differ are few, however many classes there are.
        each, places = (np.ones(1), 0) if self.weights is None else np.unique(weights, return_inverse=True)
        flags = self.of_class(code)
        keys = places * _KINDS + flags.truth * 4 + flags.baseline * 2 + flags.candidate
        counts = np.bincount(keys, self.counts, len(each) * _KINDS)
        kinds = np.flatnonzero(counts)
        truth, baseline, candidate = ((kinds[:, np.newaxis] & bit > 0).astype(float) for bit in (4, 2, 1))
        members = truth * baseline, truth, baseline, truth * candidate, candidate
        sums = [*map(of_members, members)]
        return MarginScore(formula, sums, counts[kinds].astype(float), each[kinds // _KINDS], worth)


class MarginSource(NamedTuple):
    """What margins of any metric of the samples are tested by: their cells, and the hits of each class in number."""

    cells: PairedCells
    bases: SampleBases
    hits: Floats
    are_sets: bool = False

    def of(self, formula: ClassFormula | OverallFormula, seen: list[Floats]) -> list[MarginGrounds]:
        """What a margin of a metric of all classes is tested by, or one of each class.

        `seen` begins with the shares of hits, samples and predictions of each class.
        """
        hits, truth, baseline, *_ = seen
        classes = ClassShares(hits, truth, baseline, self.hits)
        codes = [0] if isinstance(formula, OverallFormula) else range(len(self.hits))
        return [self._of_one(formula, classes, code) for code in codes]

    def _of_one(self, formula: ClassFormula | OverallFormula, classes: ClassShares, code: int) -> MarginGrounds:
        def losses() -> HiddenLosses:
            if isinstance(formula, OverallFormula):
                return hidden_losses.of_all(formula, classes, are_sets=self.are_sets)
            samples = self.bases.of_predictions.samples
            return hidden_losses.of_one(formula, classes, code, samples, are_sets=self.are_sets)

        score = cache(lambda: self.cells.score(formula, code, self.bases.of(formula)[code].worth))
        return MarginGrounds(losses, lambda limit: score().deviate(limit))


def of_coded(
    codes: tuple[NDArray[Any], NDArray[Any], NDArray[Any]], counts: NDArray[Any], weights: Floats | None, k: int
) -> PairedCells:
    """The cells of samples of one class each: codes of truth and both predictions, three arrays (m,)."""
    truth, baseline, candidate = codes
    sums = [
        of_codes(truth, k, truth == baseline),
        of_codes(truth, k),
        of_codes(baseline, k),
        of_codes(truth, k, truth == candidate),
        of_codes(candidate, k),
    ]
    return PairedCells(counts, weights, sums, lambda code: CellFlags(*(side == code for side in codes)))


def of_label_sets(has_label: list[Flags], counts: NDArray[Any]) -> PairedCells:
    """The cells of samples of any number of labels: truth and both predictions, three arrays (m, labels)."""
    truth, baseline, candidate = (one.astype(float) for one in has_label)
    members = truth * baseline, truth, baseline, truth * candidate, candidate
    sums = [*map(of_members, members)]
    return PairedCells(counts, None, sums, lambda code: CellFlags(*(one[:, code] for one in has_label)))
