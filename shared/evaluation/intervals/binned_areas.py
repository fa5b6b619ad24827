"""Areas under ROC curves of very many samples: scores are counted in bins, and the bins of parts add up."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.intervals.areas import CorrelatedAreas
from shared.evaluation.types import Floats

# A cell for each pair of bins of the two classifiers, and for either kind of samples: 64 MB.
BINS = 2048
# Of so many samples, evenly taken, the quantiles are the edges of the bins.
_SAMPLED = 2**20
# So many samples are put into bins at a time.
_CHUNK = 2**22


class BinnedAreas(NamedTuple):
    """The areas of two classifiers, and the most by which each differs from that of the scores themselves, (2,)."""

    areas: CorrelatedAreas
    bounds: Floats


def binned_areas(is_positive: NDArray[np.bool_], scores: NDArray[Any]) -> BinnedAreas:
    """Measure two areas; `scores` (2, n) of the n samples by each; two samples of each side at least.

    Scores of one bin count as equal, half a pair each: what they might have won or lost bounds the difference from the
    exact areas, which it is 0 of where no two scores share a bin unless they are equal.
    """
    edges = [_edges(row[:: max(1, row.size // _SAMPLED)]) for row in scores]
    shape = len(edges[0]) + 1, len(edges[1]) + 1
    joint = np.zeros((2, *shape), np.int64)
    for start in range(0, len(is_positive), _CHUNK):
        part = slice(start, start + _CHUNK)
        first, second = (np.searchsorted(edges[at], scores[at, part], side="right") for at in (0, 1))
        cells = (is_positive[part] * shape[0] + first) * shape[1] + second
        joint += np.bincount(cells, minlength=joint.size).reshape(joint.shape)
    negatives, positives = int(joint[0].sum()), int(joint[1].sum())
    values, won, lost, bounds = np.zeros(2), [], [], np.zeros(2)
    for at in (0, 1):
        below, above = (side.sum(axis=1 - at) for side in joint)
        won.append((np.cumsum(below) - below / 2) / negatives)
        lost.append(1 - (np.cumsum(above) - above / 2) / positives)
        values[at] = above @ won[at] / positives
        bounds[at] = above @ below / (2 * positives * negatives)
    by_positives, by_negatives = (
        _covariance(side, shares, values) / size
        for side, shares, size in ((joint[1], won, positives), (joint[0], lost, negatives))
    )
    return BinnedAreas(CorrelatedAreas(values, by_positives, by_negatives, (positives, negatives)), bounds)


def _edges(sampled: NDArray[Any]) -> Floats:
    quantiles = np.quantile(np.asarray(sampled, np.float64), np.arange(1, BINS) / BINS)
    edges: Floats = np.unique(quantiles)
    return edges


def _covariance(counts: NDArray[np.int64], shares: list[Floats], means: Floats) -> Floats:
    """The covariance of the shares of two classifiers over the samples of one kind."""
    first, second = (own - mean for own, mean in zip(shares, means, strict=True))
    by_first, by_second = counts.sum(axis=1), counts.sum(axis=0)
    both = float(first @ counts @ second)
    return np.array([[by_first @ first**2, both], [both, by_second @ second**2]]) / (int(counts.sum()) - 1)
