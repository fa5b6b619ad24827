"""Means and sums of independent proportions, such as the recalls of the classes, whose samples are different ones.

The interval is put together of Wilson's intervals of the proportions: the squares of their distances to the bounds are
added up (Newcombe 1998, Zou and Donner 2008, who call it MOVER). It holds its level for a class of ten samples,
where the delta method falls far short of it.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from shared.evaluation.intervals.proportions import wilson
from shared.evaluation.types import Floats

# Means of the recalls of the classes that occur; True for their complement.
MEANS_OF_RECALLS = {"recall.macro": False, "false_negative_rate.macro": True, "balanced_accuracy": False}


def distances(parts: ArrayLike, wholes: ArrayLike, critical: float) -> tuple[Any, Any]:
    """How far the sum of proportions, along the first axis, lies above its lower bound and below its upper one."""
    low, high = wilson(parts, wholes, critical)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares: Floats = np.asarray(parts, float) / np.asarray(wholes, float)
    return np.sqrt(((shares - low) ** 2).sum(axis=0)), np.sqrt(((high - shares) ** 2).sum(axis=0))
