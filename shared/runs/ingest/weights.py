"""The weights of the rows of a run, beside their counts."""

from typing import NamedTuple

import msgspec
import numpy as np

from shared.evaluation.confusion.matrix import DENSE_CLASSES
from shared.runs.errors import WeightsInvalid
from shared.runs.ingest.sparse_counts import SparseCounts
from shared.runs.summary import RunSummary


class WeightedSummary(NamedTuple):
    """A summary with the sums of weights, and what has to be said of them."""

    summary: RunSummary
    notices: list[str]


def weighted(summary: RunSummary, pairs: SparseCounts, column: str, *, is_weighted: bool) -> WeightedSummary:
    """Add the sums of weights of pairs of an actual and a predicted class; raises WeightsInvalid where all are 0.

    Where every weight is 1 the run is the one without weights.
    """
    if not is_weighted:
        return WeightedSummary(summary, [f"Every weight in “{column}” is 1: the samples count as without weights."])
    if len(summary.classes) > DENSE_CLASSES:
        raise WeightsInvalid(f"Weights are counted of up to {DENSE_CLASSES:,} classes; send `weight: null`.")
    assert pairs.sums is not None, "rows with weights have their sums"
    cells = tuple(pairs.fields(2))
    sums = np.zeros((2, len(summary.classes), len(summary.classes)))
    sums[0][cells], sums[1][cells] = pairs.sums.weights.values(), pairs.sums.squares.values()
    if not sums[0].any():
        raise WeightsInvalid(f"All weights in “{column}” are 0; give some samples a weight above 0.")
    weights, squares = (kind.tobytes() for kind in sums)
    found = msgspec.structs.replace(summary, weights=weights, squares=squares, weight_column=column)
    return WeightedSummary(found, [f"“{column}” holds weights: each sample counts as much as its weight."])
