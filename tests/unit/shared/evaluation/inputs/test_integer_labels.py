"""Arrays of integers take a way of their own to the same classes and codes."""

from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from shared.evaluation.inputs.errors import InvalidLabel, TooManyClasses
from shared.evaluation.inputs.integer_labels import MAX_BYTES
from shared.evaluation.inputs.labels import factorise

factorised = partial(factorise, max_classes=500, max_label_length=500)

INTEGERS: list[type[np.integer[Any]]] = [
    np.int8,
    np.uint8,
    np.int16,
    np.uint16,
    np.int32,
    np.uint32,
    np.int64,
    np.uint64,
]


@st.composite
def pairs(draw: st.DrawFn) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    size = draw(st.integers(1, 30))
    vectors = []
    for _ in range(2):
        dtype = draw(st.sampled_from(INTEGERS))
        bounds = np.iinfo(dtype)
        wide = st.integers(max(bounds.min, -(2**53)), min(bounds.max, 2**53))
        narrow = st.integers(max(bounds.min, -2), 5)
        vectors.append(draw(arrays.arrays(dtype, size, elements=draw(st.sampled_from([wide, narrow])))))
    return vectors[0], vectors[1]


@given(pairs())
def test_classes_and_codes_are_those_of_numpys_unique(pair: tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]) -> None:
    classes, codes = np.unique(np.array([vector.tolist() for vector in pair], np.int64), return_inverse=True)
    result = factorised(*pair)
    assert result.classes == tuple(classes.tolist())
    assert [type(label) for label in result.classes] == [int] * len(classes)
    assert (result.actual == codes.reshape(2, -1)[0]).all()
    assert (result.predicted == codes.reshape(2, -1)[1]).all()
    assert {str(result.actual.dtype), str(result.predicted.dtype)} == {"uint8"}


@pytest.mark.parametrize("size", [MAX_BYTES, MAX_BYTES + 1])
@pytest.mark.parametrize("low", [0, 1, 3])
@pytest.mark.parametrize("k", [1, 2, 7, 253])
def test_few_and_many_small_labels_in_lists_come_to_the_same(size: int, low: int, k: int) -> None:
    labels = np.random.default_rng(size).integers(0, k, (2, size)) + low
    classes, codes = np.unique(labels, return_inverse=True)

    result = factorised(*labels.tolist())

    assert result.classes == tuple(classes.tolist())
    assert [result.actual.tolist(), result.predicted.tolist()] == codes.reshape(2, -1).tolist()
    assert {str(result.actual.dtype), str(result.predicted.dtype)} == {"uint8"}


@pytest.mark.parametrize("size", [1, MAX_BYTES + 1])
def test_too_many_small_labels_are_refused(size: int) -> None:
    with pytest.raises(TooManyClasses):
        factorise([0] * size, [1] * size, max_classes=1, max_label_length=1)


@pytest.mark.parametrize("top", [2**16 - 1, 2**16, 2**16 + 1, 2**53])
@pytest.mark.parametrize("low", [-1, 0, 1])
def test_wide_ranges_are_factorised_exactly(low: int, top: int) -> None:
    result = factorised(np.array([top, low, top]), np.array([low, low, top - 1]))
    assert result.classes == (low, top - 1, top)
    assert (result.actual.tolist(), result.predicted.tolist()) == ([2, 0, 2], [0, 0, 1])


def test_a_class_that_only_the_last_of_many_samples_shows_is_found() -> None:
    vector = np.zeros(300_000, np.int64)
    vector[-1] = 7
    result = factorised(vector, np.zeros_like(vector))
    assert result.classes == (0, 7)
    assert (int(result.actual.sum()), int(result.actual[-1]), int(result.predicted.sum())) == (1, 1, 0)


@pytest.mark.parametrize(
    ("vector", "index"),
    [
        (np.array([1, 2**53 + 1]), 1),
        (np.array([-(2**53) - 1, 1]), 0),
        (np.array([1, 2**64 - 1], np.uint64), 1),
        (np.array([1, -(2**63)]), 1),
    ],
)
def test_an_integer_beyond_the_largest_is_refused_with_its_place(vector: np.ndarray[Any, Any], index: int) -> None:
    with pytest.raises(InvalidLabel) as caught:
        factorised(np.array([1, 2]), vector)
    assert (caught.value.vector, caught.value.index) == ("predicted_vector", index)
