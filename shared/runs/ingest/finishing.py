"""From counts by texts to a run: what its scores are, its exact areas, and what has to be said."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.confusion.matrix import DENSE_CLASSES
from shared.kit.number_format import value_text
from shared.predictions.values import signs_among_numbers
from shared.runs.errors import ScoresIncomplete
from shared.runs.ingest.areas import roc_areas
from shared.runs.ingest.classes import CountedLabels, RunClasses, count_labels
from shared.runs.ingest.finishing_sets import finish_sets
from shared.runs.ingest.flags import flag_notices
from shared.runs.ingest.label_notices import look_alike_notices
from shared.runs.ingest.ranking import RocArea
from shared.runs.ingest.sample_ids import check_ids
from shared.runs.ingest.score_meaning import ScoreMeaning
from shared.runs.ingest.steps import (
    CountedRows,
    RunResult,
    fold_columns,
    predicted_by,
    refuse_other_rows,
    repeats,
    sign_notices,
    slice_table,
    sum_notices,
    training_notices,
)
from shared.runs.ingest.tally import ABOVE, BELOW, RowTally
from shared.runs.ingest.weights import weighted
from shared.runs.mapping import Assignment, MappingQuestion, NeedsMapping
from shared.runs.rows.row_source import RowSource
from shared.runs.summary import RunSummary, ScoreColumn, ScoreKind, SliceTable, StoredCells

_TWO = 2
# So few rows may miss a sum of 1 by rounding.
_UNSUMMED = 0.001
_CHANCE = 0.5


def finish(reader: CountedRows, columns: Assignment, names: Sequence[str], rows: RowSource, limit: int) -> RunResult:
    """Make the run of what was read; raises NeedsMapping and the errors of runs."""
    if columns.is_multilabel:
        return finish_sets(reader, columns, names, rows, min(limit, DENSE_CLASSES))
    tally = reader.tally
    check_ids(reader.ids, rows, fold_columns(columns), reader.position_of)
    refuse_other_rows(reader, columns, names, rows)
    classes, meaning, positions, pairs, matrix = found = count_labels(reader, columns, names, rows, limit)
    notices = [*columns.notices, *_notices(reader, columns, names, found)]
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
    return RunResult(summary, _slice_tables(reader, positions, is_weighted=summary.is_weighted), notices)


def _slice_tables(reader: CountedRows, positions: NDArray[np.int64], *, is_weighted: bool) -> list[SliceTable]:
    slices = reader.tally.slices
    return [slice_table(name, slices.get(name), positions, is_weighted=is_weighted) for name in reader.metadata]


def _label_texts(tally: RowTally) -> list[str]:
    return [text for text in tally.labels.texts if text not in {ABOVE, BELOW}]


def _notices(reader: CountedRows, columns: Assignment, names: Sequence[str], found: CountedLabels) -> list[str]:
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
    notices += [*repeats(reader, columns, names), *training_notices(tally, reader.metadata)]
    if not columns.is_correctness:
        notices += sign_notices(tally, signs_among_numbers(_label_texts(tally)))
        labels, positions, _ = found.classes
        notices += look_alike_notices(tally, {text: labels[at] for text, at in positions.items()})
    if not found.matrix.hits.any() and not columns.is_correctness:
        notices.append("No prediction is right; do both columns hold the same labels?")
    notices += flag_notices(tally, columns, found.positions, names)
    return notices if found.meaning is None or not found.meaning.notice else [*notices, found.meaning.notice]


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
    reader: CountedRows, columns: Assignment, names: Sequence[str], classes: RunClasses, meaning: ScoreMeaning | None
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
