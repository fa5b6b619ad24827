"""Confusion matrices as files for other programs and for people; values in, text out."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import Statistics, Value
from shared.evaluation.metrics import CATALOGUE, HEADLINES
from shared.evaluation.metrics.undefined import undefined_statistics
from shared.evaluation.rates import defined, row_shares
from shared.evaluation.types import Label
from shared.kit.csv_text import Cell, csv_text
from shared.matrices.records import CountedMatrix

# PyCM's own name of the second class that it gives to a matrix of one.
_OTHER = "~other~"
_PYCM_DIGITS = 5

_MARKUP = re.compile(r"([!-/:-@\[-`{-~])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_DECIMALS = 4
_MIN_PLAIN, _MAX_PLAIN = 1e-4, 1e15

_MAIN_OVERALL = (*HEADLINES, CATALOGUE["kappa"], CATALOGUE["mcc"])
_MAIN_PER_CLASS = tuple(CATALOGUE[f"{name}.class"] for name in ("precision", "recall", "f1", "support"))


def json_text(matrix: CountedMatrix, statistics: Statistics, *, normalised: bool = False) -> bytes:
    """The matrix, its description, and every statistic; undefined values are null, with their reasons.

    `normalised` puts shares of the row into `confusion_matrix`; a row without samples is null. Of many classes
    `confusion_matrix` is null, and `cells` has positions of classes and counts of those that are not zero.
    """
    description = msgspec.structs.asdict(matrix.description)
    is_sparse = matrix.matrix.is_sparse
    return msgspec.json.encode(
        {
            "uid": matrix.uid,
            "version": matrix.version,
            **description,
            "created_at": matrix.created_at,
            "updated_at": matrix.updated_at,
            "sample_count": matrix.sample_count,
            "classes": matrix.matrix.classes,
            "normalised": normalised,
            "confusion_matrix": None if is_sparse else _cells(matrix.matrix, normalised=normalised),
            **({"cells": _sparse_cells(matrix.matrix, normalised=normalised)} if is_sparse else {}),
            "overall": statistics.overall,
            "per_class": statistics.per_class,
            "undefined": undefined_statistics(matrix.matrix, statistics),
        }
    )


def matrix_csv(matrix: ConfusionMatrix, *, normalised: bool = False) -> str:
    """A row for each actual class and a column for each predicted one; shares of the row if `normalised`.

    Of many classes a row for each cell that is not zero.
    """
    if matrix.is_sparse:
        return cells_csv(matrix, normalised=normalised)
    cells = _cells(matrix, normalised=normalised)
    rows = ([label, *row] for label, row in zip(matrix.classes, cells, strict=True))
    return csv_text(["actual/predicted", *matrix.classes], rows)


def cells_csv(matrix: ConfusionMatrix, *, normalised: bool = False) -> str:
    """A row for each cell that is not zero, row by row: the two classes and the count, or its share of the row."""
    rows, columns, counts = matrix.cells
    values = counts / matrix.actual[rows] if normalised else counts
    labels = matrix.classes
    lines = ([labels[i], labels[j], value] for i, j, value in zip(rows, columns, values.tolist(), strict=True))
    return csv_text(["actual", "predicted", "share" if normalised else "count"], lines)


def overall_csv(statistics: Statistics) -> str:
    """A row for each overall statistic; one that has two values, such as an interval, has both."""
    rows = (
        [name, *value] if isinstance(value, tuple) else [name, value, None]
        for name, value in statistics.overall.items()
    )
    return csv_text(["statistic", "value", "second value"], rows)


def per_class_csv(classes: Sequence[Label], statistics: Statistics) -> str:
    """A row for each class and a column for each of its statistics, none of which is a pair."""
    columns = zip(*statistics.per_class.values(), strict=True)
    rows = ([label, *map(_single, row)] for label, row in zip(classes, columns, strict=True))
    return csv_text(["class", *statistics.per_class], rows)


def pycm_object(matrix: ConfusionMatrix) -> bytes:
    """The file that `pycm.ConfusionMatrix(file=...)` loads: classes and counts, without the labels of single samples.

    PyCM sorts the classes and computes the statistics again. A matrix of one class gets the empty class "~other~"
    beside it, and its label becomes text, as PyCM itself does with vectors of one class.
    """
    classes: list[Label] = list(matrix.classes)
    counts = matrix.counts.tolist()
    if len(classes) == 1:
        classes, counts = [str(classes[0]), _OTHER], [[counts[0][0], 0], [0, 0]]
    rows = [(label, list(zip(classes, row, strict=True))) for label, row in zip(classes, counts, strict=True)]
    vectors = dict.fromkeys(("Actual-Vector", "Predict-Vector", "Prob-Vector", "Sample-Weight"))
    return msgspec.json.encode(
        {**vectors, "Matrix": rows, "Digit": _PYCM_DIGITS, "Transpose": False, "Imbalanced": None}
    )


def markdown(matrix: CountedMatrix, statistics: Statistics, *, normalised: bool = False) -> str:
    """A heading, the matrix as a table, and the main metrics; labels and name are escaped as text."""
    classes = [_escape(str(label)) for label in matrix.matrix.classes]
    cells = _cells(matrix.matrix, normalised=normalised)
    main = [[metric.title, _value_text(_single(statistics.overall[str(metric.pycm)]))] for metric in _MAIN_OVERALL]
    class_values = zip(*(statistics.per_class[str(metric.pycm)] for metric in _MAIN_PER_CLASS), strict=True)
    sections = [
        f"# {_escape(matrix.description.name or f'Matrix {matrix.uid}')}",
        "Rows are actual classes, columns are predicted classes" + ("; percentages of the row." if normalised else "."),
        _table(["", *classes], _label_rows(classes, cells)),
        "## Main metrics",
        _table(["Metric", "Value"], main),
        _table(
            ["Class", *(metric.title for metric in _MAIN_PER_CLASS)],
            _label_rows(classes, ([*map(_single, row)] for row in class_values)),
        ),
    ]
    return "\n\n".join(sections) + "\n"


def _cells(matrix: ConfusionMatrix, *, normalised: bool) -> Sequence[Sequence[Cell]]:
    if not normalised:
        counts: list[list[Cell]] = matrix.counts.tolist()
        return counts
    return [list(map(defined, row)) for row in row_shares(matrix.counts).tolist()]


def _sparse_cells(matrix: ConfusionMatrix, *, normalised: bool) -> dict[str, list[Any]]:
    rows, columns, counts = matrix.cells
    values = counts / matrix.actual[rows] if normalised else counts
    return {"actual": rows.tolist(), "predicted": columns.tolist(), "counts": values.tolist()}


def _single(value: Value) -> Cell:
    assert not isinstance(value, tuple), "only some overall statistics are pairs, and they are not asked for here"
    return value


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _label_rows(classes: Sequence[str], rows: Iterable[Sequence[Cell]]) -> list[list[str]]:
    return [[label, *map(_value_text, row)] for label, row in zip(classes, rows, strict=True)]


def _value_text(value: Cell) -> str:
    if not isinstance(value, float):
        return "–" if value is None else str(value)
    if value.is_integer() and abs(value) < _MAX_PLAIN:
        return f"{value:.0f}"
    plain = _MIN_PLAIN <= abs(value) < _MAX_PLAIN
    return f"{value:.{_DECIMALS}f}" if plain else f"{value:.{_DECIMALS - 1}e}"


def _escape(text: str) -> str:
    line = _CONTROL.sub(" ", text)
    return _MARKUP.sub(lambda mark: _ENTITIES.get(mark[0], rf"\{mark[0]}"), line)
