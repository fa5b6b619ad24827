"""How far means over labels vary, which the counts of each label do not say: labels of one sample hang together.

A sample changes the ratio x/y of a label by (x − r·y)/mean y (Cochran 1977, chapter 6), a mean of ratios by the mean of
these, and the weights of a weighted mean as well.
"""

from collections.abc import Callable, Iterator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from shared.evaluation import rates
from shared.evaluation.multilabel.label_set_counts import LabelSetCounts, MeanSpread, count_sets, mark_labels
from shared.evaluation.types import Floats, Integers

_RATES: dict[str, Callable[..., tuple[Floats, Floats]]] = {
    "precision": rates.precision,
    "recall": rates.recall,
    "f1": rates.f1,
    "jaccard": rates.jaccard,
}
# So many cells of pairs and labels at a time.
_CELLS = 2**20


def count_with_means(sets: Sequence[Sequence[int]], k: int, pairs: Integers, counts: Integers) -> LabelSetCounts:
    """Count pairs as `count_sets` does, and how far the means over labels vary."""
    counted = count_sets(sets, k, pairs, counts)
    sums, n = counted.by_label.T.astype(np.float64), counts.sum()
    moments: dict[str, Floats] = {}
    for times, hits, actual, predicted in _chunks(sets, k, pairs, counts):
        for name, changes in _changes(sums, n, (hits, actual, predicted)):
            squares = changes**2
            moments[name] = moments.get(name, np.zeros(2)) + np.array([times @ squares, times @ squares**2])
    means = {name: _spread(*(sums_of / n).tolist()) for name, sums_of in moments.items()}
    return msgspec.structs.replace(counted, means=means)


def _chunks(
    sets: Sequence[Sequence[int]], k: int, pairs: Integers, counts: Integers
) -> Iterator[tuple[Integers, Floats, Floats, Floats]]:
    """How often pairs occur, and what is right, actual and predicted in each, (m, k)."""
    hot, pairs = mark_labels(sets, k, pairs)
    size = max(1, _CELLS // max(k, 1))
    for start in range(0, len(pairs), size):
        part = slice(start, start + size)
        actual, predicted = (hot[pairs[part, side]].astype(np.float64) for side in (0, 1))
        yield counts[part], actual * predicted, actual, predicted


def _changes(
    sums: Floats, n: float, marked: tuple[Floats, Floats, Floats]
) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """By how much each pair changes each mean, (m,); labels without a value are left out."""
    support = sums[1]
    for name, rate in _RATES.items():
        parts, wholes = rate(*sums)
        known = wholes > 0
        if not known.any():
            continue
        ratios, scale = parts[known] / wholes[known], n / wholes[known]
        part, whole = (side[:, known] for side in rate(*marked))
        changes = (part - ratios * whole) * scale
        yield f"{name}.macro", changes.mean(axis=1)
        if total := support[known].sum():
            weights = support[known] / total
            by_support = marked[1][:, known] @ (ratios - weights @ ratios) * (n / total)
            yield f"{name}.weighted", changes @ weights + by_support


def _spread(variance: float, fourth: float) -> MeanSpread:
    return MeanSpread(variance, fourth / variance**2 if variance else 0.0)
