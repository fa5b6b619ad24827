"""The exact area under a ROC curve and its spread, from sorted scores."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.curves.area_spread import (
    AreaSpread,
    ShareMoments,
    SideVariance,
    area_spread,
    share_moments,
    spread_of_sides,
    sure_variance,
)
from shared.runs.ingest.pair_sums import PairedSide, PairSums
from shared.runs.ingest.sorted_scores import ScoredRows, sorted_blocks

# So many scores are looked at together: their ranks, of eight bytes each, stay in the cache of a processor.
_CHUNK = 2**15


class RocArea(NamedTuple):
    """An area, and its spread by DeLong's method (1988); None with fewer than two samples on a side."""

    value: float
    spread: AreaSpread | None


def roc_area(rows: ScoredRows) -> RocArea | None:
    """The share of pairs of a positive and a negative in which the positive scores higher, equal scores half.

    The pairs are counted in whole numbers, so the order of the rows makes no difference. None where a side is empty.
    Memory holds no more than a block of scores.
    """
    pairs = rows.positives * (rows.size - rows.positives)
    if not pairs:
        return None
    blocks = _Blocks(rows)
    sums = PairSums()
    for keys in blocks:
        sums.add(keys)
    positives, negatives = sums.sides()
    of_positives, of_negatives = _sure_variance(positives, negatives.size), _sure_variance(negatives, positives.size)
    if of_positives is None or of_negatives is None:
        spread = area_spread(*_moments(blocks, positives.size, negatives.size))
    else:
        spread = spread_of_sides(of_positives, of_negatives)
    return RocArea(positives.twice / (2 * pairs), spread)


def _sure_variance(side: PairedSide, others: int) -> SideVariance | None:
    """The variance of the shares that the samples of a side win of their pairs, where their squares say enough."""
    n = side.size
    # Whole numbers until the division, as the squares and the mean of a hundred million shares are nearly equal.
    squares = (n * side.squares - side.twice**2) / (n * (2 * others) ** 2)
    return sure_variance(n, side.twice / (2 * n * others), squares)


class _Blocks:
    """The sorted blocks of rows, as often as they are asked for: kept where they are all in memory at once anyway."""

    def __init__(self, rows: ScoredRows) -> None:
        self._rows = rows
        self._kept = [*sorted_blocks(rows)] if rows.is_one_block else None

    def __iter__(self) -> Iterator[NDArray[Any]]:
        return iter(self._kept) if self._kept is not None else sorted_blocks(self._rows)


def _moments(blocks: Iterable[NDArray[Any]], positives: int, negatives: int) -> tuple[ShareMoments, ShareMoments]:
    """The moments of the shares of their pairs that positives and negatives lose.

    Equal scores count half, and the negatives of a score come before its positives.
    """
    of_positives, of_negatives = ShareMoments(), ShareMoments()
    below = positives_below = 0
    for part in _chunks(blocks):
        labels = (part & part.dtype.type(1)).astype(bool)
        high, low = np.flatnonzero(labels), np.flatnonzero(~labels)
        # Twice the negatives below each positive, and twice the positives above each negative: what they win.
        won = 2 * (high - np.arange(len(high)) + (below - positives_below))
        kept = 2 * (positives - positives_below - low + np.arange(len(low)))
        _halve_ties(part, labels, won, kept)
        of_positives = of_positives.together(share_moments((2 * negatives - won) / (2 * negatives)))
        of_negatives = of_negatives.together(share_moments((2 * positives - kept) / (2 * positives)))
        below, positives_below = below + len(part), positives_below + len(high)
    return of_positives, of_negatives


def _chunks(blocks: Iterable[NDArray[Any]]) -> Iterator[NDArray[Any]]:
    for keys in blocks:
        start = 0
        while start < len(keys):
            # Equal scores stay together.
            last = keys[min(start + _CHUNK, len(keys)) - 1] | keys.dtype.type(1)
            stop = int(np.searchsorted(keys, last, "right"))
            yield keys[start:stop]
            start = stop


def _halve_ties(keys: NDArray[Any], labels: NDArray[np.bool_], won: NDArray[Any], kept: NDArray[Any]) -> None:
    """Take half of the pairs of equal scores from what the positives and the negatives win."""
    starts = np.flatnonzero(keys[1:] != keys[:-1]) + 1
    # Negatives followed by positives of the same score: only there is a tie.
    tied = np.flatnonzero((keys[starts] ^ keys[starts - 1]) == 1) + 1
    if not len(tied):
        return
    edges = np.concatenate([[0], starts, [len(keys)]])
    first, middle, last = edges[tied - 1], edges[tied], edges[tied + 1]
    positives = np.cumsum(labels)
    for begins, counts, sizes, sums in (
        (positives[middle] - 1, last - middle, middle - first, won),
        (first - positives[first], middle - first, last - middle, kept),
    ):
        # The samples of a tie stand behind each other among those of their label.
        ends = np.cumsum(counts)
        at = np.arange(ends[-1]) + np.repeat(begins - ends + counts, counts)
        sums[at] -= np.repeat(sizes, counts)
