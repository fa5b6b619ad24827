"""Pairs of a positive and a negative, counted in sorted scores, in whole numbers."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

# So many scores are looked at together: they stay in the cache of a processor, and sums of the squares of their places
# stay below 2**53, so that floats hold them exactly.
CHUNK = 2**15
_NUMBERS = np.arange(CHUNK, dtype=np.float64)
# What keys of different scores differ by is higher than 1.
_NEW = 2


class PairedSide(NamedTuple):
    """The samples of one label: how many, and of twice the pairs that each wins the sum and that of squares.

    A pair is won by a positive with the higher score, and then by its negative as well; equal scores win half a pair.
    """

    size: int
    twice: int
    squares: int


class _Place(NamedTuple):
    """How many positives and negatives there are below a score."""

    positives: int
    negatives: int


class PairSums:
    """What the pairs add up to, block by block.

    Of equal scores the negatives come first, so by their places alone positives win all pairs with them; half of each
    of these pairs is taken back where the score ends.
    """

    def __init__(self) -> None:
        self._below = self._start = _Place(0, 0)
        # Of the positives below each negative, and the negatives below each positive, the sums and those of squares.
        self._of_negatives, self._of_positives = [0, 0], [0, 0]
        # The pairs of equal scores, and what they take from the squares of positives and, of a negative with no
        # positive above it, give to those of negatives.
        self._tied = [0, 0, 0]

    def add(self, keys: NDArray[Any]) -> None:
        """Add scores above all those before, as keys in ascending order of which the lowest bit is the label."""
        self._start = self._below
        for start in range(0, len(keys), CHUNK):
            part = keys[start : start + CHUNK]
            steps = part[1:] ^ part[:-1]
            first = part[0] ^ keys[start - 1] if start else part.dtype.type(_NEW)
            self._add(part, np.concatenate([[first], steps]))
        self._end_score(self._below)

    def sides(self) -> tuple[PairedSide, PairedSide]:
        """The positives and the negatives."""
        positives, negatives = self._below
        pairs, from_positives, to_negatives = self._tied
        (below_positives, squares), (below, negative_squares) = self._of_positives, self._of_negatives
        twice = 2 * below_positives - pairs
        # Of each negative the positives above it.
        above = positives * positives * negatives - 2 * positives * below + negative_squares
        lost = 4 * above - 4 * positives * pairs + to_negatives
        return (
            PairedSide(positives, twice, 4 * squares - from_positives),
            PairedSide(negatives, twice, lost),
        )

    def _add(self, keys: NDArray[Any], steps: NDArray[Any]) -> None:
        positives = np.flatnonzero((keys & keys.dtype.type(1)).astype(bool))
        self._add_places(positives, len(keys) - len(positives))
        self._add_ties(steps, positives)
        self._below = self._place(len(keys), len(positives))

    def _add_places(self, rows: NDArray[np.int64], negatives: int) -> None:
        """Add sums over the chunk, of which `rows` are those of its positives.

        A negative has the positives below it that it is not itself below. The square of their number is that of the
        ordered pairs of them, and the positive j, counted from 0, is the higher one in 2 j + 1 of these.
        """
        count = len(rows)
        numbers = _NUMBERS[:count]
        below = rows - numbers
        total, squares, products = int(below.sum()), int((below * below).sum()), int((below * numbers).sum())
        _add_shifted(self._of_positives, self._below.negatives, count, (total, squares))
        above = count * negatives - total, count * count * negatives - 2 * products - total
        _add_shifted(self._of_negatives, self._below.positives, negatives, above)

    def _add_ties(self, steps: NDArray[Any], positives: NDArray[np.int64]) -> None:
        """Take back half of the pairs of equal scores; `positives` are the rows of the chunk's positives."""
        # Rows at which a further score begins, or the positives of a score behind its negatives.
        edges = np.flatnonzero(steps != 0)
        kinds = steps.take(edges)
        is_begin = kinds >= _NEW
        if not is_begin.any():
            return
        first, last = int(is_begin.argmax()), len(edges) - 1 - int(is_begin[::-1].argmax())
        begin, end = (int(number) for number in np.searchsorted(positives, edges[[first, last]]))
        self._end_score(self._place(int(edges[first]), begin))
        tied = first + np.flatnonzero(kinds[first:last] == 1)
        if len(tied):
            rows, middle = edges[tied - 1], edges[tied]
            # The first positives of the same scores.
            before = begin + np.flatnonzero(steps.take(positives[begin:end]) == 1)
            self._add_tied(edges[tied + 1] - middle, middle - rows, rows, before)
        self._start = self._place(int(edges[last]), end)

    def _add_tied(
        self, high: NDArray[np.int64], low: NDArray[np.int64], rows: NDArray[np.int64], before: NDArray[np.int64]
    ) -> None:
        """Take back pairs of scores by their positives and negatives, and the chunk's rows and positives before."""
        pairs = high * low
        count = int(pairs.sum())
        self._tied[0] += count
        self._tied[1] += 4 * self._below.negatives * count + int((pairs * (4 * (rows - before) + 3 * low)).sum())
        self._tied[2] += 4 * self._below.positives * count + int((pairs * (4 * before + high)).sum())

    def _place(self, rows: int, positives: int) -> _Place:
        """The place behind so many rows of the chunk, among them so many positives."""
        return _Place(self._below.positives + positives, self._below.negatives + rows - positives)

    def _end_score(self, end: _Place) -> None:
        positives, negatives = self._start
        high, low = end.positives - positives, end.negatives - negatives
        pairs = high * low
        self._tied[0] += pairs
        self._tied[1] += pairs * (4 * negatives + 3 * low)
        self._tied[2] += pairs * (4 * positives + high)
        self._start = end


def _add_shifted(sums: list[int], by: int, count: int, added: tuple[int, int]) -> None:
    """Add a sum of so many numbers and that of their squares, once each of the numbers is so much higher."""
    total, squares = added
    sums[0] += total + count * by
    sums[1] += squares + 2 * by * total + count * by * by
