"""Why a metric is null, and what a mean would be if classes without a value counted as 0."""

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.metrics import precision_recall_fscore_support

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import statistics, summary
from shared.evaluation.metrics import OVERALL, PER_CLASS
from shared.evaluation.metrics.circumstances import OF_CLASS, OF_MATRIX
from shared.evaluation.metrics.definition import NO_SAMPLES
from shared.evaluation.metrics.undefined import UndefinedMetric, undefined_headlines, undefined_statistics
from shared.evaluation.types import Label


def matrix_of(counts: Any, classes: tuple[Label, ...] | None = None) -> ConfusionMatrix:
    return ConfusionMatrix(classes or tuple(range(len(counts))), np.array(counts))


def headlines_of(matrix: ConfusionMatrix) -> dict[str, UndefinedMetric]:
    return undefined_headlines(matrix, summary(matrix))


def test_a_class_that_is_never_predicted_leaves_no_macro_precision() -> None:
    assert headlines_of(matrix_of([[5, 1], [2, 6]])) == {}
    assert headlines_of(matrix_of([[5, 2, 0], [1, 6, 0], [1, 1, 0]], ("a", "b", "c"))) == {
        "precision": UndefinedMetric(
            metric="precision.macro",
            reason="class “c” is never predicted",
            classes=("c",),
            counted_as_zero=(5 / 7 + 6 / 9 + 0) / 3,
        )
    }


def test_a_class_that_is_not_there_at_all_leaves_none_of_the_three() -> None:
    found = headlines_of(matrix_of([[2, 0, 1], [0, 0, 0], [1, 0, 2]], ("a", "b", "c")))

    assert {field: why.reason for field, why in found.items()} == {
        "precision": "class “b” is never predicted",
        "recall": "class “b” never occurs",
        "f1": "class “b” neither occurs nor is predicted",
    }
    assert [why.counted_as_zero for why in found.values()] == pytest.approx([4 / 9] * 3)


def test_a_reason_says_what_holds_of_what_could_be() -> None:
    matrix = matrix_of([[5, 2, 0], [1, 6, 0], [1, 1, 0]], ("a", "b", "c"))

    found = undefined_statistics(matrix, statistics(matrix))

    assert {name: (why.reason, why.classes) for name, why in found.items()} == dict.fromkeys(
        (
            "PPV Macro",
            "CSI",
            "Chi-Squared",
            "Phi-Squared",
            "Cramer V",
            "Pearson C",
            "KL Divergence",
            "SOA5(Cramer)",
            "SOA10(Pearson C)",
        ),
        ("class “c” is never predicted", ("c",)),
    )


def test_several_reasons_are_all_told() -> None:
    matrix = matrix_of([[0, 0], [3, 0]], ("a", "b"))

    why = undefined_statistics(matrix, statistics(matrix))["CSI"]

    assert why.reason == "class “a” never occurs and class “b” is never predicted"
    assert (why.classes, why.counted_as_zero) == (("a", "b"), None)


@pytest.mark.parametrize(
    ("size", "names"),
    [
        (2, "class “1”"),
        (3, "each of the classes “1” and “2”"),
        (4, "each of the classes “1”, “2” and “3”"),
        (9, "each of 8 classes (“1”, “2”, “3”, …)"),
    ],
)
def test_a_few_classes_are_named_and_many_are_counted(size: int, names: str) -> None:
    counts = np.zeros((size, size), int)
    counts[:, 0] = 1

    found = headlines_of(matrix_of(counts))["precision"]

    assert (found.reason, found.classes) == (f"{names} is never predicted", tuple(range(1, size)))


def test_a_long_label_is_cut_in_the_reason_alone() -> None:
    found = headlines_of(matrix_of([[1, 0], [1, 0]], ("a", "x" * 500)))["precision"]

    assert (found.reason, found.classes) == (f"class “{'x' * 39}…” is never predicted", ("x" * 500,))


def test_without_samples_that_is_the_reason_for_everything() -> None:
    matrix = matrix_of([[0, 0], [0, 0]])

    assert {why.reason for why in undefined_statistics(matrix, statistics(matrix)).values()} == {"there are no samples"}
    assert {(why.classes, why.counted_as_zero) for why in headlines_of(matrix).values()} == {((), None)}


squares = st.integers(1, 4).flatmap(lambda k: arrays.arrays(np.int64, (k, k), elements=st.integers(0, 3)))


@settings(max_examples=60, deadline=None)
@given(squares)
def test_every_statistic_that_is_null_has_its_reason_and_no_other_has(counts: Any) -> None:
    matrix = matrix_of(counts)
    found = statistics(matrix)

    undefined = undefined_statistics(matrix, found)

    assert set(undefined) == {name for name, value in found.overall.items() if value is None}
    assert all(why.reason for why in undefined.values())


@settings(max_examples=60, deadline=None)
@given(squares.filter(lambda counts: counts.sum() > 0))
def test_the_mean_with_zeros_is_scikit_learns(counts: Any) -> None:
    pairs = [(i, j) for i, row in enumerate(counts.tolist()) for j, n in enumerate(row) for _ in range(n)]
    actual, predicted = [i for i, _ in pairs], [j for _, j in pairs]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = precision_recall_fscore_support(
            actual, predicted, labels=list(range(len(counts))), average="macro", zero_division=0
        )

    found = headlines_of(matrix_of(counts))

    for name, value in zip(("precision", "recall", "f1"), theirs, strict=False):
        if name in found:
            assert found[name].counted_as_zero == pytest.approx(value), name


def test_every_reason_of_the_catalogue_has_its_rule_and_every_rule_is_a_reason() -> None:
    overall = {why for metric in OVERALL.metrics for why in metric.undefined}
    by_class = {why for metric in PER_CLASS.metrics for why in metric.undefined}

    assert overall | by_class == set(OF_CLASS) | set(OF_MATRIX)
    assert by_class <= set(OF_CLASS) | {NO_SAMPLES}
