"""Points and areas equal those of independent oracles: exact fractions, scikit-learn and PyCM."""

import warnings
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pycm import PRCurve, ROCCurve
from sklearn import metrics

from shared.evaluation.curves.roc_and_pr import (
    average_precision,
    pr_area,
    pr_corners,
    pr_curve,
    roc_area,
    roc_corners,
    roc_curve,
)
from shared.evaluation.curves.thresholds import count_at_scores

Sample = tuple[NDArray[Any], NDArray[np.bool_]]

# Sixteenths tie often, and are exact in both types.
ties = st.integers(0, 16).map(lambda sixteenths: sixteenths / 16)
bits = st.floats(0, 1, width=32)


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    pairs = draw(st.lists(st.tuples(draw(st.sampled_from([ties, bits])), st.booleans()), min_size=2, max_size=50))
    labels = [label for _, label in pairs]
    labels[:2] = [True, False]
    return np.array([score for score, _ in pairs], draw(st.sampled_from(["f4", "f8"]))), np.array(labels)


def random_sample(kind: str, n: int = 3000) -> Sample:
    rng = np.random.default_rng(len(kind))
    positive = rng.random(n) < 0.3
    scores = np.clip(rng.normal(0.4 + 0.2 * positive, 0.2), 0, 1)
    if kind == "tied":
        return scores.round(2), positive
    if kind == "constant":
        return np.full(n, 0.25), positive
    return scores.astype(np.float32 if kind == "single" else np.float64), positive


kinds = pytest.mark.parametrize("kind", ["random", "tied", "constant", "single"])


def trapezoids(points: list[tuple[Fraction, Fraction]]) -> Fraction:
    return sum(((x2 - x1) * (y1 + y2) / 2 for (x1, y1), (x2, y2) in pairwise(points)), Fraction(0))


def brute_counts(scores: NDArray[Any], positive: NDArray[np.bool_]) -> list[tuple[float, int, int]]:
    table = [(float("inf"), 0, 0)]
    for threshold in sorted(set(scores.tolist()), reverse=True):
        called = [label for score, label in zip(scores.tolist(), positive.tolist(), strict=True) if score >= threshold]
        table.append((threshold, called.count(True), called.count(False)))
    return table


@given(samples())
def test_counts_and_areas_equal_exact_fractions(sample: Sample) -> None:
    scores, positive = sample
    counts = count_at_scores(scores, positive)
    expected = brute_counts(scores, positive)
    assert list(zip(counts.thresholds.tolist(), counts.tp.tolist(), counts.fp.tolist(), strict=True)) == expected
    p, n = int(positive.sum()), int((~positive).sum())
    roc = trapezoids([(Fraction(fp, n), Fraction(tp, p)) for _, tp, fp in expected])
    assert roc_area(counts) == float(roc)
    shares = [(Fraction(tp, p), Fraction(tp, tp + fp)) for _, tp, fp in expected[1:]]
    assert pr_area(counts) == pytest.approx(float(trapezoids(shares)), abs=1e-14)
    steps = pairwise([(Fraction(0), Fraction(0)), *shares])
    mean = sum(((recall - before) * precision for (before, _), (recall, precision) in steps), Fraction(0))
    assert average_precision(counts) == pytest.approx(float(mean), abs=1e-14)


@kinds
@pytest.mark.parametrize("weighted", [False, True])
def test_points_and_areas_equal_scikit_learns(kind: str, weighted: bool) -> None:
    scores, positive = random_sample(kind)
    weights = np.random.default_rng(5).integers(0, 4, len(scores)) / 3 if weighted else None
    counts = count_at_scores(scores, positive, weights)

    fpr, tpr, thresholds = metrics.roc_curve(positive, scores, sample_weight=weights, drop_intermediate=False)
    curve = roc_curve(counts)
    np.testing.assert_allclose(curve.x, fpr, atol=1e-12)
    np.testing.assert_allclose(curve.y, tpr, atol=1e-12)
    np.testing.assert_array_equal(curve.thresholds, thresholds)
    area = metrics.roc_auc_score(positive, scores, sample_weight=weights)
    assert roc_area(counts) == pytest.approx(area, abs=1e-12)

    # scikit-learn goes upwards, keeps thresholds of no weight, and ends with a point of its own.
    there = slice(None) if weights is None else weights > 0
    weights = None if weights is None else weights[there]
    precision, recall, thresholds = metrics.precision_recall_curve(
        positive[there], scores[there], sample_weight=weights
    )
    curve = pr_curve(counts)
    np.testing.assert_allclose(curve.x, recall[-2::-1], atol=1e-12)
    np.testing.assert_allclose(curve.y, precision[-2::-1], atol=1e-12)
    np.testing.assert_array_equal(curve.thresholds, thresholds[::-1])
    mean = metrics.average_precision_score(positive[there], scores[there], sample_weight=weights)
    assert average_precision(counts) == pytest.approx(mean, abs=1e-12)


def pycm_sample(seed: int, k: int) -> tuple[list[int], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    labels = [*range(k), *rng.integers(0, k, 11).tolist()]
    tenths = rng.multinomial(10, np.full(k, 1 / k), len(labels))
    return labels, tenths / 10


@pytest.mark.parametrize(("seed", "k"), [(0, 2), (1, 2), (2, 3), (3, 4)])
def test_points_and_areas_equal_pycms_at_its_thresholds(seed: int, k: int) -> None:
    labels, table = pycm_sample(seed, k)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # PyCM tells of the undefined points that it leaves out
        classes = list(range(k))
        roc, pr = (make(actual_vector=labels, probs=table.tolist(), classes=classes) for make in (ROCCurve, PRCurve))
    assert roc.thresholds == np.unique(table).tolist()
    roc_areas, pr_areas = roc.area(), pr.area()
    for column in range(k):
        positive = np.array(labels) == column
        counts = count_at_scores(table[:, column], positive)
        # PyCM counts at the scores of every class, from the lowest up; none above the highest of this one reaches it.
        at = counts.pick(len(counts.thresholds) - 1 - np.searchsorted(counts.thresholds[::-1], roc.thresholds))
        assert roc.data[column]["TPR"] == pytest.approx((at.tp / counts.positives).tolist(), abs=1e-12)
        assert roc.data[column]["FPR"] == pytest.approx((at.fp / counts.negatives).tolist(), abs=1e-12)
        called = at.tp + at.fp > 0
        precision = at.tp[called] / (at.tp + at.fp)[called]
        assert pr.data[column]["PPV"] == pytest.approx(precision.tolist(), abs=1e-12)
        assert roc_area(counts) == pytest.approx(roc_areas[column], abs=1e-12)
        assert pr_area(counts) == pytest.approx(pr_areas[column], abs=1e-12)


def test_the_documented_sample_has_the_areas_that_are_true_of_it() -> None:
    labels = np.array([False, True, False, True])
    scores = np.array([0.9, 0.2, 0.7, 0.3])
    assert roc_area(count_at_scores(scores, labels)) == 0.0


def test_a_perfect_classifier_has_average_precision_1_where_pycms_trapezoids_lose_the_left_end() -> None:
    counts = count_at_scores(np.array([0.9, 0.8, 0.2, 0.1]), np.array([True, True, False, False]))
    assert (roc_area(counts), pr_area(counts), average_precision(counts)) == (1.0, 0.5, 1.0)


@pytest.mark.parametrize("label", [True, False])
def test_samples_of_one_kind_have_no_roc_area(label: bool) -> None:
    scores, positive = np.array([0.1, 0.5, 0.5]), np.full(3, label)
    counts = count_at_scores(scores, positive)
    assert roc_area(counts) is None
    assert (pr_area(counts) is None, average_precision(counts) is None) == (not label, not label)


@given(samples(), st.randoms(use_true_random=False))
def test_the_order_of_samples_changes_nothing(sample: Sample, random: Any) -> None:
    scores, positive = sample
    order = list(range(len(scores)))
    random.shuffle(order)
    one, other = count_at_scores(scores, positive), count_at_scores(scores[order], positive[order])
    assert one.thresholds.tolist() == other.thresholds.tolist()
    assert (one.tp.tolist(), one.fp.tolist()) == (other.tp.tolist(), other.fp.tolist())


@given(samples())
def test_a_monotone_transform_of_the_scores_moves_no_point(sample: Sample) -> None:
    scores, positive = sample
    distinct, ranks = np.unique(scores, return_inverse=True)
    one, other = count_at_scores(scores, positive), count_at_scores((1 + ranks) / (2 + len(distinct)), positive)
    assert (one.tp.tolist(), one.fp.tolist()) == (other.tp.tolist(), other.fp.tolist())


@given(st.lists(st.tuples(ties, st.booleans()), min_size=2))
def test_the_complement_of_scores_and_labels_mirrors_the_curve(pairs: list[tuple[float, bool]]) -> None:
    scores, positive = np.array([score for score, _ in pairs]), np.array([label for _, label in pairs])
    positive[:2] = [True, False]
    one, other = count_at_scores(scores, positive), count_at_scores(1 - scores, ~positive)
    assert (one.negatives - one.fp[::-1]).tolist() == other.tp.tolist()
    assert (one.positives - one.tp[::-1]).tolist() == other.fp.tolist()
    assert roc_area(one) == roc_area(other)
    reversed_labels = roc_area(count_at_scores(scores, ~positive))
    assert reversed_labels == pytest.approx(1 - (roc_area(one) or 0.0), abs=1e-15)


@given(samples())
def test_whole_weights_count_as_repeated_samples(sample: Sample) -> None:
    scores, positive = sample
    weights = np.arange(len(scores)) % 4
    weights[:2] = 1
    one = count_at_scores(scores, positive, weights.astype(np.float64))
    other = count_at_scores(np.repeat(scores, weights), np.repeat(positive, weights))
    assert one.thresholds.tolist() == other.thresholds.tolist()
    assert (one.tp.tolist(), one.fp.tolist()) == (other.tp.tolist(), other.fp.tolist())


@given(samples())
def test_leaving_out_points_inside_straight_stretches_keeps_the_areas(sample: Sample) -> None:
    counts = count_at_scores(*sample)
    roc, pr = roc_corners(counts), pr_corners(counts)
    assert roc_area(roc) == pytest.approx(roc_area(counts), abs=1e-12)
    assert pr_area(pr) == pytest.approx(pr_area(counts), abs=1e-12)
    assert average_precision(pr) == pytest.approx(average_precision(counts), abs=1e-12)
    assert roc.thresholds.tolist() == sorted(set(roc.thresholds.tolist()), reverse=True)
    slopes = list(zip(np.diff(roc.tp).tolist(), np.diff(roc.fp).tolist(), strict=True))
    assert all(rise * next_run != next_rise * run for (rise, run), (next_rise, next_run) in pairwise(slopes))


def test_every_inner_point_of_a_straight_line_is_left_out() -> None:
    scores = np.repeat(np.arange(1, 6) / 8, 3)
    counts = count_at_scores(scores, np.tile([True, False, False], 5))
    assert len(counts.tp) == 6
    assert [roc_corners(counts).tp.tolist(), roc_corners(counts).fp.tolist()] == [[0, 5], [0, 10]]
    assert [pr_corners(counts).tp.tolist(), pr_corners(counts).fp.tolist()] == [[0, 1, 5], [0, 2, 10]]
