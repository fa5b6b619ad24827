"""The spread of an average precision: that of leaving out single samples, however the scores are cut into stretches."""

import math

import numpy as np
import pytest
from scipy.stats import kurtosis, norm
from sklearn.metrics import average_precision_score

from shared.evaluation.curves.precision_spread import PrecisionSums
from shared.evaluation.curves.thresholds import ThresholdCounts, count_at_scores
from shared.evaluation.intervals.areas import average_precision_interval
from shared.evaluation.types import Floats

RANDOM = np.random.default_rng(3)
TRUTH = np.arange(600) < 150
SCORES = np.where(TRUTH, RANDOM.beta(3, 2, 600), RANDOM.beta(2, 3, 600))
ALL = {"different": SCORES, "tied": SCORES.round(1)}


def sums_of(counts: ThresholdCounts, *cuts: int) -> PrecisionSums:
    sums = PrecisionSums(int(counts.positives), int(counts.negatives))
    for start, end in zip((0, *cuts), (*cuts, len(counts.tp) - 1), strict=True):
        sums.add(counts.pick(np.arange(start, end + 1)))
    return sums


@pytest.mark.parametrize("scores", ALL.values(), ids=ALL.keys())
def test_the_error_is_that_of_the_jackknife(scores: Floats) -> None:
    values = [average_precision_score(np.delete(TRUTH, at), np.delete(scores, at)) for at in range(600)]
    jackknife = math.sqrt(599 * np.var(values))

    spread = sums_of(count_at_scores(scores, TRUTH)).spread()

    assert spread is not None
    assert spread.error == pytest.approx(jackknife, rel=0.03)


@pytest.mark.parametrize("scores", ALL.values(), ids=ALL.keys())
def test_the_freedom_is_satterthwaites_of_what_leaving_out_samples_changes(scores: Floats) -> None:
    values = np.array([average_precision_score(np.delete(TRUTH, at), np.delete(scores, at)) for at in range(600)])
    within = [np.var(599 / 600 * values[side], ddof=1) * side.sum() for side in (TRUTH, ~TRUTH)]
    between = sum(side.sum() * (values[side].mean() - values.mean()) ** 2 for side in (TRUTH, ~TRUTH))
    freedom = (sum(within) + between) ** 2 / (within[0] ** 2 / 149 + within[1] ** 2 / 449)

    spread = sums_of(count_at_scores(scores, TRUTH)).spread()

    assert spread is not None
    assert spread.freedom == pytest.approx(freedom, rel=0.05)


@pytest.mark.parametrize("scores", ALL.values(), ids=ALL.keys())
def test_the_lower_bound_knows_the_kurtosis_and_a_negative_more(scores: Floats) -> None:
    # What each sample changes, as a little more weight of it shows.
    weights, value = 1 + 1e-6 * np.eye(600), average_precision_score(TRUTH, scores)
    changes = np.array([average_precision_score(TRUTH, scores, sample_weight=row) - value for row in weights]) * 600e6
    total, uncertain = 0.0, 0.0
    for own, n in ((changes[TRUTH], 150), (changes[~TRUTH], 450)):
        total += n * (own.var(ddof=1) + own.mean() ** 2)
        uncertain += (n * own.var(ddof=1)) ** 2 / (2 * n / (kurtosis(own, fisher=False) - (n - 3) / (n - 1)))
    # One negative more, above all samples, of the same weight.
    topped = [np.append(part, more) for part, more in ((TRUTH, False), (scores, 2.0), (np.ones(600), 1e-6))]
    top = (average_precision_score(topped[0], topped[1], sample_weight=topped[2]) - value) * 600e6
    mean, worst = changes[~TRUTH].mean(), changes[~TRUTH].min()

    spread = sums_of(count_at_scores(scores, TRUTH)).spread()

    assert spread is not None
    assert spread.lower_freedom == pytest.approx(total**2 / uncertain, rel=1e-3)
    assert spread.further == pytest.approx(math.sqrt((mean - worst) * (worst - top)) / 600, rel=1e-3)


def test_negatives_that_were_not_drawn_make_the_lower_bound_lower() -> None:
    # A model that seems to put one negative alone a little too high.
    truth = np.arange(200) >= 100
    scores = np.where(truth, 0.5, 0.1) + np.arange(200) / 1000
    scores[99] = 0.61
    value, spread = average_precision_score(truth, scores), sums_of(count_at_scores(scores, truth)).spread()
    assert spread is not None

    low, high = average_precision_interval(value, spread, 0.05) or (1.0, 0.0)

    assert spread.further > 1.5 * spread.error
    assert spread.lower_freedom < 5
    assert spread.freedom > 90
    assert 10 * (high - value) < value - low


def test_stretches_add_up_to_the_same() -> None:
    counts = count_at_scores(SCORES, TRUTH)

    assert sums_of(counts, 1, 40, 333).spread() == pytest.approx(sums_of(counts).spread(), rel=1e-9)


def test_two_positives_have_an_interval_and_one_has_none() -> None:
    counts = count_at_scores(np.array([0.9, 0.8, 0.7, 0.1]), np.array([True, False, True, False]))
    spread = sums_of(counts).spread()
    assert spread is not None

    bounds = average_precision_interval(5 / 6, spread, 0.05)

    assert bounds is not None
    assert 0 <= bounds[0] <= 5 / 6 <= bounds[1] <= 1
    assert sums_of(count_at_scores(np.array([0.9, 0.8]), np.array([True, False]))).spread() is None


def test_positives_above_all_negatives_have_no_interval() -> None:
    spread = sums_of(count_at_scores(np.arange(9) / 10, np.arange(9) > 4)).spread()

    assert spread is not None
    assert average_precision_interval(1.0, spread, 0.05) is None


def test_of_equal_scores_it_is_the_share_of_the_class_with_a_normal_deviate() -> None:
    spread = sums_of(count_at_scores(np.full(20, 0.3), np.arange(20) < 8)).spread()
    assert spread is not None

    low, high = average_precision_interval(0.4, spread, 0.05) or (0.0, 0.0)

    error = math.sqrt(0.4 * 0.6 / 20)
    half = norm.ppf(0.975) * error / (0.4 * math.log(1 / 0.4))
    assert spread.error == pytest.approx(error, rel=1e-12)
    assert (low, high) == pytest.approx((0.4 ** math.exp(half), 0.4 ** math.exp(-half)), rel=1e-9)
