"""Tables of labels and scores: whose scores each column holds."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from shared.evaluation.types import Label
from shared.predictions.errors import UnreadablePredictions
from shared.predictions.names import kind_of, tokens
from shared.predictions.notices import Code, Notice
from shared.predictions.roles import Decision
from shared.predictions.scored_class import Said, scored_class
from shared.predictions.single_score import meaning, positive_class
from shared.predictions.tables import Named, read_named_table
from shared.predictions.values import as_labels, score, usual_number
from shared.predictions.weights import sample_weights

_TWO = 2
_NAMED_CLASSES = 5


@dataclass(frozen=True, slots=True)
class ReadScores:
    """The labels of n samples and rows of k scores in the order of the classes.

    Where there was one column of scores of two classes, rows hold that score alone, and `scored` is its class's place.
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
    labels_at, columns, names, notices = _columns(table)
    cells = table.columns[labels_at]
    if "" in cells:
        raise UnreadablePredictions("there is no label; every sample needs one.", line=table.lines[cells.index("")])
    scores = [_scores(table, place) for place in columns]
    read = _one_column if len(columns) == 1 else _several_columns
    found = read(table, labels_at, columns, names, scores)
    occurring = set(found.labels)
    if len(occurring) < _TWO:
        detail = f"All samples are of the class “{found.labels[0]}”; a curve needs samples of at least two classes."
        raise UnreadablePredictions(detail)
    weights, said = sample_weights(table, 1 + len(columns))
    return replace(found, weights=weights, notices=[*found.notices, *table.notices, *notices, *said])


def _columns(table: Named) -> tuple[int, list[int], list[str] | None, list[Notice]]:
    """The column of labels, those of scores, and the classes that these are named after."""
    classes = [decision for decision in table.decisions if decision.role == "class_score"]
    truths = table.places("truth")
    if len(truths) > 1:
        titles = f"{table.title(truths[0])} and {table.title(truths[1])}"
        raise UnreadablePredictions(f"{titles} may both be the actual labels; keep one of them, or rename the other.")
    if not classes and table.names:
        # One that holds other than two classes cannot be the truth of one column of scores.
        named = [
            d.column for d in table.decisions if d.role == "metadata" and kind_of(table.names[d.column]) == "label"
        ]
        rivals = [place for place in named if len({*table.columns[place]}) == _TWO]
        if truths and rivals:
            titles = f"{table.title(truths[0])} and {table.title(rivals[0])}"
            raise UnreadablePredictions(
                f"{titles} may both be the actual labels; keep one of them, or rename the other."
            )
    if classes and classes[0].alternatives:
        titles = f"{table.title(classes[0].column)} and {table.title(classes[0].alternatives[0])}"
        detail = f"{titles} may both be scores of the class “{classes[0].class_name}”; keep one column for each class, "
        raise UnreadablePredictions(detail + "or call it “prob_” and the class.")
    if classes:
        return truths[0], [d.column for d in classes], [d.class_name or "" for d in classes], []
    others = [d.column for d in table.decisions if d.role in {"metadata", "score", "prediction"}]
    numeric = [place for place in others if all(score(cell.lstrip("*")) is not None for cell in table.columns[place])]
    labels_at, notices = (truths[0], []) if truths else _label_column(table, others, numeric)
    if labels_at in table.places("prediction"):
        detail = f"{table.title(labels_at)} is a name of predicted labels, and no column is named as the actual ones; "
        raise UnreadablePredictions(detail + "add them, and name their column “actual”.")
    for place in others:
        if place not in numeric and place != labels_at and _was_meant_for_scores(table, place, labels_at):
            _scores(table, place)
    columns = _score_columns(table, labels_at, numeric)
    if not columns:
        raise UnreadablePredictions(
            "The table has no column of probabilities beside the labels; add one for each class, or one for the "
            "second of two."
        )
    return labels_at, columns, [table.names[place] for place in columns] if table.names else None, notices


def _was_meant_for_scores(table: Named, place: int, labels_at: int) -> bool:
    cells = table.columns[place]
    numbers = sum(score(cell) is not None for cell in cells)
    return bool(table.names and table.names[place] in table.columns[labels_at]) or 2 * numbers >= len(cells)


def _label_column(table: Named, others: Sequence[int], numeric: Sequence[int]) -> tuple[int, list[Notice]]:
    texts = [place for place in others if place not in numeric]
    if not texts and others:
        return others[0], [Notice(Code.LABEL_COLUMN, (others[0] + 1,))]
    if len(texts) == 1:
        return texts[0], []
    if table.names is None and texts and texts[0] == 0:
        return 0, []
    raise UnreadablePredictions("Nothing says which column holds the actual labels; name it “actual” in a header row.")


def _score_columns(table: Named, labels_at: int, numeric: Sequence[int]) -> list[int]:
    if table.names is None:
        return [place for place in range(len(table.columns)) if place != labels_at]
    scores = [place for place in table.places("score") if place != labels_at]
    # A margin beside a probability says nothing more.
    probable = [place for place in scores if any(word.startswith("prob") for word in tokens(table.names[place]))]
    if probable or scores:
        return probable or scores
    others = [place for place in numeric if place != labels_at]
    return [place for place in others if place not in table.places("prediction")] or others


def _scores(table: Named, place: int) -> list[float]:
    numbers = []
    for cell, line in zip(table.columns[place], table.lines, strict=True):
        number = score(cell.lstrip("*"))
        if number is None:
            detail = f"“{cell}” in {table.title(place)} is not a probability; a row is a label and then a probability "
            raise UnreadablePredictions(detail + "for each class, such as: cat,0.7,0.3", line=line)
        if not 0 <= number <= 1:
            detail = f"the score {cell} in {table.title(place)} is not a probability from 0 to 1."
            raise UnreadablePredictions(detail, line=line)
        numbers.append(number)
    return numbers


def _one_column(
    table: Named, labels_at: int, columns: Sequence[int], names: Sequence[str] | None, scores: list[list[float]]
) -> ReadScores:
    cells, (numbers,) = table.columns[labels_at], scores
    labels, _ = as_labels(cells, cells)
    classes = sorted(set(labels), key=lambda label: (isinstance(label, str), label))
    if len(classes) != _TWO:
        detail = f"With one column of probabilities there have to be two classes; these labels are of {len(classes)}."
        raise UnreadablePredictions(detail)
    notices: list[Notice] = []
    texts = {str(label): place for place, label in enumerate(classes)} | {
        cell: classes.index(label) for cell, label in zip(cells, labels, strict=True)
    }
    truth = table.names[labels_at] if table.names else ""
    said_by_name = scored_class(names[0], [str(label) for label in classes], truth) if names else Said.NOTHING
    predictions = [place for place in table.places("prediction") if place not in columns]
    scored: int | None
    if isinstance(said_by_name, int):
        scored = said_by_name
    elif len(predictions) == 1:
        predicted = [texts.get(cell) for cell in table.columns[predictions[0]]]
        said = meaning(numbers, predicted, table.title(columns[0]))
        scored, numbers = said.scored, said.scores
        notices = [Notice(Code.CONFIDENCE)] if said.is_confidence else []
    elif said_by_name is Said.UNCLEAR:
        detail = f"{table.title(columns[0])} does not say for certain whose scores it holds; name it after the class, "
        raise UnreadablePredictions(f"{detail}such as “prob_{classes[1]}”.")
    else:
        scored = positive_class(classes)
        notices = [] if scored is not None else [Notice(Code.SECOND_CLASS)]
    rows = [[number] for number in numbers]
    place = 1 if scored is None else scored
    return ReadScores(labels, rows, classes, table.lines, place, notices, table.decisions)


def _several_columns(
    table: Named, labels_at: int, columns: Sequence[int], names: Sequence[str] | None, scores: list[list[float]]
) -> ReadScores:
    cells, rows = table.columns[labels_at], [list(row) for row in zip(*scores, strict=True)]
    if names is None:
        labels, _ = as_labels(cells, cells)
        classes = sorted(set(labels), key=lambda label: (isinstance(label, str), label))
        if len(classes) != len(columns):
            detail = f"There are {len(columns)} columns of probabilities and labels of {len(classes)} classes; name "
            raise UnreadablePredictions(detail + "the class of each column in a header row.")
        notices = [Notice(Code.SORTED_CLASSES)]
        return ReadScores(labels, rows, classes, table.lines, None, notices, table.decisions)
    if all(usual_number(cell) is not None for cell in {*cells}) and any(usual_number(name) is None for name in names):
        return _positions(table, cells, names, rows)
    labels, classes = as_labels(cells, names)
    known = set(classes)
    outside = next((place for place, label in enumerate(labels) if label not in known), None)
    if outside is not None:
        raise _unknown(table, outside, cells[outside], names)
    return ReadScores(labels, rows, classes, table.lines, None, [], table.decisions)


def _positions(table: Named, cells: Sequence[str], names: Sequence[str], rows: list[list[float]]) -> ReadScores:
    numbers = [usual_number(cell) for cell in cells]
    for place, number in enumerate(numbers):
        if cells[place] not in names and (number is None or number not in range(len(names))):
            raise _unknown(table, place, cells[place], names)
    if {*cells} & {*names}:
        missing = next(place for place, cell in enumerate(cells) if cell not in names)
        raise _unknown(table, missing, cells[missing], names)
    labels: list[Label] = [names[int(number)] for number in numbers if number is not None]
    return ReadScores(labels, rows, [*names], table.lines, None, [Notice(Code.POSITIONS)], table.decisions)


def _unknown(table: Named, place: int, label: str, names: Sequence[str]) -> UnreadablePredictions:
    more = ", …" if len(names) > _NAMED_CLASSES else ""
    classes = ", ".join(names[:_NAMED_CLASSES]) + more
    detail = f"the label “{label}” is none of the classes that the header names ({classes}); add its column."
    return UnreadablePredictions(detail, line=table.lines[place])
