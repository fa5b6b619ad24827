"""Vectors of labels as classes and codes."""

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.inputs.coded_labels import CodedLabels, coded, united
from shared.evaluation.inputs.errors import EmptyVector, InvalidLabel, TooManyClasses, UnequalLengths
from shared.evaluation.inputs.integer_labels import (
    BEYOND_LARGEST,
    MAX_NUMBER,
    factorise_bytes,
    factorise_integers,
)
from shared.evaluation.inputs.label_codes import LabelCodes
from shared.evaluation.types import Label

Vector = Sequence[Label] | NDArray[Any] | CodedLabels

_NUMBER = re.compile(r"[+-]?([0-9]{1,20}(\.[0-9]{0,20})?|\.[0-9]{1,20})([eE][+-]?[0-9]{1,3})?")

_CHARACTER_FAULTS = (
    (re.compile("\0"), "contains a NUL character; remove it"),
    (re.compile("[\x01-\x1f\x7f-\x9f]"), "contains a control character, such as a tab or a line break; remove it"),
    (re.compile("[\u202a-\u202e\u2066-\u2069]"), "contains a character that changes the text direction; remove it"),
    (re.compile("[\ud800-\udfff]"), "contains half of a surrogate pair; send whole characters"),
)


def factorise(
    actual: Vector,
    predicted: Vector,
    *,
    max_classes: int,
    max_label_length: int,
    names: tuple[str, str] = ("actual_vector", "predicted_vector"),
    types_checked: bool = False,
) -> LabelCodes:
    """Find the classes of two vectors, sorted, and the code of every sample's class.

    Numbers are equal by value (0, 0.0 and -0.0) and sorted as numbers; whole ones come out as int. Text is kept as it
    is (no Unicode normalisation) and sorted by code points; empty text is refused. If the vectors mix both, every
    label becomes text: 1 and 1.0 are "1", and the text "1.0" beside the number 1 is refused. Lists hold int, float and
    str; arrays of integers are read directly, as are coded labels. `types_checked` promises that the
    decoder let no other type through, bool above all, which spares a look at every sample. `names` stand for the
    vectors in errors. Raises a subclass of `InvalidLabels`.
    """
    _check_lengths(actual, predicted, names)
    if isinstance(actual, CodedLabels) or isinstance(predicted, CodedLabels):
        pair = _coded(actual, names[0]), _coded(predicted, names[1])
        return _factorise_coded(pair, max_classes, max_label_length, names)
    if _is_integers(actual) and _is_integers(predicted):
        return factorise_integers(np.asarray(actual), np.asarray(predicted), max_classes, names)
    vectors = _as_list(actual), _as_list(predicted)
    if not types_checked:
        for vector, name in zip(vectors, names, strict=True):
            _check_types(vector, name)
    try:
        first, second = (bytearray(vector) for vector in vectors)  # type: ignore[arg-type]  # other types fail, as meant
    except (TypeError, ValueError):  # text, fractions, or numbers that do not fit into a byte
        return _factorise_any(vectors, max_classes, max_label_length, names)
    return factorise_bytes(first, second, max_classes, names)


def read_classes(
    classes: Sequence[Label], *, max_classes: int, max_label_length: int, name: str = "classes"
) -> tuple[Label, ...]:
    """Check a list of distinct classes, whose order stays; the labels as `factorise` returns them.

    Raises a subclass of `InvalidLabels`.
    """
    factorised = factorise(
        classes, classes, max_classes=max_classes, max_label_length=max_label_length, names=(name, name)
    )
    labels = [factorised.classes[code] for code in factorised.actual.tolist()]
    if len(factorised.classes) < len(labels):
        index = next(index for index, label in enumerate(labels) if label in labels[:index])
        raise InvalidLabel("is a duplicate; list each class once", vector=name, index=index)
    return tuple(labels)


def arrange(factorised: LabelCodes, classes: tuple[Label, ...], names: tuple[str, str, str]) -> LabelCodes:
    """The same samples with `classes` as their classes, in that order; some of them may occur nowhere.

    `names` stand for the vectors and the classes in errors. Raises InvalidLabel for a label that is not among them.
    """
    new_code = {label: code for code, label in enumerate(classes)}
    new_codes = [new_code.get(label, -1) for label in factorised.classes]
    codes = []
    for vector, name in zip((factorised.actual, factorised.predicted), names[:2], strict=True):
        arranged = np.array(new_codes).take(vector)
        if (outside := np.flatnonzero(arranged < 0)).size:
            fault = f"is not among {names[2]}; name every class that occurs"
            raise InvalidLabel(fault, vector=name, index=int(outside[0]))
        codes.append(arranged.astype(np.min_scalar_type(len(classes) - 1)))
    return LabelCodes(classes, *codes)


def _check_lengths(actual: Vector, predicted: Vector, names: tuple[str, str]) -> None:
    lengths = len(actual), len(predicted)
    for name, length in zip(names, lengths, strict=True):
        if length == 0:
            raise EmptyVector(f"{name} is empty; send one label for every sample.", vector=name)
    if lengths[0] != lengths[1]:
        detail = f"{names[0]} has length {lengths[0]} and {names[1]} has length {lengths[1]}; make them equally long."
        raise UnequalLengths(detail, vector=names[1])


def _coded(vector: Vector, name: str) -> CodedLabels:
    return vector if isinstance(vector, CodedLabels) else coded(_as_list(vector), name)


def _is_integers(vector: Vector) -> bool:
    return isinstance(vector, np.ndarray) and vector.dtype.kind in "iu" and vector.ndim == 1


def _as_list(vector: Vector) -> list[Label]:
    if isinstance(vector, np.ndarray):
        values: list[Label] = vector.tolist()
        return values
    return vector if isinstance(vector, list) else list(cast("Sequence[Label]", vector))


def _check_types(vector: list[Label], name: str) -> None:
    wrong_types = set(map(type, vector)) - {int, float, str}
    if wrong_types:
        index, label = next((index, label) for index, label in enumerate(vector) if type(label) in wrong_types)
        kind = {bool: "a boolean", type(None): "null", list: "a list", dict: "an object"}.get(type(label))
        raise InvalidLabel(f"is {kind or 'of another type'}; send a number or text", vector=name, index=index)


def _factorise_any(
    vectors: tuple[list[Label], list[Label]], max_classes: int, max_label_length: int, names: tuple[str, str]
) -> LabelCodes:
    # A class can occur twice, as the number 1 and as the text "1".
    codebook = _Codebook(2 * max_classes, max_label_length)
    first, second = (codebook.read(vector, name) for vector, name in zip(vectors, names, strict=True))
    _refuse_two_spellings(codebook, vectors, names)
    return _factorised(list(codebook), (first, second), max_classes, names)


def _factorise_coded(
    vectors: tuple[CodedLabels, CodedLabels], max_classes: int, max_label_length: int, names: tuple[str, str]
) -> LabelCodes:
    for vector, name in zip(vectors, names, strict=True):
        for label in vector.distinct:
            if (fault := _fault(label, max_label_length)) and (index := vector.first(label)) is not None:
                raise InvalidLabel(fault, vector=name, index=index)
    distinct, (first, second) = united(vectors)
    if len(distinct) > 2 * max_classes:
        raise TooManyClasses(max_classes, vector=names[0])
    _refuse_two_spellings(distinct, vectors, names)
    return _factorised(distinct, (first, second), max_classes, names)


def _factorised(
    distinct: list[Label], pair: tuple[NDArray[Any], NDArray[Any]], max_classes: int, names: tuple[str, str]
) -> LabelCodes:
    """The classes and codes of two vectors of positions in the distinct labels."""
    labels = _unify(distinct)
    classes = sorted(set(labels))
    if len(classes) > max_classes:
        raise TooManyClasses(max_classes, vector=names[0])
    code = {label: code for code, label in enumerate(classes)}
    codes = np.array([code[label] for label in labels], np.min_scalar_type(len(classes) - 1))
    return LabelCodes(tuple(classes), codes.take(pair[0]), codes.take(pair[1]))


def _refuse_two_spellings(
    labels: Iterable[Label], vectors: Sequence[list[Label] | CodedLabels], names: tuple[str, str]
) -> None:
    """Refuse the text "1.0" beside the number 1: as texts they would be two classes, and nobody means that."""
    numbers = {label for label in labels if not isinstance(label, str)}
    if not numbers:
        return
    for label in labels:
        if not isinstance(label, str) or not _NUMBER.fullmatch(label) or float(label) not in numbers:
            continue
        if label in _unify([float(label), ""]):
            continue
        number = _unify([float(label), ""])[0]
        fault = f"is a text for the number {number}, which is sent as a number, too; send numbers on both sides"
        for name, vector in zip(names, vectors, strict=True):
            if (index := _first(vector, label)) is not None:
                raise InvalidLabel(fault, vector=name, index=index)


def _first(vector: list[Label] | CodedLabels, label: Label) -> int | None:
    if isinstance(vector, CodedLabels):
        return vector.first(label)
    return vector.index(label) if label in vector else None


def _unify(labels: list[Label]) -> list[Label]:
    mixed = 0 < sum(isinstance(label, str) for label in labels) < len(labels)
    unified = [int(label) if isinstance(label, float) and label.is_integer() else label for label in labels]
    return [str(label) for label in unified] if mixed else unified


class _Codebook(dict[Label, int]):
    """Codes in the order of first sight; only a new label is checked."""

    def __init__(self, max_labels: int, max_label_length: int) -> None:
        super().__init__()
        self._max_labels = max_labels
        self._max_label_length = max_label_length
        self._source: tuple[list[Label], str] = [], ""

    def read(self, vector: list[Label], name: str) -> NDArray[np.unsignedinteger[Any]]:
        self._source = vector, name
        try:
            return np.frombuffer(bytearray(map(self.__getitem__, vector)), np.uint8)
        except ValueError:  # the 257th label's code does not fit into a byte
            return np.fromiter(map(self.__getitem__, vector), np.uint32, len(vector))

    def __missing__(self, label: Label) -> int:
        vector, name = self._source
        if fault := _fault(label, self._max_label_length):
            # By identity: a NaN is not equal to itself.
            index = next(index for index, other in enumerate(vector) if other is label)
            raise InvalidLabel(fault, vector=name, index=index)
        if len(self) == self._max_labels:
            raise TooManyClasses(self._max_labels // 2, vector=name)
        code = self[label] = len(self)
        return code


def _fault(label: Label, max_label_length: int) -> str | None:
    return _text_fault(label, max_label_length) if isinstance(label, str) else _number_fault(label)


def _number_fault(label: float) -> str | None:
    if isinstance(label, float) and not math.isfinite(label):
        return "is not a finite number; send a finite number or text"
    return BEYOND_LARGEST if abs(label) > MAX_NUMBER else None


def _text_fault(label: str, max_length: int) -> str | None:
    if not label:
        return "must not be empty"
    if len(label) > max_length:
        return f"has {len(label)} characters; shorten it to at most {max_length}"
    return next((fault for pattern, fault in _CHARACTER_FAULTS if pattern.search(label)), None)
