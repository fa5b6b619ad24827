import math

import numpy as np
import pytest

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.intervals import count_formulas
from shared.evaluation.intervals.bootstrap import draw, percentile_intervals, percentiles
from shared.evaluation.intervals.of_matrix import Confidence, overall_estimates
from shared.evaluation.metrics.matrix_result import MatrixResult

TWO_CLASS = np.array([[192, 50], [31, 227]])
HPC = np.array([[1620, 141, 6, 2], [371, 647, 24, 36], [64, 219, 79, 50], [9, 60, 28, 111]])


@pytest.mark.parametrize(("counts", "expected"), [(TWO_CLASS, (0.80389, 0.86943)), (HPC, (0.54814, 0.59215))])
def test_the_interval_of_macro_f1_is_that_of_resampled_cells(counts: np.ndarray, expected: tuple[float, float]) -> None:
    replicates = draw(counts, replicates=10_000, seed=0)

    found = percentile_intervals(count_formulas.OVERALL, replicates, 0.05)["f1.macro"]

    assert found == pytest.approx(expected, abs=0.02 * (expected[1] - expected[0]))


def test_the_bootstrap_and_the_delta_method_agree_on_large_samples() -> None:
    by_delta = overall_estimates(MatrixResult(ConfusionMatrix((0, 1, 2, 3), HPC * 20)), Confidence())

    found = percentile_intervals(count_formulas.OVERALL, draw(HPC * 20, replicates=10_000, seed=3), 0.05)

    for name, interval in found.items():
        assert interval is not None, name
        estimate = by_delta[name]
        assert estimate.low is not None, name
        assert estimate.high is not None, name
        assert interval == pytest.approx((estimate.low, estimate.high), abs=0.06 * (estimate.high - estimate.low)), name


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    first, again, other = (draw(TWO_CLASS, replicates=50, seed=seed).hits.tolist() for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_a_metric_that_many_replicates_leave_undefined_has_no_interval() -> None:
    # The one sample of the second class is in no replicate with a chance of 37 %.
    replicates = draw(np.array([[9, 0], [0, 1]]), replicates=1000, seed=0)

    assert percentile_intervals(count_formulas.OVERALL, replicates, 0.05)["recall.macro"] is None
    assert percentiles(np.array([0.0, 1.0, math.nan] * 10), 0.05) is None
