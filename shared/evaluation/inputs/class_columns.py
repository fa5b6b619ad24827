"""Which column of the probabilities belongs to which class."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.evaluation.inputs.label_codes import Codes, Factorised
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

    def factorised(labels: Vector, name: str) -> Factorised:
        return factorise(labels, labels, max_classes=max_classes, max_label_length=max_label_length, names=(name, name))

    found = factorised(vector, names[0])
    if classes is None:
        _check_count(names[0], "has", len(found.classes), columns, names[1])
        return GroundTruth(found.classes, found.actual)
    named = factorised(list(classes), names[1])
    _check_count(names[1], "lists", len(classes), columns, names[1])
    if len(named.classes) != columns:
        raise ClassesMismatch(f"{names[1]} lists a class twice; list each class once.", vector=names[1])
    ordered = tuple(named.classes[code] for code in named.actual.tolist())
    places = np.array(_places(found, ordered, names), np.min_scalar_type(columns - 1))
    return GroundTruth(ordered, places.take(found.actual))


def _check_count(vector: str, verb: str, count: int, columns: int, classes_name: str) -> None:
    if count != columns:
        held = f"{vector} {verb} {count} classes for {columns} columns of probabilities"
        detail = f"{held}; list the class of each column in {classes_name}."
        raise ClassesMismatch(detail, vector=vector)


def _places(found: Factorised, classes: tuple[Label, ...], names: tuple[str, str]) -> list[int]:
    columns = {label: place for place, label in enumerate(classes)}
    if not _same_type(found.classes, classes):
        columns = {str(label): place for label, place in columns.items()}
    labels = found.classes if _same_type(found.classes, classes) else tuple(map(str, found.classes))
    known = [label in columns for label in labels]
    if all(known):
        return [columns[label] for label in labels]
    positions = [label for label in found.classes if isinstance(label, int) and 0 <= label < len(classes)]
    if not any(known) and len(positions) == len(labels):
        return positions
    missing = known.index(False)
    index = int(np.argmax(found.actual == missing))
    detail = f"{names[0]}[{index}] is not in {names[1]}; list every class that occurs, or send positions starting at 0."
    raise ClassesMismatch(detail, vector=names[0], index=index)


def _same_type(one: tuple[Label, ...], other: tuple[Label, ...]) -> bool:
    # Factorised classes are all text or all numbers.
    return isinstance(one[0], str) == isinstance(other[0], str)
