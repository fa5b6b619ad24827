"""Lists of labels become multi-hot arrays, or are refused by their place."""

from functools import partial
from typing import Any

import pycm
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.evaluation.inputs.errors import EmptyVector, InvalidLabels, TooManyClasses, UnequalLengths
from shared.evaluation.inputs.label_set_errors import FaultyLabel, NoClass, TooManyCells
from shared.evaluation.inputs.label_sets import InputNames, Limits, Multihot, multihot

Sets = list[list[Any]]

LIMITS = Limits(classes=20, label_length=10, cells=1000)
read = partial(multihot, limits=LIMITS)


def pairs_of(labels: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Sets, Sets]]:
    sample = st.lists(labels, unique=True, max_size=4)
    return st.lists(st.tuples(sample, sample), min_size=1, max_size=12).map(
        lambda pairs: ([first for first, _ in pairs], [second for _, second in pairs])
    )


texts = pairs_of(st.sampled_from("abcdef"))
numbers = pairs_of(st.integers(-3, 300))


def has_labels(pair: tuple[Sets, Sets]) -> bool:
    return any(sample for vector in pair for sample in vector)


def content(result: Multihot) -> tuple[tuple[Any, ...], Sets, Sets]:
    return result.classes, result.actual.tolist(), result.predicted.tolist()


def by_pycm(actual: Sets, predicted: Sets, classes: list[Any] | None = None) -> tuple[tuple[Any, ...], Sets, Sets]:
    theirs = pycm.MultiLabelCM(list(map(set, actual)), list(map(set, predicted)), classes=classes)
    return tuple(theirs.classes), theirs.actual_vector_multihot, theirs.predict_vector_multihot


@given((texts | numbers).filter(has_labels), st.booleans())
def test_the_arrays_are_pycms(pair: tuple[Sets, Sets], types_checked: bool) -> None:  # drawn, not called
    roomy = LIMITS._replace(classes=100, cells=10_000)
    assert content(multihot(*pair, limits=roomy, types_checked=types_checked)) == by_pycm(*pair)


@given(texts, st.permutations("abcdefg"))
def test_columns_follow_the_class_list(pair: tuple[Sets, Sets], classes: list[str]) -> None:
    assert content(read(*pair, classes)) == by_pycm(*pair, classes)
    assert content(read(*pair, tuple(classes))) == by_pycm(*pair, classes)


@pytest.mark.parametrize(
    ("actual", "predicted", "classes", "expected"),
    [
        ([["b", "a"], ["a"]], [["a"], []], None, (("a", "b"), [[1, 1], [1, 0]], [[1, 0], [0, 0]])),
        ([[10, 9]], [[9.0]], None, ((9, 10), [[1, 1]], [[1, 0]])),
        ([[10], ["9"]], [[9], [9]], None, (("10", "9"), [[1, 0], [0, 1]], [[0, 1], [0, 1]])),
        ([["1"]], [[]], [2, 1], (("2", "1"), [[0, 1]], [[0, 0]])),
        ([[], []], [[], []], ["x"], (("x",), [[0], [0]], [[0], [0]])),
        ([["x"]], [[]], None, (("x",), [[1]], [[0]])),
    ],
)
def test_known_label_lists(actual: Sets, predicted: Sets, classes: list[Any] | None, expected: object) -> None:
    assert content(read(actual, predicted, classes)) == expected


BOOLEAN = "is a boolean; send a number or text"
NOT_A_LIST = "is not a list; send a list of labels, which may be empty"
REPEATED = "is a duplicate within its sample; send each label once"


@pytest.mark.parametrize(
    ("inputs", "error", "detail", "place"),
    [
        (
            ([], []),
            EmptyVector,
            "actual_vector is empty; send one list of labels for every sample.",
            ("actual_vector",),
        ),
        (([["a"]], []), EmptyVector, "predicted_vector is empty; send one list of labels for every sample.", None),
        (
            ([["a"]], [["a"], []]),
            UnequalLengths,
            "actual_vector has length 1 and predicted_vector has length 2; make them equally long.",
            ("predicted_vector", None),
        ),
        (
            ([[], []], [[], []]),
            NoClass,
            "No sample of actual_vector or predicted_vector has a label; list the classes.",
            ("actual_vector", None),
        ),
        (([["a"]], [["a"]], []), NoClass, "classes is empty; list the classes or omit it.", ("classes", None)),
        (([["a"], "b"], [["a"], []]), FaultyLabel, f"actual_vector[1] {NOT_A_LIST}.", ("actual_vector", 1, None)),
        (([["a"]], [None]), FaultyLabel, f"predicted_vector[0] {NOT_A_LIST}.", ("predicted_vector", 0, None)),
        (([["a", True]], [[]]), FaultyLabel, f"actual_vector[0][1] {BOOLEAN}.", ("actual_vector", 0, 1)),
        (([["a"]], [["a"]], ["a", False]), FaultyLabel, f"classes[1] {BOOLEAN}.", ("classes", 1, None)),
        (
            ([["a"]], [[["a"]]]),
            FaultyLabel,
            "predicted_vector[0][0] is a list; send a number or text.",
            ("predicted_vector", 0, 0),
        ),
        (
            ([[], ["a", ""]], [[], []]),
            FaultyLabel,
            "actual_vector[1][1] must not be empty.",
            ("actual_vector", 1, 1),
        ),
        (
            ([["a", "b"]], [["x" * 11]]),
            FaultyLabel,
            "predicted_vector[0][0] has 11 characters; shorten it to at most 10.",
            ("predicted_vector", 0, 0),
        ),
        (
            ([[1.5, float("nan")]], [[]]),
            FaultyLabel,
            "actual_vector[0][1] is not a finite number; send a finite number or text.",
            ("actual_vector", 0, 1),
        ),
        (
            ([["a"], ["b", "a", "b"]], [[], []]),
            FaultyLabel,
            f"actual_vector[1][2] {REPEATED}.",
            ("actual_vector", 1, 2),
        ),
        (([[]], [[1, 1.0]]), FaultyLabel, f"predicted_vector[0][1] {REPEATED}.", ("predicted_vector", 0, 1)),
        (([["a", 1]], [["1", 1]]), FaultyLabel, f"predicted_vector[0][1] {REPEATED}.", ("predicted_vector", 0, 1)),
        (
            ([["a"]], [["a"]], ["a", "b", "a"]),
            FaultyLabel,
            "classes[2] is a duplicate; list each class once.",
            ("classes", 2, None),
        ),
        (
            ([["a"], []], [["a"], ["a", "c"]], ["a", "b"]),
            FaultyLabel,
            "predicted_vector[1][1] is not in classes; add it there or remove it here.",
            ("predicted_vector", 1, 1),
        ),
        (
            ([list(range(21))], [[]]),
            TooManyClasses,
            "The vectors have more than 20 different labels; send classes, not scores or ids, or merge rare ones.",
            ("actual_vector", None),
        ),
        (
            ([[1]], [[1]], list(range(21))),
            TooManyClasses,
            "The vectors have more than 20 different labels; send classes, not scores or ids, or merge rare ones.",
            ("classes", None),
        ),
        (
            ([list(range(21))], [[]], [1]),
            TooManyClasses,
            "The vectors have more than 20 different labels; send classes, not scores or ids, or merge rare ones.",
            ("actual_vector", None),
        ),
        (
            ([["a"]] * 501, [["b"]] * 501),
            TooManyCells,
            "501 samples times 2 classes exceed the limit of 1000; send fewer samples at once.",
            ("actual_vector", None),
        ),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_place(
    inputs: tuple[Any, ...], error: type[InvalidLabels], detail: str, place: tuple[Any, ...] | None
) -> None:
    with pytest.raises(error) as caught:
        read(*inputs)
    assert str(caught.value) == caught.value.detail == detail
    if place:
        found = caught.value.vector, caught.value.index, getattr(caught.value, "position", None)
        assert found[: len(place)] == place


@given(texts, st.data())
def test_a_faulty_label_is_found_wherever_it_is(pair: tuple[Sets, Sets], data: st.DataObject) -> None:
    side = data.draw(st.integers(0, 1))
    row = data.draw(st.integers(0, len(pair[side]) - 1))
    position = data.draw(st.integers(0, len(pair[side][row])))
    pair[side][row].insert(position, data.draw(st.sampled_from(["\0", None, float("inf")])))
    with pytest.raises(FaultyLabel) as caught:
        read(*pair, data.draw(st.none() | st.just(list("abcdef"))))
    names = "actual_vector", "predicted_vector"
    assert (caught.value.vector, caught.value.index, caught.value.position) == (names[side], row, position)


def test_errors_use_the_names_given() -> None:
    names = InputNames("truth", "guess", "labels")
    with pytest.raises(FaultyLabel, match=r"^guess\[0\]\[0\] is not in labels;"):
        read([["a"]], [["b"]], ["a"], names=names)
    with pytest.raises(NoClass, match=r"^No sample of truth or guess has a label"):
        read([[]], [[]], names=names)


def test_the_largest_input_allowed_is_read() -> None:
    result = read([["a"]] * 500, [["b"]] * 500)
    assert (result.actual.sum(axis=0).tolist(), result.predicted.sum(axis=0).tolist()) == ([500, 0], [0, 500])
    for classes in (None, list(range(20))):
        assert content(read([list(range(20))], [[]], classes)) == (tuple(range(20)), [[1] * 20], [[0] * 20])
