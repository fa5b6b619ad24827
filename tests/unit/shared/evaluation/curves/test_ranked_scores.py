"""Areas, points and thresholds of ranked scores equal scikit-learn's, however the samples come in parts."""

import itertools
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics

from shared.evaluation.curves import ranking
from shared.evaluation.curves.ranked_scores import RankedScores, rank_margins, rank_probabilities
from shared.evaluation.curves.scored_curves import curves_of
from shared.evaluation.intervals.areas import areas

Scores = NDArray[Any]
Labels = NDArray[np.bool_]

ties = st.integers(0, 8).map(lambda eighths: eighths / 8)
bits = st.floats(0, 1, width=32)


@st.composite
def samples(draw: st.DrawFn) -> tuple[Scores, Labels]:
    pairs = draw(st.lists(st.tuples(draw(st.sampled_from([ties, bits])), st.booleans()), min_size=2, max_size=60))
    labels = [label for _, label in pairs]
    labels[:2] = [True, False]
    return np.array([score for score, _ in pairs], draw(st.sampled_from(["f4", "f8"]))), np.array(labels)


def ranked(scores: Scores, labels: Labels, cut: int = 1, **options: bool) -> RankedScores:
    parts = [(scores[:cut], labels[:cut]), (scores[cut:], labels[cut:])]
    return rank_probabilities(parts, len(scores), **options)


def counts(scores: RankedScores) -> list[tuple[float, int, int]]:
    """Every threshold with its true and false positives; the ends that two stretches share stand once."""
    every = [
        point
        for stretch in scores.stretches()
        for point in zip(stretch.thresholds.tolist(), stretch.tp.tolist(), stretch.fp.tolist(), strict=True)
    ]
    return [point for point, _ in itertools.groupby(every)]


@given(samples(), st.integers(1, 60))
def test_areas_equal_those_of_scikit_learn(sample: tuple[Scores, Labels], cut: int) -> None:
    scores, labels = sample

    found = curves_of(ranked(scores, labels, cut), 500)

    assert found.roc_auc == pytest.approx(metrics.roc_auc_score(labels, scores), abs=1e-12)
    assert found.average_precision == pytest.approx(metrics.average_precision_score(labels, scores), abs=1e-12)


@given(samples(), st.integers(1, 60))
def test_the_error_of_the_area_is_delongs_in_every_cut(sample: tuple[Scores, Labels], cut: int) -> None:
    scores, labels = sample
    assume(min(labels.sum(), (~labels).sum()) > 1)

    found = curves_of(ranked(scores, labels, cut), 500)

    expected = areas(labels, scores[np.newaxis].astype(np.float64))
    assert found.roc_auc_spread is not None
    assert found.roc_auc_spread.error**2 == pytest.approx(expected.covariance[0, 0], abs=1e-12)


def test_one_sample_on_a_side_has_no_error_of_the_area() -> None:
    assert curves_of(ranked(np.array([0.1, 0.4, 0.6]), np.array([False, True, False])), 500).roc_auc_spread is None


@given(samples())
def test_every_threshold_has_the_counts_of_scikit_learn(sample: tuple[Scores, Labels]) -> None:
    scores, labels = sample

    fpr, tpr, thresholds = metrics.roc_curve(labels, scores, drop_intermediate=False)

    tp, fp = np.rint(tpr * labels.sum()).astype(int), np.rint(fpr * (~labels).sum()).astype(int)
    assert counts(ranked(scores, labels)) == list(zip(thresholds.tolist(), tp.tolist(), fp.tolist(), strict=True))


@given(samples())
def test_margins_are_ranked_as_probabilities_are(sample: tuple[Scores, Labels]) -> None:
    scores, labels = sample
    shifted = scores.astype(np.float64) * 8 - 4

    as_margins = counts(rank_margins([(shifted, labels)]))

    plain = counts(ranked(shifted.clip(-4, 4) / 8 + 0.5, labels))
    assert [point[1:] for point in as_margins] == [point[1:] for point in plain]
    assert [point[0] for point in as_margins[1:]] == sorted({*shifted.tolist()}, reverse=True)


@given(samples())
def test_the_other_class_has_the_same_area_and_complementary_thresholds(sample: tuple[Scores, Labels]) -> None:
    scores, labels = sample

    own, other = ranked(scores, labels), ranked(scores, ~labels, is_complement=True)

    assert curves_of(other, 500).roc_auc == pytest.approx(curves_of(own, 500).roc_auc, abs=1e-12)
    positives, negatives = own.positives, own.negatives
    mirrored = [(negatives - fp, positives - tp) for _, tp, fp in reversed(counts(own))]
    assert [point[1:] for point in counts(other)] == mirrored


def test_close_scores_of_the_other_class_stay_apart() -> None:
    scores = np.array([1e-300, 2e-300])

    assert len(counts(ranked(scores, np.array([True, False]), is_complement=True))) == 3


def test_a_curve_in_many_stretches_equals_that_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    labels = rng.random(4000) < 0.3
    scores = np.round((labels + rng.random(4000) * 3) / 4, 3)
    whole = curves_of(ranked(scores, labels), 10_000)

    monkeypatch.setattr(ranking, "CHUNK", 64)
    cut = curves_of(ranked(scores, labels), 10_000)

    assert (cut.roc_auc, cut.positives) == (whole.roc_auc, whole.positives)
    assert cut.average_precision == pytest.approx(whole.average_precision, abs=1e-12)
    assert cut.roc is not None
    assert np.trapezoid(cut.roc.curve.y, cut.roc.curve.x) == pytest.approx(whole.roc_auc, abs=1e-12)


def test_thinned_curves_keep_their_area_within_the_error_that_they_tell() -> None:
    rng = np.random.default_rng(6)
    labels = rng.random(200_000) < 0.2
    scores = ((labels + rng.random(200_000) * 3) / 4).astype(np.float32)

    found = curves_of(ranked(scores, labels), 100)

    assert found.roc is not None
    assert found.pr is not None
    assert len(found.roc.curve.x) <= 100
    assert len(found.pr.curve.x) <= 100
    drawn = np.trapezoid(found.roc.curve.y, found.roc.curve.x)
    assert abs(drawn - metrics.roc_auc_score(labels, scores)) <= found.roc.area_error <= 0.02
    precision, recall, _ = metrics.precision_recall_curve(labels, scores)
    known = set(zip(recall.tolist(), precision.tolist(), strict=True))
    assert set(zip(found.pr.curve.x.tolist(), found.pr.curve.y.tolist(), strict=True)) <= known


def test_a_class_that_is_alone_or_absent_has_no_roc_curve() -> None:
    scores = np.array([0.2, 0.8])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        alone = curves_of(ranked(scores, np.array([True, True])), 100)
        absent = curves_of(ranked(scores, np.array([False, False])), 100)
        empty = curves_of(rank_probabilities([], 0), 100)

    assert (alone.roc_auc, alone.roc, alone.average_precision) == (None, None, 1.0)
    assert (absent.roc_auc, absent.average_precision, absent.pr) == (None, None, None)
    assert (empty.positives, empty.negatives, empty.roc) == (0, 0, None)
