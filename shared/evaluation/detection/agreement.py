"""How far two sides agree on the objects of many images."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.detection.matching import match
from shared.evaluation.detection.objects import Geometry, Objects
from shared.evaluation.rates import defined, f1, precision, ratio, recall

Pair = tuple[Objects, Objects]

UNMATCHED = "(none)"


@dataclass(frozen=True, slots=True, eq=False)
class MatchCounts:
    """What was matched and what was not.

    `counts` has shape (k + 1, k + 1): row i are the objects that the reference calls class i, column j those that the
    candidate calls class j, and the last row and column those that the other side does not see at all.
    """

    classes: tuple[str, ...]
    counts: NDArray[np.int64]

    @property
    def matrix(self) -> ConfusionMatrix:
        """The same as a confusion matrix; the class of what is not seen is there if anything is not."""
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
    none = len(classes)
    counts = np.zeros((none + 1, none + 1), dtype=np.int64)
    for reference, candidate in pairs:
        found = match(reference, candidate, threshold=threshold, geometry=geometry)
        partners = np.append(candidate.classes, none)[found.of_reference]
        cells = reference.classes * (none + 1) + partners
        counts += np.bincount(cells, minlength=counts.size).reshape(counts.shape)
        counts[none] += np.bincount(candidate.classes[found.of_candidate < 0], minlength=none + 1)
    return MatchCounts(tuple(classes), counts)


def agreement_of_labels(pairs: Iterable[tuple[int, int]], classes: Sequence[str]) -> MatchCounts:
    """The agreement on one label for each image; a code of -1 says that a side gave none."""
    none = len(classes)
    counts = np.zeros((none + 1, none + 1), dtype=np.int64)
    for reference, candidate in pairs:
        if (reference, candidate) != (-1, -1):
            counts[reference, candidate] += 1
    return MatchCounts(tuple(classes), counts)


def per_class(found: MatchCounts) -> dict[str, Rates]:
    """The rates of each class."""
    diagonal = np.diag(found.counts)
    rows, columns = found.counts.sum(axis=1), found.counts.sum(axis=0)
    return {
        name: rates(int(diagonal[code]), int(rows[code] - diagonal[code]), int(columns[code] - diagonal[code]))
        for code, name in enumerate(found.classes)
    }


def overall(found: MatchCounts) -> Rates:
    """The rates of all objects together (micro averages)."""
    matched = int(np.trace(found.counts))
    reference, candidate = int(found.counts[:-1].sum()), int(found.counts[:, :-1].sum())
    return rates(matched, reference - matched, candidate - matched)


def rates(matched: int, missed: int, extra: int) -> Rates:
    """Precision, recall and F1 of counts."""
    sums = matched, matched + missed, matched + extra
    found = (defined(ratio(*formula(*sums))) for formula in (precision, recall, f1))
    return Rates(matched, missed, extra, *found)
