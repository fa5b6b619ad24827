"""The label audit of a run: the probabilities of all classes in, suspected labels and what they may change out."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.label_errors.confident_learning import SuspectedErrors, accuracy_bounds, suspected_errors
from shared.evaluation.rates import Floats
from shared.evaluation.types import Label
from shared.runs import results
from shared.runs.class_scores import scores_of
from shared.runs.curves import refuse_margins
from shared.runs.errors import AuditTooLarge, SamplesInsufficient
from shared.runs.records import ReadyRun
from shared.runs.scanning import RowScan

MIN_SAMPLES = 10
# Of eight bytes each, held a few times over.
MAX_PROBABILITIES = 40_000_000
# So many of the most suspected labels are taken for wrong, and at last all of them.
_TOPS = (1, 10, 100, 1000, 10_000)


class SuspectedLabel(msgspec.Struct, frozen=True):
    """A sample whose label is suspected: its row, counted from 1, its id if the run has ids, and the likely label."""

    row: int
    id: str | None
    label: Label
    label_probability: float
    suggested: Label
    predicted: Label


class AuditedMetrics(msgspec.Struct, frozen=True):
    """What metrics may be if the most suspected labels are wrong.

    The accuracy lies between `accuracy_low` and `accuracy_high` whichever of them are wrong and whatever they should
    be; `corrected` are the metrics if all of them were as suggested.
    """

    labels: int
    accuracy_low: float
    accuracy_high: float
    corrected: dict[str, float | None]


class LabelAuditResult(msgspec.Struct, frozen=True):
    """The suspected labels of a run, the least probable ones first."""

    run_id: str
    version: int
    rows: int
    suspected: int
    thresholds: dict[str, float | None]
    metrics: dict[str, float | None]
    if_wrong: list[AuditedMetrics]
    samples: list[SuspectedLabel]
    detail: str


def audit_labels(scan: RowScan, run: ReadyRun, limit: int) -> LabelAuditResult:
    """Audit the labels; raises ScoresMissing, ScoresNotProbabilities, SamplesInsufficient, AuditTooLarge."""
    summary, classes = run.summary, run.summary.classes
    _check(run)
    labels, predicted, probabilities = _read(scan, run)
    found = suspected_errors(labels, probabilities)
    thresholds = [None if np.isnan(value) else value for value in found.thresholds.tolist()]
    tops = [top for top in _TOPS if top < len(found.rows)] + ([len(found.rows)] if len(found.rows) else [])
    share = len(found.rows) / summary.rows
    return LabelAuditResult(
        *(str(run.id), run.version, summary.rows, len(found.rows)),
        dict(zip(map(str, classes), thresholds, strict=True)),
        results.overall(summary.matrix)[0],
        [_if_wrong(labels, predicted, found, top, classes) for top in tops],
        _named(scan, classes, found, limit),
        f"{len(found.rows):,} of {summary.rows:,} labels ({share:.2%}) are suspected: the model is confidently of "
        "another class.",
    )


def _check(run: ReadyRun) -> None:
    summary = run.summary
    if summary.rows < MIN_SAMPLES:
        raise SamplesInsufficient(f"There are {summary.rows:,} samples; at least {MIN_SAMPLES} are needed.")
    if np.count_nonzero(summary.matrix.counts.sum(axis=1)) == 1:
        raise SamplesInsufficient("All samples have one label, so that none can be told from another.")
    if summary.rows * len(summary.classes) > MAX_PROBABILITIES:
        raise AuditTooLarge(f"Rows times classes are more than {MAX_PROBABILITIES:,}; audit a part of the rows.")


def _read(scan: RowScan, run: ReadyRun) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Labels and predictions (n,), and the probabilities (n, k) of all classes."""
    scored = [scores_of(run.summary, position) for position in range(len(run.summary.classes))]
    for one in scored:
        refuse_margins(one)
    columns = list(dict.fromkeys(["t", "p", *(name for one in scored for name in one.columns)]))
    labels, predicted, probabilities = [], [], []
    for table in scan.select(columns, ()):
        labels.append(scan.classes_in(table, "t"))
        predicted.append(scan.classes_in(table, "p"))
        probabilities.append(np.column_stack([one.values(scan, table).astype(np.float64) for one in scored]))
    return np.concatenate(labels), np.concatenate(predicted), np.concatenate(probabilities)


def _if_wrong(
    labels: NDArray[np.int64], predicted: NDArray[np.int64], found: SuspectedErrors, top: int, classes: list[Label]
) -> AuditedMetrics:
    k, corrected = len(classes), labels.copy()
    corrected[found.rows[:top]] = found.suggested[:top]
    counts = np.bincount(corrected * k + predicted, minlength=k * k).reshape(k, k)
    bounds = accuracy_bounds(labels == predicted, found.rows[:top])
    return AuditedMetrics(top, bounds.low, bounds.high, results.overall(ConfusionMatrix(tuple(classes), counts))[0])


def _named(scan: RowScan, classes: list[Label], found: SuspectedErrors, limit: int) -> list[SuspectedLabel]:
    rows = scan.rows(found.rows[:limit].tolist())
    return [
        SuspectedLabel(row.number, row.sample_id, row.actual, probability, classes[suggested], row.predicted)
        for row, probability, suggested in zip(
            rows, found.label_probability[:limit].tolist(), found.suggested[:limit].tolist(), strict=True
        )
    ]
