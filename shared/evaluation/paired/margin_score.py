"""The score test of a margin for metrics that are no proportions.

A bootstrap draws from what was seen, where few losses also seem to vary little: of 95 hits that lose four it says with
P = 0.008 that less than ten are lost, and the exact test 0.03. A score test takes the spread where the difference is
the limit itself (Tango 1998 for proportions). Which shares of the samples have that difference is the empirical
likelihood's answer (Owen 2001), from the samples with one more on which the two differ in either direction, so that few
losses alone do not rule out gains (Agresti and Min 2005): as many of them have both predictions exchanged.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.intervals.count_formulas import ClassFormula, OverallFormula
from shared.evaluation.intervals.delta import overall_slopes, slopes_of
from shared.evaluation.types import Floats

# Samples that are added in either direction. Of 0.5 to 2, and of fixed shares from a tenth to a half, one kept the most
# power within the level, as docs/statistics.md tells.
_ADDED = 1.0
# Newton's steps to the multiplier of the constraint, of which a few are enough.
_STEPS = 60
_MOST_ROUNDS = 12
_CLOSE = 1e-7
_ROUNDING = 1e-13


class CellSums(NamedTuple):
    """Sums of cells (m,) over classes (k,), and what each cell takes of numbers of the classes, which is linear too."""

    of_cells: Callable[[Floats], Floats]
    of_classes: Callable[[Floats], Floats]


def of_codes(codes: NDArray[Any], k: int, chosen: NDArray[np.bool_] | None = None) -> CellSums:
    """The sums of cells of one class each, of the chosen ones alone; codes (m,)."""
    own = np.ones(len(codes)) if chosen is None else chosen.astype(float)

    def of_cells(cells: Floats) -> Floats:
        return np.bincount(codes, cells * own, k).astype(float)

    return CellSums(of_cells, lambda classes: classes[codes] * own)


def of_members(members: Floats) -> CellSums:
    """The sums of cells of any number of classes each: `members` (m, k) are 0 or 1."""
    return CellSums(lambda cells: cells @ members, lambda classes: members @ classes)


class PairedInfluences(NamedTuple):
    """A metric of baseline and candidate, and the influence of each cell on their difference, (m,)."""

    baseline: float
    candidate: float
    of_cells: Floats


class MarginScore(NamedTuple):
    """A metric of the samples of cells: hits of both sides, samples, predictions of both, and numbers of samples (m,).

    `parts` are those of the baseline's hits, of the truth, of its predictions, and of the candidate's hits and
    predictions; `weights` (m,) are of each sample of a cell. The two differ on samples that are `worth` so many.
    """

    formula: ClassFormula | OverallFormula
    parts: Sequence[CellSums]
    counts: Floats
    weights: Floats
    worth: float

    def deviate(self, limit: float) -> float | None:
        """By how many standard errors the difference lies above a limit; None where no samples have that difference."""
        total = float(self.counts.sum())
        seen = np.concatenate([self.counts, np.zeros_like(self.counts)]) / total
        difference, _ = self._linear(seen)
        found = self._at(limit)
        if found is None:
            return None
        _, slopes = self._linear(found)
        weights = np.tile(self.weights, 2)
        mean = float(found @ (weights * slopes)) / float(found @ weights)
        error = math.sqrt(float(found @ (weights * (slopes - mean)) ** 2) / total) / float(found @ weights)
        deviate = (difference - limit) / error if error > _ROUNDING else math.nan
        return None if math.isnan(deviate) else deviate

    def _at(self, limit: float) -> Floats | None:
        """The likeliest shares of the samples, and of exchanged ones, whose metrics differ by the limit, (2m,)."""
        shares, exchanged = self.counts / self.counts.sum(), _ADDED / (self.worth + 2 * _ADDED)
        base = np.concatenate([(1 - exchanged) * shares, exchanged * shares])
        weights, found = np.tile(self.weights, 2), base
        for _ in range(_MOST_ROUNDS):
            difference, slopes = self._linear(found)
            if abs(difference - limit) <= _CLOSE:
                return found
            centre = float(found @ (weights * slopes)) / float(found @ weights) + limit - difference
            tilted = _tilted(base, weights * (slopes - centre))
            if tilted is None:
                return None
            found = tilted
        return None

    def influences(self) -> PairedInfluences:
        """Both values, and how far their difference moves with the share of each cell, on average 0, (m,)."""
        whole = float(self.counts @ self.weights)
        nobody = np.zeros_like(self.counts)
        _, slopes = self._linear(np.concatenate([self.counts, nobody]) / whole)
        own = slopes[: len(self.counts)]
        values = [value for value, _ in _with_slopes(self.formula, self._sides(self.counts * self.weights, nobody))]
        return PairedInfluences(values[0], values[1], own - float(self.counts @ (self.weights * own)) / whole)

    def _linear(self, cells: Floats) -> tuple[float, Floats]:
        """The difference in shares of samples (2m,), and its slopes by the share of each weight."""
        m = len(self.counts)
        hits, truth, predicted, other_hits, other_predicted = self.parts
        sides = self._sides(cells[:m] * self.weights, cells[m:] * self.weights)
        (before, by_before), (after, by_after) = _with_slopes(self.formula, sides)

        def slopes(old: tuple[CellSums, CellSums], new: tuple[CellSums, CellSums]) -> Floats:
            of_new = new[0].of_classes(by_after[0]) + new[1].of_classes(by_after[2])
            return of_new - old[0].of_classes(by_before[0]) - old[1].of_classes(by_before[2])

        first, second = (hits, predicted), (other_hits, other_predicted)
        common = truth.of_classes(by_after[1] - by_before[1])
        return after - before, np.concatenate([slopes(first, second) + common, slopes(second, first) + common])

    def _sides(self, own: Floats, exchanged: Floats) -> Floats:
        """The shares of hits, samples and predictions of baseline and candidate (2, 3, k) in weights of cells (m,)."""
        whole = float(own.sum() + exchanged.sum())
        hits, truth, predicted, other_hits, other_predicted = self.parts
        actual = truth.of_cells(own + exchanged) / whole
        return np.array(
            [
                [
                    (one[0].of_cells(own) + other[0].of_cells(exchanged)) / whole,
                    actual,
                    (one[1].of_cells(own) + other[1].of_cells(exchanged)) / whole,
                ]
                for one, other in (
                    ((hits, predicted), (other_hits, other_predicted)),
                    ((other_hits, other_predicted), (hits, predicted)),
                )
            ]
        )


def _with_slopes(formula: ClassFormula | OverallFormula, sides: Floats) -> list[tuple[float, Floats]]:
    """A metric of all classes, or of the only one, of baseline and candidate, and its derivatives by the sides (3, k).

    `sides` (2, 3, k) are those of baseline and candidate; those of one class are taken in one go.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        if isinstance(formula, OverallFormula):
            return [(float(formula(*side)), _finite(overall_slopes(formula, side))) for side in sides]
        of_both = list(sides[:, :, 0].T)
        slopes = _finite(np.array([slope for (slope,) in slopes_of(lambda *moved: (formula(*moved),), of_both)]))
        return [(float(value), slopes[:, [at]]) for at, value in enumerate(formula(*of_both))]


def _finite(slopes: Floats) -> Floats:
    return np.where(np.isfinite(slopes), slopes, 0.0)


def _tilted(base: Floats, off: Floats) -> Floats | None:
    """Shares base/(1 + λ·off) with a sum of `off` of 0 (Owen 2001); None where all of `off` are on one side of it."""
    own = base > 0
    low, high = float(off[own].min(initial=0)), float(off[own].max(initial=0))
    if not low < 0 < high:
        return None
    least, most, at = -1 / high, -1 / low, 0.0
    for _ in range(_STEPS):
        terms = off[own] / (1 + at * off[own])
        value = float(base[own] @ terms)
        least, most = (at, most) if value > 0 else (least, at)
        # Newton's step, or half of the bracket where that leaves it.
        step = at + value / float(base[own] @ terms**2)
        following = step if least < step < most else (least + most) / 2
        if abs(following - at) <= _CLOSE * (most - least):
            break
        at = following
    shares: Floats = np.where(own, base / np.where(own, 1 + at * off, 1.0), 0.0)
    whole = float(shares.sum())
    return shares / whole if math.isfinite(whole) and whole > 0 else None
