"""Batches that are read ahead are the same ones, and what is wrong with one is said in its turn."""

from collections.abc import Iterator
from contextlib import closing

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runs.errors import FileUnreadable
from shared.runs.reading.columns.typed_values import labels_of
from shared.runs.reading.read_ahead import read_ahead
from shared.runs.reading.tables import Batch


def numbered(count: int) -> Iterator[Batch]:
    for at in range(count):
        yield {0: pa.array([at])}
    raise FileUnreadable("It ends in the middle.")


def test_an_error_comes_behind_the_batches_before_it() -> None:
    found: list[int] = []
    with pytest.raises(FileUnreadable, match="in the middle"):
        found.extend(batch[0][0].as_py() for batch in read_ahead(numbered(3)))
    assert found == [0, 1, 2]


def test_who_stops_early_is_not_told_of_an_error_behind() -> None:
    with closing(read_ahead(numbered(1))) as batches:
        assert next(batches)[0].to_pylist() == [0]


@given(st.lists(st.sampled_from("01é\x7f"), max_size=9) | st.lists(st.sampled_from(["0", "", "ab"]), max_size=9))
def test_texts_of_one_letter_are_themselves(texts: list[str]) -> None:
    behind = pa.array(["x", *texts, "yz"]).slice(1, len(texts))
    for array in (behind, pa.array(texts, pa.string())):
        assert labels_of(array).to_pylist() == texts
