"""Samples in the order of their scores, by one sort of plain integers."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.inputs.probabilities import Scores

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
    bits_of_one = _bits_of_one(single=scores.dtype == np.float32)
    bits = np.ascontiguousarray(scores, np.float32 if bits_of_one.itemsize == _SINGLE else np.float64).view(
        bits_of_one.dtype
    )
    keys = np.empty(len(bits), bits_of_one.dtype)
    for start in range(0, len(keys), CHUNK):
        chunk = slice(start, start + CHUNK)
        chunk_keys = keys[chunk]
        np.left_shift(bits[chunk], 1, out=chunk_keys)
        np.subtract(bits_of_one, chunk_keys, out=chunk_keys)
        chunk_keys |= positive[chunk]
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


def pieces(keys: Keys) -> Iterator[tuple[int, Keys]]:
    """Cut sorted keys into pieces for the processor's cache, each with its position; equal scores stay together."""
    start = 0
    while start < len(keys):
        last = keys[min(start + CHUNK, len(keys)) - 1]
        stop = int(np.searchsorted(keys, last | 1, side="right"))
        yield start, keys[start:stop]
        start = stop
