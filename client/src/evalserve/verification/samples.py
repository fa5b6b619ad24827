"""The samples of one side of a receipt, read from its files by the roles of their columns."""

import functools
import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from evalserve.errors import InputRefused
from evalserve.verification import tables
from evalserve.verification.figures import Counts
from evalserve.verification.tables import Table

_TWO = 2
_ADDED = " (truth)"


@dataclass(frozen=True)
class Samples:
    """Positions of the actual and the predicted class of each sample, its id, and its score of each class."""

    classes: list[Any]
    truth: list[int]
    predicted: list[int]
    ids: list[str] | None
    scores: Mapping[int, list[float]]
    columns: Table
    weights: list[float] | None = None

    def matrix(self, rows: Sequence[int] | None = None) -> list[list[int]]:
        """Return the counts: a row for each actual class, a column for each predicted one."""
        counts = [[0] * len(self.classes) for _ in self.classes]
        for row in range(len(self.truth)) if rows is None else rows:
            counts[self.truth[row]][self.predicted[row]] += 1
        return counts

    def weight_matrix(self, rows: Sequence[int] | None = None, power: int = 1) -> list[list[float]]:
        """Return the sums of weights, or of powers of them, each exact and rounded once; the samples have weights."""
        assert self.weights is not None, "callers ask for samples with weights"
        cells: dict[tuple[int, int], list[float]] = {}
        for row in range(len(self.truth)) if rows is None else rows:
            cells.setdefault((self.truth[row], self.predicted[row]), []).append(self.weights[row] ** power)
        places = range(len(self.classes))
        return [[math.fsum(cells.get((actual, predicted), ())) for predicted in places] for actual in places]

    def counts(self, rows: Sequence[int] | None = None) -> Counts:
        """Return the sums of the matrix, of weighted samples those of their weights."""
        if self.weights is None:
            return Counts(self.matrix(rows))
        return Counts([[Fraction(cell) for cell in row] for row in self.weight_matrix(rows)])

    def squares(self) -> Counts | None:
        """Return the sums of the squares of weights; None of samples without."""
        if self.weights is None:
            return None
        return Counts([[Fraction(cell) for cell in row] for row in self.weight_matrix(power=2)])


def load(side: Mapping[str, Any], predictions: Path, truth: Path | None) -> Samples:
    """Read the samples of a side; raises InputRefused where the files do not have what the receipt says."""
    read = side["read"]
    names = [column["column"] for column in read["columns"]]
    table = dict(tables.read(predictions, names))
    if truth is not None:
        table = _joined(read, table, tables.read(truth, [name.removesuffix(_ADDED) for name in names]))
    positions = _Positions(read["classes"])
    actual = [positions.of(text) for text in _column(table, _of_role(read, "truth"))]
    scores = {score["column"]: [_number(text) for text in _column(table, score["column"])] for score in read["scores"]}
    predicted = _predicted(read, table, positions, scores)
    if read.get("normalised"):
        scores = _divided(scores)
    ids = list(_column(table, _of_role(read, "id"))) if read["has_ids"] else None
    by_class = _by_class(read, positions, scores, predicted)
    column = read.get("weighted_by")
    weights = None if column is None else [_number(text) for text in _column(table, column)]
    return Samples(list(read["classes"]), actual, predicted, ids, by_class, table, weights)


class _Positions:
    """Positions of classes by the texts of a file; numbers are equal by value."""

    def __init__(self, classes: Sequence[Any]) -> None:
        self._are_numbers = all(isinstance(label, int | float) for label in classes)
        self._known = {label if self._are_numbers else str(label): at for at, label in enumerate(classes)}
        self._of_text: dict[str, int] = {}

    def of(self, text: Any) -> int:
        """Return the position of a class; raises InputRefused for a label that is none of the receipt's classes."""
        at = self._of_text.get(str(text))
        if at is None:
            found = self._known.get(_number(str(text)) if self._are_numbers else str(text))
            if found is None and text in {"true", "false"}:
                found = self._known.get(text.capitalize())
            if found is None:
                raise InputRefused(f"The label {text!r} is none of the classes of the receipt.")
            at = self._of_text[str(text)] = found
        return at


def _predicted(
    read: Mapping[str, Any], table: Table, positions: _Positions, scores: Mapping[str, list[float]]
) -> list[int]:
    if read["predicted_by"] == "column":
        return [positions.of(text) for text in _column(table, _of_role(read, "prediction"))]
    labels = [None if score["label"] is None else positions.of(score["label"]) for score in read["scores"]]
    if None in labels:
        raise InputRefused("The receipt does not say of which class the scores are.")
    columns = [scores[score["column"]] for score in read["scores"]]
    if read["predicted_by"] == "highest score":
        # Of equal scores the first one counts.
        return [labels[max(range(len(row)), key=row.__getitem__)] for row in zip(*columns, strict=True)]  # type: ignore[misc] # None is refused above
    (label,), (column,) = labels, columns
    threshold = 0.5 if read["threshold"] is None else read["threshold"]
    return [label if score >= threshold else 1 - label for score in column]  # type: ignore[misc,operator] # as above


def _divided(scores: Mapping[str, list[float]]) -> dict[str, list[float]]:
    """The scores of each sample, divided by their sum."""
    # Added one after the other, as the service does; `sum` compensates what is lost from Python 3.12 on.
    sums = [functools.reduce(operator.add, row) for row in zip(*scores.values(), strict=True)]
    return {name: [value / total for value, total in zip(values, sums, strict=True)] for name, values in scores.items()}


def _by_class(
    read: Mapping[str, Any], positions: _Positions, scores: Mapping[str, list[float]], predicted: Sequence[int]
) -> dict[int, list[float]]:
    """A number for each sample, in the order of its scores of a class."""
    found: dict[int, list[float]] = {}
    for score in read["scores"]:
        values = scores[score["column"]]
        if score["label"] is not None:
            found[positions.of(score["label"])] = values
        elif len(read["classes"]) == _TWO:
            is_margin = read["score_kind"] == "margins"
            other = [-value if is_margin else 1 - value for value in values]
            chosen = zip(values, other, predicted, strict=True)
            found[1] = [value if class_ == 1 else rest for value, rest, class_ in chosen]
    if len(read["classes"]) == _TWO and len(found) == 1:
        ((at, values),) = found.items()
        found[1 - at] = [-value for value in values]
    return found


def _joined(read: Mapping[str, Any], table: dict[str, Sequence[str]], truth: Table) -> dict[str, Sequence[str]]:
    """The predictions with the columns of the second file beside them, by sample id."""
    named = [column["column"] for column in read["columns"] if column["role"] == "id"]
    own, other = (next((name for name in named if name in one), None) for one in (table, truth))
    if own is None or other is None:
        raise InputRefused("The files have no column of ids in common.")
    row_of = {sample_id: row for row, sample_id in enumerate(truth[other])}
    kept = [at for at, sample_id in enumerate(table[own]) if sample_id in row_of]
    joined: dict[str, Sequence[str]] = {name: [cells[at] for at in kept] for name, cells in table.items()}
    rows = [row_of[sample_id] for sample_id in joined[own]]
    for name, cells in truth.items():
        if name != other:
            joined[f"{name}{_ADDED}" if name in table else name] = [cells[row] for row in rows]
    return joined


def _of_role(read: Mapping[str, Any], role: str) -> str:
    found = next((str(column["column"]) for column in read["columns"] if column["role"] == role), None)
    if found is None:
        raise InputRefused(f"The receipt names no column with the role {role}.")
    return found


def _column(table: Table, name: str) -> Sequence[str]:
    if name not in table:
        raise InputRefused(f"The file has no column {name!r}.")
    return table[name]


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError as error:
        raise InputRefused(f"{text!r} is no number.") from error
