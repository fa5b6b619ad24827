from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.evaluation.confusion.intervals import intervals
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import statistics
from shared.presentation.class_table import COLUMNS, class_rows, share_interval_text


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        ((0.25, 0.75), "0.2500 to 0.7500"),
        ((-6.9e-18, 0.1135), "0 to 0.1135"),
        ((0.9, 1.0000000000000002), "0.9000 to 1"),
    ],
)
def test_an_interval_of_a_share_ends_where_shares_end(bounds: Any, text: str) -> None:
    assert share_interval_text(bounds) == text


@pytest.mark.parametrize("bounds", [None, (None, 0.5)])
def test_where_there_is_no_interval_there_is_no_text(bounds: Any) -> None:
    assert share_interval_text(bounds) is None


@given(st.integers(1, 3000), st.integers(0, 1))
def test_the_interval_of_nothing_begins_at_0_and_that_of_everything_ends_at_1(samples: int, place: int) -> None:
    counts = np.zeros((2, 2), dtype=np.int64)
    counts[0, place] = samples
    found = statistics(ConfusionMatrix(("a", "b"), counts))

    rows = class_rows(found, intervals(found, binom_method="wilson"), sort=None, descending=False)

    (recall,) = [row.figures[list(COLUMNS).index("TPR")].interval for row in rows if row.position == 0]
    assert recall is not None
    assert recall.endswith(" to 1") if place == 0 else recall.startswith("0 to ")
