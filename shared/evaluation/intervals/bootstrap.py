"""The bootstrap of counts: cells drawn anew from a multinomial, which is the same as drawing samples anew.

The cost depends on the number of cells that are not zero, and not on the number of samples (Efron and Tibshirani 1993).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.intervals.count_formulas import OverallFormula
from shared.evaluation.types import Counts, Floats

# Metrics that are undefined in more replicates than this have no interval.
_MOST_UNDEFINED = 0.01
# So many drawn counts, eight bytes each, are held at a time.
_CHUNK = 2**21

Summing = Callable[[Floats], Floats]
"""From shares of cells (replicates, m) to their sums over the cells of each class (replicates, k)."""


class Replicates(NamedTuple):
    """The shares of hits, samples and predictions of each class in every replicate, three arrays (replicates, k)."""

    hits: Floats
    actual: Floats
    predicted: Floats


def draw(counts: Counts, *, replicates: int, seed: int) -> Replicates:
    """Draw matrices of as many samples as `counts` (k, k) has; the same seed draws the same. `counts` are not all 0."""
    rows, columns = np.nonzero(counts)
    k = len(counts)
    parts = [by_class(rows, k, chosen=rows == columns), by_class(rows, k), by_class(columns, k)]
    chunks = draw_sums(counts[rows, columns], parts, k, replicates=replicates, seed=seed)
    return Replicates(*map(np.concatenate, zip(*chunks, strict=True)))


def by_class(codes: NDArray[np.integer], k: int, *, chosen: NDArray[np.bool_] | None = None) -> Summing:
    """Sum over the cells of each of k classes; `codes` (m,) are their classes, and only the chosen cells count."""
    cells = np.arange(len(codes)) if chosen is None else np.flatnonzero(chosen)
    cells = cells[np.argsort(codes[cells], kind="stable")]
    classes, starts = np.unique(codes[cells], return_index=True)

    def summed(shares: Floats) -> Floats:
        sums = np.zeros((len(shares), k))
        if len(cells):
            sums[:, classes] = np.add.reduceat(shares[:, cells], starts, axis=1)
        return sums

    return summed


def by_member(members: Floats) -> Summing:
    """Sum over the cells that count for each class, any number of classes for each: `members` (m, k) are 0 or 1."""
    return lambda shares: shares @ members


def draw_sums(
    counts: Counts, parts: Sequence[Summing], k: int, *, replicates: int, seed: int, weights: Floats | None = None
) -> Iterator[list[Floats]]:
    """Draw counts (m,) anew, and yield the sums of their shares by each of `parts`, some replicates at a time.

    With `weights` (m,) of the samples of each cell the counts are drawn one by one, from Poisson distributions, and the
    shares are those of all weights: the number of samples is then one of chance, of which no share depends.
    """
    random, size = np.random.default_rng(seed), max(1, _CHUNK // max(len(counts), k))
    for start in range(0, replicates, size):
        number = min(size, replicates - start)
        if weights is None:
            total = int(counts.sum())
            drawn = random.multinomial(total, counts / total, number) / total
        else:
            drawn = random.poisson(counts, (number, len(counts))) * weights
            totals = drawn.sum(axis=1, keepdims=True)
            drawn /= np.where(totals > 0, totals, np.nan)
        yield [part(drawn) for part in parts]


def percentile_intervals(
    formulas: Mapping[str, OverallFormula], replicates: Replicates, alpha: float
) -> dict[str, tuple[float, float] | None]:
    """The percentile interval of each metric; None where over 1 % of the replicates leave the metric undefined."""
    return {name: percentiles(formula(*replicates), alpha) for name, formula in formulas.items()}


def percentiles(values: Floats, alpha: float) -> tuple[float, float] | None:
    """The interval that leaves alpha/2 of the replicated values on either side; None where over 1 % are NaN."""
    defined = values[~np.isnan(values)]
    if len(defined) < (1 - _MOST_UNDEFINED) * len(values):
        return None
    low, high = np.quantile(defined, [alpha / 2, 1 - alpha / 2]).tolist()
    return low, high
