"""What each program says of an object beside its box: kept, read as what it means here, or refused with its place."""

import io
import re
import warnings
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from pycocotools import mask as pycocotools_masks

from shared.imports.errors import AnnotationsUnreadable
from shared.imports.reading.objects import Category, ImportRole, Known, KnownImage
from shared.imports.reading.run_lengths import of_crop, of_ids
from shared.kit.errors import InvalidInput
from tests.unit.shared.imports.containers import encoded, zipped
from tests.unit.shared.imports.test_formats import KNOWN, objects, planned

NOTHING = Known([], [])
OPENIMAGES = "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsGroupOf\n"


def cvat(shapes: str) -> bytes:
    return (
        f'<annotations><image id="0" name="street.jpg" width="200" height="100">{shapes}</image></annotations>'.encode()
    )


def labelme(*shapes: dict[str, Any]) -> dict[str, Any]:
    document = {"version": "5", "flags": {}, "imagePath": "street.jpg", "imageHeight": 100, "imageWidth": 200}
    return {**document, "shapes": [{"label": "car", "flags": {}, **shape} for shape in shapes]}


def region(kind: str, value: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "a", "type": kind, "original_width": 200, "original_height": 100, "value": value, **more}


def tasks(*results: list[dict[str, Any]], side: str = "annotations", **more: Any) -> list[dict[str, Any]]:
    named = {"data": {"image": "https://files.example.com/street.jpg?token=1"}, "annotations": [], "predictions": []}
    return [{**named, side: [{"result": result, **more} for result in results]}]


def datumaro(*annotations: dict[str, Any], points: bool = False) -> dict[str, Any]:
    keypoints = (
        {"items": [{"label_id": 0, "labels": ["nose", "tail"], "joints": [[1, 2]]}]} if points else {"items": []}
    )
    return {
        "dm_format_version": "1.0",
        "categories": {"label": {"labels": [{"name": "car"}]}, "points": keypoints},
        "items": [
            {
                "id": "street",
                "annotations": [{"label_id": 0, "group": 0, "attributes": {}, **each} for each in annotations],
                "image": {"path": "street.jpg", "size": [100, 200]},
            }
        ],
    }


BOX = {"x": 5, "y": 20, "width": 15, "height": 40}
SQUARE = [[10, 20], [40, 20], [40, 60]]
FLAT = [10, 20, 40, 20, 40, 60]

# The box 10, 20, 30, 40 by a quarter clockwise, its corners from the top left on.
TURNED_AROUND_CENTRE = [[45.0, 25.0], [45.0, 55.0], [5.0, 55.0], [5.0, 25.0]]
TURNED_AROUND_CORNER = [[10.0, 20.0], [10.0, 50.0], [-30.0, 50.0], [-30.0, 20.0]]

KEPT: dict[str, tuple[ImportRole, Any, list[tuple[str, str, float | None, Any]]]] = {
    "a polygon, attributes and an occluded object of CVAT": (
        "ground_truth",
        cvat(
            '<polygon label="car" occluded="1" points="10.0,20.0;40.0,20.0;40.0,60.0">'
            '<attribute name="color">red</attribute></polygon>'
        ),
        [
            (
                "segmentation",
                "car",
                None,
                {"format": "polygon", "points": SQUARE, "attributes": {"color": "red", "occluded": "1"}},
            )
        ],
    ),
    "a box of CVAT that is turned around its centre": (
        "ground_truth",
        cvat('<box label="car" xtl="10" ytl="20" xbr="40" ybr="60" rotation="90"/>'),
        [("segmentation", "car", None, {"format": "polygon", "points": TURNED_AROUND_CENTRE})],
    ),
    "a box of Label Studio that is turned around its corner": (
        "ground_truth",
        tasks([region("rectanglelabels", {**BOX, "rotation": 90, "rectanglelabels": ["car"]})]),
        [("segmentation", "car", None, {"format": "polygon", "points": TURNED_AROUND_CORNER})],
    ),
    "a score of CVAT, which is an attribute": (
        "predictions",
        cvat('<box label="car" xtl="10" ytl="20" xbr="40" ybr="60"><attribute name="score">0.5</attribute></box>'),
        [("bounding_box", "car", 0.5, {"format": "xyxy", "bbox": [10, 20, 40, 60]})],
    ),
    "a skeleton of CVAT with points that are hidden or outside": (
        "ground_truth",
        cvat(
            '<skeleton label="cat"><points label="nose" outside="0" occluded="0" points="1.0,2.0"/>'
            '<points label="ear" outside="0" occluded="1" points="3.0,4.0"/>'
            '<points label="tail" outside="1" occluded="0" points="0.0,0.0"/></skeleton>'
        ),
        [
            (
                "keypoint",
                "cat",
                None,
                {
                    "keypoints": [
                        {"name": "nose", "x": 1, "y": 2, "visibility": 2},
                        {"name": "ear", "x": 3, "y": 4, "visibility": 1},
                        {"name": "tail", "x": 0, "y": 0, "visibility": 0},
                    ]
                },
            )
        ],
    ),
    "a mask of CVAT": (
        "ground_truth",
        cvat('<mask label="car" rle="1, 3" left="1" top="2" width="2" height="2"/>'),
        [
            (
                "segmentation",
                "car",
                None,
                {"format": "rle", "rle": of_crop([1, 3], (2, 1, 2, 2), (100, 200))},
            )
        ],
    ),
    "two parts of one object of LabelMe": (
        "ground_truth",
        labelme(
            {"points": SQUARE, "shape_type": "polygon", "group_id": 1},
            {"points": [[60, 70], [50, 60]], "shape_type": "rectangle", "group_id": 1},
        ),
        [
            (
                "segmentation",
                "car",
                None,
                {"format": "polygon", "points": [SQUARE, [[50, 60], [60, 60], [60, 70], [50, 70]]]},
            )
        ],
    ),
    "a difficult object of LabelMe": (
        "ground_truth",
        labelme({"points": [[10, 20], [40, 60]], "shape_type": "rectangle", "difficult": True}),
        [("bounding_box", "car", None, {"format": "xyxy", "bbox": [10, 20, 40, 60], "difficult": 1})],
    ),
    "a polygon of Label Studio": (
        "ground_truth",
        tasks([region("polygonlabels", {"points": [[5, 20], [20, 20], [20, 60]], "polygonlabels": ["car"]})]),
        [("segmentation", "car", None, {"format": "polygon", "points": FLAT})],
    ),
    "labels of Label Studio that stand apart from the shapes": (
        "ground_truth",
        tasks([region("rectangle", BOX), region("labels", {**BOX, "labels": ["car"]})]),
        [("bounding_box", "car", None, {"format": "xywh", "bbox": [10, 20, 30, 40]})],
    ),
    "a prediction of Label Studio": (
        "predictions",
        tasks([region("rectanglelabels", {**BOX, "rectanglelabels": ["car"]}, score=0.25)], side="predictions"),
        [("bounding_box", "car", 0.25, {"format": "xywh", "bbox": [10, 20, 30, 40]})],
    ),
    "the one of two annotations of Label Studio that is marked as ground truth": (
        "ground_truth",
        [
            {
                "data": {"image": "street.jpg"},
                "annotations": [
                    {"result": [region("rectanglelabels", {**BOX, "rectanglelabels": ["car"]})], "ground_truth": True},
                    {"result": []},
                ],
            }
        ],
        [("bounding_box", "car", None, {"format": "xywh", "bbox": [10, 20, 30, 40]})],
    ),
    "a group of Open Images": (
        "ground_truth",
        f"{OPENIMAGES}street,x,car,1,0.05,0.2,0.2,0.6,1,1".encode(),
        [
            (
                "bounding_box",
                "car",
                None,
                {"format": "xyxy", "bbox": [10, 20, 40, 60], "iscrowd": 1, "attributes": {"IsOccluded": True}},
            )
        ],
    ),
    "a detection of Open Images": (
        "predictions",
        b"ImageID,LabelName,Score,XMin,XMax,YMin,YMax\nstreet,car,0.5,0.05,0.2,0.2,0.6\n",
        [("bounding_box", "car", 0.5, {"format": "xyxy", "bbox": [10, 20, 40, 60]})],
    ),
    "an object of KITTI that is hidden by half, and a region that does not count": (
        "ground_truth",
        zipped(
            {
                "street.txt": "Car 0.50 2 -1.5 10 20 40 60 1 2 3 4 5 6 -1.5\n"
                "DontCare -1 -1 -10 1 1 9 9 -1 -1 -1 -1000 -1000 -1000 -10\n"
            }
        ),
        [
            (
                "bounding_box",
                "Car",
                None,
                {"format": "xyxy", "bbox": [10, 20, 40, 60], "attributes": {"truncated": 0.5, "occluded": 2}},
            )
        ],
    ),
    "a detection of KITTI": (
        "predictions",
        zipped({"street.txt": "Car -1 -1 -10 10 20 40 60 -1 -1 -1 -1000 -1000 -1000 -10 0.5\n"}),
        [("bounding_box", "Car", 0.5, {"format": "xyxy", "bbox": [10, 20, 40, 60]})],
    ),
    "two parts of one object of Datumaro, with its box": (
        "ground_truth",
        datumaro(
            {"type": "bbox", "bbox": [1, 2, 3, 4], "group": 7},
            {"type": "polygon", "points": FLAT, "group": 7, "attributes": {"is_crowd": True, "color": "red"}},
            {"type": "polygon", "points": FLAT, "group": 7},
        ),
        [
            (
                "segmentation",
                "car",
                None,
                {
                    "format": "polygon",
                    "points": [FLAT, FLAT],
                    "bbox": [1, 2, 3, 4],
                    "iscrowd": 1,
                    "attributes": {"color": "red"},
                },
            )
        ],
    ),
    "a difficult object of Datumaro": (
        "ground_truth",
        datumaro({"type": "bbox", "bbox": [1, 2, 3, 4], "attributes": {"difficult": True, "truncated": False}}),
        [
            (
                "bounding_box",
                "car",
                None,
                {"format": "xywh", "bbox": [1, 2, 3, 4], "difficult": 1, "attributes": {"truncated": False}},
            )
        ],
    ),
    "points of Datumaro": (
        "ground_truth",
        datumaro({"type": "points", "points": [1, 2, 3, 4], "visibility": [2, 0]}, points=True),
        [
            (
                "keypoint",
                "car",
                None,
                {
                    "keypoints": [
                        {"name": "nose", "x": 1, "y": 2, "visibility": 2},
                        {"name": "tail", "x": 3, "y": 4, "visibility": 0},
                    ]
                },
            )
        ],
    ),
    "a mask of Datumaro with its score": (
        "predictions",
        datumaro({"type": "mask", "rle": {"counts": [0, 24, 19976], "size": [100, 200]}, "attributes": {"score": 0.5}}),
        [("segmentation", "car", 0.5, {"format": "rle", "rle": {"counts": [0, 24, 19976], "size": [100, 200]}})],
    ),
}


@pytest.mark.parametrize("name", KEPT)
def test_what_is_said_of_an_object_is_kept(tmp_path: Path, name: str) -> None:
    role, body, expected = KEPT[name]

    made = planned(tmp_path, body, role=role)

    assert objects(made) == expected


REFUSED: list[tuple[Any, str, str]] = [
    (
        cvat('<box label="car" xtl="1" ytl="2" xbr="3" ybr="4" rotation="400"/>'),
        "/image/0/box/0/rotation",
        "expected degrees clockwise around the centre",
    ),
    (cvat('<ellipse label="car" cx="1" cy="2" rx="3" ry="4"/>'), "/image/0/ellipse/0", "draw a polygon instead"),
    (cvat('<box label="car" xtl="1" ytl="x" xbr="3" ybr="4"/>'), "/image/0/box/0/ytl", "expected a number"),
    (cvat('<box label="car" xtl="1" ytl="nan" xbr="3" ybr="4"/>'), "/image/0/box/0/bbox/1", "a number of pixels"),
    (cvat('<box xtl="1" ytl="2" xbr="3" ybr="4"/>'), "/image/0/box/0/category_id", "this field is required"),
    (cvat('<box label="car" xtl="201" ytl="2" xbr="203" ybr="4"/>'), "/image/0/box/0/bbox", "outside of the image"),
    (cvat('<polygon label="car" points="1,2;3"/>'), "/image/0/polygon/0/points", "x,y of each point"),
    (cvat('<ellipse label="car" cx="9" cy="9" rx="2" ry="2"/>'), "/image/0/ellipse/0", "the ellipse is not compared"),
    (cvat('<mask label="car" rle="1,9" left="0" top="0" width="2" height="2"/>'), "/image/0/mask/0/rle", "run lengths"),
    (cvat('<mask label="car" rle="1,2" left="0" top="0" width="2" height="2"/>'), "/image/0/mask/0/rle", "all pixels"),
    (cvat('<mask label="car" rle="1" left="199" top="0" width="2" height="2"/>'), "/image/0/mask/0/rle", "run lengths"),
    (
        cvat('<mask label="car" rle="-1" left="0" top="0" width="2" height="2"/>'),
        "/image/0/mask/0/rle",
        "whole numbers",
    ),
    (
        labelme({"points": [[1, 2], [3, 4]], "shape_type": "circle"}),
        "/shapes/0/shape_type",
        "the circle is not",
    ),
    (
        labelme({"points": [[5, 0], [9, 4], [5, 8], [1, 4]], "shape_type": "rectangle"}),
        "/shapes/0/shape_type",
        "the rectangle is not compared; draw a polygon",
    ),
    (b'<annotations><image id="0" width="9" height="9"/></annotations>', "/image/0", "the image has no name"),
    (tasks([], []), "/0/annotations", "2 people or models say different things"),
    (
        tasks([region("rectanglelabels", {**BOX, "rotation": "5", "rectanglelabels": ["car"]})]),
        "/0/annotations/0/result/0/value/rotation",
        "expected degrees",
    ),
    (
        tasks([region("rectanglelabels", {**BOX, "rectanglelabels": ["car"]}, image_rotation=90)]),
        "/0/annotations/0/result/0/image_rotation",
        "the image is turned",
    ),
    (
        tasks([region("rectanglelabels", {**BOX, "rectanglelabels": ["car", "bus"]})]),
        "/0/annotations/0/result/0/value",
        "expected one label, not 2",
    ),
    (tasks([region("brushlabels", {"rle": []})]), "/0/annotations/0/result/0", "export COCO, which has its mask"),
    (
        tasks([region("rectanglelabels", {"x": "1", "rectanglelabels": ["car"]})]),
        "/0/annotations/0/result/0",
        "expected hundredths",
    ),
    (f"{OPENIMAGES}street,x,car,1,0.05,1.2,0.2,0.6,0,0".encode(), "/2/XMax", "expected a share of the image"),
    (f"{OPENIMAGES}street,x,car,1,0.05,0.02,0.2,0.6,0,0".encode(), "/2/bbox/2", "must not be less"),
    (f"{OPENIMAGES}other,x,car,1,0.05,0.2,0.2,0.6,0,0".encode(), "/2", "the project has no image “other”"),
    (zipped({"street.txt": "Car 0 0 0 1 2 3 4 1 1 1 1 1 1 1 .5"}), "/street.txt/1", "a score is one of predictions"),
    (zipped({"street.txt": "Car 0 0 0 1 2 3 4 1 1 1 1 1 1 1\nCar 1 2"}), "/street.txt/2", "14 numbers"),
    (zipped({"street.txt": "Car 0 0 0 1 2 3 4 1 1 1 1 1 1 1\nCar"}), "/street.txt/2", "not 1 word"),
    (datumaro({"type": "bbox", "bbox": [1, 2, 3, 4], "label_id": 5}), "/items/0/annotations/0/label_id", "no label 5"),
    (datumaro({"type": "rotated_bbox", "bbox": [1, 2, 3, 4]}), "/items/0/annotations/0", "is not compared"),
    (
        datumaro({"type": "points", "points": [1, 2]}, points=True),
        "/items/0/annotations/0/points",
        "x and y of 2 points",
    ),
]


@pytest.mark.parametrize(("body", "pointer", "sentence"), REFUSED)
def test_what_cannot_be_kept_is_refused_with_its_place(tmp_path: Path, body: Any, pointer: str, sentence: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, body)

    places = {fault.pointer: fault.detail for fault in refused.value.faults}
    assert sentence in places[pointer]
    assert re.search(r"\b(1 \w+s|a [aeio]\w+)\b", places[pointer]) is None


BESIDE: dict[str, dict[str, str | bytes]] = {
    "yolo": {
        "obj.names": "car\n",
        "obj.data": "classes = 1\n",
        "README.roboflow.txt": "Exported.\n",
        "train.txt": "data/obj_train_data/street.jpg\n",
        "obj_train_data/street.txt": "0 0.125 0.4 0.15 0.4\n",
    },
    "kitti": {
        "label_colors.txt": "car 0 0 255\n",
        "label_2/street.txt": "car 0.0 0 -1 10 20 40 60 -1 -1 -1 -1 -1 -1 -1 1.0\n",
    },
    "openimages": {
        "boxes.csv": f"{OPENIMAGES}street,x,car,1,0.05,0.2,0.2,0.6,-1,-1\n",
        "class-descriptions.csv": "car,car\n",
        "train-images-with-rotation.csv": "ImageID,Subset,Rotation\nstreet,train,\n",
    },
}


@pytest.mark.parametrize("name", BESIDE)
def test_what_programs_write_beside_the_annotations_is_passed_over(tmp_path: Path, name: str) -> None:
    made = planned(tmp_path, zipped(BESIDE[name]))

    ((_, label, _, data),) = objects(made)
    assert (made.report.format, label, data["bbox"][:2]) == (name, "car", pytest.approx([10, 20]))


def test_groups_of_cvat_are_reported(tmp_path: Path) -> None:
    made = planned(tmp_path, cvat('<box label="car" xtl="1" ytl="2" xbr="3" ybr="4" group_id="3"/>'))

    assert made.report.notices == ["1 object states a group, which is not kept."]


@pytest.mark.parametrize("name", ["cvat", "labelme", "datumaro", "kitti"])
def test_a_prediction_without_its_score_is_refused(tmp_path: Path, name: str) -> None:
    bodies: dict[str, Any] = {
        "cvat": cvat('<box label="car" xtl="1" ytl="2" xbr="3" ybr="4"/>'),
        "labelme": labelme({"points": SQUARE}),
        "datumaro": datumaro({"type": "bbox", "bbox": [1, 2, 3, 4]}),
        "kitti": zipped({"street.txt": "Car 0 0 0 1 2 3 4 1 1 1 1 1 1 1"}),
    }

    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, bodies[name], role="predictions")

    assert "a prediction needs its score, from 0 to 1" in refused.value.faults[0].detail


def test_names_that_label_studio_puts_its_own_mark_before_are_those_of_the_project(tmp_path: Path) -> None:
    document = tasks([region("rectanglelabels", {**BOX, "rectanglelabels": ["car"]})])
    document[0]["data"]["image"] = "/data/upload/3/0a1b2c3d-street.jpg"

    made = planned(tmp_path, document)

    assert (made.new_images, [analysis.image_id for analysis in made.analyses]) == ([], [KNOWN.images[0].id])


def test_classes_of_open_images_without_a_name_keep_their_id_and_are_reported(tmp_path: Path) -> None:
    made = planned(tmp_path, f"{OPENIMAGES}street,x,/m/0k4j,1,0.05,0.2,0.2,0.6,0,0".encode())

    assert [category.name for category in made.report.categories] == ["/m/0k4j"]
    assert made.report.notices == ["1 class has no name but its id; send a table of names, or `categories`."]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"<annotations><track/></annotations>", "CVAT's form for videos"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><annotations><image>&b;</image></annotations>', "declares a document type"),
        (b"<annotations><image></annotations>", "line 1: this is not XML"),
        (f'{OPENIMAGES}street,x,"car'.encode(), "line 2"),
        (f"{OPENIMAGES}street,x,car".encode(), "line 2 has 3 cells"),
        (b'{"version": "5", "shapes": [{"label": 3, "points": []}]}', "shapes.0.label"),
        (b'[{"data": {}, "annotations": [{"result": 3}]}]', "0.annotations.0.result"),
        (b'{"categories": {"label": {"labels": 3}}, "items": []}', "categories.label.labels"),
    ],
)
def test_a_malformed_file_is_refused_with_the_place(tmp_path: Path, body: bytes, sentence: str) -> None:
    with pytest.raises(AnnotationsUnreadable) as refused:
        planned(tmp_path, body)

    assert sentence in refused.value.detail


def panoptic(ids: Any, segments: list[dict[str, Any]], *, mode: str = "RGB", name: str = "street.png") -> bytes:
    """An archive of COCO's panoptic form with one image."""
    colours = np.stack([ids % 256, ids // 256 % 256, ids // 256**2], axis=-1).astype(np.uint8)
    picture = io.BytesIO()
    Image.fromarray(colours).convert(mode).save(picture, "png")
    document = {
        "images": [{"id": 1, "file_name": "street.jpg", "width": ids.shape[1], "height": ids.shape[0]}],
        "annotations": [{"image_id": 1, "file_name": "street.png", "segments_info": segments}],
        "categories": [{"id": 1, "name": "car", "isthing": 1}, {"id": 2, "name": "sky", "isthing": 0}],
    }
    return zipped({"panoptic.json": encoded(document), f"panoptic/{name}": picture.getvalue()})


def test_segments_of_cocos_panoptic_form_are_the_pixels_of_their_colour(tmp_path: Path) -> None:
    ids = np.zeros((6, 4), dtype=np.int64)
    ids[:2], ids[3:, 1:3] = 70_000, 258
    segments: list[dict[str, Any]] = [
        {"id": 258, "category_id": 1, "iscrowd": 1, "area": 6, "bbox": [1, 3, 2, 3]},
        {"id": 70_000, "category_id": 2},
    ]

    made = planned(tmp_path, panoptic(ids, segments), known=NOTHING)

    found = objects(made)
    assert [(kind, label) for kind, label, _, _ in found] == [("segmentation", "car"), ("segmentation", "sky")]
    assert (found[0][3]["iscrowd"], found[0][3]["area"], found[0][3]["bbox"]) == (1, 6, [1, 3, 2, 3])
    for (_, _, _, data), segment in zip(found, segments, strict=True):
        assert np.array_equal(decoded(data["rle"]), ids == segment["id"])
    assert made.report.notices == ["1 category is no thing (isthing is 0): each of its segments counts as an object."]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "other.png"}, "“street.png” is missing; send the PNGs of the segments"),
        ({"mode": "L"}, "is not a PNG of red, green and blue"),
        ({"segments": []}, "has the segment 5, which segments_info does not name"),
    ],
)
def test_a_panoptic_archive_that_does_not_fit_together_is_refused(
    tmp_path: Path, changes: dict[str, Any], sentence: str
) -> None:
    ids = np.full((6, 4), 5, dtype=np.int64)
    body = panoptic(ids, **{"segments": [{"id": 5, "category_id": 1}], **changes})

    with pytest.raises(AnnotationsUnreadable) as refused:
        planned(tmp_path, body, known=NOTHING)

    assert sentence in refused.value.detail


def decoded(mask: dict[str, Any]) -> Any:
    """The pixels of a mask, as pycocotools unpacks them."""
    with warnings.catch_warnings():
        # Of pycocotools' own array, which NumPy 2 asks for more.
        warnings.simplefilter("ignore", DeprecationWarning)
        return pycocotools_masks.decode({**mask, "counts": mask["counts"].encode()})


SMALL = arrays.arrays(np.uint8, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.integers(0, 1))


@given(crop=SMALL, margins=st.tuples(*[st.integers(0, 3)] * 4))
def test_a_mask_of_a_part_of_an_image_is_that_of_the_whole(crop: Any, margins: tuple[int, int, int, int]) -> None:
    top, left, below, right = margins
    whole = np.pad(crop, ((top, below), (left, right)))
    flat = crop.ravel()
    changes = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff(np.concatenate(([0], changes, [len(flat)]))).tolist()
    counts = [0, *runs] if flat[0] else runs

    mask = of_crop(counts, (top, left, *crop.shape), whole.shape)

    assert np.array_equal(decoded(mask), whole)


@given(ids=arrays.arrays(np.int64, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.integers(0, 3)))
def test_each_id_of_a_map_has_the_mask_of_its_pixels(ids: Any) -> None:
    for wanted, mask in zip([3, 1, 9], of_ids(ids, [3, 1, 9]), strict=True):
        assert np.array_equal(decoded(mask), ids == wanted)


def test_a_file_that_numbers_the_images_of_the_project_otherwise_is_reported(tmp_path: Path) -> None:
    document = {
        "images": [{"id": 6, "file_name": "street.jpg"}],
        "annotations": [],
        "categories": [{"id": 3, "name": "car"}],
    }

    made = planned(tmp_path, document)

    assert made.numbers == {}
    assert made.report.notices[0].startswith("1 image has another number in this file than in the project")


@pytest.mark.parametrize("members", [{"images": 2**60}, {"categories": 2**60}])
def test_numbers_that_no_database_holds_are_refused(tmp_path: Path, members: dict[str, int]) -> None:
    document = {
        "images": [{"id": members.get("images", 1), "file_name": "a.jpg", "width": 9, "height": 9}],
        "annotations": [],
        "categories": [{"id": members.get("categories", 3), "name": "car"}],
    }

    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, document, known=Known([KnownImage(uuid4(), "b.jpg", 2, 2, 5)], [Category("bus", 4)]))

    assert "9,007,199,254,740,992" in refused.value.faults[0].detail
