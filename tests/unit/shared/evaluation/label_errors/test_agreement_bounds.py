"""Bounds of kappa and of Matthews' correlation if some labels are wrong, against every labelling that there is."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score, confusion_matrix, matthews_corrcoef

from shared.evaluation.label_errors.agreement_bounds import kappa_bounds, mcc_bounds


def matrix(rows: list[tuple[int, int]], k: int) -> NDArray[np.int64]:
    counts = np.zeros((k, k), np.int64)
    for actual, predicted in rows:
        counts[actual, predicted] += 1
    return counts


def rows_of(k: int) -> st.SearchStrategy[list[tuple[int, int]]]:
    # Often of one class, where the metrics are near to be undefined.
    label = st.one_of(st.integers(0, k - 1), st.just(0))
    return st.lists(st.tuples(label, label), min_size=2, max_size=12)


def all_values(rows: list[tuple[int, int]], count: int, k: int) -> tuple[list[float], list[float]]:
    """Kappa and correlation of every labelling of the first rows, from their formulas; NaN where undefined."""
    predicted = np.array([guess for _, guess in rows])
    n = len(rows)
    kappas: list[float] = []
    correlations: list[float] = []
    p = np.bincount(predicted, minlength=k)
    for chosen in product(range(k), repeat=count):
        labels = np.array([*chosen, *(label for label, _ in rows[count:])])
        r, hits = np.bincount(labels, minlength=k), np.count_nonzero(labels == predicted)
        below, spread = n * n - r @ p, (n * n - p @ p) * (n * n - r @ r)
        kappas.append(float((n * hits - r @ p) / below) if below else np.nan)
        correlations.append(float((n * hits - r @ p) / np.sqrt(spread)) if spread else np.nan)
    return kappas, correlations


@pytest.mark.parametrize("k", [2, 3, 4])
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_bounds_hold_for_all_labellings_and_are_reached_where_they_say_so(k: int, data: st.DataObject) -> None:
    rows = data.draw(rows_of(k))
    count = data.draw(st.integers(0, min(len(rows), 6 if k < 4 else 4)))
    counts, doubted = matrix(rows, k), matrix(rows[:count], k)

    for found, values in zip(
        (kappa_bounds(counts, doubted), mcc_bounds(counts, doubted)), all_values(rows, count, k), strict=True
    ):
        if np.isnan(values).any():
            assert (found.low, found.high) == (None, None)
        else:
            assert found.low is not None
            assert found.high is not None
            assert found.low - 1e-12 <= min(values) <= max(values) <= found.high + 1e-12
            if found.is_attained:
                assert [found.low, found.high] == pytest.approx([min(values), max(values)])


def test_without_doubt_both_bounds_are_the_values_of_scikit_learn() -> None:
    random = np.random.default_rng(4)
    for k in (2, 3, 7):
        labels = random.integers(0, k, 200)
        guesses = np.where(random.random(200) < 0.7, labels, random.integers(0, k, 200))
        counts = confusion_matrix(labels, guesses)
        for found, value in (
            (kappa_bounds(counts, np.zeros_like(counts)), cohen_kappa_score(labels, guesses)),
            (mcc_bounds(counts, np.zeros_like(counts)), matthews_corrcoef(labels, guesses)),
        ):
            assert [found.low, found.high] == pytest.approx([value, value], abs=1e-12)


def test_of_classes_of_like_size_the_correlation_is_highest_where_all_doubted_are_right() -> None:
    random = np.random.default_rng(5)
    labels = random.integers(0, 5, 1000)
    guesses = np.where(random.random(1000) < 0.8, labels, random.integers(0, 5, 1000))
    doubted = np.flatnonzero(labels != guesses)[:40]
    moved = confusion_matrix(labels[doubted], guesses[doubted], labels=range(5))
    corrected = labels.copy()
    corrected[doubted] = guesses[doubted]

    found = mcc_bounds(confusion_matrix(labels, guesses), moved)

    assert found.high == pytest.approx(matthews_corrcoef(corrected, guesses))
    assert found.high is not None
    assert found.low is not None
    assert 0 < found.high - found.low < 0.06


def test_a_wrong_label_can_raise_the_correlation_of_several_classes() -> None:
    # Nearly all labels are 0 and nearly all predictions 1: evening out the labels costs more than a hit gains.
    rows = [(0, 1), *[(0, 1)] * 8, (2, 2)]
    _, values = all_values(rows, 1, 3)
    counts, doubted = matrix(rows, 3), matrix(rows[:1], 3)

    assert values[0] > values[1]
    found = mcc_bounds(counts, doubted)
    assert found.high is not None
    assert found.high >= max(values) - 1e-12


def test_millions_of_samples_lose_no_digits() -> None:
    counts = np.array([[30_000_000, 2_000_000], [3_000_000, 5_000_000]])
    doubted = np.array([[0, 1_000_000], [500_000, 0]])
    right = np.array([[30_500_000, 1_000_000], [2_500_000, 6_000_000]])

    found = kappa_bounds(counts, doubted)

    n, r, p = 40_000_000, right.sum(axis=1), right.sum(axis=0)
    exact = (n * int(np.trace(right)) - int(r @ p)) / (n * n - int(r @ p))
    assert found.high == pytest.approx(exact, rel=1e-13)
