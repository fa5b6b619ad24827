"""Metrics of classifiers that give each sample any number of labels."""

from dataclasses import dataclass
from typing import Any, NamedTuple, TypedDict

import numpy as np

from shared.evaluation.inputs.label_sets import Multihot
from shared.evaluation.rates import defined, f1, jaccard, precision, ratios, recall
from shared.evaluation.types import Floats, Integers


class BinaryRecord(TypedDict):
    """One 2 x 2 matrix, rows actual, columns predicted, absent before present, and its metrics; None if undefined."""

    accuracy: float
    precision: float | None
    recall: float | None
    f1: float | None
    confusion_matrix: list[list[int]]


@dataclass(frozen=True, slots=True, eq=False)
class BinaryMatrices:
    """One matrix of absent and present for each of m classes or samples.

    `counts` is [[TN, FP], [FN, TP]], shape (m, 2, 2). The metrics have shape (m,) and NaN where undefined: accuracy,
    and the means of precision, recall and F1 over absent and present, undefined if one of the two is. They are
    PyCM's Overall_ACC, PPV_Macro, TPR_Macro and F1_Macro of that matrix.
    """

    counts: Integers
    accuracy: Floats
    precision: Floats
    recall: Floats
    f1: Floats

    def records(self) -> list[BinaryRecord]:
        """The matrices one by one, as plain values; equal matrices share one record."""
        # Thousands of samples have few different matrices, and building dicts is what costs.
        record_of: dict[tuple[int, ...], BinaryRecord] = {}
        matrices = list(zip(*self.counts.reshape(-1, 4).T.tolist(), strict=True))
        for index, matrix in enumerate(matrices):
            if matrix not in record_of:
                record_of[matrix] = self._record(index)
        return [record_of[matrix] for matrix in matrices]

    def _record(self, index: int) -> BinaryRecord:
        return {
            "accuracy": float(self.accuracy[index]),
            "precision": defined(self.precision[index].item()),
            "recall": defined(self.recall[index].item()),
            "f1": defined(self.f1[index].item()),
            "confusion_matrix": self.counts[index].tolist(),
        }


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Precision, recall, F1 and Jaccard index of "present" in m classes or samples, shape (m,); NaN where undefined."""

    precision: Floats
    recall: Floats
    f1: Floats
    jaccard: Floats


@dataclass(frozen=True, slots=True)
class Average:
    """One metric, averaged in four ways; None if no class or sample defines it."""

    micro: float | None
    macro: float | None
    weighted: float | None
    samples: float | None


@dataclass(frozen=True, slots=True)
class Averages:
    """The headline metrics of a multi-label classifier; `hamming_loss` is the share of wrong cells."""

    precision: Average
    recall: Average
    f1: Average
    jaccard: Average
    subset_accuracy: float
    hamming_loss: float


@dataclass(frozen=True, slots=True, eq=False)
class MultiLabelResult:
    """All metrics of n samples and k classes; `support`, shape (k,), counts the samples that have the class."""

    by_class: BinaryMatrices
    by_sample: BinaryMatrices
    class_shares: Shares
    support: Integers
    averages: Averages


class Sums(NamedTuple):
    """Cells that are 1 in both arrays, in the actual one and in the predicted one, along one axis."""

    hits: Integers
    actual: Integers
    predicted: Integers


def evaluate(multihot: Multihot) -> MultiLabelResult:
    """Compute all metrics from the multi-hot arrays.

    Classes and samples whose share is undefined (NaN in `class_shares`) are left out of the `averages`, as by
    scikit-learn's `zero_division=np.nan`, which its `jaccard_score` lacks. Weighted means use the support, and weigh
    equally if all that is defined has none.
    """
    actual, predicted = multihot.actual, multihot.predicted
    hits = actual & predicted
    by_class, by_sample = (Sums(*(array.sum(axis, np.int64) for array in (hits, actual, predicted))) for axis in (0, 1))
    return evaluate_sums(by_class, by_sample)


def evaluate_sums(by_class: Sums, by_sample: Sums, times: Integers | None = None) -> MultiLabelResult:
    """Compute all metrics from the sums of each class and of each sample, which `times` says how often they occur."""
    samples = len(by_sample.hits) if times is None else int(times.sum())
    classes = len(by_class.hits)
    class_shares = _shares(by_class)
    totals = Sums(*(sums.sum(keepdims=True) for sums in by_class))
    errors = int((totals.actual + totals.predicted - 2 * totals.hits)[0])
    exact = (by_sample.hits == by_sample.actual) & (by_sample.hits == by_sample.predicted)
    return MultiLabelResult(
        by_class=_binary_matrices(by_class, samples),
        by_sample=_binary_matrices(by_sample, classes),
        class_shares=class_shares,
        support=by_class.actual,
        averages=Averages(
            **_averages(_shares(totals), class_shares, _shares(by_sample), by_class.actual, times),
            subset_accuracy=int(np.sum(exact if times is None else times[exact])) / samples,
            hamming_loss=errors / (samples * classes),
        ),
    )


def _binary_matrices(sums: Sums, total: int) -> BinaryMatrices:
    false_alarms, misses = sums.predicted - sums.hits, sums.actual - sums.hits
    rejections = total - sums.actual - false_alarms
    present, absent = _shares(sums), _shares(Sums(rejections, total - sums.actual, total - sums.predicted))
    return BinaryMatrices(
        counts=np.stack([rejections, false_alarms, misses, sums.hits], axis=1).reshape(-1, 2, 2),
        accuracy=(sums.hits + rejections) / total,
        precision=(absent.precision + present.precision) / 2,
        recall=(absent.recall + present.recall) / 2,
        f1=(absent.f1 + present.f1) / 2,
    )


def _shares(sums: Sums) -> Shares:
    return Shares(
        precision=ratios(*precision(*sums)),
        recall=ratios(*recall(*sums)),
        f1=ratios(*f1(*sums)),
        jaccard=ratios(*jaccard(*sums)),
    )


def _averages(
    total: Shares, by_class: Shares, by_sample: Shares, support: Integers, times: Integers | None
) -> dict[str, Any]:
    def average(name: str) -> Average:
        micro, classes, samples = (getattr(s, name) for s in (total, by_class, by_sample))
        return Average(_mean(micro), _mean(classes), _mean(classes, support), _mean(samples, times))

    return {name: average(name) for name in ("precision", "recall", "f1", "jaccard")}


def _mean(values: Floats, weights: Integers | None = None) -> float | None:
    is_defined = ~np.isnan(values)
    values = values[is_defined]
    if not len(values):
        return None
    total = 0 if weights is None else int(weights[is_defined].sum())
    if weights is None or total == 0:
        return float(values.sum()) / len(values)
    return float((values * weights[is_defined]).sum()) / total
