"""Tables of labels and scores: the class of each column of scores."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from shared.evaluation.types import Label
from shared.predictions.errors import UnreadablePredictions
from shared.predictions.labels import doubts
from shared.predictions.matrices.count_matrices import SAID_OF_TABLES, Likeness, likeness
from shared.predictions.notices import Code, Notice
from shared.predictions.scores.numbered_columns import number_of
from shared.predictions.scores.score_columns import read_numbers, score_columns_of
from shared.predictions.scores.scored_class import UnnamedClass, says_complement, scored_class
from shared.predictions.scores.single_score import infer_scored_class, positive_class
from shared.predictions.scores.weights import sample_weights
from shared.predictions.tables.roles import Decision
from shared.predictions.tables.table import NamedTable, read_named_table
from shared.predictions.values import as_labels, usual_number

_TWO = 2
_MAX_CLASSES_IN_ERROR = 5
# By how much a score may differ from a probability of its row: printed with two digits, by half of that.
_ROUNDING = 0.01


@dataclass(frozen=True, slots=True)
class ReadScores:
    """The labels of n samples and rows of k scores in the order of the classes.

    Where there was one column of scores of two classes, rows hold that score alone, and `scored` is the position of
    its class.
    """

    labels: list[Label]
    rows: list[list[float]]
    classes: list[Label]
    lines: list[int]
    scored: int | None = None
    notices: list[Notice] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    weights: list[float] | None = None


def read_score_table(data: bytes) -> ReadScores:
    """Labels, and a column of probabilities for each class or for one of two; raises UnreadablePredictions."""
    table = read_named_table(data, "auto")
    matrix_likeness = likeness(table.names, table.columns)
    if matrix_likeness is Likeness.MATRIX:
        raise UnreadablePredictions(SAID_OF_TABLES)
    labels_at, columns, names, notices = score_columns_of(table)
    cells = table.columns[labels_at]
    if "" in cells:
        raise UnreadablePredictions("there is no label; every sample needs one.", line=table.lines[cells.index("")])
    scores = [read_numbers(table, column) for column in columns]
    read = _read_one_column if len(columns) == 1 else _read_several_columns
    scores_read = read(table, labels_at, columns, names, scores)
    occurring = set(scores_read.labels)
    if len(occurring) < _TWO:
        detail = (
            f"All samples are of the class “{scores_read.labels[0]}”; a curve needs samples of at least two classes."
        )
        raise UnreadablePredictions(detail)
    weights, weight_notices = sample_weights(table, 1 + len(columns))
    if matrix_likeness is Likeness.EITHER:
        notices.append(Notice(Code.ONE_OF_EACH))
    table_notices = [*table.notices, *notices, *weight_notices, *doubts(scores_read.labels, scores_read.labels)]
    return replace(scores_read, weights=weights, notices=[*scores_read.notices, *table_notices])


def _read_one_column(
    table: NamedTable, labels_at: int, columns: Sequence[int], names: Sequence[str] | None, scores: list[list[float]]
) -> ReadScores:
    cells, (numbers,) = table.columns[labels_at], scores
    labels, _ = as_labels(cells, cells, table.lines)
    classes = sorted(set(labels), key=lambda label: (isinstance(label, str), label))
    if len(classes) != _TWO:
        detail = f"With one column of probabilities there have to be two classes; these labels are of {len(classes)}."
        raise UnreadablePredictions(detail)
    notices: list[Notice] = []
    texts = {str(label): position for position, label in enumerate(classes)} | {
        cell: classes.index(label) for cell, label in zip(cells, labels, strict=True)
    }
    truth = table.names[labels_at] if table.names else ""
    class_in_name = scored_class(names[0], [str(label) for label in classes], truth) if names else UnnamedClass.NOTHING
    predictions = [column for column in table.columns_of("prediction") if column not in columns]
    scored: int | None
    if isinstance(class_in_name, int):
        scored = class_in_name
    elif len(predictions) == 1:
        predicted = [texts.get(cell) for cell in table.columns[predictions[0]]]
        inferred = infer_scored_class(numbers, predicted, table.title(columns[0]))
        scored, numbers = inferred.scored, inferred.scores
        notices = [Notice(Code.CONFIDENCE)] if inferred.is_confidence else []
    elif class_in_name is UnnamedClass.UNCLEAR:
        detail = f"{table.title(columns[0])} does not say for certain whose scores it holds; name it after the class, "
        raise UnreadablePredictions(f"{detail}such as “prob_{classes[1]}”.")
    else:
        scored = positive_class(classes)
        notices = [] if scored is not None else [Notice(Code.SECOND_CLASS)]
    rows = [[number] for number in numbers]
    scored_position = 1 if scored is None else scored
    return ReadScores(labels, rows, classes, table.lines, scored_position, notices, table.decisions)


def _read_several_columns(
    table: NamedTable, labels_at: int, columns: Sequence[int], names: Sequence[str] | None, scores: list[list[float]]
) -> ReadScores:
    cells, rows = table.columns[labels_at], [list(row) for row in zip(*scores, strict=True)]
    if names is None:
        labels, _ = as_labels(cells, cells, table.lines)
        classes = sorted(set(labels), key=lambda label: (isinstance(label, str), label))
        if len(classes) != len(columns):
            detail = f"There are {len(columns)} columns of probabilities and labels of {len(classes)} classes; name "
            raise UnreadablePredictions(detail + "the class of each column in a header row.")
        _refuse_rivals(table, rows)
        notices = [Notice(Code.SORTED_CLASSES)]
        return ReadScores(labels, rows, classes, table.lines, None, notices, table.decisions)
    if all(usual_number(cell) is not None for cell in {*cells}) and any(usual_number(name) is None for name in names):
        return _read_positions(table, cells, names, rows)
    labels, classes = as_labels(cells, names, table.lines)
    class_set = set(classes)
    outside = next((position for position, label in enumerate(labels) if label not in class_set), None)
    if outside is not None:
        raise _unknown_label(table, outside, cells[outside], names)
    return ReadScores(labels, rows, classes, table.lines, None, [], table.decisions)


def _read_positions(
    table: NamedTable, cells: Sequence[str], names: Sequence[str], rows: list[list[float]]
) -> ReadScores:
    numbers = [usual_number(cell) for cell in cells]
    for position, number in enumerate(numbers):
        if cells[position] not in names and (number is None or number not in range(len(names))):
            raise _unknown_label(table, position, cells[position], names)
    if {*cells} & {*names}:
        missing = next(position for position, cell in enumerate(cells) if cell not in names)
        raise _unknown_label(table, missing, cells[missing], names)
    _refuse_unclear(names)
    _refuse_rivals(table, rows)
    labels: list[Label] = [names[int(number)] for number in numbers if number is not None]
    return ReadScores(labels, rows, [*names], table.lines, None, [Notice(Code.POSITIONS)], table.decisions)


def _refuse_unclear(names: Sequence[str]) -> None:
    """Refuse names that say another order than that of the columns, or the complement of a class."""
    numbers = [number_of(name) for name in names]
    in_order = ([None] * len(names), [*range(len(names))], [*range(1, len(names) + 1)])
    unclear = [name for name in names if says_complement(name)]
    if numbers not in in_order or unclear:
        detail = f"“{unclear[0] if unclear else names[0]}” does not say for certain whose scores it holds; name each "
        raise UnreadablePredictions(f"{detail}column after its class, such as “prob_1”.")


def _refuse_rivals(table: NamedTable, rows: list[list[float]]) -> None:
    """Refuse columns that name no classes, and whose rows do not sum to one: they may be those of several models."""
    tolerance = _ROUNDING * len(rows[0])
    other = next((place for place, row in enumerate(rows) if abs(sum(row) - 1) > tolerance), None)
    if other is not None:
        detail = "the scores do not sum to 1, so the columns may be of several models; name the class of each column "
        raise UnreadablePredictions(detail + "in the header row, or send one model.", line=table.lines[other])


def _unknown_label(table: NamedTable, position: int, label: str, names: Sequence[str]) -> UnreadablePredictions:
    ellipsis = ", …" if len(names) > _MAX_CLASSES_IN_ERROR else ""
    classes = ", ".join(names[:_MAX_CLASSES_IN_ERROR]) + ellipsis
    detail = f"the label “{label}” is none of the classes that the header names ({classes}); add its column."
    return UnreadablePredictions(detail, line=table.lines[position])
