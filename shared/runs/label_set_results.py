"""What the counts of a run of label sets say: metrics of all samples, of each label, and of slices."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from shared.evaluation.intervals.of_label_sets import sample_estimates
from shared.evaluation.intervals.of_matrix import UNDEFINED, Confidence, Estimate, f1_of_jaccard
from shared.evaluation.intervals.proportions import wilson
from shared.evaluation.metrics import CATALOGUE, Metric
from shared.evaluation.metrics.undefined import UndefinedMetric
from shared.evaluation.multilabel.label_set_counts import LabelSetCounts, count_sets, evaluate_counts
from shared.runs.errors import TaskUnsupported
from shared.runs.results import SliceResult, ranked
from shared.runs.summary import RunSummary, SliceTable

_RATES = ("precision", "recall", "f1", "jaccard")
OVERALL = (
    "subset_accuracy",
    "hamming_loss",
    *(f"{rate}.{averaging}" for rate in _RATES for averaging in ("micro", "macro", "weighted", "samples")),
)


def metric_named(metric_id: str) -> Metric:
    """The metric of label sets that a request means; its accuracy is that of whole sets. Raises TaskUnsupported."""
    name = "subset_accuracy" if metric_id == "accuracy" else metric_id.removeprefix("multilabel.")
    if name not in OVERALL:
        known = ", ".join(f"multilabel.{one}" for one in OVERALL)
        raise TaskUnsupported(f"metric: each sample of the run has any number of labels; send one of {known}.")
    return CATALOGUE[f"multilabel.{name}"]


def overall(counts: LabelSetCounts) -> tuple[dict[str, float | None], dict[str, UndefinedMetric], dict[str, Estimate]]:
    """The metrics of all samples by their names, why some are undefined, and their intervals of 95 %."""
    metrics = {name.replace(".", "_"): metric_named(name) for name in OVERALL}
    if not counts.rows:
        reason = "there are no samples"
        nothing = {name: UndefinedMetric(metric.id, reason) for name, metric in metrics.items()}
        return dict.fromkeys(metrics), nothing, {name: Estimate(None, reason=reason) for name in metrics}
    result = evaluate_counts(counts)
    values: dict[str, float | None] = {name: metric.read(result) for name, metric in metrics.items()}
    undefined = {
        name: UndefinedMetric(metrics[name].id, metrics[name].undefined_when())
        for name, value in values.items()
        if value is None
    }
    of_samples = {name.replace(".", "_"): one for name, one in sample_estimates(counts, Confidence()).items()}
    of_samples["subset_accuracy"] = _share(counts.exact, counts.rows)
    estimates = {
        name: replace(of_samples[name], value=value)
        if name in of_samples
        else Estimate(None, reason=undefined[name].reason)
        for name, value in values.items()
    }
    return values, undefined, estimates


def by_label(counts: LabelSetCounts) -> dict[str, list[Estimate]]:
    """The metrics of each label with their intervals of 95 %, by their names."""
    triples = [*zip(*counts.by_label.T.tolist(), strict=True)]
    jaccard = [_share(h, a + p - h) for h, a, p in triples]
    return {
        "precision": [_share(h, p) for h, _, p in triples],
        "recall": [_share(h, a) for h, a, _ in triples],
        "f1": [
            replace(f1_of_jaccard(one), value=2 * h / (a + p)) if a + p else one
            for (h, a, p), one in zip(triples, jaccard, strict=True)
        ],
        "jaccard": jaccard,
    }


def slices(tables: Sequence[SliceTable], summary: RunSummary, metric: Metric, min_support: int) -> list[SliceResult]:
    """The values of the columns, from the worst metric to the best; those where it is undefined come last."""
    found = [result for table in tables for result in _of_column(table, summary, metric, max(1, min_support))]
    return ranked(found, metric)


def value_of(table: SliceTable, summary: RunSummary, metric: Metric) -> float | None:
    """A metric of all rows of a table; None where there are none."""
    triples, counts = table.triples()
    if not len(counts):
        return None
    counted = count_sets(summary.label_sets, len(summary.classes), triples[:, 1:], counts)
    value: float | None = metric.read(evaluate_counts(counted))
    return value


def _of_column(table: SliceTable, summary: RunSummary, metric: Metric, least: int) -> list[SliceResult]:
    triples, counts = table.triples()
    starts = np.searchsorted(triples[:, 0], np.arange(len(table.values) + 1))
    results = []
    for at, value in enumerate(table.values):
        rows = slice(starts[at], starts[at + 1])
        if (support := int(counts[rows].sum())) >= least:
            counted = count_sets(summary.label_sets, len(summary.classes), triples[rows, 1:], counts[rows])
            measured = metric.read(evaluate_counts(counted))
            results.append(SliceResult(table.column, value, support, support - counted.exact, measured))
    return results


def _share(part: int, whole: int) -> Estimate:
    if not whole:
        return Estimate(None, reason=UNDEFINED)
    low, high = wilson(part, whole, Confidence().critical)
    return Estimate(part / whole, float(low), float(high), "wilson")
