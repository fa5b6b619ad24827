"""The columns of a table of labels and scores: that of the labels, and those of the scores."""

from collections.abc import Sequence

from shared.predictions.errors import UnreadablePredictions
from shared.predictions.notices import Code, Notice
from shared.predictions.scores.doubts import Doubt, title
from shared.predictions.tables.column_kinds import is_fraction
from shared.predictions.tables.names import kind_of, tokens
from shared.predictions.tables.table import NamedTable
from shared.predictions.values import score

_TWO = 2
_CONFIDENCE = frozenset({"conf", "confidence", "confidences"})


def score_columns_of(table: NamedTable) -> tuple[int, list[int], list[str] | None, list[Notice]]:
    """The column of labels, those of scores, the classes in their names, and what is assumed.

    Raises UnreadablePredictions where nothing says which these are.
    """
    classes = [decision for decision in table.decisions if decision.role == "class_score"]
    truths = table.columns_of("truth")
    _refuse_second_truth(table, truths, has_classes=bool(classes))
    if classes and classes[0].alternatives:
        titles = f"{table.title(classes[0].column)} and {table.title(classes[0].alternatives[0])}"
        detail = f"{titles} may both be scores of the class “{classes[0].class_name}”; keep one column for each class, "
        raise UnreadablePredictions(detail + "or call it “prob_” and the class.")
    if classes:
        return truths[0], [d.column for d in classes], [d.class_name or "" for d in classes], []
    _refuse_doubtful(table)
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
            read_numbers(table, column)
    columns = _score_columns(table, labels_at, numeric)
    if not columns:
        raise UnreadablePredictions(
            "The table has no column of probabilities beside the labels; add one for each class, or one for the "
            "second of two."
        )
    _refuse_detections(table, labels_at, columns)
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


def _refuse_detections(table: NamedTable, labels_at: int, columns: Sequence[int]) -> None:
    """Refuse classes beside the confidence in them, as detectors write what they found."""
    if table.names is None or len(columns) > 1 or table.columns_of("prediction"):
        return
    if kind_of(table.names[labels_at]) == "label" and {*tokens(table.names[columns[0]])} <= _CONFIDENCE:
        detail = f"{table.title(columns[0])} says how sure a model is of the class that it predicts, and nothing says "
        raise UnreadablePredictions(f"{detail}that {table.title(labels_at)} is the actual one; name it “actual” if so.")


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


def _refuse_doubtful(table: NamedTable) -> None:
    """Refuse columns that are named after classes and may hold something else, unless another holds scores."""
    doubtful = [d for d in table.decisions if d.doubt is not None]
    if not doubtful or table.columns_of("score"):
        return
    titles = title([table.names[d.column] for d in doubtful]) if table.names else ""
    if doubtful[0].doubt is Doubt.RANKED:
        detail = f"{titles} fall in every row, as the scores of the most probable classes do, whichever these are; "
        raise UnreadablePredictions(f"{detail}give the scores of each class.")
    detail = f"{titles} are named after classes, and nothing says that they hold their scores; call them “prob_” and "
    raise UnreadablePredictions(f"{detail}the class if they do, or leave them out.")


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
    if labels and not any(is_fraction(table.columns[column]) for column in others):
        detail = f"{table.title(labels[0])} holds predicted labels, of which there is one threshold and no curve; give "
        raise UnreadablePredictions(detail + "the scores that the model has for each sample.")
    return others or candidates


def read_numbers(table: NamedTable, column: int) -> list[float]:
    """The scores in a column, from 0 to 1; raises UnreadablePredictions with the line of any other cell."""
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
