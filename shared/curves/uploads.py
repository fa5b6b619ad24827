"""Probabilities as people bring them: a table of labels and scores."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from shared.curves.inputs import LabelledProbabilities
from shared.evaluation.types import Label
from shared.kit.errors import Fault, InvalidInput
from shared.kit.spreadsheets import read_rows

LABEL_NAMES = frozenset({"actual", "actual_vector", "actual_label", "truth", "true", "y_true", "ground_truth",
                         "target", "label", "gold", "reference", "expected", "class"})  # fmt: skip

_WHOLE = re.compile(r"[+-]?\d{1,15}")
# Half of the world writes 0,7: where a comma does not separate cells, it is a point.
_SCORE = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d{1,3})?")
_TWO = 2


class _Table(NamedTuple):
    names: list[str] | None
    body: list[list[str]]


def read_scores(data: bytes) -> LabelledProbabilities:
    """Labels in the first column, or in one that is named so, and a column of probabilities for each class.

    The header row names the classes. One column of probabilities is that of the second of two classes in their
    order, such as 1 of 0 and 1. Raises InvalidInput with the row at fault.
    """
    table = _split(read_rows(data, "/file"))
    place = _label_place(table)
    labels, rows = [], []
    for number, row in enumerate(table.body, start=2 if table.names else 1):
        scores = row[:place] + row[place + 1 :]
        if not scores or len(row) != len(table.body[0]) or not all(map(_SCORE.fullmatch, scores)) or not row[place]:
            detail = f"Row {number} must be a label followed by one probability for each class, such as: cat,0.7,0.3"
            raise InvalidInput(Fault("/file", detail))
        labels.append(row[place])
        rows.append([float(score.replace(",", ".")) for score in scores])
    names = None if table.names is None else table.names[:place] + table.names[place + 1 :]
    return _binary(_labels(labels), rows) if len(rows[0]) == 1 else _several(labels, rows, names)


def _split(rows: list[list[str]]) -> _Table:
    if not rows:
        raise InvalidInput(Fault("/file", "The table is empty; send one row for each sample."))
    has_header = any(cell.lower() in LABEL_NAMES for cell in rows[0]) or not all(map(_SCORE.fullmatch, rows[0][1:]))
    table = _Table(rows[0], rows[1:]) if has_header else _Table(None, rows)
    if not table.body:
        raise InvalidInput(Fault("/file", "The table has a header row but no samples."))
    return table


def _label_place(table: _Table) -> int:
    named = [i for i, name in enumerate(table.names or ()) if name.lower() in LABEL_NAMES]
    return named[0] if named else 0


def _binary(labels: Sequence[Label], rows: list[list[float]]) -> LabelledProbabilities:
    classes = sorted(set(labels), key=lambda label: (isinstance(label, str), label))
    if len(classes) != _TWO:
        detail = (
            f"One column of probabilities requires labels of exactly two classes; these labels have {len(classes)}."
        )
        raise InvalidInput(Fault("/file", detail))
    return LabelledProbabilities(labels, [[1 - score, score] for (score,) in rows], classes)


def _several(labels: list[str], rows: list[list[float]], names: list[str] | None) -> LabelledProbabilities:
    if names is None:
        return LabelledProbabilities(_labels(labels), rows)
    whole = all(map(_WHOLE.fullmatch, [*labels, *names]))
    classes: list[Label] = [*map(int, names)] if whole else [*names]
    return LabelledProbabilities([*map(int, labels)] if whole else labels, rows, classes)


def _labels(labels: list[str]) -> list[Label]:
    return [*map(int, labels)] if all(map(_WHOLE.fullmatch, labels)) else [*labels]
