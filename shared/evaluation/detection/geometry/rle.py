"""COCO's compressed run lengths: text of 6 bits a character, each length as the difference to the one before last.

Source: cocodataset/cocoapi, common/maskApi.c, rleToString and rleFrString.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

_FIRST, _LAST = 48, 111
_BITS, _DATA, _SIGN, _MORE = 5, 0x1F, 0x10, 0x20

# The third is not a difference: so has the format.
_WHOLE = 3

# Seven characters hold every length that an image of 65,535 x 65,535 pixels can have; many more would not fit 64 bits.
_MAX_CHARACTERS = 12
_MAX_DIFFERENCE = 2**40


class InvalidRunLengths(ValueError):
    """The text is not made of COCO's compressed run lengths."""


def compress(counts: ArrayLike) -> str:
    """The run lengths as text."""
    return compress_all([counts])[0]


def compress_all(masks: Sequence[ArrayLike]) -> list[str]:
    """The run lengths of each mask as text, in one pass over all of them."""
    counts = [np.asarray(one, dtype=np.int64) for one in masks]
    sizes = np.array([len(one) for one in counts], dtype=np.int64)
    return compress_joined(np.concatenate([np.zeros(0, np.int64), *counts]), sizes)


def compress_joined(values: NDArray[np.int64], sizes: NDArray[np.int64]) -> list[str]:
    """The run lengths of each mask as text, from those of all in a row, so many of each."""
    rest, firsts = values.copy(), np.cumsum(sizes) - sizes
    later = np.flatnonzero(np.arange(len(values)) - np.repeat(firsts, sizes) >= _WHOLE)
    rest[later] -= values[later - 2]
    columns, is_open = [], np.ones(len(rest), dtype=bool)
    while is_open.any():
        digit = rest & _DATA
        rest >>= _BITS
        goes_on = rest != np.where(digit & _SIGN, -1, 0)
        characters = _FIRST + digit + np.where(goes_on, _MORE, 0)
        columns.append(np.where(is_open, characters, 0).astype(np.uint8))
        is_open &= goes_on
    table = np.column_stack(columns) if columns else np.zeros((0, 1), np.uint8)
    text = table[table > 0].tobytes().decode()
    ends = np.append(0, np.cumsum((table > 0).sum(axis=1)))[np.append(firsts, len(values))].tolist()
    return [text[start:stop] for start, stop in pairwise(ends)]


def decompress(text: str) -> list[int]:
    """The run lengths that the text holds, which may be negative; raises InvalidRunLengths."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    foreign = (codes < _FIRST) | (codes > _LAST)
    if foreign.any():
        raise InvalidRunLengths(f"{text[int(foreign.argmax())]!r} does not occur in compressed run lengths")
    digits = codes.astype(np.int64) - _FIRST
    ends = np.flatnonzero(digits & _MORE == 0)
    if (ends[-1] if len(ends) else -1) != len(digits) - 1:
        raise InvalidRunLengths("the text ends within a run length")
    characters = np.diff(ends, prepend=-1)
    if characters.max(initial=0) > _MAX_CHARACTERS:
        raise InvalidRunLengths("a run length is too long")
    first = ends + 1 - characters
    shifts = _BITS * (np.arange(len(digits)) - np.repeat(first, characters))
    values = np.add.reduceat((digits & _DATA) << shifts, first) if len(ends) else digits
    values -= np.where(digits[ends] & _SIGN, np.int64(1) << _BITS * characters, 0)
    if np.abs(values).max(initial=0) > _MAX_DIFFERENCE:
        raise InvalidRunLengths("a run length is too long")
    for chain in (values[1::2], values[2::2]):
        np.cumsum(chain, out=chain)
    lengths: list[int] = values.tolist()
    return lengths


def count(text: str) -> int:
    """The number of run lengths in a text that holds compressed ones."""
    return sum(map(text.count, _LAST_CHARACTERS))


# Those without a mark that the number goes on.
_LAST_CHARACTERS = [chr(code) for code in range(_FIRST, _FIRST + _MORE)]
