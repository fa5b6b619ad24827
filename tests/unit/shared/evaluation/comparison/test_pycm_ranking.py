"""Comparisons are PyCM's."""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pycm
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.evaluation.comparison.errors import (
    DifferentClasses,
    DifferentSampleCounts,
    InvalidWeights,
    NotComparable,
    TooFewMatrices,
)
from shared.evaluation.comparison.pycm_ranking import Comparison, Score, aligned, compare
from shared.evaluation.confusion.matrix import ConfusionMatrix

Matrices = dict[str, ConfusionMatrix]


def matrix_of(counts: Any, classes: tuple[Any, ...] | None = None, dtype: type = np.int64) -> ConfusionMatrix:
    return ConfusionMatrix(tuple(range(len(counts))) if classes is None else classes, np.array(counts, dtype))


def rivals(k: int, samples: int, most: int) -> st.SearchStrategy[Matrices]:
    cells = st.lists(st.integers(0, k * k - 1), min_size=samples, max_size=samples)
    counted = cells.map(lambda drawn: matrix_of(np.bincount(drawn, minlength=k * k).reshape(k, k)))
    # Repeats are rivals that tie.
    several = st.lists(counted, min_size=1, max_size=most).flatmap(
        lambda some: st.lists(st.sampled_from(some), min_size=2, max_size=most)
    )
    return several.map(lambda some: {f"m{index}": matrix for index, matrix in enumerate(some)})


def scaled(matrices: Matrices, factor: int) -> Matrices:
    return {name: matrix_of(matrix.counts * factor) for name, matrix in matrices.items()}


sizes = st.tuples(st.integers(2, 5), st.integers(1, 40), st.integers(2, 4))
fields = st.builds(scaled, sizes.flatmap(lambda size: rivals(*size)), st.sampled_from([1, 1, 10]))
weights = st.one_of(st.integers(0, 4), st.floats(0, 3))


def weights_of(keys: Any) -> st.SearchStrategy[dict[Any, float]]:
    return st.fixed_dictionaries(dict.fromkeys(keys, weights)).filter(lambda drawn: sum(drawn.values()) > 0)


def by_pycm(matrices: Matrices, **options: Any) -> Comparison:
    ready = {
        name: pycm.ConfusionMatrix(matrix={i: dict(enumerate(row)) for i, row in enumerate(matrix.counts.tolist())})
        for name, matrix in matrices.items()
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        theirs = pycm.Compare(ready, **options)
    scores = {name: Score(float(score["overall"]), float(score["class"])) for name, score in theirs.scores.items()}
    return Comparison(scores, tuple(theirs.sorted), theirs.best_name)


@given(fields, st.booleans())
def test_scores_order_and_best_are_pycms(matrices: Matrices, by_class: bool) -> None:  # drawn, not called
    assert compare(matrices, by_class=by_class) == by_pycm(matrices, by_class=by_class)


@given(fields, st.data())
def test_weighted_comparisons_are_pycms(matrices: Matrices, data: st.DataObject) -> None:
    chosen = data.draw(weights_of(next(iter(matrices.values())).classes))
    assert compare(matrices, class_weights=chosen) == by_pycm(matrices, class_weight=chosen)


CAUTIOUS = matrix_of([[2, 50, 6], [5, 50, 3], [1, 7, 50]])
HASTY = matrix_of([[50, 2, 6], [50, 5, 3], [1, 55, 2]])


def test_pycms_own_example() -> None:
    assert compare({"cm1": CAUTIOUS, "cm2": HASTY}) == Comparison(
        scores={"cm1": Score(0.58095, 0.50278), "cm2": Score(0.52857, 0.33611)}, order=("cm1", "cm2"), best="cm1"
    )


def test_equal_matrices_have_no_best_and_the_later_stands_first() -> None:
    result = compare({"a": CAUTIOUS, "b": CAUTIOUS})
    assert (result.best, result.order, result.scores["a"]) == (None, ("b", "a"), result.scores["b"])


def test_winners_by_class_and_overall_that_differ_leave_no_best() -> None:
    one, other = matrix_of([[7, 4], [4, 5]]), matrix_of([[1, 5], [7, 7]])
    result = compare({"one": one, "other": other})
    scores = {"one": Score(0.24286, 0.31667), "other": Score(0.27857, 0.23333)}
    assert result == Comparison(scores, order=("one", "other"), best=None)
    assert compare({"one": one, "other": other}, by_class=True).best == "one"


def test_a_benchmark_undefined_for_one_counts_for_none() -> None:
    good, fair, blind = matrix_of([[9, 1], [2, 8]]), matrix_of([[8, 2], [3, 7]]), matrix_of([[10, 0], [10, 0]])
    alone = compare({"good": good, "fair": fair})
    beside = compare({"good": good, "fair": fair, "blind": blind})
    assert beside.scores["good"].per_class < alone.scores["good"].per_class
    assert beside == by_pycm({"good": good, "fair": fair, "blind": blind})


@given(fields, st.randoms(use_true_random=False))
def test_another_order_of_the_classes_changes_nothing(matrices: Matrices, random: Any) -> None:
    first, *others = matrices
    shuffled = {first: matrices[first]}
    for name in others:
        order = list(range(len(matrices[name].classes)))
        random.shuffle(order)
        counts: Any = matrices[name].counts[np.ix_(order, order)]
        shuffled[name] = ConfusionMatrix(tuple(order), counts)
    assert compare(shuffled) == compare(matrices)


@given(fields)
def test_weighted_samples_of_weight_one_are_counts(matrices: Matrices) -> None:
    floats = {name: matrix_of(matrix.counts, dtype=np.float64) for name, matrix in matrices.items()}
    assert compare(floats) == compare(matrices)


def test_class_weights_may_name_classes_as_text() -> None:
    matrices = {"a": CAUTIOUS, "b": HASTY}
    expected = compare(matrices, class_weights={0: 1, 1: 2, 2: 3})
    assert compare(matrices, class_weights={"0": 1, "1": 2, "2": 3}) == expected
    assert expected != compare(matrices)


def test_sums_of_the_same_weights_in_another_order_are_the_same_count() -> None:
    one, other = matrix_of([[0.2, 0.7], [0.1, 0.7]], dtype=float), matrix_of([[0.1, 0.7], [0.7, 0.2]], dtype=float)
    assert one.sample_count != other.sample_count
    assert compare({"one": one, "other": other}).order == ("one", "other")


@pytest.mark.parametrize(
    ("matrices", "error", "detail", "name"),
    [
        ({}, TooFewMatrices, "A comparison requires at least two different matrices.", None),
        ({"a": CAUTIOUS}, TooFewMatrices, "A comparison requires at least two different matrices.", None),
        (
            {"a": CAUTIOUS, "b": matrix_of(CAUTIOUS.counts, (0, 1, 3))},
            DifferentClasses,
            "b has samples whose actual class is 3, and a has no such class; compare matrices of the same data set.",
            "b",
        ),
        (
            {"a": CAUTIOUS, "b": matrix_of(CAUTIOUS.counts, ("0", "1", "2"))},
            DifferentClasses,
            "b has samples whose actual class is 0, and a has no such class; compare matrices of the same data set.",
            "b",
        ),
        (
            {"a": CAUTIOUS, "b": HASTY, "c": matrix_of(CAUTIOUS.counts + 1)},
            DifferentSampleCounts,
            "c counts 183 samples and a 174; compare matrices of the same data set.",
            "c",
        ),
        (
            {"a": matrix_of([[10**12, 0], [0, 0]]), "b": matrix_of([[10**12, 0], [0, 1]])},
            DifferentSampleCounts,
            "b counts 1000000000001 samples and a 1000000000000; compare matrices of the same data set.",
            "b",
        ),
    ],
)
def test_matrices_that_do_not_fit_are_refused(
    matrices: Matrices, error: type[NotComparable], detail: str, name: str | None
) -> None:
    with pytest.raises(error) as caught:
        compare(matrices)
    assert (caught.value.detail, caught.value.name) == (detail, name)


@pytest.mark.parametrize(
    ("weights", "detail"),
    [
        ({}, "class_weights has no weight for 0; send a weight for each, which may be 0."),
        ({0: 1, 1: 1}, "class_weights has no weight for 2; send a weight for each, which may be 0."),
        ({0: 1, 1: 1, 2: 1, 3: 1}, "class_weights has a weight for 3, which is not one of them."),
        ({0: 1, 1: 1, 2: -1}, "The weight of 2 in class_weights must be 0 or greater."),
        ({0: 1, 1: float("nan"), 2: 1}, "The weight of 1 in class_weights must be 0 or greater."),
        ({0: 1, 1: float("inf"), 2: 1}, "The weight of 1 in class_weights must be 0 or greater."),
        ({0: True, 1: 1, 2: 1}, "The weight of 0 in class_weights must be 0 or greater."),
        ({0: "1", 1: 1, 2: 1}, "The weight of 0 in class_weights must be 0 or greater."),
        ({0: 0, 1: 0, 2: 0}, "The weights in class_weights must add up to a finite number above 0."),
        ({0: 1e308, 1: 1e308, 2: 1}, "The weights in class_weights must add up to a finite number above 0."),
    ],
)
def test_unusable_weights_are_refused(weights: Mapping[Any, Any], detail: str) -> None:
    with pytest.raises(InvalidWeights) as caught:
        compare({"a": CAUTIOUS, "b": HASTY}, class_weights=weights)
    assert caught.value.detail == detail


def test_a_class_that_only_one_model_predicts_is_no_other_data_set() -> None:
    # Truth a, b, a, b; one model says zzz once, which the other never does.
    plain = matrix_of([[2, 0], [1, 1]], ("a", "b"))
    strange = matrix_of([[1, 0, 1], [0, 2, 0], [0, 0, 0]], ("a", "b", "zzz"))

    forth, back = aligned({"plain": plain, "strange": strange}), aligned({"strange": strange, "plain": plain})

    assert [matrix.classes for matrix in forth.values()] == [("a", "b", "zzz")] * 2
    assert forth["plain"].counts.tolist() == [[2, 0, 0], [1, 1, 0], [0, 0, 0]]
    assert forth["strange"].counts.tolist() == strange.counts.tolist()
    assert back["plain"].counts.tolist() == forth["plain"].counts.tolist()
    assert set(compare({"plain": plain, "strange": strange}).order) == {"plain", "strange"}


def test_the_union_of_classes_keeps_an_order_that_is_not_sorted() -> None:
    first = matrix_of([[1, 0], [0, 1]], ("b", "a"))
    second = matrix_of([[1, 0, 0], [0, 0, 1], [0, 0, 0]], ("a", "b", "aa"))

    assert aligned({"first": first, "second": second})["second"].classes == ("b", "a", "aa")
    assert aligned({"second": second, "first": first})["first"].classes == ("a", "b", "aa")
