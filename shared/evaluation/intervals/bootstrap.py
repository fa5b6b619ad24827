"""The bootstrap of counts: cells drawn anew from a multinomial, which is the same as drawing samples anew.

The cost depends on the number of cells that are not zero, and not on the number of samples (Efron and Tibshirani 1993).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from shared.evaluation.intervals.count_formulas import OverallFormula
from shared.evaluation.rates import Floats
from shared.evaluation.types import Counts

# Metrics that are undefined in more replicates than this have no interval.
_MOST_UNDEFINED = 0.01
# So many drawn counts, eight bytes each, are held at a time.
_CHUNK = 2**21


class Replicates(NamedTuple):
    """The shares of hits, samples and predictions of each class in every replicate, three arrays (replicates, k)."""

    hits: Floats
    actual: Floats
    predicted: Floats


def draw(counts: Counts, *, replicates: int, seed: int) -> Replicates:
    """Draw matrices of as many samples as `counts` (k, k) has; the same seed draws the same. `counts` are not all 0."""
    rows, columns = np.nonzero(counts)
    classes = np.eye(len(counts))
    parts = [classes[rows] * (rows == columns)[:, None], classes[rows], classes[columns]]
    return Replicates(*draw_sums(counts[rows, columns], parts, replicates=replicates, seed=seed))


def draw_sums(counts: Counts, parts: Sequence[Floats], *, replicates: int, seed: int) -> list[Floats]:
    """Draw counts (m,) anew, and sum their shares over each of `parts` (m, k), to one array (replicates, k) of each."""
    random, total = np.random.default_rng(seed), int(counts.sum())
    size = max(1, _CHUNK // len(counts))
    sums: list[list[Floats]] = [[] for _ in parts]
    for start in range(0, replicates, size):
        drawn = random.multinomial(total, counts / total, min(size, replicates - start)) / total
        for found, part in zip(sums, parts, strict=True):
            found.append(drawn @ part)
    return [np.concatenate(found) for found in sums]


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
