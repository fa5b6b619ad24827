"""The noise of bins is drawn by a factor of their covariance that no library can choose otherwise."""

import numpy as np
import pytest
from scipy.linalg import cholesky

from shared.evaluation.calibration.weighted_means import binned_means, triangular_factor
from shared.evaluation.types import Floats

RANDOM = np.random.default_rng(12)


def covariance_of(samples: int, bins: int) -> Floats:
    values, weights = RANDOM.normal(size=samples), RANDOM.exponential(size=samples)
    return binned_means(RANDOM.integers(0, bins, samples), values, weights, bins)[1]


def test_the_factor_of_a_covariance_is_scipys() -> None:
    covariance = covariance_of(500, 15)

    assert triangular_factor(covariance) == pytest.approx(cholesky(covariance, lower=True), rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("samples", [3, 8])
def test_bins_without_samples_and_sums_that_others_decide_have_a_factor(samples: int) -> None:
    covariance = covariance_of(samples, 15)

    factor = triangular_factor(covariance)

    assert np.linalg.matrix_rank(covariance) < 15
    assert factor @ factor.T == pytest.approx(covariance, abs=1e-14)
    assert np.array_equal(factor, np.tril(factor))
    assert (np.diag(factor) >= 0).all()
