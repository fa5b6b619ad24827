"""Samples in the order of their scores, by one sort of plain integers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.probabilities import Scores

Positive = NDArray[np.bool_]
Keys = NDArray[np.unsignedinteger[Any]]

# So many keys stay in the processor's cache from one step to the next.
CHUNK = 2**15

_SINGLE = 4  # bytes of a float32


def pack(scores: Scores, positive: Positive) -> Keys:
    """Turn scores in [0, 1] and labels, both of shape (n,), into integers that sort from the highest score down.

    Exact: non-negative floats are ordered as their bits are, and up to 1.0 the highest bit but the sign is free. So the
    bits move up by one, which drops the sign of -0.0, are taken from those of 1.0, and the label fills the lowest bit.
    """
    one = _bits_of_one(single=scores.dtype == np.float32)
    bits = np.ascontiguousarray(scores, np.float32 if one.itemsize == _SINGLE else np.float64).view(one.dtype)
    keys = np.empty(len(bits), one.dtype)
    for start in range(0, len(keys), CHUNK):
        chunk = slice(start, start + CHUNK)
        part = keys[chunk]
        np.left_shift(bits[chunk], 1, out=part)
        np.subtract(one, part, out=part)
        part |= positive[chunk]
    return keys


def unpack(keys: Keys) -> NDArray[np.float64]:
    """Return the scores that the keys were packed from."""
    single = keys.itemsize == _SINGLE
    # The one more makes up for the label's; without a label it is shifted out.
    bits = (_bits_of_one(single=single) + keys.dtype.type(1)) - keys
    bits >>= 1
    return bits.view(np.float32 if single else np.float64).astype(np.float64, copy=False)


def _bits_of_one(*, single: bool) -> np.unsignedinteger[Any]:
    return np.uint32(0x3F800000 << 1) if single else np.uint64(0x3FF0000000000000 << 1)


def rank_area(scores: Scores, positive: Positive) -> float | None:
    """The exact area below the ROC curve: the share of pairs in which the positive sample has the higher score.

    A tie counts as half. None if all samples are of one kind. Agrees with `roc_area` to the last digit and is faster,
    since it needs no points (Mann and Whitney's U).
    """
    keys = pack(scores, positive)
    keys.sort()
    positives, places, tied = _scan(keys)
    pairs = positives * (len(keys) - positives)
    if not pairs:
        return None
    # Among equal scores the negatives come first, so these are the pairs in the wrong order and the tied ones.
    not_won = places - positives * (positives - 1) // 2
    return (2 * (pairs - not_won) + (_tied_pairs(keys) if tied else 0)) / (2 * pairs)


def _scan(keys: Keys) -> tuple[int, int, bool]:
    """Count the positives, sum their places, and tell whether both kinds may share a score."""
    count = places = 0
    tied = False
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK + 1]
        here = np.flatnonzero((part[:CHUNK] & 1).astype(np.bool_))
        count += len(here)
        places += len(here) * start + int(here.sum())
        tied = tied or bool(np.any(np.diff(part) == 1))
    return count, places, tied


def _tied_pairs(keys: Keys) -> int:
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    lengths = np.diff(starts, append=len(keys))
    distinct = keys[starts]
    mixed = np.flatnonzero((np.diff(distinct) == 1) & (distinct[:-1] & 1 == 0))
    return int(lengths[mixed] @ lengths[mixed + 1])
