"""Metrics of weighted samples are those of scikit-learn and PyCM with the same weights."""

import math
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pycm
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.metrics import accuracy_score, cohen_kappa_score, matthews_corrcoef, precision_recall_fscore_support

from shared.evaluation.confusion.association import association
from shared.evaluation.confusion.counting import count
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import Statistics, Value, statistics, summary
from shared.evaluation.inputs.labels import factorise

factorised = partial(factorise, max_classes=500, max_label_length=500)
weights = st.floats(0.001, 1000)
weighted_samples = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("abc"), weights), min_size=2, max_size=30
).filter(lambda samples: len({sample[0] for sample in samples} | {sample[1] for sample in samples}) > 1)
fractions = st.integers(1, 5).flatmap(
    lambda k: arrays.arrays(np.float64, (k, k), elements=st.one_of(st.just(0.0), st.floats(1e-6, 1e6)))
)


def counted(samples: list[tuple[str, str, float]]) -> tuple[ConfusionMatrix, Any]:
    actual, predicted, weight = (list(column) for column in zip(*samples, strict=True))
    return count(factorised(actual, predicted), np.array(weight)), (actual, predicted, weight)


def test_the_known_figures_of_weighted_samples() -> None:
    # 0.1 + 0.2 + 0.3 differs in its last bit by the order of adding, which must not show.
    matrix = ConfusionMatrix(("a", "b", "c"), np.diag([0.1, 0.2, 0.3]))

    found = statistics(matrix)

    assert {name: found.per_class[name] for name in ("TP", "FP", "FN", "TN", "P", "POP", "TPR", "MCC")} == {
        "TP": (0.1, 0.2, 0.3),
        "FP": (0.0, 0.0, 0.0),
        "FN": (0.0, 0.0, 0.0),
        "TN": (0.5, 0.4, 0.3),
        "P": (0.1, 0.2, 0.3),
        "POP": (0.6, 0.6, 0.6),
        "TPR": (1.0, 1.0, 1.0),
        "MCC": (1.0, 1.0, 1.0),
    }
    assert {name: found.overall[name] for name in ("Overall ACC", "Kappa", "95% CI", "P-Value", "ARI")} == {
        "Overall ACC": 1.0,
        "Kappa": 1.0,
        "95% CI": (1.0, 1.0),
        "P-Value": None,
        "ARI": None,
    }


def test_a_rare_class_is_measured_as_exactly_as_a_frequent_one() -> None:
    found = statistics(ConfusionMatrix((0, 1), np.array([[1e12, 0.2], [0.3, 0.1]])))

    assert {name: found.per_class[name][1] for name in ("TP", "FP", "FN", "TPR", "PPV")} == {
        "TP": 0.1,
        "FP": 0.2,
        "FN": 0.3,
        "TPR": 0.25,
        "PPV": pytest.approx(1 / 3, rel=1e-14),
    }


@given(weighted_samples)
def test_summary_and_statistics_are_scikit_learns(samples: list[tuple[str, str, float]]) -> None:
    matrix, (actual, predicted, weight) = counted(samples)
    per_class = precision_recall_fscore_support(actual, predicted, sample_weight=weight, zero_division=np.nan)[:3]

    metrics, found = summary(matrix), statistics(matrix)

    assert metrics.accuracy == pytest.approx(accuracy_score(actual, predicted, sample_weight=weight))
    means = [None if np.isnan(values).any() else pytest.approx(values.mean()) for values in per_class]
    assert [metrics.precision, metrics.recall, metrics.f1] == means
    for name, values in zip(("PPV", "TPR", "F1"), per_class, strict=True):
        expected = [None if math.isnan(value) else pytest.approx(value) for value in values.tolist()]
        assert list(found.per_class[name]) == expected, name
    for name, value in (
        ("Kappa", cohen_kappa_score(actual, predicted, sample_weight=weight)),
        ("Overall MCC", matthews_corrcoef(actual, predicted, sample_weight=weight)),
    ):
        if found.overall[name] is not None:
            assert found.overall[name] == pytest.approx(value, rel=1e-6, abs=1e-9), name


@pytest.mark.parametrize("transposed", [False, True])
def test_what_has_only_one_class_does_not_correlate(*, transposed: bool) -> None:
    counts = np.zeros((3, 3))
    counts[1] = [1.034469688782167 + 316.86984063581315, 21.52853110588842, 194.86984063581315]

    found = statistics(ConfusionMatrix(("a", "b", "c"), counts.T if transposed else counts))

    assert found.overall["Overall MCC"] is None


@pytest.mark.parametrize("transposed", [False, True])
def test_nor_does_it_in_a_comparison_however_its_sums_are_rounded(*, transposed: bool) -> None:
    random = np.random.default_rng(0)
    for size in (3, 8, 20, 60):
        for _ in range(50):
            counts = np.zeros((size, size))
            counts[random.integers(size)] = random.gamma(1, 100, size)
            matrix = ConfusionMatrix(tuple(range(size)), counts.T if transposed else counts)
            assert math.isnan(association(matrix).mcc)


def test_every_statistic_is_pycms_with_the_same_weights() -> None:
    random = np.random.default_rng(0)
    actual, noise = random.integers(0, 4, 300), random.integers(0, 4, 300)
    predicted = np.where(random.random(300) < 0.7, actual, noise)
    weight = random.gamma(1, 2, 300)
    theirs = pycm.ConfusionMatrix(actual.tolist(), predicted.tolist(), sample_weight=weight.tolist())

    ours = statistics(count(factorised(actual.tolist(), predicted.tolist()), weight))

    for name, value in theirs.overall_stat.items():
        assert _close(ours.overall[name], value), name
    for name, values in theirs.class_stat.items():
        assert all(_close(ours.per_class[name][i], value) for i, value in values.items()), name


@given(weighted_samples)
def test_whole_weights_count_like_repeated_samples(samples: list[tuple[str, str, float]]) -> None:
    whole = [(actual, predicted, math.ceil(weight) % 7 + 1) for actual, predicted, weight in samples]
    matrix, _ = counted([(actual, predicted, float(weight)) for actual, predicted, weight in whole])
    repeated = [(actual, predicted, 1.0) for actual, predicted, weight in whole for _ in range(weight)]
    plain = count(factorised([sample[0] for sample in repeated], [sample[1] for sample in repeated]))

    assert statistics(matrix) == statistics(plain)
    assert summary(matrix) == summary(plain)


@given(fractions, st.sampled_from([2.0**-40, 2.0**-3, 2.0**30]))
def test_the_unit_of_the_weights_does_not_show_in_shares(counts: Any, unit: float) -> None:
    one, other = (statistics(ConfusionMatrix(tuple(range(len(counts))), counts * by)) for by in (1, unit))
    for name in ("TPR", "PPV", "F1", "ACC", "MCC"):
        assert all(map(_close, one.per_class[name], other.per_class[name])), name


@given(fractions)
def test_no_share_leaves_its_range_and_no_count_is_negative(counts: Any) -> None:
    found = statistics(ConfusionMatrix(tuple(range(len(counts))), counts))

    for name in ("TPR", "TNR", "PPV", "NPV", "FPR", "FNR", "FDR", "FOR", "ACC", "ERR", "F1", "PRE"):
        assert all(value is None or 0 <= float(value) <= 1 for value in _plain(found, name)), name
    for name in ("TP", "FP", "FN", "TN"):
        assert min(float(value) for value in _plain(found, name) if value is not None) >= 0, name
    assert len(set(found.per_class["POP"])) == 1


def _plain(found: Statistics, name: str) -> list[float | int | str | None]:
    return [value for value in found.per_class[name] if not isinstance(value, tuple)]


def _close(ours: Value, theirs: Any) -> bool:
    if isinstance(theirs, tuple):
        return isinstance(ours, tuple) and all(_close(a, b) for a, b in zip(ours, theirs, strict=True))
    if theirs is None or isinstance(theirs, str):
        return ours == (theirs if theirs != "None" else None)
    return isinstance(ours, int | float) and math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-12)


def test_weights_beyond_the_digits_of_a_double_keep_what_the_light_samples_say() -> None:
    counts = [[70e-9, 20e-9, 5e-9], [19e-9, 1e9, 3e-9], [2e-9, 7e-9, 40e-9]]

    found = association(ConfusionMatrix(("a", "b", "c"), np.array(counts)))

    exact = [[Fraction(cell) for cell in row] for row in counts]
    actual, predicted = [sum(row) for row in exact], [sum(column) for column in zip(*exact, strict=True)]
    total, right = sum(actual), sum(exact[at][at] for at in range(3))
    chance = sum(a * p for a, p in zip(actual, predicted, strict=True))
    spread = [total**2 - sum(side * side for side in sides) for sides in (actual, predicted)]
    common = right * total - chance
    assert found.kappa == pytest.approx(float(common / (total**2 - chance)), rel=1e-12)
    assert found.mcc == pytest.approx(float(common) / math.sqrt(spread[0] * spread[1]), rel=1e-12)
