from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.rates import row_shares
from shared.presentation.cell_colours import THRESHOLDS, shades

square_counts = st.integers(1, 6).flatmap(lambda k: hnp.arrays(np.int64, (k, k), elements=st.integers(0, 1000)))


@given(square_counts)
def test_shades_follow_the_exact_share_of_the_row(counts: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> None:
    matrix = ConfusionMatrix(tuple(range(len(counts))), counts)
    steps = [Fraction(str(threshold)) for threshold in THRESHOLDS]
    expected = [
        [1 + sum(Fraction(count, sum(row)) >= step for step in steps) if count else 0 for count in row]
        for row in counts.tolist()
    ]
    assert shades(matrix).tolist() == expected


def test_a_row_without_samples_has_no_share() -> None:
    matrix = ConfusionMatrix((0, 1), np.array([[3, 1], [0, 0]]))
    np.testing.assert_array_equal(row_shares(matrix.counts), [[0.75, 0.25], [np.nan, np.nan]])
    assert shades(matrix).tolist() == [[8, 6], [0, 0]]
