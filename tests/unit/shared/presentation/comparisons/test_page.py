from datetime import UTC, datetime
from uuid import UUID

import numpy as np
import pytest

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import summary
from shared.matrices.errors import MatricesNotComparable
from shared.matrices.records import CountedMatrix, Description
from shared.presentation.comparisons.page import build_comparison_page

GOOD, BAD = [[9, 1], [1, 9]], [[7, 3], [3, 7]]


def _record(number: int, counts: list[list[int]], name: str | None = None) -> CountedMatrix:
    matrix = ConfusionMatrix(("a", "b"), np.array(counts))
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return CountedMatrix(UUID(int=number), 1, matrix, 20, summary(matrix), Description(name), now, now)


def test_the_better_one_wins_everything_and_is_the_base() -> None:
    shown = build_comparison_page([_record(1, BAD, "old"), _record(2, GOOD, "new")])

    assert [one.name for one in shown.ranked] == ["new", "old"]
    assert shown.won == [len(shown.statistics), 0]
    assert shown.base.name == "new"
    assert [one.difference is None for one in shown.multiples] == [True, False]


def test_a_difference_is_blue_where_it_is_better() -> None:
    shown = build_comparison_page([_record(1, BAD), _record(2, GOOD)], base=str(UUID(int=1)))
    difference = shown.multiples[0].difference
    assert difference is not None

    assert {(number.text, number.style[0]) for number in difference.numbers} == {("+20.0", "d"), ("−20.0", "d")}
    worse = build_comparison_page([_record(1, BAD), _record(2, GOOD)]).multiples[1].difference
    assert worse is not None
    assert {(number.text, number.style[0]) for number in worse.numbers} == {("+20.0", "e"), ("−20.0", "e")}


def test_matrices_of_different_samples_are_refused_by_their_names() -> None:
    with pytest.raises(MatricesNotComparable, match="“more” counts 21 samples"):
        build_comparison_page([_record(1, GOOD, "fewer"), _record(2, [[10, 1], [1, 9]], "more")])


def test_a_name_that_is_the_id_of_another_matrix_stays_as_it_is() -> None:
    other = str(UUID(int=2))
    with pytest.raises(MatricesNotComparable) as refused:
        build_comparison_page([_record(1, GOOD, other), _record(2, [[10, 1], [1, 9]], "second")])

    assert (
        refused.value.detail == f"“second” counts 21 samples and “{other}” 20; compare matrices of the same data set."
    )
