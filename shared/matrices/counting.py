"""From labels or counts to the contents of a matrix's row; pure, so that it may run in any thread."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from shared.evaluation.confusion.counting import count
from shared.evaluation.confusion.matrix import MAX_CELLS, ConfusionMatrix
from shared.evaluation.confusion.statistics import Summary, summary
from shared.evaluation.inputs.errors import TooManyPairs
from shared.evaluation.inputs.label_codes import encode
from shared.evaluation.inputs.labels import Vector, arrange, factorise, read_classes
from shared.evaluation.types import Label


class Vectors(NamedTuple):
    """The labels of n samples as they were sent, how much each of them counts, and the classes in their order.

    Without `classes` they are the sorted labels that occur. `names` stand for the vectors in errors.
    """

    actual: Vector
    predicted: Vector
    weights: Sequence[float] | None = None
    classes: Sequence[Label] | None = None
    names: tuple[str, str] = ("actual_vector", "predicted_vector")


class CountedSamples(NamedTuple):
    """The counts of samples and their summary; the codes are compressed, and None for a matrix made of counts."""

    matrix: ConfusionMatrix
    sample_count: int
    summary: Summary
    actual_codes: bytes | None = None
    predicted_codes: bytes | None = None

    @property
    def stored_bytes(self) -> int:
        """The size of the codes, which are nearly all of the row."""
        return len(self.actual_codes or b"") + len(self.predicted_codes or b"")


def count_labels(vectors: Vectors, *, max_classes: int, max_label_length: int) -> CountedSamples:
    """Count the vectors; raises a subclass of InvalidLabels. Of many classes the matrix is sparse."""
    factorised = factorise(
        vectors.actual,
        vectors.predicted,
        max_classes=max_classes,
        max_label_length=max_label_length,
        names=vectors.names,
        types_checked=True,
    )
    if vectors.classes is not None:
        classes = read_classes(vectors.classes, max_classes=max_classes, max_label_length=max_label_length)
        factorised = arrange(factorised, classes, (*vectors.names, "classes"))
    weights = None if vectors.weights is None else np.asarray(vectors.weights, dtype=np.float64)
    matrix = count(factorised, weights)
    if matrix.is_sparse and len(matrix.cells.counts) > MAX_CELLS:
        raise TooManyPairs(MAX_CELLS, vector=vectors.names[0])
    codes = encode(factorised.actual), encode(factorised.predicted)
    return CountedSamples(matrix, len(factorised.actual), summary(matrix), *codes)


def take_counts(classes: Sequence[Label], counts: Sequence[Sequence[int]]) -> CountedSamples:
    """Accept counts instead of labels: k rows of k, in the order of the k classes."""
    matrix = ConfusionMatrix(tuple(classes), np.array(counts, dtype=np.int64))
    return CountedSamples(matrix, int(matrix.counts.sum()), summary(matrix))
