"""The area of many rows: SciPy's ranks give the shares of pairs that each of them wins."""

import math
from typing import Any

import numpy as np
import pytest
from msgspec.structs import astuple
from numpy.typing import NDArray
from scipy.stats import rankdata

from shared.evaluation.curves.area_spread import area_spread, share_moments
from shared.evaluation.types import Floats
from shared.runs.ingest.ranking import RocArea, roc_area
from shared.runs.ingest.sorted_scores import ScoredRows

RANDOM = np.random.default_rng(7)


def area_of(scores: NDArray[Any], positive: NDArray[np.bool_]) -> RocArea:
    found = roc_area(ScoredRows(len(scores), int(positive.sum()), scores.dtype, lambda: [(scores, positive)]))
    assert found is not None
    return found


def shares_of(scores: NDArray[Any], positive: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """What positives lose of their pairs, and what negatives lose."""
    ranks, high, low = rankdata(scores), scores[positive], scores[~positive]
    won = (ranks[positive] - rankdata(high)) / len(low)
    return 1 - won, (ranks[~positive] - rankdata(low)) / len(high)


@pytest.mark.parametrize("decimals", [1, 7])
def test_many_rows_have_the_spread_of_their_squares_alone(decimals: int) -> None:
    positive = RANDOM.random(300_000) < 0.2
    scores = (RANDOM.normal(size=len(positive)) + positive).round(decimals).astype(np.float32)
    shares = shares_of(scores, positive)

    found = area_of(scores, positive)

    assert found.value == pytest.approx(1 - shares[0].mean(), abs=1e-12)
    assert found.spread is not None
    variance = sum(float(side.var(ddof=1)) / len(side) for side in shares)
    assert found.spread.error == pytest.approx(math.sqrt(variance), rel=1e-9)
    of_moments = area_spread(*map(share_moments, shares))
    assert of_moments is not None
    assert astuple(found.spread) == pytest.approx(astuple(of_moments), rel=1e-9)
    # A bound, below that of the true kurtosis.
    assert 2_000 < found.spread.freedom < freedom_of(shares)


def freedom_of(shares: tuple[Floats, Floats]) -> float:
    parts = []
    for side in shares:
        if side.min() == side.max():
            continue
        off, n = side - side.mean(), len(side)
        kurtosis = n * (off**4).sum() / (off**2).sum() ** 2
        parts.append((float(side.var(ddof=1)) / n, 2 * n / (kurtosis - (n - 3) / (n - 1))))
    return float(sum(part for part, _ in parts) ** 2 / sum(part**2 / freedom for part, freedom in parts))


def test_many_rows_that_nearly_all_win_have_the_freedom_of_the_few_that_lose() -> None:
    positive = np.arange(100_000) % 2 == 1
    scores = (np.arange(100_000) + 100_000 * positive).astype(np.float64)
    scores[99_999] = -1.0
    shares = shares_of(scores, positive)

    found = area_of(scores, positive)

    assert found.spread is not None
    assert found.spread.freedom == pytest.approx(freedom_of(shares), rel=1e-9)
    assert found.spread.freedom < 3


def test_scores_that_fit_into_memory_are_read_once_though_their_moments_are_asked_for() -> None:
    positive = np.array([False, True, False, True])
    reads = []

    def batches() -> list[tuple[NDArray[Any], NDArray[np.bool_]]]:
        reads.append(1)
        return [(np.array([0.1, 0.2, 0.3, 0.4]), positive)]

    found = roc_area(ScoredRows(4, 2, np.dtype(np.float64), batches))

    assert found is not None
    assert (found.value, reads) == (0.75, [1])
