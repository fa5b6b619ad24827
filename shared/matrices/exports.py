"""Confusion matrices as files for other programs and for people; values in, text out."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

import msgspec

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import Statistics, Value
from shared.evaluation.metrics import CATALOGUE, HEADLINES
from shared.evaluation.metrics.undefined import undefined_statistics
from shared.evaluation.rates import defined, row_shares
from shared.evaluation.types import Label
from shared.matrices.records import CountedMatrix

Cell = Label | None

# Spreadsheets take a text that begins so for a formula, but for a lone sign and a number.
_FORMULA = re.compile(r"(?![+-](?:[0-9]+\.?[0-9]*|\.[0-9]+)?(?:(?<=[0-9.])[eE][+-]?[0-9]+)?\Z)[=+\-@\t\r\n]")

# PyCM's own name of the second class that it gives to a matrix of one.
_OTHER = "~other~"
_DIGITS_SHOWN = 5

_MARKUP = re.compile(r"([!-/:-@\[-`{-~])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_DECIMALS = 4
_MIN_PLAIN, _MAX_PLAIN = 1e-4, 1e15

_MAIN_OVERALL = (*HEADLINES, CATALOGUE["kappa"], CATALOGUE["mcc"])
_MAIN_PER_CLASS = tuple(CATALOGUE[f"{name}.class"] for name in ("precision", "recall", "f1", "support"))


def json_text(matrix: CountedMatrix, statistics: Statistics, *, normalised: bool = False) -> bytes:
    """The matrix, what is said of it, and every statistic; undefined values are null, and it says why.

    `normalised` puts shares of the row into `confusion_matrix`; a row without samples is null throughout.
    """
    described = msgspec.structs.asdict(matrix.description)
    return msgspec.json.encode(
        {
            "uid": matrix.uid,
            "version": matrix.version,
            **described,
            "created_at": matrix.created_at,
            "updated_at": matrix.updated_at,
            "sample_count": matrix.sample_count,
            "classes": matrix.matrix.classes,
            "normalised": normalised,
            "confusion_matrix": _cells(matrix.matrix, normalised=normalised),
            "overall": statistics.overall,
            "per_class": statistics.per_class,
            "undefined": undefined_statistics(matrix.matrix, statistics),
        }
    )


def matrix_csv(matrix: ConfusionMatrix, *, normalised: bool = False) -> str:
    """A row for each actual class and a column for each predicted one; shares of the row if `normalised`."""
    cells = _cells(matrix, normalised=normalised)
    rows = ([label, *row] for label, row in zip(matrix.classes, cells, strict=True))
    return csv_text(["actual/predicted", *matrix.classes], rows)


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
    """What `pycm.ConfusionMatrix(file=...)` loads: classes and counts, without the labels of single samples.

    PyCM sorts the classes and computes the statistics anew. A matrix of one class gets the empty class "~other~"
    beside it, and its label becomes text, as PyCM itself does with vectors of one class.
    """
    classes: list[Label] = list(matrix.classes)
    counts = matrix.counts.tolist()
    if len(classes) == 1:
        classes, counts = [str(classes[0]), _OTHER], [[counts[0][0], 0], [0, 0]]
    rows = [(label, list(zip(classes, row, strict=True))) for label, row in zip(classes, counts, strict=True)]
    vectors = dict.fromkeys(("Actual-Vector", "Predict-Vector", "Prob-Vector", "Sample-Weight"))
    return msgspec.json.encode(
        {**vectors, "Matrix": rows, "Digit": _DIGITS_SHOWN, "Transpose": False, "Imbalanced": None}
    )


def markdown(matrix: CountedMatrix, statistics: Statistics, *, normalised: bool = False) -> str:
    """A heading, the matrix as a table, and the main figures; labels and name are text whatever they hold."""
    classes = [_escaped(str(label)) for label in matrix.matrix.classes]
    cells = _cells(matrix.matrix, normalised=normalised)
    main = [[metric.title, _figure(_single(statistics.overall[str(metric.pycm)]))] for metric in _MAIN_OVERALL]
    figures = zip(*(statistics.per_class[str(metric.pycm)] for metric in _MAIN_PER_CLASS), strict=True)
    parts = [
        f"# {_escaped(matrix.description.name or f'Matrix {matrix.uid}')}",
        "Rows are actual classes, columns are predicted classes" + ("; percentages of the row." if normalised else "."),
        _table(["", *classes], _labelled(classes, cells)),
        "## Main metrics",
        _table(["Metric", "Value"], main),
        _table(
            ["Class", *(metric.title for metric in _MAIN_PER_CLASS)],
            _labelled(classes, ([*map(_single, row)] for row in figures)),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _cells(matrix: ConfusionMatrix, *, normalised: bool) -> Sequence[Sequence[Cell]]:
    if not normalised:
        counts: list[list[Cell]] = matrix.counts.tolist()
        return counts
    return [list(map(defined, row)) for row in row_shares(matrix.counts).tolist()]


def _single(value: Value) -> Cell:
    assert not isinstance(value, tuple), "only some overall statistics are pairs, and they are not asked for here"
    return value


def csv_text(header: Sequence[Cell], rows: Iterable[Sequence[Cell]]) -> str:
    """A table as CSV; what a spreadsheet would take for a formula is text to it. Without a header, only the rows."""
    text = io.StringIO()
    writer = csv.writer(text)
    if header:
        writer.writerow(map(_guarded, header))
    writer.writerows(map(_guarded, row) for row in rows)
    return text.getvalue()


def _guarded(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _labelled(classes: Sequence[str], rows: Iterable[Sequence[Cell]]) -> list[list[str]]:
    return [[label, *map(_figure, row)] for label, row in zip(classes, rows, strict=True)]


def _figure(value: Cell) -> str:
    if not isinstance(value, float):
        return "–" if value is None else str(value)
    if value.is_integer() and abs(value) < _MAX_PLAIN:
        return f"{value:.0f}"
    plain = _MIN_PLAIN <= abs(value) < _MAX_PLAIN
    return f"{value:.{_DECIMALS}f}" if plain else f"{value:.{_DECIMALS - 1}e}"


def _escaped(text: str) -> str:
    line = _CONTROL.sub(" ", text)
    return _MARKUP.sub(lambda mark: _ENTITIES.get(mark[0], rf"\{mark[0]}"), line)
