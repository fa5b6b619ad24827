"""Query parameters of a run's slices."""

from typing import Annotated, Literal

from litestar.params import QueryParameter

# The largest number of a row that JSON's readers all understand.
MAX_ROW = 2**53

_Metric = Literal[
    "accuracy", "balanced_accuracy", "error_rate", "f1.macro", "recall.macro", "precision.macro", "mcc", "kappa",
    "f1.class", "recall.class", "precision.class",
    "multilabel.subset_accuracy", "multilabel.hamming_loss", "multilabel.f1.micro", "multilabel.f1.macro",
    "multilabel.f1.samples", "multilabel.recall.micro", "multilabel.precision.micro", "multilabel.jaccard.samples",
]  # fmt: skip
SliceMetric = Annotated[
    _Metric, QueryParameter(description="Metric to sort by; that of a class is of the positive one.")
]
SliceColumn = Annotated[
    str | None, QueryParameter(description="Only slices by this column; by all suitable ones if omitted.")
]
CombinedColumns = Annotated[
    str | None, QueryParameter(description="One or two columns, `country,device`, whose values are combined.")
]
Bins = Annotated[
    int | None,
    QueryParameter(ge=2, le=100, description="Number of ranges that a column of numbers is cut into, with `by`."),
]
MinSupport = Annotated[int, QueryParameter(ge=1, le=MAX_ROW, description="Only slices of at least this many samples.")]
SliceLimit = Annotated[int, QueryParameter(ge=1, le=1000, description="Most slices, 1 to 1,000.")]
