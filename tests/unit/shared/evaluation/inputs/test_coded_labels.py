"""Coded labels are read as the same labels in a list."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.evaluation.inputs.coded_labels import CodedSets, coded
from shared.evaluation.inputs.errors import InvalidLabels
from shared.evaluation.inputs.label_sets import Limits, multihot
from shared.evaluation.inputs.labels import factorise
from shared.evaluation.types import Label

labels = st.sampled_from([0, 1, 1.0, -0.0, 2.5, "a", "b", "1", "1.0", "", 2**60, float("nan"), "x" * 9])
vectors = st.integers(1, 8).flatmap(lambda n: st.tuples(*[st.lists(labels, min_size=n, max_size=n)] * 2))


def _outcome(actual: Any, predicted: Any) -> Any:
    try:
        found = factorise(actual, predicted, max_classes=4, max_label_length=8, types_checked=True)
    except InvalidLabels as error:
        return type(error), error.detail, error.vector, error.index
    return found.classes, [*map(type, found.classes)], found.actual.tolist(), found.predicted.tolist()


@given(vectors)
def test_coded_labels_are_factorised_like_lists(pair: tuple[list[Label], list[Label]]) -> None:
    actual, predicted = (coded(vector, name) for vector, name in zip(pair, ("a", "p"), strict=True))

    assert _outcome(actual, predicted) == _outcome(*pair)
    assert _outcome(actual, pair[1]) == _outcome(*pair)


def test_vectors_of_unequal_length_are_refused() -> None:
    outcome = _outcome(coded([1, 2], "a"), coded([1], "p"))

    assert outcome[1] == ("actual_vector has length 2 and predicted_vector has length 1; make them equally long.")


sets = st.integers(1, 5).flatmap(
    lambda n: st.tuples(
        *[st.lists(st.lists(st.sampled_from(["a", "b", 1, ""]), max_size=3), min_size=n, max_size=n)] * 2
    )
)


def _coded_sets(rows: list[list[Label]]) -> CodedSets:
    return CodedSets(coded([label for row in rows for label in row], "v"), np.array([*map(len, rows)], np.uint32))


def _hot(actual: Any, predicted: Any, classes: list[Label] | None) -> Any:
    try:
        found = multihot(actual, predicted, classes, limits=Limits(3, 8, 12), types_checked=True)
    except InvalidLabels as error:
        return type(error), error.detail, error.pointer
    return found.classes, found.actual.tolist(), found.predicted.tolist()


@given(sets, st.sampled_from([None, ["a", "b", "1"], ["b", "a"]]))
def test_coded_sets_are_marked_like_lists(
    pair: tuple[list[list[Label]], list[list[Label]]], classes: list[Label] | None
) -> None:
    assert _hot(_coded_sets(pair[0]), _coded_sets(pair[1]), classes) == _hot(*pair, classes)
    assert _hot(_coded_sets(pair[0]), pair[1], classes) == _hot(*pair, classes)


@pytest.mark.parametrize("count", [255, 256, 257, 1000])
def test_many_distinct_labels_have_their_own_codes(count: int) -> None:
    vector = coded([*map(str, range(count))], "v")

    assert [vector.distinct[code] for code in vector.codes.tolist()] == [*map(str, range(count))]
