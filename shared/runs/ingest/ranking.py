"""The exact area under a ROC curve and its standard error, from one sort."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]

# So many scores are looked at together: their ranks take eight bytes each.
_CHUNK = 2**20
_TWO = 2


class RocArea(NamedTuple):
    """An area, and its standard error by DeLong's method (1988); None with fewer than two samples on a side."""

    value: float
    error: float | None


def roc_area(scores: Floats, positive: NDArray[np.bool_]) -> RocArea | None:
    """The share of pairs of a positive and a negative in which the positive scores higher, equal scores half.

    The pairs are counted in whole numbers, so the order of the rows makes no difference. None where a side is empty.
    """
    positives = int(np.count_nonzero(positive))
    pairs = positives * (len(scores) - positives)
    if not pairs:
        return None
    keys = _packed(scores, positive)
    keys.sort()
    value = _twice_wins(keys, positives) / (2 * pairs)
    return RocArea(value, _error(keys, positives, value))


def _packed(scores: Floats, positive: NDArray[np.bool_]) -> NDArray[Any]:
    """The scores as whole numbers in the same order, with the label as the last bit."""
    wide = scores.dtype == np.float64
    # Adding zero turns -0.0 into 0.0, which is equal to it.
    plain = scores + scores.dtype.type(0)
    if wide and len(plain) and plain.min() < 0:
        # The sign and the label do not fit beside 64 bits: the ranks of the scores do.
        bits = np.unique(plain, return_inverse=True)[1].astype(np.uint64)
    elif wide:
        bits = plain.view(np.uint64)
    elif len(plain) and plain.min() < 0:
        raw = plain.view(np.uint32)
        bits = np.where(raw >> 31, ~raw, raw | np.uint32(2**31)).astype(np.uint64)
    else:
        bits = plain.view(np.uint32)
    # In place, as the array is as large as all scores, and is nobody else's.
    bits <<= bits.dtype.type(1)
    bits |= positive
    return bits


def _twice_wins(keys: NDArray[Any], positives: int) -> int:
    """Twice the number of pairs that the positive wins, equal scores counting once.

    Each positive beats the negatives before it; those of its own score come first within the score, and count half.
    """
    labels = (keys & keys.dtype.type(1)).astype(bool)
    positions = np.flatnonzero(labels)
    # Negatives before each positive, those of an equal score included: its position less the positives before it.
    before = int(positions.sum(dtype=np.int64)) - positives * (positives - 1) // 2
    return 2 * before - _ties(keys)


def _ties(keys: NDArray[Any]) -> int:
    """The number of pairs of a positive and a negative with the same score."""
    # A negative followed by a positive of the same score: only there is a tie.
    edges = np.flatnonzero((keys[1:] ^ keys[:-1]) == 1)
    if not len(edges):
        return 0
    negatives = keys[edges]
    low = np.searchsorted(keys, negatives, "left")
    high = np.searchsorted(keys, keys[edges + 1], "right")
    middle = edges + 1
    return int(((middle - low) * (high - middle)).sum())


def _error(keys: NDArray[Any], positives: int, area: float) -> float | None:
    """The standard error of the area: every sample is a share of pairs that it wins, and these shares vary."""
    negatives = len(keys) - positives
    if min(positives, negatives) < _TWO:
        return None
    of_positives = of_negatives = 0.0
    start = positives_below = negatives_below = 0
    while start < len(keys):
        # Equal scores stay together.
        stop = int(np.searchsorted(keys, keys[min(start + _CHUNK, len(keys)) - 1] | keys.dtype.type(1), "right"))
        higher, lower = _by_score(keys[start:stop])
        won = negatives_below + np.cumsum(lower) - lower / 2
        lost = positives - positives_below - np.cumsum(higher) + higher / 2
        of_positives += float(higher @ (won / negatives - area) ** 2)
        of_negatives += float(lower @ (lost / positives - area) ** 2)
        positives_below, negatives_below = positives_below + int(higher.sum()), negatives_below + int(lower.sum())
        start = stop
    return math.sqrt(of_positives / (positives - 1) / positives + of_negatives / (negatives - 1) / negatives)


def _by_score(keys: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The numbers of positives and of negatives of each different score, in their order."""
    starts = np.flatnonzero(np.append(True, keys[1:] >> 1 != keys[:-1] >> 1))
    higher = np.add.reduceat((keys & keys.dtype.type(1)).astype(np.int64), starts)
    return higher, np.diff(starts, append=len(keys)) - higher
