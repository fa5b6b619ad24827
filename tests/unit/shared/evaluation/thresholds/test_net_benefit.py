"""Net benefit equals its definition and the mean over samples, with the standard error of a mean."""

import numpy as np
import pytest

from shared.evaluation.curves.ranked_scores import rank_probabilities
from shared.evaluation.thresholds.net_benefit import decision_curve


def test_net_benefit_is_a_mean_over_samples() -> None:
    random = np.random.default_rng(4)
    scores = np.round(random.random(500), 2)
    labels = random.random(500) < scores**2
    thresholds = np.array([0.01, 0.25, 0.5, 0.9, 0.999])

    found = decision_curve(rank_probabilities([(scores, labels)], 500), thresholds)

    for point, threshold in zip(found, thresholds.tolist(), strict=True):
        odds = threshold / (1 - threshold)
        benefits = np.where(labels, 1.0, -odds)
        acted = np.where(scores >= threshold, benefits, 0.0)
        gains = acted - benefits if benefits.mean() > 0 else acted
        assert point.threshold == threshold
        assert (point.net_benefit, point.of_all) == pytest.approx((acted.mean(), benefits.mean()), abs=1e-12)
        assert point.gain == pytest.approx(gains.mean(), abs=1e-12)
        for values, interval in ((acted, point.interval), (gains, point.gain_interval)):
            if not values.any():
                assert interval is None
                continue
            half = 1.959963984540054 * values.std(ddof=1) / np.sqrt(500)
            assert interval == pytest.approx((values.mean() - half, values.mean() + half), abs=1e-12)


def test_a_mean_to_which_no_sample_adds_has_no_interval() -> None:
    scores, labels = np.full(60, 0.5), np.arange(60) % 2 == 0

    below, above = decision_curve(rank_probabilities([(scores, labels)], 60), np.array([0.4, 0.6]))

    # Below the score all are acted on, which is what the gain compares with; above it none is.
    assert below.interval is not None
    assert (below.gain, below.gain_interval) == (0.0, None)
    assert (above.net_benefit, above.interval, above.gain, above.gain_interval) == (0.0, None, 0.0, None)


def test_a_textbook_example() -> None:
    # 80 of 100 who act are ill, of 1,000 with 200 ill; at a threshold of 20 % a false alarm costs a quarter.
    scores = np.concatenate([np.full(100, 0.9), np.full(900, 0.1)])
    labels = np.concatenate([np.arange(100) < 80, np.arange(900) < 120])

    (found,) = decision_curve(rank_probabilities([(scores, labels)], 1000), np.array([0.2]))

    assert found.net_benefit == pytest.approx(0.08 - 0.02 / 4, abs=1e-12)
    assert found.of_all == pytest.approx(0.2 - 0.8 / 4, abs=1e-12)


def test_scores_of_many_stretches_are_counted_at_each_threshold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.evaluation.curves.ranking.CHUNK", 7)
    scores = np.arange(200) / 256
    labels = np.arange(200) % 3 == 0
    thresholds = np.array([0.1, 0.3, 0.5, 0.78, 0.9])

    found = decision_curve(rank_probabilities([(scores, labels)], 200), thresholds)

    expected = [np.where(scores >= at, np.where(labels, 1, -at / (1 - at)), 0).mean() for at in thresholds]
    assert [point.net_benefit for point in found] == pytest.approx(expected, abs=1e-12)
