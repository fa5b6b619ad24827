from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.evaluation.rates import binary_mcc, defined, f1, jaccard, precision, ratio, ratios, recall, row_shares
from shared.evaluation.types import Counts

cells = st.tuples(*[st.integers(0, 10**9)] * 4)


@given(cells)
def test_f1_is_the_harmonic_mean_of_precision_and_recall(cell: tuple[int, int, int, int]) -> None:
    tp, fp, fn, _ = cell
    sums = tp, tp + fn, tp + fp
    part, whole = f1(*sums)
    if tp:
        p, r = Fraction(*precision(*sums)), Fraction(*recall(*sums))
        assert Fraction(part, whole) == 2 * p * r / (p + r)
        assert Fraction(*jaccard(*sums)) == 1 / (1 / p + 1 / r - 1)
    else:
        assert (part, whole) == (0, fn + fp)


@given(cells)
def test_the_square_of_the_matthews_correlation_is_the_product_of_both_regression_slopes(
    cell: tuple[int, int, int, int],
) -> None:
    tp, fp, fn, tn = cell
    covariance, squared = binary_mcc(tp, fp, fn, tn)
    if squared:
        informedness = Fraction(tp, tp + fn) + Fraction(tn, tn + fp) - 1
        markedness = Fraction(tp, tp + fp) + Fraction(tn, tn + fn) - 1
        assert Fraction(covariance**2, squared) == informedness * markedness
    else:
        assert covariance == 0


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1))
def test_numbers_and_arrays_are_divided_alike(pairs: list[tuple[int, int]]) -> None:
    parts, wholes = (np.array(side) for side in zip(*pairs, strict=True))
    one_by_one = [defined(ratio(part, whole)) for part, whole in pairs]
    assert list(map(defined, ratios(parts, wholes).tolist())) == one_by_one
    assert one_by_one == [None if whole == 0 else part / whole for part, whole in pairs]


@pytest.mark.parametrize("dtype", [np.int64, np.float64])
def test_shares_of_rows(dtype: type) -> None:
    counts: Counts = np.array([[3, 0, 1], [0, 0, 0], [1, 0, 3]], dtype)
    np.testing.assert_array_equal(row_shares(counts), [[0.75, 0, 0.25], [np.nan] * 3, [0.25, 0, 0.75]])
