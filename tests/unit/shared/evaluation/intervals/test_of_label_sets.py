"""Intervals of label sets: those of the residuals of single samples, by SciPy and statsmodels."""

from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import kurtosis, t
from sklearn.metrics import f1_score, hamming_loss, jaccard_score, precision_score
from statsmodels.stats.proportion import proportion_confint

from shared.evaluation.intervals.of_label_sets import NOT_MEASURED, sample_estimates
from shared.evaluation.intervals.of_matrix import NO_SPREAD, Confidence, Estimate
from shared.evaluation.multilabel.label_means import count_with_means
from shared.evaluation.multilabel.label_set_counts import LabelSetCounts
from shared.runs import label_set_results

RANDOM = np.random.default_rng(5)
ACTUAL = RANDOM.random((300, 4)) < RANDOM.random((300, 1))
PREDICTED = ACTUAL ^ (RANDOM.random((300, 4)) < 0.3 * RANDOM.random((300, 1)))
# Somewhere nothing is to be said.
ACTUAL[:5] = PREDICTED[:5] = False


def counted(actual: NDArray[Any], predicted: NDArray[Any]) -> LabelSetCounts:
    sets = [[at for at in range(4) if number >> at & 1] for number in range(16)]
    pairs = np.column_stack([side @ (1 << np.arange(4)) for side in (actual, predicted)])
    return count_with_means(sets, 4, pairs, np.ones(len(pairs), np.int64))


def interval(part: NDArray[Any], whole: NDArray[Any]) -> tuple[float, float]:
    n, ratio = len(part), part.sum() / whole.sum()
    residuals = (part - ratio * whole) / whole.mean()
    error = np.sqrt((residuals**2).mean() / n)
    half = t.ppf(0.975, int(4 * n / (kurtosis(residuals, fisher=False) - 1))) * error / (ratio * (1 - ratio))
    return expit(logit(ratio) - half), expit(logit(ratio) + half)


def test_pooled_metrics_and_means_over_samples_vary_as_single_samples_do() -> None:
    hits, actual, predicted = (side.sum(axis=1) for side in (ACTUAL & PREDICTED, ACTUAL, PREDICTED))
    united = actual + predicted - hits
    known = united > 0

    found = sample_estimates(counted(ACTUAL, PREDICTED), Confidence())

    for metric, value, part, whole in (
        ("f1.micro", f1_score(ACTUAL, PREDICTED, average="micro"), 2 * hits, actual + predicted),
        ("recall.weighted", hits.sum() / actual.sum(), hits, actual),
        ("hamming_loss", hamming_loss(ACTUAL, PREDICTED), actual + predicted - 2 * hits, np.full(300, 4)),
        (
            "jaccard.samples",
            jaccard_score(ACTUAL[known], PREDICTED[known], average="samples"),
            np.where(known, hits / np.maximum(united, 1), 0.0),
            known.astype(float),
        ),
    ):
        low, high = interval(part, whole)
        bounds = (found[metric].value, found[metric].low, found[metric].high)
        assert bounds == pytest.approx((value, low, high), abs=1e-9), metric
        assert found[metric].method == "delta", metric


def test_samples_that_are_all_right_show_no_spread() -> None:
    found = sample_estimates(counted(ACTUAL, ACTUAL), Confidence())

    assert found["f1.micro"] == Estimate(1.0, reason=NO_SPREAD)
    assert found["hamming_loss"] == Estimate(0.0, reason=NO_SPREAD)


def test_nothing_predicted_leaves_no_precision() -> None:
    found = sample_estimates(counted(ACTUAL, np.zeros_like(ACTUAL)), Confidence())

    assert "precision.micro" not in found
    assert "precision.samples" not in found
    assert found["recall.micro"] == Estimate(0.0, reason=NO_SPREAD)


def test_the_f1_of_a_label_has_the_bounds_of_its_jaccard_index() -> None:
    hits, united = (ACTUAL & PREDICTED)[:, 2].sum(), (ACTUAL | PREDICTED)[:, 2].sum()
    low, high = proportion_confint(hits, united, method="wilson")

    found = label_set_results.by_label(counted(ACTUAL, PREDICTED))["f1"][2]

    expected = f1_score(ACTUAL, PREDICTED, average=None)[2], 2 * low / (1 + low), 2 * high / (1 + high)
    assert (found.value, found.low, found.high) == pytest.approx(expected, abs=1e-9)


def test_means_over_labels_vary_as_single_samples_change_them() -> None:
    found = sample_estimates(counted(ACTUAL, PREDICTED), Confidence())
    rows = np.arange(300)
    # Samples of the same sets change a mean alike: each pair of sets is left out once.
    _, first, group = np.unique(np.column_stack([ACTUAL, PREDICTED]), axis=0, return_index=True, return_inverse=True)
    scores: dict[str, Callable[..., float]] = {"precision": precision_score, "f1": f1_score, "jaccard": jaccard_score}

    for (name, score), averaging in product(scores.items(), ("macro", "weighted")):
        of = partial(score, average=averaging)
        value = of(ACTUAL, PREDICTED)
        left_out = np.array([of(ACTUAL[rows != at], PREDICTED[rows != at]) for at in first])[group]
        changes = 299 * (np.mean(left_out) - left_out)
        freedom = int(4 * 300 / (kurtosis(changes, fisher=False) - 1))
        half = t.ppf(0.975, freedom) * changes.std() / np.sqrt(300) / (value * (1 - value))
        low, high = expit(logit(value) - half), expit(logit(value) + half)
        one = found[f"{name}.{averaging}"]
        assert one.value == pytest.approx(value, abs=1e-9)
        assert (one.low, one.high) == pytest.approx((low, high), abs=0.02 * (high - low))
        assert one.method == "delta"


def test_every_metric_of_a_run_has_its_interval() -> None:
    _, _, estimates = label_set_results.overall(counted(ACTUAL, PREDICTED))

    assert {name for name, one in estimates.items() if one.reason} == set()


def test_a_run_that_was_read_before_means_were_measured_says_so() -> None:
    counts = msgspec.structs.replace(counted(ACTUAL, PREDICTED), means={})

    _, _, estimates = label_set_results.overall(counts)

    assert {one.reason for one in estimates.values() if one.reason} == {NOT_MEASURED}
    assert estimates["f1_macro"].value == pytest.approx(f1_score(ACTUAL, PREDICTED, average="macro"))
