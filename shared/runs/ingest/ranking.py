"""The exact area under a ROC curve and its spread, from sorted scores."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.curves.area_spread import AreaSpread, ShareMoments, area_spread, share_moments
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
    wins = _wins(rows)
    return RocArea(wins.twice / (2 * pairs), area_spread(wins.of_positives, wins.of_negatives))


class _Wins(NamedTuple):
    """Twice the number of pairs that positives win, and how the shares of pairs that one sample is in vary."""

    twice: int
    of_positives: ShareMoments
    of_negatives: ShareMoments


def _wins(rows: ScoredRows) -> _Wins:
    """What the pairs add up to; equal scores count half, and the negatives of a score come before its positives."""
    positives, negatives = rows.positives, rows.size - rows.positives
    twice, of_positives, of_negatives = 0, ShareMoments(), ShareMoments()
    below = positives_below = 0
    for part in _chunks(rows):
        labels = (part & part.dtype.type(1)).astype(bool)
        high, low = np.flatnonzero(labels), np.flatnonzero(~labels)
        # Twice the negatives below each positive, and twice the positives above each negative.
        won = 2 * (high - np.arange(len(high)) + (below - positives_below))
        lost = 2 * (positives - positives_below - low + np.arange(len(low)))
        _halve_ties(part, labels, won, lost)
        twice += int(won.sum())
        of_positives = of_positives.together(share_moments(won / (2 * negatives)))
        of_negatives = of_negatives.together(share_moments(lost / (2 * positives)))
        below, positives_below = below + len(part), positives_below + len(high)
    return _Wins(twice, of_positives, of_negatives)


def _chunks(rows: ScoredRows) -> Iterator[NDArray[Any]]:
    for keys in sorted_blocks(rows):
        start = 0
        while start < len(keys):
            # Equal scores stay together.
            last = keys[min(start + _CHUNK, len(keys)) - 1] | keys.dtype.type(1)
            stop = int(np.searchsorted(keys, last, "right"))
            yield keys[start:stop]
            start = stop


def _halve_ties(keys: NDArray[Any], labels: NDArray[np.bool_], won: NDArray[Any], lost: NDArray[Any]) -> None:
    """Take half of the pairs of equal scores from what the positives win and the negatives lose."""
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
        (first - positives[first], middle - first, last - middle, lost),
    ):
        # The samples of a tie stand behind each other among those of their label.
        ends = np.cumsum(counts)
        at = np.arange(ends[-1]) + np.repeat(begins - ends + counts, counts)
        sums[at] -= np.repeat(sizes, counts)
