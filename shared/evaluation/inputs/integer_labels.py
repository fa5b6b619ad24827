"""Factorising integers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.inputs.errors import InvalidLabel, TooManyClasses
from shared.evaluation.inputs.label_codes import Codes, LabelCodes

# Beyond it two whole numbers can be the same float, so that labels would merge by accident.
MAX_NUMBER = 2**53
BEYOND_LARGEST = "is outside ±2**53; send such a large number as text"

# A range this wide is still looked up in a table that stays in the processor's cache.
_TABLE_SIZE = 2**16

# Of more labels NumPy finds the classes sooner than a set does.
MAX_BYTES = 500

Integers = NDArray[np.integer[Any]]


def factorise_bytes(actual: bytearray, predicted: bytearray, max_classes: int, names: tuple[str, str]) -> LabelCodes:
    """Factorise the labels of n samples, 0 < n, each label a byte, as `factorise` does."""
    if len(actual) > MAX_BYTES:
        first, second = (np.frombuffer(vector, np.uint8) for vector in (actual, predicted))
        return factorise_integers(first, second, max_classes, names)
    classes = sorted({*actual, *predicted})
    if len(classes) > max_classes:
        raise TooManyClasses(max_classes, vector=names[0])
    table = bytes.maketrans(bytes(classes), bytes(range(len(classes))))
    codes = (np.frombuffer(vector.translate(table), np.uint8) for vector in (actual, predicted))
    return LabelCodes(tuple(classes), *codes)


def factorise_integers(actual: Integers, predicted: Integers, max_classes: int, names: tuple[str, str]) -> LabelCodes:
    """Factorise two non-empty arrays of equal length as `factorise` does; the codes may be views of the input."""
    vectors = actual, predicted
    low = min(int(np.minimum.reduce(vector)) for vector in vectors)
    high = max(int(np.maximum.reduce(vector)) for vector in vectors)
    if max(-low, high) > MAX_NUMBER:
        for vector, name in zip(vectors, names, strict=True):
            outside = (vector < -MAX_NUMBER) | (vector > MAX_NUMBER)
            if outside.any():
                raise InvalidLabel(BEYOND_LARGEST, vector=name, index=int(np.argmax(outside)))
    offsets = [_from_zero(vector, low) for vector in vectors]
    span = high - low + 1
    distinct = _distinct(offsets, span)
    if len(distinct) > max_classes:
        raise TooManyClasses(max_classes, vector=names[0])
    first, second = (_codes(offset, distinct, span) for offset in offsets)
    return LabelCodes(tuple((distinct + low).tolist()), first, second)


def _from_zero(vector: Integers, low: int) -> Integers:
    if low == 0:
        return vector
    # An unsigned label minus the lowest one fits into its type; a signed one may not.
    is_within = vector.dtype.kind == "u" and low > 0
    return np.subtract(vector, low, dtype=vector.dtype if is_within else np.int64)


def _distinct(offsets: list[Integers], span: int) -> NDArray[np.int64]:
    if span > _TABLE_SIZE:
        return np.union1d(offsets[0], offsets[1]).astype(np.int64)
    occurs = np.zeros(span, np.bool_)
    for offset in offsets:
        for start in range(0, len(offset), _TABLE_SIZE):
            occurs |= np.bincount(offset[start : start + _TABLE_SIZE], minlength=span) > 0
            if np.count_nonzero(occurs) == span:  # as a rule the first samples show every class
                return np.arange(span)
    return np.flatnonzero(occurs)


def _codes(offset: Integers, distinct: NDArray[np.int64], span: int) -> Codes:
    dtype = np.min_scalar_type(len(distinct) - 1)
    if len(distinct) == span:
        return offset.astype(dtype, copy=False)
    if span > _TABLE_SIZE:
        return np.searchsorted(distinct, offset).astype(dtype)
    ranks = np.zeros(span, dtype)
    ranks[distinct] = np.arange(len(distinct))
    return ranks.take(offset)
