"""The client's own formulas against scikit-learn, statsmodels and scipy."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from evalserve.verification import figures, paired
from evalserve.verification.figures import Counts
from evalserve.verification.paired import Pairs
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from shared.evaluation.paired.testing import OUT_OF_REACH

LABELS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60)
SKLEARN: dict[str, Any] = {
    "accuracy": metrics.accuracy_score,
    "precision.macro": lambda t, p, **w: metrics.precision_score(t, p, average="macro", **w),
    "recall.macro": lambda t, p, **w: metrics.recall_score(t, p, average="macro", **w),
    "f1.macro": lambda t, p, **w: metrics.f1_score(t, p, average="macro", **w),
    "f1.weighted": lambda t, p, **w: metrics.f1_score(t, p, average="weighted", **w),
    "precision.weighted": lambda t, p, **w: metrics.precision_score(t, p, average="weighted", **w),
    "jaccard.macro": lambda t, p, **w: metrics.jaccard_score(t, p, average="macro", **w),
    "balanced_accuracy": metrics.balanced_accuracy_score,
    "mcc": metrics.matthews_corrcoef,
    "kappa": metrics.cohen_kappa_score,
}


def counted(pairs: list[tuple[int, int]]) -> Counts:
    matrix = [[0] * 4 for _ in range(4)]
    for actual, predicted in pairs:
        matrix[actual][predicted] += 1
    return Counts(matrix)


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=30)
@given(LABELS)
def test_metrics_are_those_of_scikit_learn_where_they_are_defined(pairs: list[tuple[int, int]]) -> None:
    truth, predicted = zip(*pairs, strict=True)
    counts = counted(pairs)
    for metric, oracle in SKLEARN.items():
        found = figures.value(metric, counts, None)
        if found is not None:
            assert math.isclose(found, oracle(truth, predicted), rel_tol=1e-12, abs_tol=1e-12), metric
    for name in ("precision", "recall", "f1"):
        oracle = getattr(metrics, f"{name}_score")(truth, predicted, average=None, labels=range(4))
        by_class = [figures.value(f"{name}.class", counts, at) for at in range(4)]
        assert [one for one in by_class if one is not None] == pytest.approx(
            [expected for one, expected in zip(by_class, oracle, strict=True) if one is not None]
        )


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=80))
def test_areas_are_those_of_scikit_learn_with_ties(rows: list[tuple[int, bool]]) -> None:
    scores, labels = [score / 5 for score, _ in rows], [label for _, label in rows]
    found = figures.area(scores, labels)
    if len(set(labels)) == 1:
        assert found is None
    else:
        assert found == pytest.approx(metrics.roc_auc_score(labels, scores), abs=1e-12)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.sampled_from([0, 0.1, 1, 7.5])), min_size=1))
def test_weighted_areas_are_those_of_scikit_learn(rows: list[tuple[int, bool, float]]) -> None:
    scores, labels, weights = zip(*rows, strict=True)
    found = figures.area(scores, labels, weights)
    if len({label for _, label, weight in rows if weight}) < 2:
        assert found is None
    else:
        assert found == pytest.approx(metrics.roc_auc_score(labels, scores, sample_weight=weights), abs=1e-12)


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from([0.1, 0.2, 1e6])), min_size=1))
def test_weighted_metrics_are_those_of_scikit_learn(rows: list[tuple[int, int, float]]) -> None:
    matrix = [[Fraction(0)] * 4 for _ in range(4)]
    for actual, guess, weight in rows:
        matrix[actual][guess] += Fraction(weight)
    truth, predicted, weights = zip(*rows, strict=True)
    for metric, oracle in SKLEARN.items():
        found = figures.value(metric, Counts(matrix), None)
        if found is not None:
            expected = oracle(truth, predicted, sample_weight=weights)
            assert math.isclose(found, expected, rel_tol=1e-7, abs_tol=1e-7), metric


@settings(max_examples=30)
@given(st.integers(1, 10**6), st.data(), st.sampled_from([0.01, 0.05, 0.2]))
def test_intervals_are_those_of_statsmodels(whole: int, data: Any, alpha: float) -> None:
    part = data.draw(st.integers(0, whole))
    assert figures.wilson(part, whole, alpha) == pytest.approx(
        proportion_confint(part, whole, alpha, method="wilson"), abs=1e-12
    )


@pytest.mark.parametrize(("first", "second"), [(0, 0), (3, 12), (12, 3), (40, 40), (500, 610), (20_000, 20_300)])
def test_p_values_are_those_of_statsmodels_and_scipy(first: int, second: int) -> None:
    mid, exact = paired.mcnemar(Pairs(100, first, second, 7))
    n, smaller = first + second, min(first, second)
    expected = mcnemar([[100, first], [second, 7]], exact=True).pvalue if n else 1.0
    assert exact == pytest.approx(expected, rel=1e-7)
    # Fagerland, Lydersen and Laake 2013, eq. 4.
    middle = 2 * stats.binom.cdf(smaller, n, 0.5) - stats.binom.pmf(smaller, n, 0.5)
    assert mid == pytest.approx(
        1 - stats.binom.pmf(smaller, n, 0.5) / 2 if first == second and n else middle, rel=1e-7, abs=0
    )


def test_the_interval_of_a_difference_is_that_of_the_paper() -> None:
    # Newcombe 1998, table III, the first row of method 10.
    assert paired.newcombe(Pairs(36, 2, 12, 0), 0.05) == pytest.approx((0.0569, 0.3404), abs=5e-5)


@pytest.mark.parametrize("count", [1, 2, 3, 20])
def test_adjusted_p_values_are_those_of_statsmodels(count: int) -> None:
    p_values = np.random.default_rng(count).random(count).round(1).tolist()
    assert paired.holm([*p_values, None])[:-1] == pytest.approx(multipletests(p_values, method="holm")[1], abs=1e-12)
    assert paired.holm([None]) == [None]


def test_large_inputs_take_no_square_of_their_size() -> None:
    random = np.random.default_rng(1)
    labels, scores = random.random(20_000) < 0.3, random.random(20_000).round(2)
    assert figures.area(scores.tolist(), labels.tolist()) == pytest.approx(metrics.roc_auc_score(labels, scores))


def test_the_least_p_value_of_a_bootstrap_that_is_lifted_above_alpha_shows_nothing() -> None:
    asked = {"alpha": 0.001, "margin": None}
    row = {"p_value": 2 / 10_001, "p_not_worse": None, "p_equivalent": None, "reason": None}

    assert paired.verdict(row, -0.3, 42 / 10_001, asked) == "no_difference_shown"
    assert paired.verdict(row | {"reason": OUT_OF_REACH}, -0.3, 42 / 10_001, asked) == "inconclusive"
