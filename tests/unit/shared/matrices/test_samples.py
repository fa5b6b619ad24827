from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.evaluation.inputs.errors import CorruptCodes
from shared.evaluation.inputs.label_codes import encode
from shared.matrices.errors import MatrixWithoutSamples
from shared.matrices.records import Samples
from shared.matrices.samples import CellSelection, Sample, find_samples

CLASSES = ["a", "b", "c"]
pairs = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=60)
choices = st.none() | st.integers(0, 2)


def stored(cells: list[tuple[int, int]]) -> Samples:
    actual, predicted = (encode(np.array(column, np.uint8)) for column in zip(*cells, strict=True))
    return Samples(CLASSES, len(cells), actual, predicted)


@given(pairs, choices, choices, st.none() | st.integers(0, 70), st.integers(1, 20))
def test_a_page_is_what_looking_at_every_sample_finds(
    cells: list[tuple[int, int]], actual: int | None, predicted: int | None, after: int | None, limit: int
) -> None:
    expected = [
        Sample(index, CLASSES[a], CLASSES[p])
        for index, (a, p) in enumerate(cells)
        if (after is None or index > after) and actual in {None, a} and predicted in {None, p}
    ]
    cell = CellSelection(*(None if code is None else CLASSES[code] for code in (actual, predicted)))

    found = find_samples(stored(cells), cell, after=after, limit=limit)

    assert found == expected[:limit]


@pytest.mark.parametrize("codes", [(None, None), (None, b"x")])
def test_counts_alone_have_no_samples(codes: Any) -> None:
    with pytest.raises(MatrixWithoutSamples):
        find_samples(Samples(CLASSES, 4, *codes), CellSelection(), after=None, limit=1)


def test_codes_of_another_number_of_samples_are_not_believed() -> None:
    good = stored([(0, 0)] * 20)
    with pytest.raises(CorruptCodes):
        find_samples(
            Samples(CLASSES, 99, good.actual_codes, good.predicted_codes), CellSelection(), after=None, limit=1
        )
