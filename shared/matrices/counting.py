"""From two vectors of labels to everything that a matrix's row holds; pure, so that it may run in any thread."""

from collections.abc import Sequence
from typing import NamedTuple

from shared.evaluation.codes import encode
from shared.evaluation.counts import count
from shared.evaluation.labels import factorise
from shared.evaluation.matrix import ConfusionMatrix, Label
from shared.evaluation.statistics import Summary, summary


class Vectors(NamedTuple):
    """The labels of n samples, as they were sent."""

    actual: Sequence[Label]
    predicted: Sequence[Label]


class Counted(NamedTuple):
    """What was found in the vectors; the codes are compressed."""

    matrix: ConfusionMatrix
    summary: Summary
    actual_codes: bytes
    predicted_codes: bytes


def count_labels(vectors: Vectors, *, max_classes: int, max_label_length: int) -> Counted:
    """Count the vectors; raises a subclass of InvalidLabels."""
    factorised = factorise(
        vectors.actual,
        vectors.predicted,
        max_classes=max_classes,
        max_label_length=max_label_length,
        types_checked=True,
    )
    matrix = count(factorised)
    return Counted(matrix, summary(matrix), encode(factorised.actual), encode(factorised.predicted))
