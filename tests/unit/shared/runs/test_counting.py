"""Labels that are whole numbers, and scores by prediction, are counted alike in every way."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runs.ingest.score_ranges import ScoreRange, tally_single
from shared.runs.reading.columns.typed_values import labels_of

RANGES = {
    pa.int8(): (-128, 127),
    pa.uint8(): (0, 255),
    pa.int32(): (-70_000, 70_000),
    pa.int64(): (2**63 - 9, 2**63 - 1),
    pa.uint64(): (2**64 - 9, 2**64 - 1),
}


@pytest.mark.parametrize("kind", RANGES)
@given(data=st.data())
def test_whole_numbers_are_the_texts_that_they_are_written_as(kind: pa.DataType, data: st.DataObject) -> None:
    numbers = st.integers(*RANGES[kind])
    values = data.draw(st.lists(data.draw(st.sampled_from([numbers, numbers | st.none()])), max_size=20))

    found = labels_of(pa.array(values, kind))

    assert found.type == pa.dictionary(pa.int32(), pa.string())
    assert found.to_pylist() == ["" if value is None else str(value) for value in values]


@given(
    rows=st.sampled_from([-2.0, -0.0, 0.25]).flatmap(
        lambda lowest: st.lists(st.tuples(st.integers(0, 3), st.floats(lowest, 2, width=32)), min_size=1, max_size=30)
    ),
    size=st.sampled_from([4, 40]),
    kind=st.sampled_from([np.float32, np.float64]),
)
def test_scores_are_described_by_what_is_predicted(
    rows: list[tuple[int, float]], size: int, kind: type[np.floating[Any]]
) -> None:
    predicted = np.array([code for code, _ in rows], np.int32)
    scores = np.array([score for _, score in rows], kind)

    found = tally_single(scores, predicted, size)

    parts: dict[int, list[Any]] = {code: [score for own, score in rows if own == code] for code, _ in rows}
    assert found.outside == sum(not 0 <= score <= 1 for _, score in rows)
    assert found.by_prediction == {
        code: ScoreRange(len(part), sum(score >= 0.5 for score in part), min(part), max(part))
        for code, part in parts.items()
    }
