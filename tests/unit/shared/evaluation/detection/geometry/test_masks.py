"""Masks and outlines against COCO's own C code."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from pycocotools import mask as coco

from shared.evaluation.detection.geometry import masks, outlines, polygons, rle
from shared.evaluation.detection.geometry.rle import InvalidRunLengths
from tests.bitmaps import bitmap_of, mask_of

# pycocotools is older than numpy 2.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SIDES = st.integers(1, 24)
BITMAPS = arrays.arrays(np.uint8, st.tuples(SIDES, SIDES), elements=st.integers(0, 1))
COORDINATES = st.floats(-15, 40, allow_nan=False).map(lambda value: round(value, 2))
OUTLINES = st.lists(st.tuples(COORDINATES, COORDINATES), min_size=3, max_size=9)


def encoded(bitmap: NDArray[np.uint8]) -> dict[str, Any]:
    found: dict[str, Any] = coco.encode(np.asfortranarray(bitmap))
    return found


@given(BITMAPS)
def test_a_bitmap_and_its_runs_are_the_same_thing(bitmap: NDArray[np.uint8]) -> None:
    mask = mask_of(bitmap)
    oracle = encoded(bitmap)

    assert (bitmap_of(mask) == bitmap).all()
    assert rle.compress(mask.counts.tolist()) == oracle["counts"].decode()
    assert rle.decompress(oracle["counts"].decode()) == mask.counts.tolist()
    assert mask.area == coco.area(oracle)
    left, top, right, bottom = mask.box
    assert [left, top, right - left, bottom - top] == coco.toBbox(oracle).tolist()
    again = masks.of_counts(mask.counts, mask.height, mask.width)
    assert (bitmap_of(again) == bitmap).all()


@given(st.lists(st.integers(0, 9), max_size=12), st.integers(1, 9), st.data())
def test_runs_that_are_empty_or_end_early_are_read_as_coco_reads_them(
    counts: list[int], height: int, data: st.DataObject
) -> None:
    width = -(-(sum(counts) + data.draw(st.integers(1, 9))) // height)
    mask = masks.of_counts(counts, height, width)
    pixels = np.zeros(height * width, dtype=np.uint8)
    position = 0
    for number, count in enumerate(counts):
        pixels[position : position + count] = number % 2
        position += count

    assert (bitmap_of(mask) == pixels.reshape((height, width), order="F")).all()
    assert mask.counts.sum() == height * width


def test_the_guides_sample_is_a_small_mask_in_a_large_image() -> None:
    mask = masks.of_counts([12, 5, 8, 3, 15, 2], 480, 640)

    assert (mask.area, mask.box) == (10, (0, 12, 1, 45))
    assert mask.counts.tolist() == [12, 5, 8, 3, 15, 2, 480 * 640 - 45]


@given(OUTLINES, SIDES, SIDES)
def test_an_outline_is_drawn_as_coco_draws_it(outline: list[tuple[float, float]], height: int, width: int) -> None:
    mask = polygons.to_mask(outline, height, width)
    oracle = coco.frPyObjects([[value for point in outline for value in point]], height, width)[0]

    assert (bitmap_of(mask) == coco.decode(oracle)).all()
    assert mask.counts.sum() == height * width


@given(BITMAPS)
def test_coco_draws_the_outline_of_a_mask_as_the_mask(bitmap: NDArray[np.uint8]) -> None:
    outline = outlines.of_mask(mask_of(bitmap))
    height, width = bitmap.shape

    if not bitmap.any():
        assert outline == []
        return
    oracle = coco.frPyObjects([[float(value) for point in outline for value in point]], height, width)[0]
    assert (coco.decode(oracle) == bitmap).all()
    assert (bitmap_of(polygons.to_mask(outline, height, width)) == bitmap).all()
    assert all(before != after for before, after in pairwise([*outline, outline[0]]))


def test_the_outline_of_a_ring_goes_around_its_hole_over_a_bridge() -> None:
    ring = np.ones((3, 3), dtype=np.uint8)
    ring[1, 1] = 0

    assert outlines.of_mask(mask_of(np.ones((2, 5)))) == [(0, 0), (0, 2), (5, 2), (5, 0)]
    assert outlines.of_mask(mask_of(ring)) == [
        (0, 0), (0, 3), (3, 3), (3, 0), (0, 0), (1, 1), (1, 2), (2, 2), (2, 1), (1, 1),
    ]  # fmt: skip


def test_the_outline_of_a_mask_costs_what_its_runs_cost_and_not_its_pixels() -> None:
    side = 65_535
    most = masks.of_counts([1, side * side - 1], side, side)

    assert outlines.of_mask(most) == [(0, 1), (0, side), (side, side), (side, 0), (1, 0), (1, 1)]


def test_an_outline_that_is_too_long_is_not_begun() -> None:
    zigzag = [(1_000_000 * (number % 2), number) for number in range(50)]

    with pytest.raises(polygons.OutlineTooLong):
        polygons.to_mask(zigzag, 10, 10)


@given(st.lists(st.integers(0, 2**31), max_size=20))
def test_compressed_run_lengths_come_back(counts: list[int]) -> None:
    assert rle.decompress(rle.compress(counts)) == counts


@pytest.mark.parametrize("text", ["p", "/", "é", "\0", "5o", "P", "o" * 12 + "0" + "o" * 13, "5 5"])
def test_what_is_not_compressed_run_lengths_is_refused(text: str) -> None:
    with pytest.raises(InvalidRunLengths):
        rle.decompress(text)


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), min_size=2, max_size=8), st.integers(-9, 9))
def test_the_area_of_an_outline_is_the_exact_one(steps: list[tuple[int, int]], moved: int) -> None:
    # Stairs down and to the right, closed by the corner at the left bottom: rectangles that stand beside each other.
    points, x, y = [(moved, moved)], moved, moved
    for wide, high in steps:
        points += [(x + wide, y), (x + wide, y + high)]
        x, y = x + wide, y + high
    points.append((moved, y))
    widths, tops = [wide for wide, _ in steps], np.cumsum([0] + [high for _, high in steps])
    exact = sum(wide * int(tops[-1] - top) for wide, top in zip(widths, tops, strict=False))

    assert polygons.area(points) == exact
    assert polygons.box(points) == (moved, moved, x, y)
    assert polygons.area(points[::-1]) == exact


@given(st.lists(OUTLINES, min_size=1, max_size=4), SIDES, SIDES)
def test_a_polygon_of_several_parts_has_the_pixels_of_all(
    outlines: list[list[tuple[float, float]]], height: int, width: int
) -> None:
    nested = [[list(point) for point in outline] for outline in outlines]
    flat = [[value for point in outline for value in point] for outline in outlines]
    expected = coco.decode(coco.merge(coco.frPyObjects(flat, height, width)))

    drawn = [polygons.to_mask(points, height, width) for points in (nested, flat)]

    assert drawn[0].counts.tolist() == drawn[1].counts.tolist() == mask_of(expected).counts.tolist()
    assert polygons.steps(flat) == sum(polygons.steps(outline) for outline in nested)


@given(counts=st.lists(st.lists(st.integers(0, 2**32), max_size=6), max_size=5))
@settings(max_examples=60, deadline=None)
def test_masks_that_are_compressed_together_are_compressed_as_each(counts: list[list[int]]) -> None:
    assert rle.compress_all(counts) == [rle.compress(one) for one in counts]
    assert [rle.decompress(text) for text in rle.compress_all(counts)] == counts
