"""Samples of the images of a detection run, each against the figures of its own counts."""

from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.evaluation.detection.matching.ranked_outcomes import outcomes
from shared.evaluation.detection.precision import image_bootstrap
from shared.evaluation.detection.precision.average_precision import average_precision
from shared.evaluation.detection.precision.coco_figures import THRESHOLDS
from shared.evaluation.detection.precision.image_bootstrap import JudgedCandidates
from tests.unit.shared.evaluation.detection.scenes import CLASSES, DISTINCT, images, scene_of, sides_of

NAMES = [str(code) for code in range(CLASSES)]


@given(drawn=images(DISTINCT), seed=st.integers(0, 5))
@settings(max_examples=25, deadline=None)
def test_an_image_that_is_drawn_twice_counts_twice(drawn: list[Any], seed: int) -> None:
    scene = scene_of(drawn)
    found = [outcomes(scene, threshold, 100) for threshold in THRESHOLDS]
    is_sought = ~scene.references.is_uncounted
    judged = JudgedCandidates(
        scene.candidates.images,
        scene.candidates.classes,
        scene.candidates.confidences,
        np.stack([one.is_right for one in found]),
        np.stack([one.is_right | one.is_wrong for one in found]),
        scene.references.images[is_sought],
        scene.references.classes[is_sought],
        CLASSES,
    )
    times = image_bootstrap.draws(len(drawn), 3, seed)

    values = image_bootstrap.means(judged, times)

    for row, value in zip(times.T.astype(int).tolist(), values, strict=True):
        # Equals stand in the order of their images here as there.
        again = [image for image, count in zip(drawn, row, strict=True) for _ in range(count)]
        expected = average_precision(sides_of(again), NAMES).summary["map"]
        assert (np.isnan(value), expected is None) in {(True, True), (False, False)}
        # Recalls that are exactly reached round either way.
        assert expected is None or value == pytest.approx(expected, abs=0.02)


@given(
    right=st.lists(st.lists(st.booleans(), min_size=3, max_size=3), max_size=12),
    missed=st.integers(0, 3),
    seed=st.integers(0, 5),
)
@settings(max_examples=50, deadline=None)
def test_a_sample_has_the_precision_of_its_own_counts(right: list[list[bool]], missed: int, seed: int) -> None:
    count = len(right)
    images, nothing = np.arange(count + missed), np.zeros(count + missed, np.int64)
    is_right = np.array(right, bool).reshape(count, 3).T
    judged = JudgedCandidates(
        images[:count], nothing[:count], -images[:count].astype(float), is_right, np.ones_like(is_right),
        images, nothing, 1,
    )  # fmt: skip
    times = image_bootstrap.draws(count + missed, 4, seed) if count + missed else np.zeros((0, 4), np.uint8)

    exact, quick = (image_bootstrap.means(judged, times, is_exact=is_exact) for is_exact in (True, False))

    expected = [float(np.mean([_precision(row, flags) for flags in is_right])) for row in times.T if row.size]
    assert exact == pytest.approx(expected or [np.nan] * 4, abs=1e-12, nan_ok=True)
    assert quick == pytest.approx(exact, abs=1e-6, nan_ok=True)


def _precision(times: Any, is_right: Any) -> float:
    """The mean of 101 points in whole numbers; all images have one object each, of which the last ones are missed."""
    found = np.cumsum(times[: len(is_right)] * is_right).tolist()
    counted = np.cumsum(times[: len(is_right)].astype(int)).tolist()
    shares = [Fraction(right, max(all_of, 1)) for right, all_of in zip(found, counted, strict=True)]
    total = int(times.sum())
    levels = (
        max((share for share, right in zip(shares, found, strict=True) if 100 * right >= level * total), default=0)
        for level in range(101)
    )
    return float(sum(levels) / 101)


def test_an_interval_holds_the_middle_of_what_was_drawn() -> None:
    values = np.array([*np.linspace(0, 1, 101), np.nan])

    assert image_bootstrap.interval(values) == pytest.approx((0.025, 0.975))
    assert image_bootstrap.interval(np.array([np.nan])) is None
    assert image_bootstrap.draws(4, 2, 7).tolist() == image_bootstrap.draws(4, 2, 7).tolist()
    assert image_bootstrap.draws(4, 5, 7).sum(axis=0).tolist() == [4] * 5


def test_halves_are_drawn_after_all_images() -> None:
    times = image_bootstrap.halves(5, 3, 7)

    assert times.tolist() == image_bootstrap.halves(5, 3, 7).tolist()
    assert times[:, 0].tolist() == [1] * 5
    assert times[:, 1:].sum(axis=0).tolist() == [2] * 3
    assert times.max() == 1


@pytest.mark.parametrize("images", [4, 7])
def test_the_interval_of_a_mean_by_halves_is_that_of_its_standard_error(images: int) -> None:
    numbers = np.array([0.31, 0.42, 0.44, 0.52, 0.47, 0.6, 0.38])[:images]
    halves = [np.mean(half) for half in combinations(numbers, images // 2)]

    bounds = image_bootstrap.interval_of_halves(np.array([numbers.mean(), *halves, np.nan]), images)

    error = 1.959963984540054 * float(numbers.std(ddof=1)) / images**0.5
    assert bounds == pytest.approx((numbers.mean() - error, numbers.mean() + error), rel=1e-12)


def test_a_value_that_is_too_high_with_few_images_stands_above_the_middle_of_its_interval() -> None:
    # 0.5 and a tenth over the number of images: 8 in all, and 4 in each half.
    values = np.array([0.5 + 0.1 / 8, *(0.5 + 0.1 / 4 + np.array([-0.02, 0.02]))])

    assert image_bootstrap.interval_of_halves(values, 8) == pytest.approx((0.5 - 0.0391993, 0.5 + 0.0391993))


@pytest.mark.parametrize(
    ("values", "bounds"),
    [
        ([1.0, 1.0, 1.0], (1.0, 1.0)),
        ([0.99, 0.9, 1.0], (0.932, 1.0)),
        # The value itself, where halves lie far above it.
        ([0.1, 0.5, 0.5], (0.0, 0.1)),
        ([np.nan, 0.5, 0.5], None),
        ([0.5, np.nan, 0.5], None),
    ],
)
def test_an_interval_holds_its_value_and_nothing_beyond_the_range(
    values: list[float], bounds: tuple[float, float] | None
) -> None:
    assert image_bootstrap.interval_of_halves(np.array(values), 4) == pytest.approx(bounds, abs=1e-3)


def test_one_image_has_no_interval() -> None:
    assert image_bootstrap.interval_of_halves(np.array([0.5, np.nan, np.nan]), 1) is None
