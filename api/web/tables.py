"""Tables and lists that people upload or paste: read, checked and counted; pure, so that it may run in any process."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import msgspec

from shared import curves
from shared.curves import LabelledProbabilities
from shared.evaluation.inputs.errors import InvalidLabels
from shared.evaluation.inputs.probabilities import read_weights
from shared.kit.errors import Fault, InvalidInput
from shared.matrices.counting import CountedSamples, Vectors, count_labels
from shared.predictions import (
    ColumnOrder,
    Header,
    Notice,
    ReadLabels,
    UnreadablePredictions,
    read_label_table,
    read_pasted_labels,
    read_score_table,
)

_TITLES = {
    "actual_vector": "the actual label",
    "predicted_vector": "the predicted label",
    "probability_vector": "the row of probabilities",
    "sample_weight": "the weight",
}


class TableLimits(NamedTuple):
    """The most classes, and the most characters of a label."""

    max_classes: int
    max_label_length: int


def count_table(
    data: bytes, header: Header, order: ColumnOrder, limits: TableLimits
) -> tuple[CountedSamples, list[Notice]]:
    """Count the labels of a file; raises InvalidInput or InvalidLabels."""
    with _faults_of("file"):
        labels = read_label_table(data, header, order)
    return _counted(labels, "file", limits), labels.notices


def count_lists(actual: str, predicted: str, limits: TableLimits) -> tuple[CountedSamples, list[Notice]]:
    """Count the labels of two pasted lists; raises InvalidInput or InvalidLabels."""
    with _faults_of("actual"):
        labels = read_pasted_labels(actual, predicted)
    return _counted(labels, "actual", limits), labels.notices


def pack_lists(actual: str, predicted: str) -> tuple[bytes, list[Notice]]:
    """Pack two pasted lists as a file of two columns, which a run reads; raises InvalidInput."""
    with _faults_of("actual"):
        labels = read_pasted_labels(actual, predicted)
    return msgspec.json.encode({"actual": labels.actual, "predicted": labels.predicted}), labels.notices


def pack_scores(data: bytes, field: str, limits: TableLimits) -> tuple[bytes, list[Notice]]:
    """Pack the probabilities of a file or a pasted table for a job; raises InvalidInput or InvalidLabels."""
    with _faults_of(field):
        table = read_score_table(data)
    probabilities = LabelledProbabilities(table.labels, table.rows, table.classes, table.weights, table.scored)
    with _at_lines(table.lines, field):
        inputs = curves.check(probabilities, max_classes=limits.max_classes, max_label_length=limits.max_label_length)
    return curves.pack(inputs), table.notices


def _counted(labels: ReadLabels, field: str, limits: TableLimits) -> CountedSamples:
    with _at_lines(labels.lines, field):
        weights = None if labels.weights is None else read_weights(labels.weights, len(labels.actual)).tolist()
        vectors = Vectors(labels.actual, labels.predicted, weights)
        return count_labels(vectors, max_classes=limits.max_classes, max_label_length=limits.max_label_length)


@contextmanager
def _faults_of(field: str) -> Iterator[None]:
    """Turn unreadable predictions into invalid input of a form's field."""
    try:
        yield
    except UnreadablePredictions as error:
        name = error.field or field
        raise InvalidInput(Fault(f"/{name}", f"{name}: {error.detail}" if name == "file" else error.detail)) from error


@contextmanager
def _at_lines(lines: Sequence[int], field: str) -> Iterator[None]:
    """Turn a position in a vector, which the user did not send, into the line of the file or list."""
    try:
        yield
    except InvalidLabels as error:
        if error.index is None or error.fault is None or error.index >= len(lines):
            raise
        title = _TITLES.get(error.vector, error.vector)
        detail = f"Line {lines[error.index]:,}: {title} {error.fault}."
        raise InvalidInput(Fault(f"/{field}", detail)) from error
