"""Counting is exact at every size and number of classes."""

from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from shared.evaluation.confusion.counting import count
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.inputs.label_codes import LabelCodes
from shared.evaluation.inputs.labels import factorise
from shared.evaluation.types import Label

factorised = partial(factorise, max_classes=500, max_label_length=500)

Pairs = list[tuple[Label, Label]]
integers = st.integers(-2, 4)
pairs = st.lists(st.tuples(integers, integers), min_size=1, max_size=60) | st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("abcd")), min_size=1, max_size=60
)


def counted(samples: Pairs) -> ConfusionMatrix:
    return count(factorised([first for first, _ in samples], [second for _, second in samples]))


def content(matrix: ConfusionMatrix) -> tuple[tuple[Label, ...], list[list[int]]]:
    return matrix.classes, matrix.counts.tolist()


def test_the_documented_vectors_give_the_documented_matrices() -> None:
    curl = count(factorised([0, 1, 0, 1], [0, 1, 1, 1]))
    assert (curl.classes, curl.counts.tolist(), curl.sample_count) == ((0, 1), [[1, 1], [0, 2]], 4)
    assert curl.counts.dtype == np.int64
    assert count(factorised(["a", "a", "b"], ["b", "a", "c"])).counts.tolist() == [[1, 1, 0], [0, 0, 1], [0, 0, 0]]


@given(pairs)
def test_the_matrix_is_scikit_learns(samples: Pairs) -> None:
    classes: list[Any] = sorted({label for pair in samples for label in pair})
    absent = [99] if isinstance(classes[0], int) else ["~"]  # without it scikit-learn warns where there is one class
    vectors = [first for first, _ in samples], [second for _, second in samples]
    expected = confusion_matrix(*vectors, labels=classes + absent)[:-1, :-1]
    assert counted(samples).counts.tolist() == expected.tolist()


@given(pairs, st.randoms(use_true_random=False))
def test_permuting_samples_changes_nothing(samples: Pairs, random: Any) -> None:
    shuffled = list(samples)
    random.shuffle(shuffled)
    assert content(counted(shuffled)) == content(counted(samples))


@given(st.lists(st.tuples(integers, integers), min_size=1))
def test_relabelling_in_order_relabels_the_classes_only(samples: list[tuple[int, int]]) -> None:
    def renamed(label: int) -> str:
        return f"class {label + 2}"

    before = counted([*samples])
    after = counted([(renamed(first), renamed(second)) for first, second in samples])
    assert after.classes == tuple(f"class {int(label) + 2}" for label in before.classes)
    assert after.counts.tolist() == before.counts.tolist()


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2), st.data())
def test_counts_of_parts_add_up_to_the_counts_of_the_whole(samples: list[tuple[int, int]], data: st.DataObject) -> None:
    whole = factorised([first for first, _ in samples], [second for _, second in samples])
    cut = data.draw(st.integers(0, len(samples)))
    head = LabelCodes(whole.classes, whole.actual[:cut], whole.predicted[:cut])
    tail = LabelCodes(whole.classes, whole.actual[cut:], whole.predicted[cut:])
    assert (count(head).counts + count(tail).counts == count(whole).counts).all()


@given(pairs)
def test_swapping_the_vectors_transposes_the_matrix(samples: Pairs) -> None:
    swapped = counted([(second, first) for first, second in samples])
    assert swapped.counts.tolist() == counted(samples).counts.T.tolist()


@pytest.mark.parametrize("k", [1, 2, 15, 16, 17, 255, 256, 257, 500])
@pytest.mark.parametrize("size", [1, 2**18 - 1, 2**18, 2**18 + 1])
def test_counting_is_exact_at_the_edges_of_types_and_chunks(k: int, size: int) -> None:
    dtype = np.min_scalar_type(k - 1)
    actual, predicted = np.random.default_rng(k).integers(0, k, (2, size)).astype(dtype)
    actual[-1] = predicted[-1] = k - 1
    counts = count(LabelCodes(tuple(range(k)), actual, predicted)).counts
    expected = np.zeros((k, k), int)
    np.add.at(expected, (actual, predicted), 1)
    assert np.array_equal(counts, expected)


def test_codes_of_different_width_are_counted_together() -> None:
    wide = LabelCodes(tuple(range(300)), np.array([299, 0], np.uint16), np.array([1, 0], np.uint8))
    assert np.argwhere(count(wide).counts).tolist() == [[0, 0], [299, 1]]
