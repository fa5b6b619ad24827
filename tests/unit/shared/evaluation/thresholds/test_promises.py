"""Promised thresholds are broken no more often than said, by exact tests, whatever scores are equal."""

from fractions import Fraction
from itertools import pairwise
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from shared.evaluation.curves.ranked_scores import rank_probabilities
from shared.evaluation.thresholds.promises import (
    Promise,
    PromisedMetric,
    PromisedThreshold,
    fewest_hits,
    promise_threshold,
    ranks_to_test,
)
from shared.evaluation.types import Floats


def drawn(random: np.random.Generator, n: int, decimals: int, power: float) -> tuple[Floats, NDArray[np.bool_]]:
    scores = np.round(random.random(n), decimals)
    return scores, random.random(n) < scores**power


def promised(scores: Floats, labels: NDArray[np.bool_], promise: Promise) -> PromisedThreshold:
    return promise_threshold(rank_probabilities([(scores, labels)], len(scores)), promise)


@pytest.mark.parametrize(("metric", "power"), [("precision", 0.4), ("recall", 1.0), ("specificity", 1.0)])
@pytest.mark.parametrize("decimals", [2, 9])
def test_a_promise_is_broken_in_no_more_sets_than_it_says(metric: PromisedMetric, power: float, decimals: int) -> None:
    random = np.random.default_rng(8)
    scores, labels = drawn(random, 400_000, decimals, power)
    positives, negatives = np.sort(scores[labels]), np.sort(scores[~labels])
    broken = kept = 0
    for _ in range(300):
        point = promised(*drawn(random, 1000, decimals, power), Promise(metric, 0.9, 0.8)).point
        if point is None:
            continue
        tp, fp = (len(side) - np.searchsorted(side, point.threshold) for side in (positives, negatives))
        truth = {
            "precision": tp / (tp + fp),
            "recall": tp / len(positives),
            "specificity": (len(negatives) - fp) / len(negatives),
        }[metric]
        broken, kept = broken + bool(truth < 0.9), kept + bool(truth >= 0.9)

    # Of 300 at 0.2: more than 78 would be the chance of one in a hundred.
    assert broken <= 78
    assert kept >= 200


@pytest.mark.parametrize(("n", "share", "risk"), [(50, 0.9, 0.1), (1000, 0.95, 0.05), (200, 0.5, 0.01)])
def test_the_fewest_hits_are_those_of_the_binomial_distribution(n: int, share: float, risk: float) -> None:
    found = fewest_hits(n, share, risk)

    assert found is not None
    assert stats.binom.sf(found - 1, n, share) <= risk < stats.binom.sf(found - 2, n, share)
    assert fewest_hits(5, 0.9, 0.1) is None
    assert fewest_hits(0, 0.9, 0.1) is None


def test_recall_is_promised_of_the_highest_threshold_that_enough_positives_reach() -> None:
    scores = np.arange(1, 101) / 128
    labels = np.arange(100) % 2 == 1

    found = promised(scores, labels, Promise("recall", 0.8, 0.9))

    # 45 of 50 have a P-value below 0.1, and 44 have not.
    assert [stats.binom.sf(hits - 1, 50, 0.8) <= 0.1 for hits in (44, 45)] == [False, True]
    assert found.point is not None
    assert (found.point.tp, found.point.fn, found.point.threshold) == (45, 5, 12 / 128)
    assert found.p_value == pytest.approx(stats.binom.sf(44, 50, 0.8), abs=1e-12)


def test_specificity_is_promised_of_the_lowest_threshold_that_few_enough_negatives_reach() -> None:
    scores = np.arange(1, 101) / 128
    labels = np.arange(100) % 2 == 1

    found = promised(scores, labels, Promise("specificity", 0.8, 0.9)).point

    assert found is not None
    assert (found.tn, found.fp) == (45, 5)
    assert found.threshold == np.nextafter(89 / 128, 1)
    assert ((scores >= found.threshold) & ~labels).sum() == 5


def test_precision_is_promised_of_a_threshold_whose_counts_are_those_of_the_samples() -> None:
    scores, labels = drawn(np.random.default_rng(2), 3000, 2, 0.4)

    found = promised(scores, labels, Promise("precision", 0.85, 0.9))

    assert found.point is not None
    is_above = scores >= found.point.threshold
    assert (found.point.tp, found.point.fp) == ((labels & is_above).sum(), (~labels & is_above).sum())
    predicted = found.point.tp + found.point.fp
    assert found.p_value == pytest.approx(stats.binom.sf(found.point.tp - 1, predicted, 0.85), abs=1e-12)


@given(st.integers(0, 2**32 - 1), st.sampled_from([5, 7, 8, 9]), st.sampled_from([1, 2, 3]))
def test_precision_is_promised_as_the_fallback_procedure_does_in_fractions(seed: int, tenths: int, risk: int) -> None:
    random = np.random.default_rng(seed)
    scores = random.integers(0, 65, 60) / 64
    labels = random.random(60) < scores**0.3
    share, promise = Fraction(tenths, 10), Promise("precision", tenths / 10, 1 - risk / 10)

    found = promised(scores, labels, promise).point

    ranks, level, expected = ranks_to_test(60, promise), Fraction(0), None
    for rank in ranks:
        level += Fraction(risk, 10) / len(ranks)
        above = scores > np.sort(scores)[-rank]
        n, hits = int(above.sum()), int((above & labels).sum())
        if n and sum(comb(n, i) * share**i * (1 - share) ** (n - i) for i in range(hits, n + 1)) <= level:
            expected = (hits, n - hits)
        else:
            level = Fraction(0)
    assert (None if found is None else (found.tp, found.fp)) == expected


def test_the_numbers_of_positives_to_test_need_no_label_and_begin_where_a_test_can_succeed() -> None:
    promise = Promise("precision", 0.95, 0.9)
    ranks = ranks_to_test(10_000, promise)

    assert 0.95 ** ranks[0] <= 0.1 / 40 < 0.95 ** (ranks[0] - 1)
    assert (ranks[-1], len(ranks)) == (10_000, 40)
    assert all(first < second for first, second in pairwise(ranks))
    assert ranks_to_test(50, promise) == []


def test_too_few_samples_promise_nothing() -> None:
    for metric in ("precision", "recall", "specificity"):
        found = promised(np.array([0.1, 0.9] * 6), np.array([False, True] * 6), Promise(metric, 0.95, 0.9))
        assert found.point is None


def test_no_p_value_of_a_promised_precision_is_0() -> None:
    n = 40_000
    scores = np.linspace(0, 1, n)

    found = promised(scores, scores > 0.2, Promise("precision", 0.5, 0.1))

    assert found.p_value == 1e-300
