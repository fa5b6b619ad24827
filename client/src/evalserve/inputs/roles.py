"""The roles of the columns of predictions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Roles:
    """What the columns are: names of columns, or the vectors themselves where there is no table."""

    y_true: Any = None
    y_pred: Any = None
    y_score: Any = None
    id: Any = None
    weight: Any = None
    slices: Any = None
    positive: str | None = None
    classes: Sequence[Any] | None = None
    # The columns of 0 and 1 of each label, of samples with any number of labels.
    indicators: Mapping[str, Mapping[str, str]] | None = None
