"""What the objects of a judged image count as at a confidence, and that their labels do not cover each other."""

from itertools import combinations
from uuid import UUID

from shared.detection_runs.drawn_data import DrawnData
from shared.detection_runs.figures.image_order import ImageBox, JudgedImage
from shared.detection_runs.records import ShownImage
from shared.presentation.images.judged_boxes import BoxesPath, drawn, merged, tile
from shared.presentation.images.object_drawings import ObjectDrawing

SHOWN = ShownImage(UUID(int=9), "street.png", 640, 480)


def candidate(number: int, confidence: float, *, is_right: bool, is_counted: bool = True) -> ImageBox:
    return ImageBox(
        annotation_id=UUID(int=number), is_truth=False, is_counted=is_counted, is_true_positive=is_right,
        class_name="car",
        confidence=confidence, found_at=None, box=[100.0 + number, 100.0, 60.0, 40.0],
    )  # fmt: skip


def truth(number: int, found_at: float | None, *, is_counted: bool = True) -> ImageBox:
    return ImageBox(
        annotation_id=UUID(int=number), is_truth=True, is_counted=is_counted, is_true_positive=False,
        class_name="car",
        confidence=None, found_at=found_at, box=[100.0 + number, 100.0, 60.0, 40.0],
    )  # fmt: skip


def image(*boxes: ImageBox) -> JudgedImage:
    nobody = UUID(int=1)
    return JudgedImage(
        image_id=nobody, reference_analysis_id=nobody, candidate_analysis_id=nobody,
        true_positives=0, false_positives=0, false_negatives=0,
        boxes=list(boxes),
    )  # fmt: skip


JUDGED = image(
    candidate(1, 0.9, is_right=True), candidate(2, 0.4, is_right=False),
    candidate(3, 0.8, is_right=False, is_counted=False),
    truth(4, 0.9), truth(5, None), truth(6, None, is_counted=False),
)  # fmt: skip


def test_an_object_counts_as_what_the_confidence_makes_of_it() -> None:
    low, high = (drawn(JUDGED, SHOWN, confidence, DrawnData()).boxes for confidence in (0.3, 0.95))

    assert [one.standing for one in low] == ["TP", "FP", "uncounted", "found", "FN", "uncounted"]
    assert [one.standing for one in high] == ["TP", "FP", "uncounted", "FN", "FN", "uncounted"]
    assert [one.is_shown for one in high] == [False, False, False, True, True, True]
    assert [one.label for one in low] == ["TP car 90.0 %", "FP car 40.0 %", "car", "FN car", "FN car", "car"]
    assert [one.standing for one in tile(JUDGED, SHOWN, 0.5, DrawnData())] == [
        "TP", "uncounted", "found", "FN", "uncounted",
    ]  # fmt: skip


def test_labels_of_both_screens_cover_no_other() -> None:
    crowd = image(*(candidate(number, 0.9, is_right=True) for number in range(12)))

    wide, narrow = drawn(crowd, SHOWN, 0, DrawnData()).labels

    assert (wide.screen, wide.text_size, narrow.screen, narrow.text_size) == ("wide", 640 / 60, "narrow", 640 / 30)
    for labels in (wide, narrow):
        places = [place for _, place in labels.places]
        assert not any(one.meets(other) for one, other in combinations(places, 2))
    assert 12 > len(wide.places) > len(narrow.places) > 1


def test_an_outline_is_finer_on_a_large_image_than_on_a_small_one() -> None:
    box = candidate(1, 0.9, is_right=True)
    data = DrawnData({box.annotation_id: '{"format": "polygon", "points": [[0, 0], [320, 0], [320, 320]]}'})

    (large,), (small,) = drawn(image(box), SHOWN, 0, data).boxes, tile(image(box), SHOWN, 0, data)

    assert large.drawing is not None
    assert small.drawing is not None
    assert (large.drawing.path, large.drawing.grain) == ("M0 0h1024v1024Z", 640 / 2048)
    assert (small.drawing.path, small.drawing.grain) == ("M0 0h128v128Z", 640 / 256)


def test_boxes_that_count_as_the_same_are_one_path_of_a_small_image() -> None:
    boxes = tile(JUDGED, SHOWN, 0.3, DrawnData())
    count = len(boxes)

    paths = merged(boxes, SHOWN)

    assert paths[0] == BoxesPath(standing="TP", is_truth=False, path="M101 100h60v40h-60z")
    on_tiny = merged(boxes, ShownImage(UUID(int=9), "street.png", 400, 300))[0]
    assert on_tiny == BoxesPath(standing="TP", is_truth=False, path="M101.0 100.0h60.0v40.0h-60.0z")
    assert [(one.standing, one.is_truth) for one in paths] == [
        ("TP", False), ("FP", False), ("uncounted", False), ("found", True), ("FN", True), ("uncounted", True),
    ]  # fmt: skip
    assert sum(one.path.count("z") for one in paths) == count
    outlined = [one._replace(drawing=ObjectDrawing("M0 0h1", 1.0)) for one in boxes]
    assert merged(outlined, SHOWN) == []
