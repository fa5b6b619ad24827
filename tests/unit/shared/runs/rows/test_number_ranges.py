"""Ranges of numbers are read as they are written, and hold about equally many."""

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runs.rows.number_ranges import NumberRange, numbers_in, quantile_ranges, read_range
from shared.runs.rows.row_texts import equal_texts


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[30,40)", NumberRange(30, 40, is_closed=False)),
        ("[-1.5,2e3]", NumberRange(-1.5, 2000, is_closed=True)),
        ("[.5,+.75]", NumberRange(0.5, 0.75, is_closed=True)),
        ("(30,40)", None),
        # As pandas writes it: a text.
        ("[30, 40)", None),
        ("[30,40", None),
        ("[a,b)", None),
        ("DE", None),
        ("[nan,1)", None),
    ],
)
def test_a_range_is_read_from_its_text(text: str, found: NumberRange | None) -> None:
    assert read_range(text) == found


@pytest.mark.parametrize(("text", "is_empty"), [("[40,30)", True), ("[30,30)", True), ("[30,30]", False)])
def test_a_range_that_ends_before_it_begins_holds_nothing(text: str, is_empty: bool) -> None:
    found = read_range(text)

    assert found is not None
    assert found.is_empty == is_empty


def test_a_range_is_also_the_text_that_a_column_of_ranges_has() -> None:
    texts = pa.array(["[30,40)", "[40,50)", "35", "41"])

    for array in (texts, texts.dictionary_encode()):
        assert equal_texts(array, "[30,40)", read_range("[30,40)")).tolist() == [True, False, True, False]
        assert equal_texts(array, "[30,40)", None).tolist() == [True, False, False, False]


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12), st.booleans())
def test_a_range_is_written_as_it_is_read(low: float, high: float, is_closed: bool) -> None:
    written = NumberRange(low, high, is_closed=is_closed)

    assert read_range(str(written)) == written


def test_texts_that_are_no_finite_numbers_are_in_no_range() -> None:
    texts = pa.array(["30", " 35 ", "40", "x", "", "nan", "inf", "1e400"])

    for array in (texts, texts.dictionary_encode()):
        numbers = numbers_in(array)
        assert [None if math.isnan(number) else number for number in numbers.tolist()] == [30, 35, 40, *[None] * 5]
        assert NumberRange(30, 40, is_closed=False).holds(numbers).tolist() == [True, True, *[False] * 6]


def test_ranges_of_numbers_that_all_differ_hold_equally_many() -> None:
    numbers = np.random.default_rng(0).permutation(1000).astype(float)

    ranges = quantile_ranges([numbers[:300], numbers[300:]], 4)

    assert [str(one) for one in ranges] == ["[0,250)", "[250,500)", "[500,750)", "[750,999]"]


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=40), st.integers(2, 8))
def test_every_number_is_in_exactly_one_range(numbers: list[int], bins: int) -> None:
    values = np.array(numbers, float)

    ranges = quantile_ranges([values], bins)

    assert len(ranges) <= bins
    assert np.sum([one.holds(values) for one in ranges], axis=0).tolist() == [1] * len(values)
