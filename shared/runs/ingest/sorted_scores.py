"""Scores with their labels in ascending order, in blocks of bounded size, whatever the number of rows."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.types import Flags

# A score as its bits, of which the lowest is the label: in the order of the scores if none or all of them are negative.

# A block has at most so many bytes: the scores of a hundred million rows in float32 are one.
BLOCK_BYTES = 2**29
# The highest bits of a score, by which more scores are cut into blocks; equal ones are in one block in any case.
_PREFIX_BITS = 22
# So many scores are turned into keys together: their copies stay in the cache of a processor.
_PIECE = 2**15


class ScoredRows(NamedTuple):
    """The scores of rows and whether each is a positive, in batches that are read as often as need be."""

    size: int
    positives: int
    dtype: np.dtype[Any]
    batches: Callable[[], Iterable[tuple[NDArray[Any], Flags]]]

    @property
    def is_one_block(self) -> bool:
        """Whether all scores are sorted together."""
        return self.size * self.dtype.itemsize <= BLOCK_BYTES

    def pieces(self) -> Iterator[tuple[NDArray[Any], Flags]]:
        """The bits of the scores, and the labels, a few at a time."""
        bits = np.dtype(f"u{self.dtype.itemsize}")
        for scores, positive in self.batches():
            for at in range(0, len(scores), _PIECE):
                # Adding zero turns -0.0 into 0.0, which is equal to it.
                plain = scores[at : at + _PIECE] + self.dtype.type(0)
                yield plain.view(bits), positive[at : at + _PIECE]


class _Span(NamedTuple):
    """Scores from one prefix to another, which is left out, and their number."""

    first: int
    stop: int
    size: int


def sorted_blocks(rows: ScoredRows) -> Iterator[NDArray[Any]]:
    """The keys of scored rows in ascending order, in blocks of which none has a score of another."""
    if rows.is_one_block:
        yield from _sorted(rows, None, rows.size)
        return
    for span in _spans(rows):
        yield from _sorted(rows, span, span.size)


def _spans(rows: ScoredRows) -> Iterator[_Span]:
    counts = np.zeros(2**_PREFIX_BITS, np.int64)
    for bits, _ in rows.pieces():
        counts += np.bincount(_prefixes(bits), minlength=len(counts))
    most, ends = BLOCK_BYTES // rows.dtype.itemsize, np.cumsum(counts)
    first = below = 0
    while below < rows.size:
        # At least one prefix, however many scores it has.
        stop = max(int(np.searchsorted(ends, below + most, "right")), first + 1)
        if size := int(ends[stop - 1]) - below:
            yield _Span(first, stop, size)
        first, below = stop, below + size


def _sorted(rows: ScoredRows, span: _Span | None, size: int) -> Iterator[NDArray[Any]]:
    """The keys of some scores: negative ones, of which a higher score has lower bits, and then the others."""
    bits_type = np.dtype(f"u{rows.dtype.itemsize}")
    one, smallest_negative = bits_type.type(1), bits_type.type(1 << (8 * bits_type.itemsize - 1))
    keys = np.empty(size, bits_type)
    low, high = 0, size
    for all_bits, all_labels in rows.pieces():
        bits, labels = (all_bits, all_labels) if span is None else _inside(all_bits, all_labels, span)
        # The sign is shifted out.
        if len(bits) and bits.max() < smallest_negative:
            below, above = keys[:0], (bits << one) | labels
        else:
            negative = bits >= smallest_negative
            below, above = (~bits[negative] << one) | labels[negative], (bits[~negative] << one) | labels[~negative]
        keys[low : low + len(below)] = below
        keys[high - len(above) : high] = above
        low, high = low + len(below), high - len(above)
    for block in (keys[:low], keys[low:]):
        block.sort()
        yield block


def _inside(bits: NDArray[Any], labels: Flags, span: _Span) -> tuple[NDArray[Any], Flags]:
    prefixes = _prefixes(bits)
    inside = (prefixes >= span.first) & (prefixes < span.stop)
    return bits[inside], labels[inside]


def _prefixes(bits: NDArray[Any]) -> NDArray[np.int64]:
    """The highest bits of scores, as numbers in the order of the scores."""
    width = 8 * bits.itemsize
    sign = bits.dtype.type(1 << (width - 1))
    ordered = np.where(bits & sign, ~bits, bits | sign)
    prefixes: NDArray[np.int64] = (ordered >> bits.dtype.type(width - _PREFIX_BITS)).astype(np.int64)
    return prefixes
