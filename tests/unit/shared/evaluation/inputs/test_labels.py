"""Vectors of labels become sorted classes and codes."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.evaluation.inputs.errors import (
    EmptyVector,
    InvalidLabel,
    InvalidLabels,
    TooManyClasses,
    UnequalLengths,
)
from shared.evaluation.inputs.label_codes import LabelCodes
from shared.evaluation.inputs.labels import factorise
from shared.evaluation.types import Label

factorised = partial(factorise, max_classes=500, max_label_length=500)

numbers = st.one_of(
    st.integers(-(2**53), 2**53),
    st.integers(-3, 3),
    st.floats(-(2.0**53), 2.0**53),
    st.integers(-3, 3).map(float),
    st.just(-0.0),
)
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf"]), min_size=1, max_size=5)


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


# A number beside its text in another spelling is refused, so among numbers only their usual texts are drawn.
labels = st.one_of(numbers, texts.filter(lambda text: not is_number(text)), st.sampled_from(["0", "1", "-1", "0.5"]))


def vectors(label: st.SearchStrategy[Label]) -> st.SearchStrategy[tuple[list[Label], list[Label]]]:
    pairs = st.lists(st.tuples(label, label), min_size=1, max_size=40)
    return pairs.map(lambda pairs: ([first for first, _ in pairs], [second for _, second in pairs]))


def content(result: LabelCodes) -> tuple[list[tuple[type, Label]], list[int], list[int]]:
    return [(type(label), label) for label in result.classes], result.actual.tolist(), result.predicted.tolist()


def by_the_rules(actual: list[Label], predicted: list[Label]) -> tuple[list[tuple[type, Label]], list[int], list[int]]:
    def shown(label: Label) -> Label:
        plain = int(label) if isinstance(label, float) and label == math.floor(label) else label
        return str(plain) if any(isinstance(other, str) for other in actual + predicted) else plain

    classes: list[Any] = sorted({shown(label) for label in actual + predicted})
    codes = [[classes.index(shown(label)) for label in vector] for vector in (actual, predicted)]
    return [(type(label), label) for label in classes], codes[0], codes[1]


@given(vectors(numbers) | vectors(texts) | vectors(labels))
def test_classes_and_codes_follow_the_rules(pair: tuple[list[Label], list[Label]]) -> None:
    assert content(factorised(*pair)) == by_the_rules(*pair)


@given(vectors(numbers) | vectors(texts) | vectors(labels))
def test_types_checked_beforehand_change_nothing(pair: tuple[list[Label], list[Label]]) -> None:
    assert content(factorised(*pair, types_checked=True)) == content(factorised(*pair))


@given(vectors(labels), st.randoms(use_true_random=False))
def test_permuting_samples_permutes_codes_and_keeps_classes(pair: tuple[list[Label], list[Label]], random: Any) -> None:
    order = list(range(len(pair[0])))
    random.shuffle(order)
    before = factorised(*pair)
    after = factorised([pair[0][i] for i in order], [pair[1][i] for i in order])
    assert after.classes == before.classes
    assert (after.actual == before.actual[order]).all()
    assert (after.predicted == before.predicted[order]).all()


@pytest.mark.parametrize(
    ("actual", "predicted", "classes"),
    [
        ([0, 0.0, -0.0], [1, 1.0, 1], (0, 1)),
        ([10, 9.0], [-1, 0.5], (-1, 0.5, 9, 10)),
        (["10", "9"], ["a", "B"], ("10", "9", "B", "a")),
        ([1, 1.0], ["1", 0.5], ("0.5", "1")),
        ([2], ["2"], ("2",)),
        (["\u00e9"], ["e\u0301"], ("e\u0301", "\u00e9")),
        ([2**53], [-(2**53)], (-(2**53), 2**53)),
        ([255, 0], [255, 3], (0, 3, 255)),
        (["<script>", "$bad$"], [" ", "日本"], (" ", "$bad$", "<script>", "日本")),
    ],
)
def test_classes_of(actual: list[Label], predicted: list[Label], classes: tuple[Label, ...]) -> None:
    found = factorised(actual, predicted).classes
    assert (found, [type(label) for label in found]) == (classes, [type(label) for label in classes])


def numbered(k: int) -> list[Label]:
    return list(range(k))


def negative(k: int) -> list[Label]:
    return list(range(-k, 0))


def spelled(k: int) -> list[Label]:
    return [f"{i:05}" for i in range(k)]


@pytest.mark.parametrize("make", [numbered, negative, spelled])
@pytest.mark.parametrize(("k", "dtype"), [(1, "uint8"), (256, "uint8"), (257, "uint16"), (500, "uint16")])
def test_codes_have_the_smallest_dtype(make: Callable[[int], list[Label]], k: int, dtype: str) -> None:
    actual = make(k)
    result = factorised(actual, actual[::-1])
    assert result.classes == tuple(actual)
    assert {str(result.actual.dtype), str(result.predicted.dtype)} == {dtype}
    assert (result.actual.tolist(), result.predicted.tolist()) == (list(range(k)), list(range(k))[::-1])


@pytest.mark.parametrize(
    ("label", "fault"),
    [
        (True, "is a boolean; send a number or text"),
        (None, "is null; send a number or text"),
        ([1], "is a list; send a number or text"),
        ({"a": 1}, "is an object; send a number or text"),
        (b"a", "is of another type; send a number or text"),
        (math.nan, "is not a finite number; send a finite number or text"),
        (math.inf, "is not a finite number; send a finite number or text"),
        (-math.inf, "is not a finite number; send a finite number or text"),
        (2**53 + 1, "is outside ±2**53; send such a large number as text"),
        (-(2**53) - 1, "is outside ±2**53; send such a large number as text"),
        (10**400, "is outside ±2**53; send such a large number as text"),
        (1e300, "is outside ±2**53; send such a large number as text"),
        ("", "must not be empty"),
        ("x" * 501, "has 501 characters; shorten it to at most 500"),
        ("a\0b", "contains a NUL character; remove it"),
        ("a\tb", "contains a control character, such as a tab or a line break; remove it"),
        ("a\x7fb", "contains a control character, such as a tab or a line break; remove it"),
        ("a\x9fb", "contains a control character, such as a tab or a line break; remove it"),
        ("a\u202eb", "contains a character that changes the text direction; remove it"),
        ("a\u202ab", "contains a character that changes the text direction; remove it"),
        ("a\u2066b", "contains a character that changes the text direction; remove it"),
        ("a\u2069b", "contains a character that changes the text direction; remove it"),
        ("a\ud800b", "contains half of a surrogate pair; send whole characters"),
        ("a" + chr(0xDFFF) + "b", "contains half of a surrogate pair; send whole characters"),
    ],
)
@pytest.mark.parametrize("others", [[0, 1, 0], ["a", "b", "a"], [0.5, 1, "a"]])
@pytest.mark.parametrize("name", ["truth", "guess"])
def test_a_faulty_label_is_refused_with_its_place(label: Any, fault: str, others: list[Label], name: str) -> None:
    faulty = [*others, label, label]
    sound = others + others[:2]
    pair = (faulty, sound) if name == "truth" else (sound, faulty)
    with pytest.raises(InvalidLabel) as caught:
        factorised(*pair, names=("truth", "guess"))
    error = caught.value
    assert (error.vector, error.index, error.detail) == (name, 3, f"{name}[3] {fault}.")


@pytest.mark.parametrize("label", ["x" * 500, "\u00a0", "\u200f", "\U0001f600", "None", "nan", "~other~"])
def test_unusual_text_is_a_label(label: str) -> None:
    assert factorised([label], [label]).classes == (label,)


@pytest.mark.parametrize(
    ("actual", "predicted", "error", "vector", "detail"),
    [
        ([], [], EmptyVector, "actual_vector", "actual_vector is empty; send one label for every sample."),
        ([1], [], EmptyVector, "predicted_vector", "predicted_vector is empty; send one label for every sample."),
        (
            [1, 2],
            [1],
            UnequalLengths,
            "predicted_vector",
            "actual_vector has length 2 and predicted_vector has length 1; make them equally long.",
        ),
    ],
)
def test_vectors_that_do_not_pair_are_refused(
    actual: list[Label], predicted: list[Label], error: type[InvalidLabels], vector: str, detail: str
) -> None:
    for form in (list, np.array):
        with pytest.raises(error) as caught:
            factorised(form(actual), form(predicted))
        assert (caught.value.vector, caught.value.index, caught.value.detail) == (vector, None, detail)


KINDS: dict[str, Callable[[int], Any]] = {
    "small integers": lambda k: list(range(k)),
    "wide integers": lambda k: [1000 * i for i in range(k)],
    "text": lambda k: [f"class {i}" for i in range(k)],
    "fractions": lambda k: [i + 0.5 for i in range(k)],
    "array": np.arange,
    "wide array": lambda k: np.arange(k) * 10**9,
}


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS.keys())
@pytest.mark.parametrize("k", [2, 300])
def test_one_class_over_the_limit_is_refused_and_none_over_it_is_not(make: Callable[[int], Any], k: int) -> None:
    limited = partial(factorise, max_classes=k, max_label_length=500)
    assert len(limited(make(k), make(k)).classes) == k
    with pytest.raises(TooManyClasses) as caught:
        limited(make(k + 1), make(k + 1))
    detail = f"The vectors have more than {k} different labels; send classes, not scores or ids, or merge rare ones."
    assert (caught.value.vector, caught.value.index, caught.value.detail) == ("actual_vector", None, detail)


def test_numbers_that_merge_with_text_count_as_one_class() -> None:
    limited = partial(factorise, max_classes=2, max_label_length=1)
    assert limited([1, "1", 2.0], ["2", 1.0, 2]).classes == ("1", "2")
    with pytest.raises(TooManyClasses):
        limited([1, "1", 2.0], ["2", 1.0, 3])


def test_a_million_different_labels_are_not_read_to_the_end() -> None:
    def stream() -> Any:
        for i in range(1_000_000):
            read.append(i)
            yield f"{i}"

    class Lazy(list[Label]):
        def __iter__(self) -> Any:
            return stream()

        def __len__(self) -> int:
            return 1_000_000

    read: list[int] = []
    with pytest.raises(TooManyClasses):
        factorised(Lazy(), Lazy(), types_checked=True)
    assert len(read) < 3_000


@pytest.mark.parametrize("vector", [np.array([0.5, 1.0]), np.array(["a", "b"]), np.array([1, "a"], dtype=object)])
def test_other_arrays_are_read_as_lists(vector: Any) -> None:
    assert content(factorised(vector, vector)) == content(factorised(vector.tolist(), vector.tolist()))


def test_an_array_beside_a_list_is_read_as_a_list() -> None:
    assert content(factorised(np.array([3, 1]), [1, 2])) == content(factorised([3, 1], [1, 2]))


@pytest.mark.parametrize("vector", [np.array([True, False]), np.array([[1, 2], [3, 4]]), np.array([None, 1])])
def test_arrays_of_other_things_are_refused(vector: Any) -> None:
    with pytest.raises(InvalidLabel):
        factorised(vector, vector)


@pytest.mark.parametrize(
    ("actual", "predicted", "vector", "index"),
    [
        ([1, 0, 1], ["0", "1.0", "0.0"], "predicted_vector", 1),
        (["1.50", "2"], [1.5, 2], "actual_vector", 0),
        ([7], ["007"], "predicted_vector", 0),
        ([10], ["1e1"], "predicted_vector", 0),
        ([1, "1.0"], ["a", "b"], "actual_vector", 1),
    ],
)
def test_a_number_beside_a_text_for_it_in_another_spelling_is_refused(
    actual: list[Label], predicted: list[Label], vector: str, index: int
) -> None:
    with pytest.raises(InvalidLabel, match="is a text for the number") as caught:
        factorised(actual, predicted)
    assert (caught.value.vector, caught.value.index) == (vector, index)


def test_texts_for_other_numbers_are_texts() -> None:
    assert factorised([1, 2], ["01x", "3.0"]).classes == ("01x", "1", "2", "3.0")
