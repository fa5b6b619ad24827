"""What is no table of probabilities is refused with a sentence that says what to change; labels find their columns."""

import math
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.evaluation.inputs.class_columns import read_actual
from shared.evaluation.inputs.errors import (
    EmptyVector,
    InvalidLabel,
    InvalidLabels,
    TooManyClasses,
    UnequalLengths,
)
from shared.evaluation.inputs.probabilities import read_probabilities, read_weights
from shared.evaluation.inputs.probability_errors import (
    ClassesMismatch,
    InvalidProbabilities,
    InvalidProbability,
    InvalidSampleWeights,
)
from shared.evaluation.types import Label

actual = partial(read_actual, max_classes=10, max_label_length=20)


def refusal(error: type[InvalidLabels], call: partial[Any]) -> tuple[str, str, int | None]:
    with pytest.raises(InvalidLabels) as caught:
        call()
    assert type(caught.value) is error
    return caught.value.detail, caught.value.vector, caught.value.index


def test_lists_become_a_table_and_arrays_stay_as_they_are() -> None:
    rows: list[list[float]] = [[0.25, 0.75], [1, 0]]
    table = read_probabilities(rows, 2)
    assert (table.tolist(), table.dtype.name) == (rows, "float64")
    for array in (np.array(rows, np.float32), np.array(rows, np.float64)):
        assert read_probabilities(array, 2) is array
    whole: Any = np.array([[1, 0], [0, 1]])
    assert read_probabilities(whole, 2).tolist() == [[1.0, 0.0], [0.0, 1.0]]


def broken(place: tuple[int, int], value: float) -> list[list[float]]:
    rows = [[0.5, 0.5] for _ in range(4)]
    rows[place[0]][place[1]] = value
    return rows


@pytest.mark.parametrize("dtype", [None, np.float32, np.float64])
@pytest.mark.parametrize(("value", "shown"), [(math.nan, "nan"), (math.inf, "inf"), (-0.5, "-0.5"), (1.5, "1.5")])
def test_what_is_no_probability_is_named_with_its_place(dtype: Any, value: float, shown: str) -> None:
    rows = broken((2, 1), value)
    given_rows = rows if dtype is None else np.array(rows, dtype)
    assert refusal(InvalidProbability, partial(read_probabilities, given_rows, 4)) == (
        f"probability_vector[2][1] is {shown}; a probability must be from 0 to 1.",
        "probability_vector",
        2,
    )


def test_a_row_that_does_not_sum_to_1_is_named() -> None:
    assert refusal(InvalidProbability, partial(read_probabilities, broken((3, 0), 0.25), 4, name="scores")) == (
        "scores[3] sums to 0.75; the probabilities of a sample must sum to 1 within 0.001.",
        "scores",
        3,
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("value", "good"), [(0.501, True), (0.499, True), (0.5011, False), (0.4989, False)])
def test_a_sum_may_be_off_by_a_thousandth(dtype: Any, value: float, *, good: bool) -> None:
    table = np.array([[0.5, 0.5], [0.5, value]], dtype)
    if good:
        assert read_probabilities(table, 2) is table
    else:
        assert refusal(InvalidProbability, partial(read_probabilities, table, 2))[2] == 1


@given(st.integers(2, 300), st.sampled_from(["f4", "f8"]))
def test_many_columns_still_sum_to_1(columns: int, dtype: str) -> None:
    table = np.random.default_rng(columns).dirichlet(np.ones(columns), 5).astype(dtype)
    assert read_probabilities(table, 5) is table


@pytest.mark.parametrize(
    ("error", "rows", "detail", "index"),
    [
        (EmptyVector, [], "p is empty; send one row of probabilities for every sample.", None),
        (
            UnequalLengths,
            [[0.5, 0.5]],
            "p has length 1 and the labels have length 2; send one row for every sample.",
            None,
        ),
        (InvalidProbabilities, [[1.0], [1.0]], "p needs one column for each class, at least two.", None),
        (InvalidProbabilities, [[], []], "p needs one column for each class, at least two.", None),
        (
            InvalidProbability,
            [[0.5, 0.5], [1.0]],
            "p[1] has length 1 and p[0] has length 2; send one probability for each class in every row.",
            1,
        ),
        (InvalidProbabilities, np.zeros(2), "p must be a list of rows of numbers.", None),
        (InvalidProbabilities, np.array([["a"], ["b"]]), "p must be a list of rows of numbers.", None),
    ],
)
def test_a_table_of_another_shape_is_refused(
    error: type[InvalidLabels], rows: Any, detail: str, index: int | None
) -> None:
    assert refusal(error, partial(read_probabilities, rows, 2, name="p")) == (detail, "p", index)


def test_weights_are_0_or_of_a_usable_size() -> None:
    assert read_weights([0, 1, 2.5], 3).tolist() == [0.0, 1.0, 2.5]
    for bad, shown in ((-1.0, "-1.0"), (math.nan, "nan"), (math.inf, "inf"), (1e-10, "1e-10"), (2e9, "2000000000.0")):
        assert refusal(InvalidSampleWeights, partial(read_weights, [1.0, bad], 2)) == (
            f"sample_weight[1] is {shown}; a weight must be 0 or from 1e-9 to 1e9.",
            "sample_weight",
            1,
        )
    detail = "All weights in sample_weight are 0; give some samples a weight above 0."
    assert refusal(InvalidSampleWeights, partial(read_weights, [0.0, 0.0], 2)) == (detail, "sample_weight", None)
    assert refusal(UnequalLengths, partial(read_weights, [1.0], 2)) == (
        "sample_weight has length 1 and the labels have length 2; send one weight for every sample.",
        "sample_weight",
        None,
    )


@pytest.mark.parametrize(
    ("labels", "classes", "columns", "expected"),
    [
        (["b", "a", "b"], ["a", "b"], ("a", "b"), [1, 0, 1]),
        (["b", "a", "b"], ["b", "a"], ("b", "a"), [0, 1, 0]),
        (["b", "a", "b"], None, ("a", "b"), [1, 0, 1]),
        ([5, 3.0, 5], None, (3, 5), [1, 0, 1]),
        ([0.0, 1], [1, 0.0], (1, 0), [1, 0]),
        ([0, 1, 0, 1], ["class0", "class1"], ("class0", "class1"), [0, 1, 0, 1]),
        ([2, 0], ["x", "y", "z"], ("x", "y", "z"), [2, 0]),
        ([1, 0], ["1", "0"], ("1", "0"), [0, 1]),
        (["1", "0"], [1, 0], (1, 0), [0, 1]),
        ([2, 1], [3, 2, 1], (3, 2, 1), [1, 2]),
        ([1, 0], [7, 8], (7, 8), [1, 0]),
        (["a", 1], ["1", "a"], ("1", "a"), [1, 0]),
        (["c", "c"], ["a", "b", "c"], ("a", "b", "c"), [2, 2]),
    ],
)
def test_labels_find_their_columns(
    labels: list[Label], classes: list[Label] | None, columns: tuple[Label, ...], expected: list[int]
) -> None:
    found = actual(labels, len(columns), classes)
    assert (found.classes, found.codes.tolist(), found.codes.dtype.name) == (columns, expected, "uint8")


def test_arrays_of_integers_are_labels_and_positions() -> None:
    assert actual(np.array([1, 0, 1]), 2, ["no", "yes"]).codes.tolist() == [1, 0, 1]
    assert actual(np.array([10, 30, 20]), 3, None).classes == (10, 20, 30)


@pytest.mark.parametrize(
    ("labels", "classes", "error", "detail", "vector", "index"),
    [
        (
            ["a", "z", "b"],
            ["a", "b"],
            ClassesMismatch,
            "actual_vector[1] is not in classes; list every class that occurs, or send positions starting at 0.",
            "actual_vector",
            1,
        ),
        (
            [1, 1, 0],  # 1 is a class, so 0 is no position
            [1, 2],
            ClassesMismatch,
            "actual_vector[2] is not in classes; list every class that occurs, or send positions starting at 0.",
            "actual_vector",
            2,
        ),
        (
            [0, 2],
            ["a", "b"],
            ClassesMismatch,
            "actual_vector[0] is not in classes; list every class that occurs, or send positions starting at 0.",
            "actual_vector",
            0,
        ),
        (
            ["a", "b", "c"],
            None,
            ClassesMismatch,
            "actual_vector has 3 classes for 2 columns of probabilities; list the class of each column in classes.",
            "actual_vector",
            None,
        ),
        (
            ["a", "b"],
            ["a", "b", "c"],
            ClassesMismatch,
            "classes lists 3 classes for 2 columns of probabilities; list the class of each column in classes.",
            "classes",
            None,
        ),
        (["a"], ["a", "a"], ClassesMismatch, "classes lists a class twice; list each class once.", "classes", None),
        ([1], [1, 1.0], ClassesMismatch, "classes lists a class twice; list each class once.", "classes", None),
        (["a"], ["a", "b\0"], InvalidLabel, "classes[1] contains a NUL character; remove it.", "classes", 1),
        (
            ["a", ""],
            ["a", "b"],
            InvalidLabel,
            "actual_vector[1] must not be empty.",
            "actual_vector",
            1,
        ),
    ],
)
def test_labels_without_a_column_are_refused(
    labels: list[Label],
    classes: list[Label] | None,
    error: type[InvalidLabels],
    detail: str,
    vector: str,
    index: int | None,
) -> None:
    assert refusal(error, partial(actual, labels, 2, classes)) == (detail, vector, index)


def test_more_classes_than_allowed_are_refused() -> None:
    assert refusal(TooManyClasses, partial(actual, [0], 11, list(range(11))))[1] == "classes"
