"""From one list of labels per sample to multi-hot arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.inputs.coded_labels import CodedLabels, CodedSets, coded, united
from shared.evaluation.inputs.errors import EmptyVector, InvalidLabel, TooManyClasses, UnequalLengths
from shared.evaluation.inputs.label_set_errors import FaultyLabel, NoClass, TooManyCells
from shared.evaluation.inputs.labels import Vector, factorise
from shared.evaluation.types import Label

LabelSets = Sequence[Sequence[Label]] | CodedSets
Hot = NDArray[np.uint8]

_OUTSIDE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Multihot:
    """The k classes that each of n samples has and was predicted to have: 0 or 1, shape (n, k), dtype uint8."""

    classes: tuple[Label, ...]
    actual: Hot
    predicted: Hot


class Limits(NamedTuple):
    """The most that is read: different classes, characters of a label, and samples times classes."""

    classes: int
    label_length: int
    cells: int


class InputNames(NamedTuple):
    """The names of the inputs in errors."""

    actual: str = "actual_vector"
    predicted: str = "predicted_vector"
    classes: str = "classes"


class _Vector(NamedTuple):
    name: str
    labels: Sequence[Label] | CodedLabels
    starts: NDArray[np.intp]  # n + 1 positions of the rows' labels among the labels of all rows

    def fault(self, offset: int, fault: str) -> FaultyLabel:
        row = int(np.searchsorted(self.starts, offset, side="right")) - 1
        return FaultyLabel(fault, vector=self.name, index=row, position=offset - int(self.starts[row]))


class _Classes(_Vector):
    # The class list is one row, so the position of a label in it is enough.
    def fault(self, offset: int, fault: str) -> FaultyLabel:
        return FaultyLabel(fault, vector=self.name, index=offset)


_DEFAULT_NAMES = InputNames()


def multihot(
    actual: LabelSets,
    predicted: LabelSets,
    classes: Sequence[Label] | None = None,
    *,
    limits: Limits,
    names: InputNames = _DEFAULT_NAMES,
    types_checked: bool = False,
) -> Multihot:
    """Mark the labels of every sample in the columns of the classes; a sample's list may be empty.

    Labels are read as `factorise` reads them. Columns follow `classes`; without it, the sorted labels that occur.
    `types_checked` promises lists of lists of int, float and str, with no bool. Raises a subclass of `InvalidLabels`;
    unusable labels, repeated ones and those outside `classes` name their position.
    """
    _check_lengths(actual, predicted, classes, limits, names)
    vector = partial(_vector, types_checked=types_checked)
    vectors = vector(names.actual, actual), vector(names.predicted, predicted)
    inputs = vectors if classes is None else (_Classes(*vector(names.classes, [list(classes)])), *vectors)
    columns, codes = _factorise(inputs, limits, types_checked=types_checked)
    if classes is not None:
        columns, codes = _arranged(columns, codes, inputs)
    samples = len(vectors[0].starts) - 1
    if samples * len(columns) > limits.cells:
        raise TooManyCells(samples, len(columns), limits.cells, vector=names.actual)
    first, second = (_mark(vector, codes, len(columns)) for vector, codes in zip(vectors, codes[-2:], strict=True))
    return Multihot(columns, first, second)


def _check_lengths(
    actual: LabelSets, predicted: LabelSets, classes: Sequence[Label] | None, limits: Limits, names: InputNames
) -> None:
    lengths = len(actual), len(predicted)
    for name, length in zip((names.actual, names.predicted), lengths, strict=True):
        if not length:
            raise EmptyVector(f"{name} is empty; send one list of labels for every sample.", vector=name)
    if lengths[0] != lengths[1]:
        detail = f"{names.actual} has length {lengths[0]} and {names.predicted} has length {lengths[1]}"
        raise UnequalLengths(f"{detail}; make them equally long.", vector=names.predicted)
    if classes is not None and not classes:
        raise NoClass(f"{names.classes} is empty; list the classes or omit it.", vector=names.classes)
    if classes is not None and len(classes) > limits.classes:
        raise TooManyClasses(limits.classes, vector=names.classes)


def _vector(name: str, rows: LabelSets, *, types_checked: bool) -> _Vector:
    if isinstance(rows, CodedSets):
        return _Vector(name, rows.labels, _starts(rows.lengths))
    if not types_checked and set(map(type, rows)) != {list}:
        index = next(index for index, row in enumerate(rows) if type(row) is not list)
        raise FaultyLabel("is not a list; send a list of labels, which may be empty", vector=name, index=index)
    starts = _starts(np.fromiter(map(len, rows), np.intp, len(rows)))
    return _Vector(name, list(chain.from_iterable(rows)), starts)


def _starts(lengths: NDArray[Any]) -> NDArray[np.intp]:
    starts = np.zeros(len(lengths) + 1, np.intp)
    np.cumsum(lengths, out=starts[1:])
    return starts


def _factorise(
    inputs: Sequence[_Vector], limits: Limits, *, types_checked: bool
) -> tuple[tuple[Label, ...], list[NDArray[Any]]]:
    count = sum(int(vector.starts[-1]) for vector in inputs)
    if not count:
        detail = f"No sample of {inputs[0].name} or {inputs[1].name} has a label; list the classes."
        raise NoClass(detail, vector=inputs[0].name)
    # Two vectors of equal length are what `factorise` takes: the halves, which share one label if the number is odd.
    half = -(-count // 2)
    first, second = _halves(inputs, half)
    try:
        pair = factorise(
            first,
            second,
            max_classes=limits.classes,
            max_label_length=limits.label_length,
            names=("first", "second"),
            types_checked=types_checked,
        )
    except InvalidLabel as error:
        offset = (error.index or 0) + (count - half if error.vector == "second" else 0)
        raise _label_fault(inputs, offset, error.fault) from None
    except TooManyClasses:
        raise TooManyClasses(limits.classes, vector=inputs[-2].name) from None
    codes = np.concatenate([pair.actual, pair.predicted[2 * half - count :]])
    return pair.classes, np.split(codes, np.cumsum([vector.starts[-1] for vector in inputs])[:-1])


def _halves(inputs: Sequence[_Vector], half: int) -> tuple[Vector, Vector]:
    """The first and the last labels of all inputs together, so many of each."""
    if not any(isinstance(vector.labels, CodedLabels) for vector in inputs):
        labels = [label for vector in inputs for label in cast("Sequence[Label]", vector.labels)]
        return labels[:half], labels[-half:]
    vectors = [
        vector.labels if isinstance(vector.labels, CodedLabels) else coded(vector.labels, vector.name)
        for vector in inputs
    ]
    distinct, parts = united(vectors)
    codes = np.concatenate(parts)
    return CodedLabels(distinct, codes[:half]), CodedLabels(distinct, codes[-half:])


def _label_fault(inputs: Sequence[_Vector], offset: int, fault: str) -> FaultyLabel:
    for vector in inputs:
        if offset < vector.starts[-1]:
            return vector.fault(offset, fault)
        offset -= int(vector.starts[-1])
    raise IndexError(offset)


def _arranged(
    labels: tuple[Label, ...], codes: list[NDArray[Any]], inputs: Sequence[_Vector]
) -> tuple[tuple[Label, ...], list[NDArray[Any]]]:
    columns, *codes_of_vectors = codes
    column = np.full(len(labels), _OUTSIDE)
    # Backwards, so that a repeated class keeps its first position.
    column[columns[::-1]] = np.arange(len(columns))[::-1]
    duplicates = np.flatnonzero(column[columns] != np.arange(len(columns)))
    if len(duplicates):
        raise inputs[0].fault(int(duplicates[0]), "is a duplicate; list each class once")
    for vector, vector_codes in zip(inputs[1:], codes_of_vectors, strict=True):
        outside = np.flatnonzero(column[vector_codes] == _OUTSIDE)
        if len(outside):
            raise vector.fault(int(outside[0]), f"is not in {inputs[0].name}; add it there or remove it here")
    return tuple(labels[code] for code in columns), [column[vector_codes] for vector_codes in codes_of_vectors]


def _mark(vector: _Vector, codes: NDArray[Any], k: int) -> Hot:
    samples = len(vector.starts) - 1
    hot = np.zeros(samples * k, np.uint8)
    cells = np.repeat(np.arange(samples) * k, np.diff(vector.starts)) + codes
    hot[cells] = 1
    if np.count_nonzero(hot) != len(cells):
        first = np.unique(cells, return_index=True)[1]
        duplicate = np.setdiff1d(np.arange(len(cells)), first)[0]
        raise vector.fault(int(duplicate), "is a duplicate within its sample; send each label once")
    return hot.reshape(samples, k)
