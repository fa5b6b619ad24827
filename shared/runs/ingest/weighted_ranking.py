"""The exact area under the ROC curve of the weighted samples of a run, with its spread."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.curves.weighted_area import sides_at_scores, weighted_area
from shared.runs.ingest.ranking import RocArea


def weighted_roc_area(scores: NDArray[Any], positive: NDArray[np.bool_], weights: NDArray[Any]) -> RocArea | None:
    """The area of scores and weights, each (n,); None where a side has no weight."""
    sides = sides_at_scores(scores, positive, weights)
    return None if sides is None else RocArea(*weighted_area(sides))
