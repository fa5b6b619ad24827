"""From one list of labels per sample to multi-hot arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.inputs.errors import EmptyVector, InvalidLabel, TooManyClasses, UnequalLengths
from shared.evaluation.inputs.label_set_errors import FaultyLabel, NoClass, TooManyCells
from shared.evaluation.inputs.labels import factorise
from shared.evaluation.types import Label

LabelSets = Sequence[Sequence[Label]]
Hot = NDArray[np.uint8]

_OUTSIDE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Multihot:
    """Which of the k classes each of n samples has and was predicted to have: 0 or 1, shape (n, k), dtype uint8."""

    classes: tuple[Label, ...]
    actual: Hot
    predicted: Hot


class Limits(NamedTuple):
    """How much is read: different classes, characters of a label, and samples times classes."""

    classes: int
    label_length: int
    cells: int


class InputNames(NamedTuple):
    """What the inputs are called in errors."""

    actual: str = "actual_vector"
    predicted: str = "predicted_vector"
    classes: str = "classes"


class _Part(NamedTuple):
    name: str
    rows: LabelSets
    starts: NDArray[np.intp]  # n + 1 positions of the rows' labels among this part's labels

    def fault(self, offset: int, fault: str) -> FaultyLabel:
        row = int(np.searchsorted(self.starts, offset, side="right")) - 1
        return FaultyLabel(fault, vector=self.name, index=row, position=offset - int(self.starts[row]))


class _Classes(_Part):
    # The class list is one row, whose labels are known by their place alone.
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
    unusable labels, repeated ones and those outside `classes` name their place.
    """
    _check_lengths(actual, predicted, classes, limits, names)
    part = partial(_part, types_checked=types_checked)
    vectors = part(names.actual, actual), part(names.predicted, predicted)
    parts = vectors if classes is None else (_Classes(*part(names.classes, [list(classes)])), *vectors)
    found, codes = _factorise(parts, limits, types_checked=types_checked)
    if classes is not None:
        found, codes = _arranged(found, codes, parts)
    if len(actual) * len(found) > limits.cells:
        raise TooManyCells(len(actual), len(found), limits.cells, vector=names.actual)
    first, second = (_mark(part, codes, len(found)) for part, codes in zip(vectors, codes[-2:], strict=True))
    return Multihot(found, first, second)


def _check_lengths(
    actual: LabelSets, predicted: LabelSets, classes: Sequence[Label] | None, limits: Limits, names: InputNames
) -> None:
    for name, vector in (names.actual, actual), (names.predicted, predicted):
        if not vector:
            raise EmptyVector(f"{name} is empty; send one list of labels for every sample.", vector=name)
    if len(actual) != len(predicted):
        detail = f"{names.actual} has length {len(actual)} and {names.predicted} has length {len(predicted)}"
        raise UnequalLengths(f"{detail}; make them equally long.", vector=names.predicted)
    if classes is not None and not classes:
        raise NoClass(f"{names.classes} is empty; list the classes or omit it.", vector=names.classes)
    if classes is not None and len(classes) > limits.classes:
        raise TooManyClasses(limits.classes, vector=names.classes)


def _part(name: str, rows: LabelSets, *, types_checked: bool) -> _Part:
    if not types_checked and set(map(type, rows)) != {list}:
        index = next(index for index, row in enumerate(rows) if type(row) is not list)
        raise FaultyLabel("is not a list; send a list of labels, which may be empty", vector=name, index=index)
    starts = np.zeros(len(rows) + 1, np.intp)
    np.cumsum(np.fromiter(map(len, rows), np.intp, len(rows)), out=starts[1:])
    return _Part(name, rows, starts)


def _factorise(
    parts: Sequence[_Part], limits: Limits, *, types_checked: bool
) -> tuple[tuple[Label, ...], list[NDArray[Any]]]:
    labels = list(chain.from_iterable(chain.from_iterable(part.rows for part in parts)))
    if not labels:
        detail = f"No sample of {parts[0].name} or {parts[1].name} has a label; list the classes."
        raise NoClass(detail, vector=parts[0].name)
    # Two vectors of equal length are what `factorise` takes: the halves, which share one label if the number is odd.
    half = -(-len(labels) // 2)
    try:
        pair = factorise(
            labels[:half],
            labels[-half:],
            max_classes=limits.classes,
            max_label_length=limits.label_length,
            names=("first", "second"),
            types_checked=types_checked,
        )
    except InvalidLabel as error:
        offset = (error.index or 0) + (len(labels) - half if error.vector == "second" else 0)
        raise _placed(parts, offset, error.fault) from None
    except TooManyClasses:
        raise TooManyClasses(limits.classes, vector=parts[-2].name) from None
    codes = np.concatenate([pair.actual, pair.predicted[2 * half - len(labels) :]])
    return pair.classes, np.split(codes, np.cumsum([part.starts[-1] for part in parts])[:-1])


def _placed(parts: Sequence[_Part], offset: int, fault: str) -> FaultyLabel:
    for part in parts:
        if offset < part.starts[-1]:
            return part.fault(offset, fault)
        offset -= int(part.starts[-1])
    raise IndexError(offset)


def _arranged(
    found: tuple[Label, ...], codes: list[NDArray[Any]], parts: Sequence[_Part]
) -> tuple[tuple[Label, ...], list[NDArray[Any]]]:
    columns, *others = codes
    column = np.full(len(found), _OUTSIDE)
    # Backwards, so that of a repeated class the first place stays.
    column[columns[::-1]] = np.arange(len(columns))[::-1]
    again = np.flatnonzero(column[columns] != np.arange(len(columns)))
    if len(again):
        raise parts[0].fault(int(again[0]), "is a duplicate; list each class once")
    for part, vector in zip(parts[1:], others, strict=True):
        outside = np.flatnonzero(column[vector] == _OUTSIDE)
        if len(outside):
            raise part.fault(int(outside[0]), f"is not in {parts[0].name}; add it there or remove it here")
    return tuple(found[code] for code in columns), [column[vector] for vector in others]


def _mark(part: _Part, codes: NDArray[Any], k: int) -> Hot:
    samples = len(part.rows)
    hot = np.zeros(samples * k, np.uint8)
    cells = np.repeat(np.arange(samples) * k, np.diff(part.starts)) + codes
    hot[cells] = 1
    if np.count_nonzero(hot) != len(cells):
        first = np.unique(cells, return_index=True)[1]
        again = np.setdiff1d(np.arange(len(cells)), first)[0]
        raise part.fault(int(again), "is a duplicate within its sample; send each label once")
    return hot.reshape(samples, k)
