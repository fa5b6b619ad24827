"""Tables of labels and scores: the class of each column of scores."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from shared.evaluation.types import Label
from shared.predictions.count_matrices import SAID_OF_TABLES, Likeness, likeness
from shared.predictions.errors import UnreadablePredictions
from shared.predictions.labels import doubts
from shared.predictions.names import kind_of, tokens
from shared.predictions.notices import Code, Notice
from shared.predictions.roles import Decision, is_fraction
from shared.predictions.scored_class import UnnamedClass, scored_class
from shared.predictions.single_score import infer_scored_class, positive_class
from shared.predictions.tables import NamedTable, read_named_table
from shared.predictions.values import as_labels, score, usual_number
from shared.predictions.weights import sample_weights

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
    labels_at, columns, names, notices = _columns(table)
    cells = table.columns[labels_at]
    if "" in cells:
        raise UnreadablePredictions("there is no label; every sample needs one.", line=table.lines[cells.index("")])
    scores = [_read_scores(table, column) for column in columns]
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


def _columns(table: NamedTable) -> tuple[int, list[int], list[str] | None, list[Notice]]:
    """The column of labels, those of scores, and the classes in their names."""
    classes = [decision for decision in table.decisions if decision.role == "class_score"]
    truths = table.columns_of("truth")
    _refuse_second_truth(table, truths, has_classes=bool(classes))
    if classes and classes[0].alternatives:
        titles = f"{table.title(classes[0].column)} and {table.title(classes[0].alternatives[0])}"
        detail = f"{titles} may both be scores of the class “{classes[0].class_name}”; keep one column for each class, "
        raise UnreadablePredictions(detail + "or call it “prob_” and the class.")
    if classes:
        return truths[0], [d.column for d in classes], [d.class_name or "" for d in classes], []
    candidates = [d.column for d in table.decisions if d.role in {"metadata", "score", "prediction"}]
    numeric = [
        column for column in candidates if all(score(cell.lstrip("*")) is not None for cell in table.columns[column])
    ]
    labels_at, notices = (truths[0], []) if truths else _label_column(table, candidates, numeric)
    if labels_at in table.columns_of("prediction"):
        detail = f"{table.title(labels_at)} is a name of predicted labels, and no column is named as the actual ones; "
        raise UnreadablePredictions(detail + "add them, and name their column “actual”.")
    for column in candidates:
        if column not in numeric and column != labels_at and _resembles_scores(table, column, labels_at):
            _read_scores(table, column)
    columns = _score_columns(table, labels_at, numeric)
    if not columns:
        raise UnreadablePredictions(
            "The table has no column of probabilities beside the labels; add one for each class, or one for the "
            "second of two."
        )
    return labels_at, columns, [table.names[column] for column in columns] if table.names else None, notices


def _refuse_second_truth(table: NamedTable, truths: list[int], *, has_classes: bool) -> None:
    rivals = truths[1:]
    if not has_classes and table.names:
        label_columns = [
            d.column for d in table.decisions if d.role == "metadata" and kind_of(table.names[d.column]) == "label"
        ]
        # One that holds other than two classes cannot be the truth of one column of scores.
        rivals += [column for column in label_columns if len({*table.columns[column]}) == _TWO]
    if truths and rivals:
        titles = f"{table.title(truths[0])} and {table.title(rivals[0])}"
        raise UnreadablePredictions(f"{titles} may both be the actual labels; keep one of them, or rename the other.")


def _resembles_scores(table: NamedTable, column: int, labels_at: int) -> bool:
    cells = table.columns[column]
    numbers = sum(score(cell) is not None for cell in cells)
    return bool(table.names and table.names[column] in table.columns[labels_at]) or 2 * numbers >= len(cells)


def _label_column(table: NamedTable, candidates: Sequence[int], numeric: Sequence[int]) -> tuple[int, list[Notice]]:
    texts = [column for column in candidates if column not in numeric]
    if not texts and candidates and not is_fraction(table.columns[candidates[0]]):
        return candidates[0], [Notice(Code.LABEL_COLUMN, (candidates[0] + 1,))]
    if len(texts) == 1:
        return texts[0], []
    if table.names is None and texts and texts[0] == 0:
        return 0, []
    raise UnreadablePredictions("Nothing says which column holds the actual labels; name it “actual” in a header row.")


def _score_columns(table: NamedTable, labels_at: int, numeric: Sequence[int]) -> list[int]:
    if table.names is None:
        return [column for column in range(len(table.columns)) if column != labels_at]
    scores = [column for column in table.columns_of("score") if column != labels_at]
    # A margin beside a probability adds nothing.
    probable = [column for column in scores if any(word.startswith("prob") for word in tokens(table.names[column]))]
    if probable or scores:
        return probable or scores
    predictions = table.columns_of("prediction")
    candidates = [column for column in numeric if column != labels_at]
    others = [column for column in candidates if column not in predictions]
    labels = [column for column in candidates if column in predictions and not is_fraction(table.columns[column])]
    if labels and not others:
        detail = f"{table.title(labels[0])} holds predicted labels, of which there is one threshold and no curve; give "
        raise UnreadablePredictions(detail + "the scores that the model has for each sample.")
    return others or candidates


def _read_scores(table: NamedTable, column: int) -> list[float]:
    numbers = []
    for cell, line in zip(table.columns[column], table.lines, strict=True):
        number = score(cell.lstrip("*"))
        if number is None:
            detail = f"“{cell}” in {table.title(column)} is not a probability; a row is a label and then a probability "
            raise UnreadablePredictions(detail + "for each class, such as: cat,0.7,0.3", line=line)
        if not 0 <= number <= 1:
            detail = f"the score {cell} in {table.title(column)} is not a probability from 0 to 1."
            raise UnreadablePredictions(detail, line=line)
        numbers.append(number)
    return numbers


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
    _refuse_rivals(table, rows)
    labels: list[Label] = [names[int(number)] for number in numbers if number is not None]
    return ReadScores(labels, rows, [*names], table.lines, None, [Notice(Code.POSITIONS)], table.decisions)


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
