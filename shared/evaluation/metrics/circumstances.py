"""The circumstances in which a metric of a confusion matrix has no value: the texts of the catalogue as rules."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from shared.evaluation.metrics.definition import (
    ABSENT,
    ALL_OCCUR,
    ALL_PREDICTED,
    NEVER_OCCURS,
    NEVER_PREDICTED,
    NO_SAMPLES,
    ONE_CLASS,
    ONE_CLASS_SEEN,
)
from shared.evaluation.metrics.matrix_result import MatrixResult
from shared.evaluation.metrics.overall import (
    FRACTIONS,
    LAMBDA_A_0,
    LAMBDA_B_0,
    NEVER_FOUND,
    NO_COMMON_CLASS,
    NO_GROUPS,
    NO_PAIRS,
    PEARSON_C_0,
    TOO_MANY_SAMPLES,
    WEIGHTED,
)
from shared.evaluation.metrics.per_class import (
    ABSENT_AMONG_OTHERS,
    ALL_OCCUR_AND_SOME_FOUND,
    ALL_RIGHT,
    BOTH_RATES_0,
    NO_FALSE_NEGATIVE,
    NO_FALSE_POSITIVE,
    NO_HIT,
    NO_REJECTION,
)


class ClassCounts(NamedTuple):
    """The counts of one class: its true positives, support and predictions, all samples, and the number of classes."""

    tp: float
    p: float
    top: float
    pop: float
    k: int


OF_CLASS: dict[str, Callable[[ClassCounts], bool]] = {
    NEVER_OCCURS: lambda c: not c.p,
    NEVER_PREDICTED: lambda c: not c.top,
    ALL_OCCUR: lambda c: c.p == c.pop,
    ALL_PREDICTED: lambda c: c.top == c.pop,
    ABSENT: lambda c: not c.p and not c.top,
    ABSENT_AMONG_OTHERS: lambda c: c.k > 1 and not c.p and not c.top,
    NEVER_FOUND: lambda c: c.p > 0 and not c.top,
    NO_FALSE_POSITIVE: lambda c: c.top == c.tp,
    NO_FALSE_NEGATIVE: lambda c: c.p == c.tp,
    NO_HIT: lambda c: not c.tp,
    NO_REJECTION: lambda c: c.pop - c.p == c.top - c.tp,
    BOTH_RATES_0: lambda c: not c.tp and c.pop - c.p == c.top,
    ALL_RIGHT: lambda c: c.tp == c.pop,
    ALL_OCCUR_AND_SOME_FOUND: lambda c: c.p == c.pop and c.tp > 0,
}
"""Of one class; of a whole matrix, one of its classes is enough."""

OF_MATRIX: dict[str, Callable[[MatrixResult], bool]] = {
    NO_SAMPLES: lambda r: not r.total,
    ONE_CLASS: lambda r: len(r.hits) == 1,
    ONE_CLASS_SEEN: lambda r: _nonzero_count(np.add(r.actual, r.predicted)) <= 1,
    NO_COMMON_CLASS: lambda r: not np.multiply(r.actual, r.predicted).any(),
    NO_GROUPS: lambda r: _nonzero_count(r.actual) <= 1 and _nonzero_count(r.predicted) <= 1,
    NO_PAIRS: lambda r: max(r.actual) <= 1 and max(r.predicted) <= 1,
    # PyCM gives up where its binomial coefficients leave the range of a float.
    TOO_MANY_SAMPLES: lambda r: r.total > 1000 and r.statistics.overall["P-Value"] is None,  # noqa: PLR2004 - as above
    WEIGHTED: lambda r: r.matrix.is_weighted,
    FRACTIONS: lambda r: bool((r.matrix.cells.counts % 1).any()),
    LAMBDA_A_0: lambda r: r.association.lambda_a == 0,
    LAMBDA_B_0: lambda r: r.association.lambda_b == 0,
    PEARSON_C_0: lambda r: r.association.pearson_c == 0,
}
"""Of a whole matrix, and then of each of its classes."""


def class_counts(result: MatrixResult) -> list[ClassCounts]:
    """The counts of each class."""
    sums = zip(result.hits, result.actual, result.predicted, strict=True)
    return [ClassCounts(*counts, result.total, len(result.hits)) for counts in sums]


def _nonzero_count(sums: ArrayLike) -> int:
    return int(np.count_nonzero(sums))
