from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.rates import row_shares
from shared.presentation.matrices.cell_colours import LEVELS, TICK_TEXTS, levels, shades

square_counts = st.integers(1, 6).flatmap(lambda k: hnp.arrays(np.int64, (k, k), elements=st.integers(0, 1000)))


@given(square_counts)
def test_shades_are_the_square_root_of_the_exact_share_of_the_row(
    counts: np.ndarray[tuple[int, int], np.dtype[np.int64]],
) -> None:
    matrix = ConfusionMatrix(tuple(range(len(counts))), counts)
    # The smallest level whose square is not below the share.
    squares = [Fraction(level * level, LEVELS * LEVELS) for level in range(LEVELS + 1)]
    expected = [
        [next(i for i, square in enumerate(squares) if square * sum(row) >= count) for count in row]
        for row in counts.tolist()
    ]
    assert shades(matrix).tolist() == expected


@given(st.lists(st.floats(0, 1, allow_subnormal=False), min_size=2, max_size=30).map(sorted))
def test_a_larger_share_is_never_fainter(shares: list[float]) -> None:
    assert levels(np.array(shares)).tolist() == sorted(levels(np.array(shares)).tolist())


@pytest.mark.parametrize(("share", "level"), [(0.0, 0), (1e-12, 1), (0.01, 7), (0.25, 32), (1.0, 64), (1 + 1e-15, 64)])
def test_the_smallest_share_has_a_shade_and_the_whole_has_the_last(share: float, level: int) -> None:
    assert levels(np.array([share])).tolist() == [level]


def test_a_row_without_samples_has_no_share() -> None:
    matrix = ConfusionMatrix((0, 1), np.array([[3, 1], [0, 0]]))
    np.testing.assert_array_equal(row_shares(matrix.counts), [[0.75, 0.25], [np.nan, np.nan]])
    assert shades(matrix).tolist() == [[56, 32], [0, 0]]


def test_the_legend_marks_shares_that_matter() -> None:
    assert [text.replace("\u00a0", " ") for text in TICK_TEXTS] == ["0", "1 %", "5 %", "10 %", "25 %", "50 %", "100 %"]
