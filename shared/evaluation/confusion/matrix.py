"""The confusion matrix as a value."""

from dataclasses import dataclass

from shared.evaluation.types import Counts, Label


@dataclass(frozen=True, slots=True, eq=False)
class ConfusionMatrix:
    """Counts of samples by actual class (rows) and predicted class (columns).

    `counts` has shape (k, k), in the order of the k `classes`; dtype int64, or float64 where samples are weighted.
    """

    classes: tuple[Label, ...]
    counts: Counts

    @property
    def is_weighted(self) -> bool:
        """Whether the counts are sums of weights."""
        return self.counts.dtype.kind == "f"

    @property
    def sample_count(self) -> int | float:
        """The number of samples counted; the sum of their weights where they are weighted."""
        total: int | float = self.counts.sum().item()
        return total
