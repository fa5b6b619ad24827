"""Pairs of a positive and a negative, counted in sorted scores, in whole numbers."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

# So many scores are looked at together: they stay in the cache of a processor, and sums of the squares of their places
# stay below 2**53, so that floats hold them exactly.
CHUNK = 2**15
_NUMBERS = np.arange(1, CHUNK + 1, dtype=np.float64)
# What keys of different scores differ by is higher than 1.
_NEW = 2


class PairedSide(NamedTuple):
    """The samples of one label: how many, and of twice the pairs that each of them wins the sum and that of squares.

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
        return PairedSide(positives, twice, 4 * squares - from_positives), PairedSide(negatives, twice, lost)

    def _add(self, keys: NDArray[Any], steps: NDArray[Any]) -> None:
        labels = (keys & keys.dtype.type(1)).astype(np.uint32, copy=False)
        places = np.cumsum(labels, dtype=np.uint32)
        positives, size = int(places[-1]), len(keys)
        self._add_places(places.astype(np.float64), positives)
        self._add_ties(np.flatnonzero(steps > 1), places - labels)
        self._below = _Place(self._below.positives + positives, self._below.negatives + size - positives)

    def _add_places(self, places: NDArray[np.float64], positives: int) -> None:
        """Add sums over the chunk; `places` has the number of its positives up to each row, itself included.

        Sums over the rows of one label are those over all rows without those over the other label, whose own numbers
        are 1, 2, 3...
        """
        size = len(places)
        negatives = size - positives
        numbers = _NUMBERS[:size]
        total, squares = int(places.sum()), int((places * places).sum())
        products = int((places * numbers).sum())
        _add_shifted(
            self._of_negatives,
            self._below.positives,
            negatives,
            (total - _sum_to(positives), squares - _squares_to(positives)),
        )
        both = _squares_to(size) - 2 * products + squares
        _add_shifted(
            self._of_positives,
            self._below.negatives,
            positives,
            (_sum_to(size) - total - _sum_to(negatives), both - _squares_to(negatives)),
        )

    def _add_ties(self, starts: NDArray[np.int64], below: NDArray[Any]) -> None:
        """Take back half of the pairs of equal scores; `starts` are the rows at which a further score begins."""
        if not len(starts):
            return
        rows, before = starts.astype(np.uint32), below.take(starts)
        first, last = (self._place(rows, before, at) for at in (0, -1))
        self._end_score(first)
        high, both = before[1:] - before[:-1], rows[1:] - rows[:-1]
        tied = np.flatnonzero((high != 0) & (high != both))
        if len(tied):
            self._add_tied(*(numbers[tied].astype(np.int64) for numbers in (high, both, rows, before)))
        self._start = last

    def _add_tied(
        self, high: NDArray[np.int64], both: NDArray[np.int64], rows: NDArray[np.int64], before: NDArray[np.int64]
    ) -> None:
        """Take back pairs of scores by their positives, their rows, and the chunk's rows and positives before them."""
        low = both - high
        pairs = high * low
        count = int(pairs.sum())
        self._tied[0] += count
        self._tied[1] += 4 * self._below.negatives * count + int((pairs * (4 * (rows - before) + 3 * low)).sum())
        self._tied[2] += 4 * self._below.positives * count + int((pairs * (4 * before + high)).sum())

    def _place(self, rows: NDArray[Any], before: NDArray[Any], at: int) -> _Place:
        row, positives = int(rows[at]), int(before[at])
        return _Place(self._below.positives + positives, self._below.negatives + row - positives)

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


def _sum_to(n: int) -> int:
    return n * (n + 1) // 2


def _squares_to(n: int) -> int:
    return n * (n + 1) * (2 * n + 1) // 6
