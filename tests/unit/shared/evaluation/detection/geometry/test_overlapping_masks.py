"""Masks that overlap: compared many at a time, and not without end."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as coco_mask

from shared.evaluation.detection.geometry import mask_overlaps, masks, objects
from shared.evaluation.detection.geometry.masks import Mask, MaskSizesDiffer, TooManyRuns
from shared.evaluation.detection.geometry.objects import Objects, encode_masks, iou
from tests.bitmaps import mask_of

BITMAPS = arrays(np.uint8, (7, 5), elements=st.integers(0, 1))


def objects_of(side: list[Mask]) -> Objects:
    boxes = np.array([mask.box for mask in side], dtype=np.float64).reshape(-1, 4)
    return Objects(np.zeros(len(side), dtype=np.int64), np.ones(len(side)), boxes, side)


@given(st.lists(BITMAPS, min_size=1, max_size=4), st.lists(BITMAPS, min_size=1, max_size=4), st.data())
def test_masks_overlap_as_coco_says(left: list[Any], right: list[Any], data: st.DataObject) -> None:
    crowds = data.draw(st.lists(st.booleans(), min_size=len(left), max_size=len(left)))
    encoded = [[coco_mask.encode(np.asfortranarray(bitmap)) for bitmap in side] for side in (left, right)]
    expected = coco_mask.iou(encoded[1], encoded[0], [int(crowd) for crowd in crowds]).T
    sides = [objects_of([mask_of(bitmap) for bitmap in side]) for side in (left, right)]

    overlaps = iou(replace(sides[0], crowds=np.array(crowds)), sides[1], "masks")

    # COCO calls two empty masks undefined, and says 0 as well.
    assert overlaps == pytest.approx(np.nan_to_num(expected), abs=1e-12)


SIDES = st.lists(st.tuples(BITMAPS, st.integers(0, 1), st.booleans()), max_size=3)


@given(
    st.lists(st.tuples(SIDES, SIDES), max_size=4), st.booleans(), st.sampled_from([0, 1, 4, 1_000]), st.integers(1, 9)
)
def test_masks_of_many_images_overlap_as_coco_says(
    drawn: list[Any], is_within_class: bool, crowded: int, runs: int
) -> None:
    sides = [(marked(reference), marked(candidate)) for reference, candidate in drawn]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mask_overlaps, "_CROWDED", crowded)
        patch.setattr(mask_overlaps, "_RUNS_AT_ONCE", runs)
        found = mask_overlaps.of_masks(sides, 0.1, within_class=is_within_class)

    expected, firsts = list[tuple[int, int, float]](), [0, 0]
    for reference, candidate in drawn:
        encoded = [[coco_mask.encode(np.asfortranarray(one[0])) for one in side] for side in (reference, candidate)]
        shares = np.array(coco_mask.iou(encoded[1], encoded[0], [one[2] for one in reference]))
        shares = shares.reshape(len(candidate), len(reference))
        expected += [
            (row + firsts[1], column + firsts[0], float(shares[row, column]))
            for row, second in enumerate(candidate)
            for column, first in enumerate(reference)
            if shares[row, column] >= 0.1 and (first[1] == second[1] or not is_within_class)
        ]
        firsts = [firsts[0] + len(reference), firsts[1] + len(candidate)]
    pairs = found.overlaps
    assert list(zip(pairs.candidates.tolist(), pairs.references.tolist(), pairs.iou.tolist(), strict=True)) == expected
    assert found.reference_areas.tolist() == [one[0].sum() for reference, _ in drawn for one in reference]
    assert found.candidate_areas.tolist() == [one[0].sum() for _, candidate in drawn for one in candidate]


def marked(side: list[Any]) -> Objects:
    plain = objects_of([mask_of(bitmap) for bitmap, _, _ in side])
    classes, crowds = (np.array([one[number] for one in side], dtype) for number, dtype in ((1, np.int64), (2, bool)))
    return replace(plain, classes=classes, crowds=crowds)


EMPTY, FULL = np.zeros((2, 3), np.uint8), np.ones((2, 3), np.uint8)


@given(st.lists(st.lists(BITMAPS, max_size=3), max_size=4), st.sampled_from([0, 5, 20_000]))
@example([[EMPTY], [], [FULL, EMPTY]], 0)
@example([[EMPTY, FULL], [FULL], [EMPTY]], 20_000)
def test_masks_of_many_images_are_encoded_as_coco_encodes_each(images: list[list[Any]], run_count: int) -> None:
    sides = [objects_of([mask_of(bitmap) for bitmap in image]) for image in images]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(objects, "_RUNS_AT_ONCE", run_count)
        encode_masks(sides)

    expected = [[coco_mask.encode(np.asfortranarray(bitmap)) for bitmap in image] for image in images]
    assert [side.run_lengths for side in sides] == [
        [{"size": list(one["size"]), "counts": one["counts"].decode()} for one in image] for image in expected
    ]


def test_masks_of_other_sizes_are_not_compared() -> None:
    wide, high = (objects_of([mask_of(np.ones(size))]) for size in ((2, 3), (3, 2)))

    with pytest.raises(MaskSizesDiffer):
        iou(wide, high, "masks")


def test_the_work_is_bounded_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    stripes = mask_of(np.array([[1, 1], [0, 0], [1, 1], [0, 0]]))
    side = objects_of([stripes, stripes])
    # Of both masks of each of four pairs.
    runs_compared = 4 * 2 * len(stripes.starts)

    monkeypatch.setattr(masks, "MAX_RUNS_COMPARED", runs_compared)
    assert iou(side, side, "masks").tolist() == [[1, 1], [1, 1]]
    monkeypatch.setattr(masks, "MAX_RUNS_COMPARED", runs_compared - 1)
    with pytest.raises(TooManyRuns):
        iou(side, side, "masks")
    assert iou(side, side, "boxes").tolist() == [[1, 1], [1, 1]]


def test_the_runs_of_either_side_are_work(monkeypatch: pytest.MonkeyPatch) -> None:
    stripes, whole = mask_of(np.array([[1, 0, 1, 0, 1]])), mask_of(np.ones((1, 5)))
    monkeypatch.setattr(masks, "MAX_RUNS_COMPARED", 3)

    for sides in ((stripes, whole), (whole, stripes)):
        with pytest.raises(TooManyRuns):
            iou(objects_of([sides[0]]), objects_of([sides[1]]), "masks")


def test_masks_that_are_apart_are_no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masks, "MAX_RUNS_COMPARED", 0)
    left, right = np.zeros((4, 4)), np.zeros((4, 4))
    left[0, 0] = right[3, 3] = 1

    assert iou(objects_of([mask_of(left)]), objects_of([mask_of(right)]), "masks").tolist() == [[0]]
