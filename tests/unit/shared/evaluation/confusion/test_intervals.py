"""Intervals from counts are those of PyCM's own ConfusionMatrix."""

import math
from typing import Any, get_args

import numpy as np
import pycm
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pycm.params import CI_CLASS_LIST, CI_OVERALL_LIST

from shared.evaluation.confusion.intervals import ALPHAS, BinomMethod, Intervals, intervals, intervals_of
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import statistics

squares = st.integers(2, 5).flatmap(
    lambda k: arrays.arrays(np.int64, (k, k), elements=st.one_of(st.just(0), st.integers(0, 300)))
)
levels = st.sampled_from([(alpha, one_sided) for one_sided, alphas in ALPHAS.items() for alpha in alphas])


def matrix_of(counts: Any) -> ConfusionMatrix:
    return ConfusionMatrix(tuple(range(len(counts))), np.asarray(counts))


def as_null(bounds: tuple[Any, Any]) -> Any:
    low, high = (None if bound == "None" or not math.isfinite(bound) else bound for bound in bounds)
    return None if low is None and high is None else (low, high)


def theirs(counts: Any, alpha: float, *, one_sided: bool, binom_method: str) -> Intervals:
    table = {i: dict(enumerate(row)) for i, row in enumerate(counts.tolist())}
    matrix = pycm.ConfusionMatrix(matrix=table)
    found = {
        name: matrix.CI(name, alpha=alpha, one_sided=one_sided, binom_method=binom_method)
        for name in (*CI_CLASS_LIST, *CI_OVERALL_LIST)
    }
    return Intervals(
        overall={name: as_null(found[name][1]) for name in CI_OVERALL_LIST},
        per_class={name: tuple(as_null(found[name][i][1]) for i in table) for name in CI_CLASS_LIST},
    )


@given(squares, levels, st.sampled_from(get_args(BinomMethod)))
def test_every_interval_is_pycms(counts: Any, level: tuple[float, bool], method: BinomMethod) -> None:
    alpha, one_sided = level

    ours = intervals(statistics(matrix_of(counts)), alpha=alpha, one_sided=one_sided, binom_method=method)

    assert ours == theirs(counts, alpha, one_sided=one_sided, binom_method=method)


def test_the_intervals_of_a_known_matrix() -> None:
    found = intervals(statistics(matrix_of([[8, 2], [1, 9]])), binom_method="wilson")

    # Wilson's interval of 8 of 10, as Newcombe (1998) computes it.
    assert found.per_class["TPR"][0] == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert found.per_class["TPR"][1] == pytest.approx((0.5958, 0.9821), abs=1e-4)
    assert intervals(statistics(matrix_of([[8, 2], [1, 9]]))).overall["Overall ACC"] == pytest.approx(
        (0.85 - 1.96 * math.sqrt(0.85 * 0.15 / 20), 0.85 + 1.96 * math.sqrt(0.85 * 0.15 / 20))
    )


def test_what_is_undefined_has_no_interval() -> None:
    found = intervals(statistics(matrix_of([[5, 0], [0, 0]])))

    assert {name: found.per_class[name] for name in ("TPR", "PLR", "NLR", "AUC")} == {
        "TPR": ((1.0, 1.0), None),
        "PLR": (None, None),
        "NLR": (None, None),
        "AUC": (None, None),
    }
    assert found.overall == {"Kappa": None, "Overall ACC": (1.0, 1.0)}


def test_one_class_has_intervals_too() -> None:
    found = intervals(statistics(matrix_of([[3]])))

    assert (found.per_class["TPR"], found.per_class["TNR"]) == (((1.0, 1.0),), (None,))


@given(squares.filter(lambda counts: counts.sum() > 0))
def test_a_lower_alpha_never_narrows_an_interval(counts: Any) -> None:
    metrics = statistics(matrix_of(counts))
    wide, narrow = intervals(metrics, alpha=0.001), intervals(metrics, alpha=0.2)

    for name, columns in wide.per_class.items():
        for outer, inner in zip(columns, narrow.per_class[name], strict=True):
            assert (outer is None) == (inner is None)
            if isinstance(outer, tuple) and isinstance(inner, tuple):
                assert outer[0] <= inner[0] <= inner[1] <= outer[1]  # type: ignore[operator]  # both halves are there


def test_an_alpha_of_the_other_table_is_refused() -> None:
    metrics = statistics(matrix_of([[8, 2], [1, 9]]))
    for alpha, one_sided in ((0.02, True), (0.0005, False), (0.5, False)):
        with pytest.raises(KeyError):
            intervals(metrics, alpha=alpha, one_sided=one_sided)


@pytest.mark.parametrize("unit", [0.001, 1.0, 1_000_000.0])
def test_weighted_samples_have_no_interval_whatever_the_unit_of_their_weights(unit: float) -> None:
    matrix = ConfusionMatrix(("a", "b"), np.array([[2.0, 0.0], [1.0, 1.0]]) * unit)

    found = intervals_of(matrix, statistics(matrix))

    assert found.overall == {"Kappa": None, "Overall ACC": None}
    assert set(found.per_class.values()) == {(None, None)}


def test_counted_samples_have_the_intervals_of_their_statistics() -> None:
    matrix = ConfusionMatrix(("a", "b"), np.array([[2, 0], [1, 1]]))

    assert intervals_of(matrix, statistics(matrix)) == intervals(statistics(matrix))
