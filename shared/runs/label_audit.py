"""The label audit of a run: the probabilities of all classes in, suspected labels and what they may change out."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.label_errors.agreement_bounds import kappa_bounds, mcc_bounds
from shared.evaluation.label_errors.confident_learning import SuspectedErrors, accuracy_bounds, suspected_errors
from shared.evaluation.label_errors.metric_bounds import class_bounds, mean_bounds
from shared.evaluation.types import Label
from shared.kit.plurals import form, there_are
from shared.runs import results
from shared.runs.errors import AuditTooLarge, SamplesInsufficient
from shared.runs.records import ReadyRun
from shared.runs.rows.scanning import RowScan
from shared.runs.scores.probabilities import read_probabilities

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


class BoundedMetric(msgspec.Struct, frozen=True):
    """A metric between its bounds; `label` is the class that it is of, None for all classes.

    With `is_attained` some labels of the suspected samples make the metric as low, and some as high; without, it lies
    between the bounds and may not reach them. Bounds are None where the metric may be undefined.
    """

    metric: str
    label: Label | None
    low: float | None
    high: float | None
    is_attained: bool


class AuditedMetrics(msgspec.Struct, frozen=True):
    """What metrics may be if the most suspected labels are wrong.

    The accuracy lies between `accuracy_low` and `accuracy_high` whichever of them are wrong and whatever they should
    be; `corrected` are the metrics if all of them were as suggested.
    """

    labels: int
    accuracy_low: float
    accuracy_high: float
    corrected: dict[str, float | None]
    bounds: list[BoundedMetric]


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
    labels, predicted, probabilities, _ = read_probabilities(scan, run)
    found = suspected_errors(labels, probabilities)
    thresholds = [None if np.isnan(value) else value for value in found.thresholds.tolist()]
    tops = [top for top in _TOPS if top < len(found.rows)] + ([len(found.rows)] if len(found.rows) else [])
    share = len(found.rows) / summary.rows
    are = form(len(found.rows), "is", "are")
    return LabelAuditResult(
        *(str(run.id), run.version, summary.rows, len(found.rows)),
        dict(zip(map(str, classes), thresholds, strict=True)),
        results.overall(summary.matrix)[0],
        [_if_wrong(labels, predicted, found, top, classes) for top in tops],
        _named(scan, classes, found, limit),
        f"{len(found.rows):,} of {summary.rows:,} labels ({share:.2%}) {are} suspected: the model is confidently of "
        "another class.",
    )


def _check(run: ReadyRun) -> None:
    summary = run.summary
    if summary.rows < MIN_SAMPLES:
        raise SamplesInsufficient(f"{there_are(summary.rows, 'sample')}; at least {MIN_SAMPLES} are needed.")
    if np.count_nonzero(summary.matrix.actual) == 1:
        raise SamplesInsufficient("All samples have one label, so that none can be told from another.")
    if summary.matrix.is_sparse or summary.rows * len(summary.classes) > MAX_PROBABILITIES:
        raise AuditTooLarge(f"Rows times classes are more than {MAX_PROBABILITIES:,}; audit a part of the rows.")


def _if_wrong(
    labels: NDArray[np.int64], predicted: NDArray[np.int64], found: SuspectedErrors, top: int, classes: list[Label]
) -> AuditedMetrics:
    k, corrected = len(classes), labels.copy()
    corrected[found.rows[:top]] = found.suggested[:top]
    counts = _matrix(corrected, predicted, k)
    bounds = accuracy_bounds(labels == predicted, found.rows[:top])
    matrix = ConfusionMatrix(tuple(classes), counts)
    return AuditedMetrics(
        top, bounds.low, bounds.high, results.overall(matrix)[0], _bounds(labels, predicted, found.rows[:top], classes)
    )


def _bounds(
    labels: NDArray[np.int64], predicted: NDArray[np.int64], doubted: NDArray[np.int64], classes: list[Label]
) -> list[BoundedMetric]:
    known, moved = (_matrix(labels[rows], predicted[rows], len(classes)) for rows in (slice(None), doubted))
    by_class = class_bounds(known, moved)
    found = [
        BoundedMetric(f"{name}.class", label, low, high, is_attained=True)
        for name, bounds in by_class.items()
        for label, low, high in zip(classes, *bounds, strict=True)
    ]
    found += [
        BoundedMetric(f"{name}.macro", None, *mean_bounds(bounds), is_attained=name == "precision")
        for name, bounds in by_class.items()
    ]
    agreement = {"kappa": kappa_bounds(known, moved), "mcc": mcc_bounds(known, moved)}
    return found + [
        BoundedMetric(name, None, bounds.low, bounds.high, is_attained=bounds.is_attained)
        for name, bounds in agreement.items()
    ]


def _matrix(labels: NDArray[np.int64], predicted: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    return np.bincount(labels * k + predicted, minlength=k * k).reshape(k, k)


def _named(scan: RowScan, classes: list[Label], found: SuspectedErrors, limit: int) -> list[SuspectedLabel]:
    rows = scan.rows(found.rows[:limit].tolist())
    return [
        SuspectedLabel(row.number, row.sample_id, row.actual, probability, classes[suggested], row.predicted)
        for row, probability, suggested in zip(
            rows, found.label_probability[:limit].tolist(), found.suggested[:limit].tolist(), strict=True
        )
    ]
