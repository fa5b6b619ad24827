"""Bounds of metrics if some labels are wrong, against every labelling that there is."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score, precision_score, recall_score

from shared.evaluation.label_errors.metric_bounds import class_bounds, mean_bounds

K = 3
SCORES: dict[str, Any] = {"precision": precision_score, "recall": recall_score, "f1": f1_score}
ROWS = st.lists(st.tuples(st.integers(0, K - 1), st.integers(0, K - 1)), min_size=4, max_size=9)


def matrix(rows: list[tuple[int, int]]) -> Any:
    counts = np.zeros((K, K), np.int64)
    for actual, predicted in rows:
        counts[actual, predicted] += 1
    return counts


def defined(name: str, labels: list[int], predicted: list[int]) -> list[float | None]:
    """The metric of each class by scikit-learn, None where it divides by zero."""
    values = SCORES[name](labels, predicted, average=None, labels=range(K), zero_division=np.nan)
    return [None if np.isnan(value) else float(value) for value in values]


@settings(max_examples=25, deadline=None)
@given(ROWS, st.integers(1, 3))
def test_bounds_are_the_extremes_of_all_labellings(rows: list[tuple[int, int]], count: int) -> None:
    predicted = [guess for _, guess in rows]
    found = class_bounds(matrix(rows), matrix(rows[:count]))
    labellings = [[*chosen, *(label for label, _ in rows[count:])] for chosen in product(range(K), repeat=count)]
    for name, (low, high) in found.items():
        by_labelling = [defined(name, labels, predicted) for labels in labellings]
        for at in range(K):
            values = [one[at] for one in by_labelling]
            if None in values:
                assert (low[at], high[at]) == (None, None)
                continue
            assert (low[at], high[at]) == (pytest.approx(min(values)), pytest.approx(max(values)))  # type: ignore[type-var] # none is None
        means = [sum(one) / K for one in by_labelling if None not in one]  # type: ignore[arg-type] # as above
        lowest, highest = mean_bounds((low, high))
        if means and lowest is not None and highest is not None:
            assert lowest - 1e-12 <= min(means) <= max(means) <= highest + 1e-12
            if name == "precision":
                assert [lowest, highest] == pytest.approx([min(means), max(means)])


def test_without_doubt_both_bounds_are_the_value() -> None:
    rows = [(0, 0), (0, 1), (1, 1), (2, 1), (2, 2)]
    for name, (low, high) in class_bounds(matrix(rows), matrix([])).items():
        assert low == high == pytest.approx(defined(name, [row[0] for row in rows], [row[1] for row in rows]))


def test_a_class_that_may_have_no_sample_has_no_bound_where_it_is_undefined() -> None:
    counts = matrix([(0, 1), (1, 1), (1, 1)])

    found = class_bounds(counts, matrix([(0, 1)]))

    assert (found["recall"][0][0], found["recall"][1][0]) == (None, None)
    assert (found["f1"][0][0], found["f1"][1][0]) == (None, None)
    assert found["precision"] == ([None, 2 / 3, None], [None, 1.0, None])
