"""Overlaps of oriented boxes against exact arithmetic, and their figures against those of upright boxes."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.analyses.annotations.turned_boxes import around_centre
from shared.evaluation.detection.geometry import overlaps, quadrilaterals
from shared.evaluation.detection.matching import ranked_outcomes
from shared.evaluation.detection.rules.profiles import PROFILES, judge
from tests.unit.shared.evaluation.detection.scenes import images, scene_of

Point = tuple[Fraction, Fraction]


def cross(origin: Point, left: Point, right: Point) -> Fraction:
    return (left[0] - origin[0]) * (right[1] - origin[1]) - (left[1] - origin[1]) * (right[0] - origin[0])


def hull(points: set[Point]) -> list[Point]:
    """The convex hull, by Andrew's monotone chain."""
    chains = []
    for ordered in (sorted(points), sorted(points, reverse=True)):
        chain: list[Point] = []
        for point in ordered:
            while len(chain) > 1 and cross(chain[-2], chain[-1], point) <= 0:
                chain.pop()
            chain.append(point)
        chains += chain[:-1]
    return chains


def area(outline: list[Point]) -> Fraction:
    around = pairwise([*outline, *outline[:1]])
    return abs(sum((a[0] * b[1] - a[1] * b[0] for a, b in around), Fraction(0))) / 2


def common_area(left: list[Point], right: list[Point]) -> Fraction:
    """The hull of all corners inside the other outline and of all points where sides cross."""
    left, right = hull(set(left)), hull(set(right))
    sides = [list(pairwise([*one, *one[:1]])) for one in (left, right)]
    points = {
        point
        for own, others in ((left, sides[1]), (right, sides[0]))
        for point in own
        if all(cross(a, b, point) >= 0 for a, b in others)
    }
    for a, b in sides[0]:
        for c, d in sides[1]:
            from_a, from_b = cross(c, d, a), cross(c, d, b)
            if from_a * from_b < 0 and cross(a, b, c) * cross(a, b, d) <= 0:
                step = from_a / (from_a - from_b)
                points.add((a[0] + step * (b[0] - a[0]), a[1] + step * (b[1] - a[1])))
            elif from_a * from_b <= 0 and cross(a, b, c) * cross(a, b, d) < 0:
                from_c, from_d = cross(a, b, c), cross(a, b, d)
                step = from_c / (from_c - from_d)
                points.add((c[0] + step * (d[0] - c[0]), c[1] + step * (d[1] - c[1])))
    return area(hull(points)) if len(points) > 2 else Fraction(0)


PLACES = st.tuples(st.integers(-6, 6), st.integers(-6, 6))


@st.composite
def outlines(draw: st.DrawFn) -> list[Point]:
    """Convex outlines with whole corners, so that many touch, coincide or lie in line; some go the other way round."""
    (x, y), (u, v) = draw(PLACES), draw(PLACES.filter(any))
    k, m = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    corners = [(x, y), (x + k * u, y + k * v), (x + k * u - m * v, y + k * v + m * u), (x - m * v, y + m * u)]
    ordered = corners[::-1] if draw(st.booleans()) else corners
    return [(Fraction(a), Fraction(b)) for a, b in ordered]


@given(pairs=st.lists(st.tuples(outlines(), outlines()), min_size=1, max_size=8), shift=st.sampled_from([0, 100_000]))
@settings(max_examples=150, deadline=None)
def test_the_common_area_is_that_of_exact_arithmetic(pairs: list[Any], shift: int) -> None:
    left, right = (np.array([pair[side] for pair in pairs], float) + shift for side in (0, 1))

    assert quadrilaterals.is_convex(left).all()
    assert quadrilaterals.common_areas(left, right).tolist() == pytest.approx(
        [float(common_area(*pair)) for pair in pairs], abs=1e-9
    )
    assert quadrilaterals.areas(left).tolist() == [float(area(one)) for one, _ in pairs]


@given(drawn=images())
@settings(max_examples=30, deadline=None)
def test_boxes_that_are_not_turned_overlap_as_boxes(drawn: list[Any]) -> None:
    scene = scene_of(drawn)
    sides = scene.references, scene.candidates
    corners = quadrilaterals.of_boxes(sides[0].xywh), quadrilaterals.of_boxes(sides[1].xywh)
    upright = np.ones(len(sides[0]), bool), np.ones(len(sides[1]), bool)

    boxes = overlaps.of_boxes(*sides, 0.1, within_class=False)
    oriented = quadrilaterals.pairs_of(*sides, corners, upright, 0.1)
    clipped = quadrilaterals.pairs_of(*sides, corners, (~upright[0], ~upright[1]), 0.1 - 1e-9)

    assert all(map(np.array_equal, oriented, boxes))
    rows = clipped.where(clipped.iou >= 0.1 + 1e-9)
    assert rows.iou.tolist() == pytest.approx(boxes.where(boxes.iou >= 0.1 + 1e-9).iou.tolist(), abs=1e-12)


# Strips that cross share a square, and a square with itself an octagon.
@pytest.mark.parametrize(
    ("height", "degrees", "shared"), [(2, 0, 2), (2, 90, 1), (2, 180, 2), (1, 45, 2 * (np.sqrt(2) - 1))]
)
def test_a_box_shares_less_with_itself_when_it_is_turned(height: float, degrees: float, shared: float) -> None:
    upright, other = (np.array([around_centre((10, 20, 1, height), turn)]) for turn in (0, degrees))

    assert quadrilaterals.common_areas(upright, other).tolist() == [pytest.approx(shared)]


def test_an_outline_without_an_area_shares_nothing() -> None:
    nothing, square = np.zeros((1, 4, 2)), quadrilaterals.of_boxes(np.array([[-1.0, -1, 2, 2]]))

    assert quadrilaterals.common_areas(nothing, square).tolist() == [0]
    assert quadrilaterals.common_areas(square, nothing).tolist() == [0]


def test_outlines_that_cross_themselves_or_turn_back_are_not_convex() -> None:
    crossed, dented = [(0, 0), (4, 4), (4, 0), (0, 4)], [(0, 0), (4, 0), (1, 1), (0, 4)]

    assert quadrilaterals.is_convex(np.array([crossed, dented], float)).tolist() == [False, False]


@given(drawn=images())
@settings(max_examples=30, deadline=None)
def test_dota_takes_an_overlap_only_above_its_threshold(drawn: list[Any]) -> None:
    scene = scene_of(drawn)
    above = replace(scene, overlaps=scene.overlaps.where(scene.overlaps.iou != 0.5))

    found, expected = judge(PROFILES["dota"], scene, 0.5, 100), judge(PROFILES["voc07"], above, 0.5, 100)

    assert all(map(np.array_equal, found, expected))
    counts = ranked_outcomes.ranked_counts(scene, found, None)
    assert counts.total == int((~scene.references.is_uncounted).sum())
