"""A confusion matrix as a file looks like one sample of each class, with a score of each class beside it."""

from collections.abc import Iterator, Sequence
from enum import Enum, auto
from typing import NamedTuple

from shared.predictions.matrices.stacked_matrices import are_stacked
from shared.predictions.matrices.total_rows import is_total
from shared.predictions.scores.class_columns import says_scores
from shared.predictions.tables.names import kind_of, tokens
from shared.predictions.values import as_score, number_or_text, score

SAID = (
    "Each class stands in one row, beside a number for each class: this looks like a confusion matrix. Send its counts "
    "as a matrix, or name `scores` if they are scores."
)
SAID_OF_TABLES = (
    "Each class stands in one row, beside a number for each class: this looks like a confusion matrix. Give a row for "
    "each sample, and call columns of scores “prob_” and the class; a program sends counts as `counts` to POST "
    "/v1/matrices."
)

# The classes of a matrix stand in the first column, or behind one of row numbers.
_PLACES = 2
_FEWEST = 2
# Of equally frequent classes, four samples are of four classes once in 11 times, and five of five once in 26.
_MOST_OF_EITHER = 4
# Shares that are printed with two digits miss their sum by up to half of the last one, each.
_ROUNDING = 0.005
_PERCENT = 100


class Likeness(Enum):
    """How much a table looks like a matrix: surely, or as much as like a sample of each class."""

    MATRIX = auto()
    EITHER = auto()


class _Square(NamedTuple):
    """The cells of each column of what may be a matrix, without totals, and what stands around them.

    `corner` is the name of the column of classes, None in a table without names. `around` is what stands before the
    class in the names of all columns, and in the labels of all rows. `is_in_order` says that the classes of the rows
    come in the order of the columns.
    """

    corner: str | None
    columns: Sequence[Sequence[str]]
    has_totals: bool
    around: tuple[str, str] = ("", "")
    is_in_order: bool = True


def likeness(names: Sequence[str] | None, columns: Sequence[Sequence[str]]) -> Likeness | None:
    """Compare a table, or its first rows, with a matrix of counts, shares or percents, with totals or without.

    `names` are those of the columns, None in a table without. None for what is no matrix.
    """
    verdicts = {_judged(square) for square in _squares(names, columns)}
    if names is not None and Likeness.MATRIX not in verdicts and are_stacked(names, columns):
        return Likeness.MATRIX
    return next((verdict for verdict in Likeness if verdict in verdicts), None)


def _squares(names: Sequence[str] | None, columns: Sequence[Sequence[str]]) -> Iterator[_Square]:
    if names is not None and len(columns) > _FEWEST:
        yield from _squares_at(0, [names[-1], *names[:-1]], [columns[-1], *columns[:-1]])
    for at in range(min(_PLACES, len(columns))):
        if at and (names is None or kind_of(names[0]) != "index"):
            return
        yield from _squares_at(at, names, columns)


def _squares_at(at: int, names: Sequence[str] | None, columns: Sequence[Sequence[str]]) -> Iterator[_Square]:
    """What may be matrices whose classes stand in one column, and whose cells stand in those behind it."""
    labels, others = columns[at], columns[at + 1 :]
    if len(others) < _FEWEST or len({*labels}) < len(labels) or "" in labels:
        return
    if names is None:
        if len(labels) == len(others):
            yield _Square(None, others, has_totals=False)
        return
    for rows, width in ((0, 0), (1, 0), (0, 1), (1, 1)):
        height, count = len(labels) - rows, len(others) - width
        if height != count or count < _FEWEST:
            continue
        if (rows and not is_total(labels[-1])) or (width and not is_total(names[-1])):
            continue
        found = _around(names[at + 1 : at + 1 + count], labels[:height])
        if found is not None:
            cells = [column[:height] for column in others[:count]]
            yield _Square(names[at], cells, bool(rows or width), *found)


def _around(names: Sequence[str], labels: Sequence[str]) -> tuple[tuple[str, str], bool] | None:
    """What the names and the labels have in common beside the classes, if these are the same; else None.

    With it whether these come in one order.
    """
    for of_names, of_labels in ((False, False), (True, False), (False, True), (True, True)):
        name_part, classes = _without_common(names) if of_names else ("", names)
        label_part, rows = _without_common(labels) if of_labels else ("", labels)
        of_columns, of_rows = [*map(number_or_text, classes)], [*map(number_or_text, rows)]
        if {*of_columns} == {*of_rows}:
            return (name_part, label_part), of_columns == of_rows
    return None


def _without_common(texts: Sequence[str]) -> tuple[str, list[str]]:
    """Take away the words that all texts begin with, as in `pred_cat` and `pred_dog`."""
    first, last = min(texts), max(texts)
    length = next((at for at, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), 0)
    common = first[:length]
    while common and common[-1].isalnum():
        common = common[:-1]
    return common, [text[len(common) :] for text in texts]


def _judged(square: _Square) -> Likeness | None:
    cells = [cell for column in square.columns for cell in column]
    numbers = [score(as_score(cell) or "0") for cell in cells]
    known = [number for number in numbers if number is not None and number >= 0]
    if len(known) < len(cells):
        return None
    if any(cell.endswith("%") for cell in cells) or square.has_totals:
        return Likeness.MATRIX
    is_unnamed = square.corner is not None and not square.corner.strip()
    if max(known) > 1:
        are_counts = all(number.is_integer() for number in known) or any(_sums(known, _PERCENT))
        return Likeness.MATRIX if are_counts or is_unnamed else None
    if says_scores(square.around[0]):
        return None
    rows_sum, *others_sum = _sums(known, 1)
    is_certain = (
        is_unnamed
        or (square.corner is not None and _is_of_a_matrix(square.corner))
        or all(square.around)
        or (any(others_sum) and not rows_sum)
        # Of so many samples few come in the order of their classes.
        or (len(square.columns) > _MOST_OF_EITHER and square.is_in_order)
    )
    return Likeness.MATRIX if is_certain else Likeness.EITHER


def _is_of_a_matrix(corner: str) -> bool:
    """Return True for `actual / predicted` and `confusion matrix`."""
    words = tokens(corner)
    return {"truth", "prediction"} <= {*map(kind_of, words)} or "confusion" in words


def _sums(numbers: Sequence[float], whole: int) -> tuple[bool, bool, bool]:
    """Whether each row, each column, and all of them together sum to a whole, within rounding; column by column."""
    size = round(len(numbers) ** 0.5)
    columns = [numbers[start : start + size] for start in range(0, len(numbers), size)]
    tolerance = _ROUNDING * size * whole
    rows_sum = all(abs(sum(row) - whole) <= tolerance for row in zip(*columns, strict=True))
    columns_sum = all(abs(sum(column) - whole) <= tolerance for column in columns)
    return rows_sum, columns_sum, abs(sum(numbers) - whole) <= tolerance * size
