"""The assignment of classes to the columns of the probabilities."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.evaluation.inputs.label_codes import Codes, LabelCodes
from shared.evaluation.inputs.labels import Vector, factorise
from shared.evaluation.inputs.probability_errors import ClassesMismatch
from shared.evaluation.types import Label


@dataclass(frozen=True, slots=True, eq=False)
class GroundTruth:
    """The actual class of every sample: `classes[code]`, in the order of the columns.

    `codes` has shape (n,) and an unsigned dtype.
    """

    classes: tuple[Label, ...]
    codes: Codes


def read_actual(
    vector: Vector,
    columns: int,
    classes: Sequence[Label] | None,
    *,
    max_classes: int,
    max_label_length: int,
    names: tuple[str, str] = ("actual_vector", "classes"),
) -> GroundTruth:
    """Give each label its column.

    A label is one of `classes` by value, or by text where one side is text; if no label is, but all are integers from
    0 to k - 1, they are positions in `classes`. Without `classes` the columns are the sorted distinct labels.
    Raises a subclass of `InvalidLabels`.
    """

    def factorised(labels: Vector, name: str) -> LabelCodes:
        return factorise(labels, labels, max_classes=max_classes, max_label_length=max_label_length, names=(name, name))

    labels_read = factorised(vector, names[0])
    if classes is None:
        _check_count(names[0], "has", len(labels_read.classes), columns, names[1])
        return GroundTruth(labels_read.classes, labels_read.actual)
    classes_read = factorised(list(classes), names[1])
    _check_count(names[1], "lists", len(classes), columns, names[1])
    if len(classes_read.classes) != columns:
        raise ClassesMismatch(f"{names[1]} lists a class twice; list each class once.", vector=names[1])
    ordered = tuple(classes_read.classes[code] for code in classes_read.actual.tolist())
    column_of_code = np.array(_columns_of(labels_read, ordered, names), np.min_scalar_type(columns - 1))
    return GroundTruth(ordered, column_of_code.take(labels_read.actual))


def _check_count(vector: str, verb: str, count: int, columns: int, classes_name: str) -> None:
    if count != columns:
        mismatch = f"{vector} {verb} {count} classes for {columns} columns of probabilities"
        detail = f"{mismatch}; list the class of each column in {classes_name}."
        raise ClassesMismatch(detail, vector=vector)


def _columns_of(factorised: LabelCodes, classes: tuple[Label, ...], names: tuple[str, str]) -> list[int]:
    columns = {label: column for column, label in enumerate(classes)}
    if not _same_type(factorised.classes, classes):
        columns = {str(label): column for label, column in columns.items()}
    labels = factorised.classes if _same_type(factorised.classes, classes) else tuple(map(str, factorised.classes))
    is_column = [label in columns for label in labels]
    if all(is_column):
        return [columns[label] for label in labels]
    positions = [label for label in factorised.classes if isinstance(label, int) and 0 <= label < len(classes)]
    if not any(is_column) and len(positions) == len(labels):
        return positions
    missing = is_column.index(False)
    index = int(np.argmax(factorised.actual == missing))
    detail = f"{names[0]}[{index}] is not in {names[1]}; list every class that occurs, or send positions starting at 0."
    raise ClassesMismatch(detail, vector=names[0], index=index)


def _same_type(first: tuple[Label, ...], second: tuple[Label, ...]) -> bool:
    # Factorised classes are all text or all numbers.
    return isinstance(first[0], str) == isinstance(second[0], str)
