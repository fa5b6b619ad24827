"""Matrices of thousands of classes: as scikit-learn measures them, and every statistic as PyCM has it for few."""

import math
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics as sklearn

from shared.evaluation.confusion.association import association
from shared.evaluation.confusion.cell_list import list_cells, most_errors, neighbours
from shared.evaluation.confusion.counting import count
from shared.evaluation.confusion.matrix import ConfusionMatrix, FilledCells, ManyClasses, from_cells
from shared.evaluation.confusion.statistics import statistics, summary
from shared.evaluation.inputs.labels import factorise
from shared.evaluation.intervals.of_matrix import Confidence, class_estimates, overall_estimates
from shared.evaluation.metrics.matrix_result import MatrixResult

Codes = NDArray[np.int64]

CLASSES, SAMPLES = 5000, 60_000

# The grades of figures that are sums over cells.
GRADES = {
    "SOA5(Cramer)": "Cramer V",
    "SOA7(Lambda A)": "Lambda A",
    "SOA8(Lambda B)": "Lambda B",
    "SOA10(Pearson C)": "Pearson C",
}


@cache
def codes() -> tuple[Codes, Codes]:
    """The samples by the numbers of their classes, which scikit-learn sorts in a tenth of the time of names."""
    generator = np.random.default_rng(7)
    actual = np.concatenate([np.arange(CLASSES), generator.integers(0, CLASSES, SAMPLES)])
    # Each class is predicted once at least, so that no macro mean is undefined.
    right = generator.random(len(actual)) < 0.6
    right[:CLASSES] = True
    predicted = np.where(right, actual, (actual + generator.geometric(0.2, len(actual))) % CLASSES)
    return actual, predicted


@cache
def samples() -> tuple[list[str], list[str]]:
    actual, predicted = codes()
    return [f"class {code:04}" for code in actual], [f"class {code:04}" for code in predicted]


@cache
def many() -> ConfusionMatrix:
    return count(factorise(*samples(), max_classes=CLASSES, max_label_length=50))


def thin(matrix: ConfusionMatrix) -> ConfusionMatrix:
    """The same matrix, with the cells alone that are not zero."""
    return ConfusionMatrix(matrix.classes, matrix.cells)


def is_near(left: Any, right: Any) -> bool:
    if isinstance(left, tuple) and isinstance(right, tuple):
        return all(map(is_near, left, right))
    if left is None or right is None or isinstance(left, str):
        return bool(left == right)
    return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)


@st.composite
def small(draw: st.DrawFn) -> ConfusionMatrix:
    k = draw(st.integers(2, 5))
    whole = st.lists(st.integers(0, 9), min_size=k * k, max_size=k * k).filter(any)
    counts = np.array(draw(whole)).reshape(k, k)
    # Sums of quarters are exact: no grade of PyCM's scales depends on the order of adding.
    return ConfusionMatrix(tuple(range(k)), counts * 0.25 if draw(st.booleans()) else counts)


@settings(max_examples=40, deadline=None)
@given(small())
def test_every_statistic_of_cells_is_that_of_pycm(matrix: ConfusionMatrix) -> None:
    expected, found = statistics(matrix), statistics(thin(matrix))

    assert found.overall.keys() == expected.overall.keys()
    assert found.per_class.keys() == expected.per_class.keys()
    # On the edge of a grade the last bit decides.
    on_edge = {grade for grade, name in GRADES.items() if found.overall[name] != expected.overall[name]}
    names = found.overall.keys() - on_edge
    different = {name for name in names if not is_near(found.overall[name], expected.overall[name])}
    different |= {name for name in found.per_class if not is_near(found.per_class[name], expected.per_class[name])}
    assert not different


@settings(max_examples=40, deadline=None)
@given(small())
def test_the_intervals_of_cells_are_those_of_all_cells(matrix: ConfusionMatrix) -> None:
    expected, found = MatrixResult(matrix), MatrixResult(thin(matrix))
    overall = overall_estimates(expected, Confidence()), overall_estimates(found, Confidence())
    by_class = class_estimates(expected, Confidence()), class_estimates(found, Confidence())

    for name, estimate in overall[0].items():
        other = overall[1][name]
        assert is_near((estimate.value, estimate.low, estimate.high), (other.value, other.low, other.high)), name
    for name, estimates in by_class[0].items():
        for one, other in zip(estimates, by_class[1][name], strict=True):
            assert is_near((one.value, one.low, one.high), (other.value, other.low, other.high)), name


def test_thousands_of_classes_are_measured_as_scikit_learn_does() -> None:
    actual, predicted = codes()
    matrix = many()
    counts = sklearn.confusion_matrix(actual, predicted)
    precision, recall, f1, support = sklearn.precision_recall_fscore_support(actual, predicted)
    found = statistics(matrix)

    assert matrix.is_sparse
    cells = matrix.cells
    assert (counts[cells.rows, cells.columns] == cells.counts).all()
    assert cells.counts.sum() == counts.sum() == len(actual)
    assert np.allclose(np.array(found.per_class["PPV"], float), precision)
    assert np.allclose(np.array(found.per_class["TPR"], float), recall)
    assert np.allclose(np.array(found.per_class["F1"], float), f1)
    assert list(found.per_class["P"]) == support.tolist()
    headlines = summary(matrix)
    assert headlines.accuracy == pytest.approx(sklearn.accuracy_score(actual, predicted))
    assert headlines.f1 == pytest.approx(sklearn.f1_score(actual, predicted, average="macro"))
    assert association(matrix).kappa == pytest.approx(sklearn.cohen_kappa_score(actual, predicted))
    assert association(matrix).mcc == pytest.approx(sklearn.matthews_corrcoef(actual, predicted))
    assert found.overall["ARI"] == pytest.approx(sklearn.adjusted_rand_score(actual, predicted))
    # In nats.
    mutual = sklearn.mutual_info_score(actual, predicted) / math.log(2)
    assert found.overall["Mutual Information"] == pytest.approx(mutual)


def test_weights_of_thousands_of_classes_add_up_as_in_scikit_learn() -> None:
    weights = np.random.default_rng(3).random(CLASSES + SAMPLES).round(2)
    matrix = count(factorise(*samples(), max_classes=CLASSES, max_label_length=50), weights)
    counts = sklearn.confusion_matrix(*codes(), sample_weight=weights)

    assert np.allclose(counts[matrix.cells.rows, matrix.cells.columns], matrix.cells.counts)
    assert matrix.sample_count == pytest.approx(weights.sum())
    assert not (matrix.cells.counts == 0).any()


def test_a_sparse_matrix_shows_no_cell_that_it_does_not_keep() -> None:
    with pytest.raises(ManyClasses):
        _ = many().counts


def test_a_window_has_the_cells_of_its_classes_in_their_order() -> None:
    rows, columns = [7, 3], [9, 3, 8]
    counts = sklearn.confusion_matrix(*samples())

    assert many().window(rows, columns).tolist() == counts[np.ix_(rows, columns)].tolist()


@settings(max_examples=40, deadline=None)
@given(small(), st.booleans(), st.sampled_from(["count", "position"]))
def test_cells_are_listed_by_class_errors_and_order(matrix: ConfusionMatrix, errors_only: bool, order: Any) -> None:
    expected = [
        (count, row, column)
        for row, counts in enumerate(matrix.counts.tolist())
        for column, count in enumerate(counts)
        if count and 1 in {row, column} and not (errors_only and row == column)
    ]
    if order == "count":
        expected.sort(key=lambda cell: (-cell[0], cell[1], cell[2]))
    found = list_cells(thin(matrix), [1], errors_only=errors_only, order=order)

    assert [*zip(found.counts.tolist(), found.rows.tolist(), found.columns.tolist(), strict=True)] == expected


def test_classes_are_found_by_their_errors_and_by_what_they_are_confused_with() -> None:
    matrix = thin(ConfusionMatrix((0, 1, 2, 3), np.array([[5, 3, 0, 0], [1, 5, 2, 0], [0, 0, 5, 0], [0, 0, 0, 5]])))

    assert most_errors(matrix, 3) == [1, 0, 2]
    assert neighbours(matrix, 1, 3) == [1, 0, 2]
    assert neighbours(matrix, 3, 3) == [3]


def test_few_classes_have_all_their_cells() -> None:
    cells = FilledCells(np.array([0, 1]), np.array([1, 1]), np.array([2, 3]))

    assert from_cells(("a", "b"), cells).counts.tolist() == [[0, 2], [0, 3]]
