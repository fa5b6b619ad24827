"""Curves, calibration and thresholds of weighted samples: scikit-learn's, and those of repeated rows."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score, roc_curve

from shared.evaluation.calibration.reliability import reliability
from shared.evaluation.curves.ranked_scores import RankedScores, rank_margins, rank_probabilities, rank_weighted
from shared.evaluation.curves.score_profile import profile
from shared.evaluation.curves.scored_curves import curves_of
from shared.evaluation.thresholds.choice import choose
from shared.evaluation.thresholds.goals import Goal

Columns = tuple[NDArray[Any], NDArray[np.bool_], NDArray[np.float64]]
GRID = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0])
SAMPLES = st.lists(st.tuples(GRID, st.booleans(), st.integers(0, 4)), min_size=1, max_size=25)
BOTH = [(0.25, True, 1), (0.5, False, 2)]


def columns(samples: list[tuple[float, bool, int]], kind: Any = np.float64) -> Columns:
    scores, positive, weights = zip(*samples, strict=True)
    return np.array(scores, kind), np.array(positive), np.array(weights, float)


def drawn(kind: Any = np.float64) -> Columns:
    random = np.random.default_rng(3)
    positive = random.integers(0, 2, 400).astype(bool)
    scores = np.clip(random.normal(0.4 + 0.2 * positive, 0.2), 0, 1).round(2).astype(kind)
    return scores, positive, random.gamma(1.0, 1.0, 400)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_curves_of_weighted_scores_are_those_of_scikit_learn(kind: Any) -> None:
    scores, positive, weights = drawn(kind)
    cut = len(scores) // 3
    parts = [(scores[:cut], positive[:cut], weights[:cut]), (scores[cut:], positive[cut:], weights[cut:])]

    found = curves_of(rank_weighted(parts, is_margin=False), 10_000)

    fpr, tpr, thresholds = roc_curve(positive, scores, sample_weight=weights, drop_intermediate=False)
    theirs = {threshold: (x, y) for threshold, x, y in zip(thresholds, fpr, tpr, strict=True)}
    assert found.roc is not None
    curve = found.roc.curve
    for threshold, *point in zip(curve.thresholds, curve.x, curve.y, strict=True):
        assert point == pytest.approx(theirs[threshold])
    assert len(curve.x) > len(theirs) / 2
    assert found.roc_auc == pytest.approx(roc_auc_score(positive, scores, sample_weight=weights), rel=1e-12)
    assert found.average_precision == pytest.approx(average_precision_score(positive, scores, sample_weight=weights))
    totals = weights[positive].sum(), weights[~positive].sum()
    assert (found.positives, found.negatives) == pytest.approx(totals)
    assert found.rows == (int(positive.sum()), int((~positive).sum()))


def test_losses_of_weighted_probabilities_are_those_of_scikit_learn() -> None:
    scores, positive, weights = drawn()

    found = reliability(rank_weighted([(scores, positive, weights)], is_margin=False), "equal_width", 10)

    assert found.brier == pytest.approx(brier_score_loss(positive, scores, sample_weight=weights))
    assert found.log_loss == pytest.approx(log_loss(positive, scores, sample_weight=weights))
    assert found.brier == pytest.approx(found.miscalibration - found.discrimination + found.uncertainty)
    at = np.maximum(np.ceil(scores * 10).astype(int) - 1, 0)
    gaps = [abs(weights[at == bin_] @ (scores[at == bin_] - positive[at == bin_])) for bin_ in range(10)]
    assert found.ece == pytest.approx(sum(gaps) / weights.sum())
    assert sum(one.rows or 0 for one in found.bins) == len(scores)
    assert {one.expected for one in found.bins} == {None}


def repeated(samples: list[tuple[float, bool, int]]) -> RankedScores:
    scores, positive, weights = columns([sample for sample in samples for _ in range(sample[2])])
    return rank_probabilities([(scores, positive)], len(weights))


@settings(max_examples=40)
@given(samples=SAMPLES, bins=st.integers(1, 5), binning=st.sampled_from(["equal_width", "equal_mass"]))
def test_whole_weights_are_repeated_samples(samples: list[tuple[float, bool, int]], bins: int, binning: Any) -> None:
    samples = [*samples, *BOTH]
    weighted, plain = rank_weighted([columns(samples)], is_margin=False), repeated(samples)

    ours, theirs = (asdict(curves_of(one, 100)) for one in (weighted, plain))
    assert {name: ours[name] for name in ("positives", "negatives", "roc_auc", "average_precision")} == {
        name: pytest.approx(theirs[name]) for name in ("positives", "negatives", "roc_auc", "average_precision")
    }
    of_bins = [[one[:5] for one in reliability(ranked, binning, bins).bins] for ranked in (weighted, plain)]
    for one, other in zip(*of_bins, strict=True):
        assert one == pytest.approx(other)
    assert reliability(weighted, binning, bins)[1:9] == pytest.approx(reliability(plain, binning, bins)[1:9])
    for goal in (Goal("f1"), Goal("precision", 0.6), Goal(max_positives=3)):
        assert choose(weighted, goal) == choose(plain, goal)
    assert profile(weighted, 100, 4, is_share=True) == profile(plain, 100, 4, is_share=True)


@settings(max_examples=40)
@given(
    samples=st.lists(st.tuples(GRID, st.booleans(), st.floats(1e-9, 1e9)), max_size=20),
    order=st.randoms(use_true_random=False),
)
def test_the_order_of_weighted_samples_changes_no_bit(samples: list[Any], order: Any) -> None:
    samples = [*samples, *BOTH]
    first = curves_of(rank_weighted([columns(samples)], is_margin=False), 100)
    order.shuffle(samples)
    second = curves_of(rank_weighted([columns(samples)], is_margin=False), 100)

    assert (first.roc_auc, first.average_precision) == (second.roc_auc, second.average_precision)


RANKED: dict[str, Callable[[Columns], RankedScores]] = {
    "margins": lambda parts: rank_margins([(10 * parts[0] - 5, parts[1])]),
    "complements": lambda parts: rank_probabilities([parts[:2]], len(parts[0]), is_complement=True),
}
WEIGHTED: dict[str, Callable[[Columns], RankedScores]] = {
    "margins": lambda parts: rank_weighted([(10 * parts[0] - 5, *parts[1:])], is_margin=True),
    "complements": lambda parts: rank_weighted([parts], is_margin=False, is_complement=True),
}


@pytest.mark.parametrize("kind", RANKED)
def test_margins_and_scores_of_the_other_class_are_weighted_too(kind: str) -> None:
    scores, positive, _ = drawn()
    parts = scores, positive, np.ones(len(scores))

    plain, weighted = RANKED[kind](parts), WEIGHTED[kind](parts)

    assert curves_of(weighted, 1000).roc_auc == pytest.approx(curves_of(plain, 1000).roc_auc)
    for ours, theirs in zip(weighted.stretches(), plain.stretches(), strict=True):
        assert (ours.thresholds.tolist(), ours.tp.tolist()) == (theirs.thresholds.tolist(), theirs.tp.tolist())


def test_samples_without_any_weight_make_no_curve() -> None:
    found = curves_of(rank_weighted([columns([(0.5, True, 0), (0.1, False, 0)])], is_margin=False), 100)

    assert (found.positives, found.negatives, found.roc_auc, found.roc) == (0.0, 0.0, None, None)
