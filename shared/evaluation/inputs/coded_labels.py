"""Vectors of labels that came in pieces: each distinct label once, and a small number for every sample."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.inputs.errors import TooManyClasses
from shared.evaluation.types import Label

# Twice the most classes that the settings allow: a class may occur as the number 1 and as the text "1".
MAX_DISTINCT = 10_000

_BYTE = 256


@dataclass(frozen=True, slots=True, eq=False)
class CodedLabels:
    """n labels: `distinct[code]` for every code; `codes` has shape (n,). Numbers of equal value are one label."""

    distinct: list[Label]
    codes: NDArray[np.unsignedinteger[Any]]

    def __len__(self) -> int:
        return len(self.codes)

    def first(self, label: Label) -> int | None:
        """The position of the first sample with this label, None if there is none."""
        if label not in self.distinct:
            return None
        positions = self.codes == self.distinct.index(label)
        position = int(np.argmax(positions))
        return position if positions[position] else None


@dataclass(frozen=True, slots=True, eq=False)
class CodedSets:
    """Lists of labels, one for each of n samples: the labels of all of them, and the length (n,) of each list."""

    labels: CodedLabels
    lengths: NDArray[np.unsignedinteger[Any]]

    def __len__(self) -> int:
        return len(self.lengths)


class LabelCoder(dict[Label, int]):
    """Codes labels piece by piece."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._codes: list[NDArray[np.unsignedinteger[Any]]] = []

    def add(self, labels: Sequence[Label]) -> None:
        """Code further labels, int, float or str; raises TooManyClasses."""
        try:
            codes: NDArray[np.unsignedinteger[Any]] = np.frombuffer(bytes(map(self.__getitem__, labels)), np.uint8)
        except ValueError:  # the 257th label's code does not fit into a byte
            codes = np.fromiter(map(self.__getitem__, labels), np.uint16, len(labels))
        self._codes.append(codes)

    def coded(self) -> CodedLabels:
        """Return all labels that were added."""
        codes = np.concatenate(self._codes) if self._codes else np.zeros(0, np.uint8)
        return CodedLabels(list(self), codes)

    def __missing__(self, label: Label) -> int:
        if len(self) == MAX_DISTINCT:
            raise TooManyClasses(MAX_DISTINCT // 2, vector=self._name)
        code = self[label] = len(self)
        return code


def coded(labels: Sequence[Label], name: str) -> CodedLabels:
    """Code a list of labels; raises TooManyClasses."""
    coder = LabelCoder(name)
    coder.add(labels)
    return coder.coded()


def united(vectors: Sequence[CodedLabels]) -> tuple[list[Label], list[NDArray[np.unsignedinteger[Any]]]]:
    """Give several vectors the same distinct labels; returns these, and the codes of each vector."""
    code: dict[Label, int] = {}
    for vector in vectors:
        for label in vector.distinct:
            code.setdefault(label, len(code))
    kind = np.min_scalar_type(max(len(code) - 1, 0))
    tables = [np.array([code[label] for label in vector.distinct], kind) for vector in vectors]
    return list(code), [table.take(vector.codes) for table, vector in zip(tables, vectors, strict=True)]
