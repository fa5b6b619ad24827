"""Images whose masks cannot be compared: the run says which image it is."""

from uuid import UUID

import pytest

from shared.analyses.agreement.pairs import ImagePair, Pairing
from shared.analyses.errors import ImageTooCrowded
from shared.analyses.records import AnnotationRecord
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.scenes import objects_of_images
from shared.detection_runs.scenes.objects_of_images import scene_of
from shared.evaluation.detection.geometry import mask_overlaps, masks
from tests.annotation_columns import sides_of


def test_too_many_pairs_are_named_by_their_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects_of_images, "MAX_PAIRS", 1)
    ids = [UUID(int=number) for number in range(6)]
    pairs = [ImagePair(ids[0], ids[1], ids[2], 2, 2), ImagePair(ids[3], ids[4], ids[5], 2, 2)]
    box = AnnotationRecord(0, ids[0], "bounding_box", "cell", None, '{"format": "xywh", "bbox": [0, 0, 1, 1]}')
    sides = sides_of(Pairing(pairs, 0, 0, reference_is_truth=True), {ids[4]: [box, box], ids[5]: [box]})

    # A run has no `min_confidence`, which the sentence of agreements names.
    with pytest.raises(
        ImageTooCrowded, match=f"Image {ids[3]}: it has more than .* pairs of objects; cut it"
    ) as refused:
        scene_of(sides, DetectionOptions(), ["cell"])
    assert "min_confidence" not in str(refused.value.detail)


def test_masks_that_overlap_too_much_are_named_by_their_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masks, "MAX_RUNS_COMPARED", 2)
    monkeypatch.setattr(mask_overlaps, "_CROWDED", 0)
    ids = [UUID(int=number) for number in range(6)]
    pairs = [ImagePair(ids[0], ids[1], ids[2], 2, 2), ImagePair(ids[3], ids[4], ids[5], 2, 2)]
    data = '{"format": "rle", "rle": {"counts": [0, 1, 1, 1], "size": [2, 2]}}'
    mask = AnnotationRecord(0, ids[0], "segmentation", "cell", None, data)
    sides = sides_of(Pairing(pairs, 0, 0, reference_is_truth=True), {ids[4]: [mask, mask], ids[5]: [mask]})

    with pytest.raises(ImageTooCrowded, match=f"Image {ids[3]}: its masks overlap so much"):
        scene_of(sides, DetectionOptions(subject="masks"), ["cell"])
