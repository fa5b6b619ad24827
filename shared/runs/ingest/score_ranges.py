"""What the scores of a file are like, in counts that add up."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

_HALF = 0.5
# Of so few predictions each is looked at by itself.
_FEW = 6
_SUM_TOLERANCE = 0.01


@dataclass(slots=True)
class ScoreRange:
    """Of the rows with one prediction: how many, how many of them score a half or more, and the lowest and highest."""

    rows: int = 0
    high: int = 0
    lowest: float = np.inf
    highest: float = -np.inf

    def add(self, other: "ScoreRange") -> None:
        """Add the range of further rows."""
        self.rows += other.rows
        self.high += other.high
        self.lowest = min(self.lowest, other.lowest)
        self.highest = max(self.highest, other.highest)


@dataclass(slots=True)
class ScoreTally:
    """Rows with a score outside 0 to 1, rows whose scores do not add up to 1, rows with two highest scores."""

    outside: int = 0
    unsummed: int = 0
    ties: int = 0
    by_prediction: dict[int, ScoreRange] = field(default_factory=dict)

    def add(self, other: "ScoreTally") -> None:
        """Add what another part of the file has; its predictions have the same codes."""
        self.outside += other.outside
        self.unsummed += other.unsummed
        self.ties += other.ties
        for code, found in other.by_prediction.items():
            self.by_prediction.setdefault(code, ScoreRange()).add(found)


def tally_matrix(scores: NDArray[Any]) -> ScoreTally:
    """RowTally rows of a score for each class; shape (n, k)."""
    outside = ((scores < 0) | (scores > 1)).any(axis=1)
    # A sum beyond all numbers is infinite, which is not 1.
    with np.errstate(over="ignore"):
        unsummed = np.abs(scores.sum(axis=1, dtype=np.float64) - 1) > _SUM_TOLERANCE
    ties = (scores == scores.max(axis=1, keepdims=True)).sum(axis=1) > 1
    return ScoreTally(int(outside.sum()), int(unsummed.sum()), int(ties.sum()))


def tally_single(scores: NDArray[Any], predicted: NDArray[Any], size: int) -> ScoreTally:
    """RowTally one score of each row by the row's prediction, a code below `size`."""
    # Hardly a column has any of them, which its ends tell sooner.
    outside = int(((scores < 0) | (scores > 1)).sum()) if scores.min() < 0 or scores.max() > 1 else 0
    if size <= _FEW:
        return ScoreTally(outside, by_prediction=_few_ranges(scores, predicted, size))
    rows = np.bincount(predicted, minlength=size)
    high = np.bincount(predicted, scores >= _HALF, minlength=size)
    # Rows of one prediction behind each other; sorting codes of two bytes takes one pass for each byte.
    grouped = scores[np.argsort(predicted.astype(np.uint16), kind="stable")]
    codes = np.flatnonzero(rows)
    starts = (np.cumsum(rows) - rows)[codes]
    bounds = zip(np.minimum.reduceat(grouped, starts), np.maximum.reduceat(grouped, starts), strict=True)
    ranges = {
        int(code): ScoreRange(int(rows[code]), int(high[code]), float(lowest), float(highest))
        for code, (lowest, highest) in zip(codes, bounds, strict=True)
    }
    return ScoreTally(outside, by_prediction=ranges)


def _few_ranges(scores: NDArray[Any], predicted: NDArray[Any], size: int) -> dict[int, ScoreRange]:
    """The ranges of few predictions, that of each from all rows."""
    range_of = _range_of if scores.min() < 0 else _range_from_bits
    parts = ((code, predicted == code) for code in range(size))
    return {code: range_of(scores, is_own) for code, is_own in parts if is_own.any()}


def _range_of(scores: NDArray[Any], is_own: NDArray[np.bool_]) -> ScoreRange:
    own = scores[is_own]
    return ScoreRange(len(own), int(np.count_nonzero(own >= _HALF)), float(own.min()), float(own.max()))


def _range_from_bits(scores: NDArray[Any], is_own: NDArray[np.bool_]) -> ScoreRange:
    """The range of some of scores of which none is below 0, in a sixth of the time: no row is chosen by a branch."""
    # Adding zero turns -0.0 into 0.0, whose bits are in the order of the numbers as all others are.
    bits = (scores + scores.dtype.type(0)).view(f"i{scores.itemsize}")
    # Of other rows all bits are set: with a sign that is below all scores, without one above them.
    own = bits | (is_own.astype(bits.dtype) - bits.dtype.type(1))
    lowest, highest = own.view(f"u{own.itemsize}").min(), own.max()
    lowest, highest = (np.array(end, bits.dtype).view(scores.dtype) for end in (lowest, highest))
    high = np.count_nonzero((scores >= _HALF) & is_own)
    return ScoreRange(int(np.count_nonzero(is_own)), int(high), float(lowest), float(highest))
