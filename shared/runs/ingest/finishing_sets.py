"""From counts of label sets to a run of samples with any number of labels."""

from collections.abc import Mapping, Sequence

import numpy as np

from shared.evaluation.multilabel.label_means import count_with_means
from shared.evaluation.types import Label
from shared.predictions.errors import UnreadablePredictions
from shared.predictions.values import as_labels
from shared.runs.errors import ColumnsContradictory, FileUnreadable, TooManyRunClasses
from shared.runs.ingest.areas import label_areas
from shared.runs.ingest.sample_ids import check_ids
from shared.runs.ingest.steps import (
    CountedRows,
    RunResult,
    fold_columns,
    is_inferred,
    label_order,
    misread,
    repeats,
    slice_table,
)
from shared.runs.mapping import Assignment, MappingQuestion, NeedsMapping
from shared.runs.reading.columns.label_sets import labels_of
from shared.runs.rows.row_source import RowSource
from shared.runs.summary import RunSummary, ScoreColumn


def finish_sets(
    reader: CountedRows, columns: Assignment, names: Sequence[str], rows: RowSource, limit: int
) -> RunResult:
    """Make the run of what was read; raises NeedsMapping and the errors of runs."""
    tally = reader.tally
    check_ids(reader.ids, rows, fold_columns(columns), reader.position_of)
    labels, of_text = _labels(reader, columns, rows, limit)
    sets = [tuple(sorted(of_text[text] for text in labels_of(written))) for written in tally.labels.texts]
    # Sets that are written in different ways, as 1 and 1.0, are one.
    position_of_set = {labels_of_set: at for at, labels_of_set in enumerate(dict.fromkeys(sets))}
    positions = np.array([position_of_set[one] for one in sets], np.int64)
    pairs = tally.counts.recoded((positions, positions))
    label_sets = [list(one) for one in position_of_set]
    scores = _score_columns(reader, columns, names, of_text)
    areas = label_areas(rows, scores, [label_sets[at] for at in positions], tally.actual_counts(), len(labels))
    summary = RunSummary(
        rows=tally.rows,
        classes=labels,
        counts=b"",
        class_of_code=positions.tolist(),
        predicted_by="column",
        scores=scores,
        score_kind=None if not scores else "margins" if tally.scores.outside else "one-vs-rest",
        threshold=None,
        roc_auc=None if areas is None else [area and area.value for area in areas],
        roc_auc_spread=None if areas is None else [area and area.spread for area in areas],
        metadata=reader.metadata,
        has_ids=columns.id is not None,
        task="multilabel",
        label_sets=label_sets,
        label_counts=count_with_means(label_sets, len(labels), np.column_stack(pairs.fields(2)), pairs.counts),
    )
    tables = [slice_table(name, tally.slices.get(name), positions) for name in reader.metadata]
    return RunResult(summary, tables, [*columns.notices, *_doubts(label_sets), *repeats(reader, columns, names)])


def _doubts(label_sets: Sequence[Sequence[int]]) -> list[str]:
    """What is said where all sets of both sides are of one size: they may be something else."""
    sizes = {len(one) for one in label_sets}
    if sizes == {1}:
        said = "Every sample has one actual and one predicted label; write both as plain labels for a confusion matrix."
        return [said]
    if len(sizes) > 1:
        return []
    said = f"Every row has {sizes.pop()} actual and as many predicted labels; if a row is a batch of samples, write "
    return [f"{said}a row for each sample."]


def _score_columns(
    reader: CountedRows, columns: Assignment, names: Sequence[str], of_text: Mapping[str, int]
) -> list[ScoreColumn]:
    found = []
    for position, text, dtype in zip(columns.scores, columns.score_classes or [], reader.score_types, strict=True):
        if text not in of_text:
            detail = f"“{text[:100]}” is no label of the file; name the label of the scores as the cells have it."
            raise ColumnsContradictory(detail)
        found.append(ScoreColumn(names[position], of_text[text], dtype))
    return found


def _labels(
    reader: CountedRows, columns: Assignment, rows: RowSource, limit: int
) -> tuple[list[Label], dict[str, int]]:
    """The labels in their order, and the position of each text."""
    texts = reader.tally.labels.texts
    sides = [
        [*dict.fromkeys(label for code in np.unique(codes) for label in labels_of(texts[code]))]
        for codes in reader.tally.counts.fields(2)
    ]
    actual, predicted = sides
    if not actual and not predicted:
        raise FileUnreadable("No sample has a label, and none is predicted.")
    # A label that is never marked is one, too.
    actual = [*dict.fromkeys([*actual, *(indicator.label for indicator in columns.indicators)])]
    try:
        both = as_labels(actual, predicted)
    except UnreadablePredictions as error:
        raise misread(error, reader, rows, labels_of) from error
    labels = dict(zip([*actual, *predicted], [*both[0], *both[1]], strict=True))
    if actual and predicted and not {*both[0]} & {*both[1]} and is_inferred(columns):
        detail = "No label occurs both among the actual and the predicted ones; name both columns to read them so."
        raise NeedsMapping([MappingQuestion("prediction", detail)])
    ordered = sorted({*labels.values()}, key=label_order)
    if len(ordered) > limit:
        raise TooManyRunClasses(f"There are {len(ordered):,} labels; up to {limit} are counted.")
    return ordered, {text: ordered.index(label) for text, label in labels.items()}
