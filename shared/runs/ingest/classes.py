"""From the labels of all rows to the classes of a run, their counts, and the class that a single score is of."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.confusion.matrix import MAX_CELLS, ConfusionMatrix, FilledCells, from_cells
from shared.evaluation.types import Label
from shared.predictions.errors import UnreadablePredictions
from shared.predictions.lookalikes import are_measured
from shared.predictions.values import as_labels, with_points_in_both
from shared.runs.errors import ColumnsContradictory, TooManyRunClasses
from shared.runs.ingest.score_meaning import ScoreMeaning, of_named, of_predicted
from shared.runs.ingest.sparse_counts import SparseCounts
from shared.runs.ingest.steps import (
    CountedRows,
    ask_one_class,
    is_inferred,
    label_order,
    misread,
    unlisted,
)
from shared.runs.ingest.tally import ABOVE, BELOW, RowTally
from shared.runs.mapping import Assignment, MappingQuestion, NeedsMapping
from shared.runs.reading.columns.flags import RIGHT, WRONG
from shared.runs.rows.row_source import RowSource

_TWO = 2
_HALF = 0.5


class RunClasses(NamedTuple):
    """The classes in their order, and the position of each text; the texts of the classes as the file has them."""

    labels: list[Label]
    positions: dict[str, int]
    texts: list[str]


class CountedLabels(NamedTuple):
    """What the labels of a file say: the classes, what its score means, the position of each code, and the counts."""

    classes: RunClasses
    meaning: ScoreMeaning | None
    positions: NDArray[np.int64]
    pairs: SparseCounts
    matrix: ConfusionMatrix


def count_labels(
    reader: CountedRows, columns: Assignment, names: Sequence[str], rows: RowSource, limit: int
) -> CountedLabels:
    """Count the labels of all rows as up to `limit` classes; raises NeedsMapping and the errors of runs."""
    classes = _classes(reader, columns, names, rows, limit)
    meaning = _meaning(reader.tally, columns, names, classes)
    positions = _positions_of_codes(reader.tally, classes, meaning)
    pairs = reader.tally.counts.recoded((positions, positions))
    return CountedLabels(classes, meaning, positions, pairs, _matrix(pairs, tuple(classes.labels)))


def _classes(reader: CountedRows, columns: Assignment, names: Sequence[str], rows: RowSource, limit: int) -> RunClasses:
    if columns.is_correctness:
        return RunClasses([RIGHT, WRONG], {RIGHT: 0, WRONG: 1}, [RIGHT, WRONG])
    texts = reader.tally.labels.texts
    truth_codes, predicted_codes = reader.tally.counts.fields(2)
    actual = [texts[code] for code in np.unique(truth_codes)]
    predicted = [texts[code] for code in np.unique(predicted_codes) if texts[code] not in {ABOVE, BELOW}]
    scored = [*(columns.score_classes or [])]
    labels_predicted = unlisted(actual, predicted)
    try:
        # A decimal comma is read on both sides or on neither.
        pointed = with_points_in_both if reader.has_decimal_commas else _as_they_are
        actual_labels, other_labels = as_labels(*pointed(actual, [*labels_predicted, *scored]))
    except UnreadablePredictions as error:
        raise misread(error, reader, rows, lambda text: [text]) from error
    labels = dict(zip([*actual, *predicted, *scored], [*actual_labels, *other_labels], strict=True))
    classes = sorted({*labels.values()}, key=label_order)
    if len(classes) > limit:
        raise TooManyRunClasses(
            f"There are labels of {len(classes):,} classes; up to {limit} are counted. Name the column of labels, "
            "if these are ids or scores; else merge rare classes."
        )
    if len({*actual_labels}) == 1 and columns.prediction is None:
        ask_one_class(actual[0], columns, names[columns.truth])
    others = {*other_labels[: len(predicted)]}
    if others and is_inferred(columns):
        _ask_prediction({*actual_labels}, others, names[columns.truth], reader.tally.rows)
    if len(scored) == 1 and labels[scored[0]] not in {*actual_labels, *others}:
        detail = f"“{scored[0][:100]}” is no label of the file; name the class of the scores as the labels have it."
        raise ColumnsContradictory(detail)
    positions = {text: classes.index(label) for text, label in labels.items()}
    spelled = {position: text for text, position in reversed(positions.items())}
    return RunClasses(classes, positions, [spelled[position] for position in range(len(classes))])


def _ask_prediction(actual: set[Label], predicted: set[Label], truth_name: str, rows: int) -> None:
    """Ask for the columns where both hold measured numbers, or no label in common; raises NeedsMapping."""
    if are_measured(actual, predicted, rows):
        detail = (
            f"“{truth_name}” and the predictions hold numbers as a regression has them, of which each would be a "
            "class; name both columns to count them so."
        )
        raise NeedsMapping([MappingQuestion("prediction", detail)])
    if not predicted & actual:
        detail = (
            f"No label occurs both in “{truth_name}” and in the predictions; are both labels in the same spelling? "
            "Name both columns to read them so."
        )
        raise NeedsMapping([MappingQuestion("prediction", detail)])


def _as_they_are(actual: Sequence[str], others: Sequence[str]) -> tuple[list[str], list[str]]:
    return [*actual], [*others]


def _meaning(tally: RowTally, columns: Assignment, names: Sequence[str], classes: RunClasses) -> ScoreMeaning | None:
    if len(columns.scores) != 1:
        return None
    name, truth_name = names[columns.scores[0]], names[columns.truth]
    if columns.is_confidence:
        return ScoreMeaning(None, "the request says so")
    if columns.prediction is None and (columns.score_classes is None or len(classes.labels) != _TWO):
        return of_named(name, classes.texts, truth_name)
    if columns.score_classes is not None:
        scored = classes.texts[classes.positions[columns.score_classes[0]]]
        return ScoreMeaning(scored, "the request says so", _HALF if columns.prediction is None else None)
    texts = tally.labels.texts
    ranges = {texts[code]: found for code, found in tally.scores.by_prediction.items()}
    spelled = {classes.texts[classes.positions[text]]: found for text, found in ranges.items()}
    return of_predicted(name, classes.texts, truth_name, spelled)


def _positions_of_codes(tally: RowTally, classes: RunClasses, meaning: ScoreMeaning | None) -> NDArray[np.int64]:
    known = dict(classes.positions)
    if meaning is not None and meaning.class_name is not None and len(classes.labels) == _TWO:
        known[ABOVE] = classes.positions[meaning.class_name]
        known[BELOW] = 1 - known[ABOVE]
    texts = tally.labels.texts
    used = {int(code) for side in tally.counts.fields(2) for code in side}
    # Every code that a row has is that of a class; of the others, as of scores that are not known yet, none is read.
    return np.array([known[text] if code in used else -1 for code, text in enumerate(texts)], np.int64)


def _matrix(counts: SparseCounts, classes: tuple[Label, ...]) -> ConfusionMatrix:
    rows, columns = counts.fields(2)
    matrix = from_cells(classes, FilledCells(rows, columns, counts.counts))
    if matrix.is_sparse and len(counts.counts) > MAX_CELLS:
        raise TooManyRunClasses(f"More than {MAX_CELLS:,} pairs of classes occur; merge rare classes.")
    return matrix
