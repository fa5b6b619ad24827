"""From counts by texts to a run: its classes, its matrix, the meaning of its scores, its exact areas."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.confusion.matrix import DENSE_CLASSES, MAX_CELLS, ConfusionMatrix, FilledCells, from_cells
from shared.evaluation.types import Label
from shared.kit.number_format import value_text
from shared.predictions.errors import UnreadablePredictions
from shared.predictions.lookalikes import are_measured
from shared.predictions.values import as_labels, signs_among_numbers, with_points_in_both
from shared.runs.errors import ColumnsContradictory, ScoresIncomplete, TooManyRunClasses
from shared.runs.ingest.areas import roc_areas
from shared.runs.ingest.finishing_sets import finish_sets
from shared.runs.ingest.flags import flag_notices
from shared.runs.ingest.ranking import RocArea
from shared.runs.ingest.sample_ids import check_ids
from shared.runs.ingest.score_meaning import ScoreMeaning, of_named, of_predicted
from shared.runs.ingest.sparse_counts import SparseCounts
from shared.runs.ingest.steps import (
    CountedRows,
    Finished,
    ask_one_class,
    fold_columns,
    is_inferred,
    label_order,
    look_alike_notices,
    misread,
    predicted_by,
    refuse_other_rows,
    repeats,
    sign_notices,
    slice_table,
    sum_notices,
    unlisted,
)
from shared.runs.ingest.tally import ABOVE, BELOW, RowTally
from shared.runs.ingest.weights import weighted
from shared.runs.mapping import Assignment, MappingQuestion, NeedsMapping
from shared.runs.reading.flags import RIGHT, WRONG
from shared.runs.rows.row_source import RowSource
from shared.runs.summary import RunSummary, ScoreColumn, ScoreKind, StoredCells

_TWO = 2
# So few rows may miss a sum of 1 by rounding.
_UNSUMMED = 0.001
_CHANCE = 0.5
_HALF = 0.5


class _Classes(NamedTuple):
    """The classes in their order, and the position of each text; the texts of the classes as the file has them."""

    labels: list[Label]
    positions: dict[str, int]
    texts: list[str]


def finish(reader: CountedRows, columns: Assignment, names: Sequence[str], rows: RowSource, limit: int) -> Finished:
    """Make the run of what was read; raises NeedsMapping and the errors of runs."""
    if columns.is_multilabel:
        return finish_sets(reader, columns, names, rows, min(limit, DENSE_CLASSES))
    tally = reader.tally
    check_ids(reader.ids, rows, fold_columns(columns), reader.position_of)
    refuse_other_rows(reader, columns, names, rows)
    classes = _classes(reader, columns, names, rows, limit)
    meaning = _meaning(tally, columns, names, classes)
    positions = _positions_of_codes(tally, classes, meaning)
    pairs = tally.counts.recoded((positions, positions))
    matrix = _matrix(pairs, tuple(classes.labels))
    notices = [*columns.notices, *_notices(reader, columns, matrix, names, classes)]
    notices += flag_notices(tally, columns, positions, names)
    notices += [meaning.notice] if meaning is not None and meaning.notice else []
    kind = _score_kind(tally, columns, meaning)
    notices += sum_notices(tally, kind, is_normalised=columns.is_normalised)
    scores = _score_columns(reader, columns, names, classes, meaning)
    is_weighted = columns.weight is not None and tally.is_weighted
    areas = roc_areas(
        rows, scores, kind, positions, tally.actual_counts(), len(classes.labels), is_weighted=is_weighted
    )
    notices += _area_notices(areas)
    summary = RunSummary(
        rows=tally.rows,
        classes=classes.labels,
        counts=b"" if matrix.is_sparse else matrix.counts.tobytes(),
        cells=StoredCells.of(matrix) if matrix.is_sparse else None,
        class_of_code=[int(position) for position in positions],
        predicted_by=predicted_by(columns),
        scores=scores,
        score_kind=kind,
        threshold=None if meaning is None else meaning.threshold,
        roc_auc=None if areas is None else [area and area.value for area in areas],
        roc_auc_spread=None if areas is None else [area and area.spread for area in areas],
        metadata=reader.metadata,
        has_ids=columns.id is not None,
        is_normalised=columns.is_normalised,
        task="correctness" if columns.is_correctness else "classification",
    )
    if columns.weight is not None:
        summary, said = weighted(summary, pairs, names[columns.weight], is_weighted=is_weighted)
        notices += said
    tables = [
        slice_table(name, tally.slices.get(name), positions, is_weighted=summary.is_weighted)
        for name in reader.metadata
    ]
    return Finished(summary, tables, notices)


def _classes(reader: CountedRows, columns: Assignment, names: Sequence[str], rows: RowSource, limit: int) -> _Classes:
    if columns.is_correctness:
        return _Classes([RIGHT, WRONG], {RIGHT: 0, WRONG: 1}, [RIGHT, WRONG])
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
    if predicted and is_inferred(columns) and are_measured({*actual_labels}, others, reader.tally.rows):
        detail = (
            f"“{names[columns.truth]}” and the predictions hold numbers as a regression has them, of which each would "
        )
        raise NeedsMapping([MappingQuestion("prediction", f"{detail}be a class; name both columns to count them so.")])
    if predicted and not others & {*actual_labels} and is_inferred(columns):
        detail = (
            f"No label occurs both in “{names[columns.truth]}” and in the predictions; are both labels in the same "
        )
        detail += "spelling? Name both columns to read them so."
        raise NeedsMapping([MappingQuestion("prediction", detail)])
    if len(scored) == 1 and labels[scored[0]] not in {*actual_labels, *others}:
        detail = f"“{scored[0][:100]}” is no label of the file; name the class of the scores as the labels have it."
        raise ColumnsContradictory(detail)
    positions = {text: classes.index(label) for text, label in labels.items()}
    spelled = {position: text for text, position in reversed(positions.items())}
    return _Classes(classes, positions, [spelled[position] for position in range(len(classes))])


def _label_texts(tally: RowTally) -> list[str]:
    return [text for text in tally.labels.texts if text not in {ABOVE, BELOW}]


def _as_they_are(actual: Sequence[str], others: Sequence[str]) -> tuple[list[str], list[str]]:
    return [*actual], [*others]


def _meaning(tally: RowTally, columns: Assignment, names: Sequence[str], classes: _Classes) -> ScoreMeaning | None:
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


def _positions_of_codes(tally: RowTally, classes: _Classes, meaning: ScoreMeaning | None) -> NDArray[np.int64]:
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


def _notices(
    reader: CountedRows, columns: Assignment, matrix: ConfusionMatrix, names: Sequence[str], classes: _Classes
) -> list[str]:
    notices, tally = [], reader.tally
    if tally.labels.merged:
        notices.append("Labels that differ only in the spaces around them were taken for the same label.")
    if columns.prediction is None and tally.scores.ties:
        rows = "1 row" if tally.scores.ties == 1 else f"{tally.scores.ties:,} rows"
        said = "several classes have the highest score; the first of their columns was taken for the prediction."
        notices.append(f"In {rows} {said}")
    if columns.prediction is None and tally.scores.outside and len(columns.scores) == 1:
        name = names[columns.scores[0]]
        detail = f"“{name}” holds scores outside 0 to 1, so that no threshold says what is predicted; name the column "
        raise NeedsMapping([MappingQuestion("prediction", f"{detail}of predicted labels.")])
    notices += repeats(reader, columns, names)
    if not columns.is_correctness:
        notices += sign_notices(tally, signs_among_numbers(_label_texts(tally)))
        notices += look_alike_notices(tally, {text: classes.labels[at] for text, at in classes.positions.items()})
    if not matrix.hits.any() and not columns.is_correctness:
        notices.append("No prediction is right; do both columns hold the same labels?")
    return notices


def _area_notices(areas: Sequence[RocArea | None] | None) -> list[str]:
    """Say of two classes where the scores order them the wrong way round."""
    if areas is None or len(areas) != _TWO or areas[0] is None or areas[0].value >= _CHANCE:
        return []
    said = f"The ROC AUC is {value_text(areas[0].value)}, below 0.5: the scores are probably those of the other class, "
    return [f"{said}or truth and prediction have different names for the classes."]


def _score_kind(tally: RowTally, columns: Assignment, meaning: ScoreMeaning | None) -> ScoreKind | None:
    if not columns.scores:
        return None
    if columns.is_normalised:
        return "probabilities"
    if tally.scores.outside:
        return "margins"
    if meaning is not None:
        return "confidence" if meaning.class_name is None else "probabilities"
    return "probabilities" if tally.scores.unsummed <= _UNSUMMED * tally.rows else "one-vs-rest"


def _score_columns(
    reader: CountedRows, columns: Assignment, names: Sequence[str], classes: _Classes, meaning: ScoreMeaning | None
) -> list[ScoreColumn]:
    scored: Sequence[str | None] = columns.score_classes or [meaning.class_name if meaning else None]
    if len(columns.scores) > 1:
        missing = [
            text
            for text in classes.texts
            if classes.positions[text] not in {classes.positions[c or ""] for c in scored}
        ]
        if missing and (len(classes.labels) > _TWO or columns.prediction is None):
            raise ScoresIncomplete(
                f"No column holds the scores of the class “{missing[0][:100]}”, which occurs; add it."
            )
    return [
        ScoreColumn(names[position], None if name is None else classes.positions[name], dtype)
        for position, name, dtype in zip(columns.scores, scored, reader.score_types, strict=bool(columns.scores))
    ]
