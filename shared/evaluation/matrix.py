"""The confusion matrix as a value."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Label = int | float | str


@dataclass(frozen=True, slots=True, eq=False)
class ConfusionMatrix:
    """Counts of samples by actual class (rows) and predicted class (columns).

    `counts` has shape (k, k) and dtype int64, in the order of the k `classes`.
    """

    classes: tuple[Label, ...]
    counts: NDArray[np.int64]

    @property
    def sample_count(self) -> int:
        """The number of samples counted."""
        return int(self.counts.sum())
