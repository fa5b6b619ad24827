"""The average precision of a few classes in every sample of the images at once.

Between two wrong candidates precision only rises with each right one, so it is looked at where such a run ends.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.types import Flags, Floats

_Numbers = NDArray[np.floating[Any]]
_Positions = NDArray[np.intp]


class DrawnClass(NamedTuple):
    """The candidates of a class, the surest first: how often each is drawn (n, b), and right or counted (t, n).

    `totals` (b,) are the objects in each sample.
    """

    times: NDArray[np.uint8]
    is_right: Flags
    is_counted: Flags
    totals: Floats


class _Chain(NamedTuple):
    """The runs (r,) of a class at a threshold: the rows of the sums up to the last of each, and before its first."""

    ends: _Positions
    befores: _Positions
    right: _Numbers
    hundredths: _Numbers


def mean_precisions(classes: Sequence[DrawnClass], dtype: type[np.floating[Any]]) -> Floats:
    """The mean over thresholds (k, b) of the 101-point average precision; numbers are of the type."""
    sums, chains = _chains(classes, dtype)
    threshold_count = len(classes[0].is_right)
    # What is shortest ends first, so that those which go on stand in a row.
    order = np.argsort([-len(chain.ends) for chain in chains], kind="stable")
    values = np.empty((len(chains), sums.shape[1]))
    values[order] = _walked(sums, [chains[row] for row in order.tolist()])
    means: Floats = values.reshape(len(classes), threshold_count, -1).mean(axis=1)
    return means


def _chains(classes: Sequence[DrawnClass], dtype: type[np.floating[Any]]) -> tuple[_Numbers, list[_Chain]]:
    """The sums of the candidates that count, and the chains of each class in the order of its thresholds."""
    patterns = [_patterns(one.is_counted) for one in classes]
    height = sum(len(some) * (one.times.shape[0] + 1) for some, one in zip(patterns, classes, strict=True))
    sums, first = np.empty((height, classes[0].times.shape[1]), dtype), 0
    chains = list[_Chain]()
    for one, some in zip(classes, patterns, strict=True):
        weights, places = one.times.astype(dtype), dict[int, int]()
        for thresholds in some:
            places |= dict.fromkeys(thresholds, first)
            sums[first] = 0
            for row, is_counted in enumerate(one.is_counted[thresholds[0]].tolist(), first):
                np.add(sums[row], weights[row - first] if is_counted else 0, out=sums[row + 1])
            first += len(weights) + 1
        # A little more, as a recall that is exactly reached must not round below itself.
        hundredths = (100 / np.maximum(one.totals, 1) * (1 + 4 * np.finfo(dtype).eps)).astype(dtype)
        for threshold in range(len(one.is_right)):
            ends, befores = _runs(one.is_right[threshold], one.is_counted[threshold])
            place = places[threshold]
            right = weights[one.is_right[threshold]].sum(axis=0)
            chains.append(_Chain(ends + place, befores + place, right, hundredths))
    return sums, chains


def _patterns(is_counted: Flags) -> list[list[int]]:
    """Thresholds at which the same candidates count share their sums: mostly all of them."""
    patterns: dict[bytes, list[int]] = {}
    for threshold, row in enumerate(is_counted):
        patterns.setdefault(row.tobytes(), []).append(threshold)
    return list(patterns.values())


def _runs(is_right: Flags, is_counted: Flags) -> tuple[_Positions, _Positions]:
    """How many candidates there are up to the last of each run, and before its first; the least sure run first."""
    rows = np.flatnonzero(is_right)
    wrong_ones = np.cumsum(is_counted & ~is_right)[rows]
    is_last = np.append(wrong_ones[1:] != wrong_ones[:-1], True)[: len(rows)]
    is_first = np.append(True, is_last[:-1])[: len(rows)]
    return rows[is_last][::-1] + 1, rows[is_first][::-1]


def _walked(sums: _Numbers, chains: Sequence[_Chain]) -> _Numbers:
    """The average precision of each chain (c, b), the longest one first."""
    right, hundredths = (np.stack(some) for some in zip(*(chain[2:] for chain in chains), strict=True))
    reached = np.floor(right * hundredths)
    envelope, values, counted, before, recall = (np.zeros_like(right) for _ in range(5))
    with np.errstate(invalid="ignore"):
        for ends, befores in _steps(chains):
            some = slice(len(ends))
            # In place, as these arrays stay in the processor's cache; a row that is missing would be a defect here.
            sums.take(ends, axis=0, out=counted[some], mode="clip")
            sums.take(befores, axis=0, out=before[some], mode="clip")
            np.subtract(counted[some], before[some], out=before[some])
            np.divide(right[some], counted[some], out=counted[some])
            # Where no candidate is drawn, the precision is no number, which counts as less than any.
            np.fmax(envelope[some], counted[some], out=envelope[some])
            np.subtract(right[some], before[some], out=right[some])
            np.multiply(right[some], hundredths[some], out=recall[some])
            np.floor(recall[some], out=recall[some])
            # The recalls between the two have this precision.
            np.subtract(reached[some], recall[some], out=reached[some])
            np.multiply(reached[some], envelope[some], out=reached[some])
            np.add(values[some], reached[some], out=values[some])
            reached, recall = recall, reached
    # The recall 0 is reached by the surest one.
    means: _Numbers = (values + envelope) / 101
    return means


def _steps(chains: Sequence[_Chain]) -> Iterator[tuple[_Positions, _Positions]]:
    """The next run of each chain that goes on, as rows of sums: up to the last of it, and before its first."""
    lengths = np.array([len(chain.ends) for chain in chains])
    padded = np.zeros((2, int(lengths.max(initial=0)), len(chains)), np.intp)
    for number, chain in enumerate(chains):
        padded[:, : len(chain.ends), number] = chain.ends, chain.befores
    for step in range(padded.shape[1]):
        count = int((lengths > step).sum())
        yield padded[0, step, :count], padded[1, step, :count]
