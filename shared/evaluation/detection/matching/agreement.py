"""Agreement of two sides on the objects of many images."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.detection.geometry.objects import Geometry, Objects
from shared.evaluation.detection.matching.pairs import match
from shared.evaluation.rates import defined, f1, precision, ratio, recall

Pair = tuple[Objects, Objects]

UNMATCHED = "(none)"


@dataclass(frozen=True, slots=True, eq=False)
class MatchCounts:
    """Counts of matched and unmatched objects.

    `counts` has shape (k + 1, k + 1): row i are the objects that the reference calls class i, column j those that the
    candidate calls class j, and the last row and column those without a match on the other side.
    """

    classes: tuple[str, ...]
    counts: NDArray[np.int64]

    @property
    def matrix(self) -> ConfusionMatrix:
        """The same as a confusion matrix; it has a class for unmatched objects only if there are any."""
        if not self.counts[-1].any() and not self.counts[:, -1].any():
            return ConfusionMatrix(self.classes, self.counts[:-1, :-1])
        name = UNMATCHED
        while name in self.classes:
            name = f"({name})"
        return ConfusionMatrix((*self.classes, name), self.counts)


@dataclass(frozen=True, slots=True)
class Rates:
    """How one class, or all together, was found; rates are None where undefined.

    `matched` objects have the same class on both sides, `missed` are the reference's others, `extra` the candidate's.
    """

    matched: int
    missed: int
    extra: int
    precision: float | None
    recall: float | None
    f1: float | None


def agreement(
    pairs: Iterable[Pair], classes: Sequence[str], *, threshold: float, geometry: Geometry = "boxes"
) -> MatchCounts:
    """Match the objects of every image; raises ValueError for masks of different sizes.

    The k `classes` are named in the order of their codes in the pairs of (reference, candidate).
    """
    unmatched = len(classes)
    counts = np.zeros((unmatched + 1, unmatched + 1), dtype=np.int64)
    for reference, candidate in pairs:
        matches = match(reference, candidate, threshold=threshold, geometry=geometry)
        partners = np.append(candidate.classes, unmatched)[matches.of_reference]
        cells = (reference.classes * (unmatched + 1) + partners)[~matches.is_uncounted]
        counts += np.bincount(cells, minlength=counts.size).reshape(counts.shape)
        counts[unmatched] += np.bincount(candidate.classes[matches.only_candidate], minlength=unmatched + 1)
    return MatchCounts(tuple(classes), counts)


def agreement_of_labels(pairs: Iterable[tuple[int, int]], classes: Sequence[str]) -> MatchCounts:
    """The agreement on one label for each image; a code of -1 means that a side has none."""
    unmatched = len(classes)
    counts = np.zeros((unmatched + 1, unmatched + 1), dtype=np.int64)
    for reference, candidate in pairs:
        if (reference, candidate) != (-1, -1):
            counts[reference, candidate] += 1
    return MatchCounts(tuple(classes), counts)


def per_class(matches: MatchCounts) -> dict[str, Rates]:
    """The rates of each class."""
    diagonal = np.diag(matches.counts)
    rows, columns = matches.counts.sum(axis=1), matches.counts.sum(axis=0)
    return {
        name: rates(int(diagonal[code]), int(rows[code] - diagonal[code]), int(columns[code] - diagonal[code]))
        for code, name in enumerate(matches.classes)
    }


def overall(matches: MatchCounts) -> Rates:
    """The rates of all objects together (micro averages)."""
    matched = int(np.trace(matches.counts))
    reference, candidate = int(matches.counts[:-1].sum()), int(matches.counts[:, :-1].sum())
    return rates(matched, reference - matched, candidate - matched)


def rates(matched: int, missed: int, extra: int) -> Rates:
    """Precision, recall and F1 of counts."""
    sums = matched, matched + missed, matched + extra
    values = (defined(ratio(*formula(*sums))) for formula in (precision, recall, f1))
    return Rates(matched, missed, extra, *values)
