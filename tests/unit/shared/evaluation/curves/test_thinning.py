"""A drawing has few points, all of them the curve's own, and a true bound on the error of its area."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.evaluation.curves.roc_and_pr import CurvePoints, pr_curve, roc_corners, roc_curve
from shared.evaluation.curves.thinning import ThinnedCurve, thin
from shared.evaluation.curves.thresholds import ThresholdCounts, count_at_scores


def counts_of(n: int, seed: int, better: float) -> ThresholdCounts:
    rng = np.random.default_rng(seed)
    positive = rng.random(n) < 0.3
    positive[:2] = [True, False]
    return count_at_scores(np.clip(rng.normal(0.4 + better * positive, 0.15), 0, 1), positive)


def area(curve: CurvePoints) -> float:
    return float(np.trapezoid(curve.y, curve.x))


def points(curve: CurvePoints) -> list[tuple[float, float, float]]:
    return list(zip(curve.x.tolist(), curve.y.tolist(), curve.thresholds.tolist(), strict=True))


def check(full: CurvePoints, drawing: ThinnedCurve, max_points: int) -> None:
    drawn = points(drawing.curve)
    assert len(drawn) <= max_points
    assert (drawn[0], drawn[-1]) == (points(full)[0], points(full)[-1])
    assert drawn == [point for point in points(full) if point in set(drawn)]
    assert abs(area(drawing.curve) - area(full)) <= drawing.area_error + 1e-12


@given(st.integers(2, 600), st.integers(0, 99), st.sampled_from([0.0, 0.2, 0.8]), st.integers(8, 200))
def test_a_drawing_stays_within_its_points_and_its_error(n: int, seed: int, better: float, max_points: int) -> None:
    counts = counts_of(n, seed, better)
    roc, pr = roc_curve(counts), pr_curve(counts)
    drawing = thin(roc, max_points, monotone=True)
    check(roc, drawing, max_points)
    assert drawing.area_error <= 1 / (max_points - 1)
    check(pr, thin(pr, max_points, monotone=False), max_points)


def test_a_short_curve_is_drawn_whole() -> None:
    counts = counts_of(50, 1, 0.2)
    for curve, monotone in ((roc_curve(counts), True), (pr_curve(counts), False)):
        drawing = thin(curve, len(curve.x), monotone=monotone)
        assert drawing.curve is curve
        assert drawing.area_error == 0.0


@pytest.mark.parametrize(("make", "monotone", "error"), [(roc_curve, True, 0.001), (pr_curve, False, 0.005)])
def test_a_thousand_points_draw_a_large_curve_to_the_fourth_decimal(
    make: Callable[[ThresholdCounts], CurvePoints], *, monotone: bool, error: float
) -> None:
    full = make(counts_of(200_000, 3, 0.2))
    drawing = thin(full, 1000, monotone=monotone)
    assert 0 < drawing.area_error < error
    assert area(drawing.curve) == pytest.approx(area(full), abs=2e-5)


def test_the_extremes_of_precision_in_a_cell_are_drawn() -> None:
    y = np.full(1000, 0.5)
    y[301], y[302] = 0.9, 0.1
    curve = CurvePoints(np.linspace(0, 1, 1000), y, np.linspace(1, 0, 1000))
    drawn = thin(curve, 40, monotone=False).curve
    assert (drawn.y.max(), drawn.y.min()) == (0.9, 0.1)


def test_a_curve_without_width_is_drawn() -> None:
    curve = CurvePoints(np.ones(100), np.linspace(1, 0, 100), np.linspace(1, 0, 100))
    drawing = thin(curve, 8, monotone=False)
    assert (drawing.curve.y.tolist(), drawing.area_error) == ([1.0, 0.0], 0.0)


def test_a_drawing_of_corners_is_a_drawing_of_the_curve() -> None:
    counts = counts_of(20_000, 4, 0.2)
    drawing = thin(roc_curve(roc_corners(counts)), 500, monotone=True)
    check(roc_curve(counts), drawing, 500)
