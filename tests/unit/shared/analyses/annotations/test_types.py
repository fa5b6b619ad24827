import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.analyses.annotations.segmentations import MAX_CORNERS, MAX_PARTS
from shared.analyses.annotations.types import check
from shared.analyses.annotations.validation import MAX_FAULTS
from shared.kit.errors import InvalidInput

# Every documented sample of the pipeline API.
GUIDE: list[dict[str, Any]] = [
    {
        "annotation_type": "bounding_box",
        "class_name": "person",
        "confidence": 0.95,
        "data": {"bbox": [100, 150, 50, 100], "format": "xywh"},
    },
    {
        "annotation_type": "bounding_box",
        "class_name": "person",
        "data": {"bbox": [100, 150, 150, 250], "format": "xyxy"},
    },
    {
        "annotation_type": "segmentation",
        "class_name": "person",
        "confidence": 0.92,
        "data": {"points": [[100, 150], [120, 140], [150, 160], [140, 180], [100, 175]], "format": "polygon"},
    },
    {
        "annotation_type": "segmentation",
        "class_name": "car",
        "confidence": 0.89,
        "data": {"rle": {"counts": [12, 5, 8, 3, 15, 2], "size": [480, 640]}, "format": "rle"},
    },
    {
        "annotation_type": "segmentation",
        "class_name": "car",
        "confidence": 1,
        "data": {"rle": {"counts": "444", "size": [3, 4]}, "format": "rle"},
    },
    {
        "annotation_type": "keypoint",
        "class_name": "person",
        "confidence": 0.93,
        "data": {
            "keypoints": [
                {"name": "nose", "x": 125, "y": 160, "confidence": 0.95},
                {"name": "left_eye", "x": 120, "y": 155, "confidence": 0.92},
                {"name": "right_eye", "x": 130, "y": 155},
            ],
            "skeleton": [[0, 1]],
        },
    },
    {
        "annotation_type": "classification",
        "class_name": "dog",
        "confidence": 0.96,
        "data": {"scores": {"dog": 0.96, "cat": 0.03, "bird": 0.01}},
    },
    {
        "annotation_type": "heatmap",
        "class_name": "dog",
        "confidence": 0,
        "data": {"artifact_name": "heatmap.png", "colormap": "jet", "width": 64, "height": 48},
    },
]


def of(kind: str, **data: Any) -> dict[str, Any]:
    return {"annotation_type": kind, "class_name": "x", "confidence": 0.5, "data": data}


def box(*bbox: Any, form: Any = "xywh") -> dict[str, Any]:
    return of("bounding_box", bbox=list(bbox), format=form)


def rle(counts: Any, size: Any = (3, 4)) -> dict[str, Any]:
    return of("segmentation", rle={"counts": counts, "size": list(size)}, format="rle")


def polygon(points: Any) -> dict[str, Any]:
    return of("segmentation", points=points, format="polygon")


def keypoint(**more: Any) -> dict[str, Any]:
    return of("keypoint", keypoints=[{"name": "nose", "x": 1, "y": 2, **more}])


def faults(*items: Any) -> list[str]:
    """Where the faults are."""
    with pytest.raises(InvalidInput) as caught:
        check(list(items))
    assert all(fault.detail.endswith((".", "?")) for fault in caught.value.faults)
    return [fault.pointer for fault in caught.value.faults]


def test_every_sample_of_the_guide_is_taken_and_kept_whole() -> None:
    checked = check(GUIDE)

    assert [json.loads(found.data) for found in checked] == [sent["data"] for sent in GUIDE]
    assert [found.confidence for found in checked] == [sent.get("confidence") for sent in GUIDE]
    assert [found.artifact and found.artifact.name for found in checked] == [None] * 7 + ["heatmap.png"]
    assert len({found.id for found in checked}) == len(GUIDE)


@pytest.mark.parametrize(
    ("item", "places"),
    [
        (3, [""]),
        ({}, ["/class_name", "/annotation_type"]),
        ({**box(1, 2, 3, 4), "annotation_type": "banana"}, ["/annotation_type"]),
        ({**box(1, 2, 3, 4), "annotation_type": ["bounding_box"]}, ["/annotation_type"]),
        ({**box(1, 2, 3, 4), "class_name": None}, ["/class_name"]),
        ({**box(1, 2, 3, 4), "class_name": "  "}, ["/class_name"]),
        ({**box(1, 2, 3, 4), "class_name": "x" * 256}, ["/class_name"]),
        ({**box(1, 2, 3, 4), "class_name": 7}, ["/class_name"]),
        ({**box(1, 2, 3, 4), "confidence": 1.001}, ["/confidence"]),
        ({**box(1, 2, 3, 4), "confidence": -0.1}, ["/confidence"]),
        ({**box(1, 2, 3, 4), "confidence": True}, ["/confidence"]),
        ({**box(1, 2, 3, 4), "confidence": "0.5"}, ["/confidence"]),
        ({**box(1, 2, 3, 4), "data": None}, ["/data"]),
        ({**box(1, 2, 3, 4), "data": [1]}, ["/data"]),
        (box(1, 2, 3), ["/data/bbox"]),
        (box(1, 2, 3, 4, 5), ["/data/bbox"]),
        (box(1, 2, -3, -4), ["/data/bbox/2", "/data/bbox/3"]),
        (box(1, 2, 0, 0), []),
        (box(-1, -2, 3, 4), []),
        (box(5, 2, 3, 4, form="xyxy"), ["/data/bbox/2"]),
        (box(1, "2", None, [True]), ["/data/bbox/1", "/data/bbox/2", "/data/bbox/3"]),
        (box(1, 2, 3, 1_000_001), ["/data/bbox/3"]),
        (box(1, 2, 3, 10**400), ["/data/bbox/3"]),
        ({**box(1, 2, 3, 4), "confidence": 10**400}, ["/confidence"]),
        (box(1, 2, 3, 4, form="cxcywh"), ["/data/format"]),
        (box(1, 2, 3, 4, form=None), ["/data/format"]),
        (of("bounding_box", format="xywh"), ["/data/bbox"]),
        (of("segmentation", points=[[0, 0], [1, 1]], format="polygon"), ["/data/points"]),
        (
            of("segmentation", points=[[0, 0], [1, 1], [1, 2, 3], "x"], format="polygon"),
            ["/data/points/2", "/data/points/3"],
        ),
        (of("segmentation", points=[[0, 0], [1, None], [1, 2]], format="polygon"), ["/data/points/1/1"]),
        (of("segmentation", points=[[0, 0], [1, 1], [1, 2]]), ["/data/format"]),
        (of("segmentation", format="polygon"), ["/data/points"]),
        (polygon([0, 0, 1, 1, 1, 2]), []),
        (polygon([[0, 0, 1, 1, 1, 2], [[5, 5], [6, 6], [6, 7]]]), []),
        (polygon([[[0, 0], [1, 1], [1, 2]]]), []),
        (polygon([0, 0, 1, 1, 1]), ["/data/points"]),
        (polygon([[0, 0, 1, 1, 1, 2]] * (MAX_PARTS + 1)), ["/data/points"]),
        (polygon([[0, 1]] * MAX_CORNERS), []),
        (polygon([[0, 1]] * (MAX_CORNERS + 1)), ["/data/points"]),
        (polygon([0, 1] * (MAX_CORNERS + 1)), ["/data/points"]),
        (polygon([[0, 1] * (MAX_CORNERS // 2), [[0, 1]] * (MAX_CORNERS // 2 + 1)]), ["/data/points"]),
        (polygon([0, 0, 1, 1]), ["/data/points"]),
        (polygon([0, 0, 1, 1, "1", 2]), ["/data/points/4"]),
        (polygon([[0, 0, 1, 1, 1, 2], [0, 0, 1, 1]]), ["/data/points/1"]),
        (polygon([[[0, 0], [1, 1], [1, 2]], [[0, 0], [1, 1]], 7]), ["/data/points/1", "/data/points/2"]),
        (polygon([[0, 0, 1, 1, 1, 2], [[0, 0], [1, None], [1, 2]]]), ["/data/points/1/1/1"]),
        (of("segmentation", format="rle", rle=[1, 2]), ["/data/rle"]),
        (rle([4, 4, 4]), []),
        (rle([4, 4, 5]), ["/data/rle/counts"]),
        (rle([4, -4, 1.5, True]), ["/data/rle/counts/1", "/data/rle/counts/2", "/data/rle/counts/3"]),
        (rle("52203!"), ["/data/rle/counts"]),
        (rle("5220o"), ["/data/rle/counts"]),
        (rle("oooooooooooooooooooo0"), ["/data/rle/counts"]),
        (rle("O"), ["/data/rle/counts"]),
        (rle({"a": 1}), ["/data/rle/counts"]),
        (rle([1], size=[0, 4]), ["/data/rle/size"]),
        (rle([1], size=[3]), ["/data/rle/size"]),
        (rle([1], size=[3, 70_000]), ["/data/rle/size"]),
        (of("keypoint", keypoints=[]), ["/data/keypoints"]),
        (of("keypoint"), ["/data/keypoints"]),
        (
            of("keypoint", keypoints=[{"name": "nose", "x": 1}, {"name": "", "x": "1", "y": 2, "confidence": 2}, 7]),
            [
                "/data/keypoints/0/y",
                "/data/keypoints/1/x",
                "/data/keypoints/1/name",
                "/data/keypoints/1/confidence",
                "/data/keypoints/2",
            ],
        ),
        (keypoint(visibility=3), ["/data/keypoints/0/visibility"]),
        (keypoint(visibility=True), ["/data/keypoints/0/visibility"]),
        (keypoint(visible=1), ["/data/keypoints/0/visible"]),
        ({**box(1, 2, 3, 4), "a/b": 1}, ["/a~1b"]),
        (of("bounding_box", bbox=[1, 2, 3, 4], format="xywh", angle=30, occluded=True),
         ["/data/angle", "/data/occluded"]),
        (of("segmentation", rle={"counts": [1], "size": [3, 4], "order": "C"}, format="rle"), ["/data/rle/order"]),
        (of("bounding_box", bbox=[1, 2, 3, 4], format="xywh", attributes=3), ["/data/attributes"]),
        ({**box(1, 2, 3, 4), "score": 0.4}, ["/score"]),
        ({**box(1, 2, 3, 4), "iscrowd": 2, "ignore": "yes", "difficult": [], "area": -1},
         ["/data/iscrowd", "/data/ignore", "/data/difficult", "/data/area"]),
        (of("bounding_box", bbox=[1, 2, 3, 4], format="xywh", area=10**400), ["/data/area"]),
        ({**of("bounding_box", bbox=[1, 2, 3, 4], format="xywh", iscrowd=0), "iscrowd": 1}, ["/iscrowd"]),
        (of("classification", scores={"x": 1}, iscrowd=1), ["/data/iscrowd"]),
        ({**box(1, 2, 3, 4), "confidence": None, "conf": 95}, ["/conf"]),
        (of("classification", scores={}), ["/data/scores"]),
        (of("classification", scores=[0.5]), ["/data/scores"]),
        (
            of("classification", scores={"a/b": 1.5, "~": "x", "": 0.5}),
            ["/data/scores/a~1b", "/data/scores/~0", "/data/scores/"],
        ),
        (of("heatmap"), ["/data/artifact_name"]),
        (of("heatmap", artifact_name="../x"), ["/data/artifact_name"]),
        (
            of("heatmap", artifact_name="a.png", width=0, height=1.5, colormap=3),
            ["/data/colormap", "/data/width", "/data/height"],
        ),
    ],
)  # fmt: skip
def test_each_fault_is_told_with_its_place(item: Any, places: list[str]) -> None:
    if places:
        assert faults(GUIDE[0], item) == [f"/annotations/1{place}" for place in places]
    else:
        assert len(check([item])) == 1


@pytest.mark.parametrize("name", ["score", "conf"])
@pytest.mark.parametrize("confidence", [{}, {"confidence": None}, {"confidence": 0.25}])
def test_the_confidence_is_read_under_other_names(name: str, confidence: dict[str, Any]) -> None:
    plain = {"annotation_type": "bounding_box", "class_name": "0", **confidence}
    data = {"bbox": [1, 2, 3, 4], "format": "xywh"}

    beside, within = check([{**plain, "data": data, name: 0.25}, {**plain, "data": {**data, name: 0.25}}])

    assert [(one.class_name, one.confidence, json.loads(one.data)) for one in (beside, within)] == [
        ("0", 0.25, data)
    ] * 2


def test_an_unknown_member_is_named_with_the_nearest_known_one() -> None:
    members = (
        "annotation_type, class_name, confidence, data, storage_path, iscrowd, ignore, difficult, area, id, ordering"
    )
    with pytest.raises(InvalidInput) as caught:
        check([{**box(1, 2, 3, 4), "confidance": 0.3, "xyz": 1}])

    assert [fault.detail for fault in caught.value.faults] == [
        "annotations.0.confidance: not a member of this object; did you mean confidence?",
        f"annotations.0.xyz: not a member of this object; its members are {members}.",
    ]


@pytest.mark.parametrize("stated", [{"iscrowd": 1}, {"ignore": True}, {"difficult": 1, "area": 0.5}])
def test_what_the_truth_says_of_an_object_is_stored_in_its_data(stated: dict[str, Any]) -> None:
    data = {"bbox": [1, 2, 3, 4], "format": "xywh"}

    beside, within = check([{**of("bounding_box", **data), **stated}, of("bounding_box", **data, **stated)])

    assert json.loads(beside.data) == json.loads(within.data) == {**data, **stated}


def test_members_that_clients_of_the_contract_send_are_taken() -> None:
    path = "ml_outputs/01a224fc-286d-7b93-8d6b-87a844123d01/heat.png"
    heat = {"width": 8, "height": 6, "color_map": "jet"}
    sent = {"annotation_type": "heatmap", "class_name": "x", "data": heat, "storage_path": path, "ordering": 3}
    turned = {**box(1, 2, 3, 4)["data"], "rotation": 0, "attributes": {"colour": "red"}}

    found, upright = check([{**sent, "id": "1"}, of("bounding_box", **turned)])

    assert (json.loads(found.data), found.artifact and found.artifact.name) == (
        {**heat, "storage_path": path},
        "heat.png",
    )
    assert json.loads(upright.data) == {**box(1, 2, 3, 4)["data"], "attributes": {"colour": "red"}}


def test_all_faults_of_a_batch_are_told_but_not_endlessly_many() -> None:
    assert faults(box(1), GUIDE[0], box(2)) == ["/annotations/0/data/bbox", "/annotations/2/data/bbox"]
    assert len(faults(*[{}] * 5000)) == MAX_FAULTS


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


@given(st.sampled_from(GUIDE), st.data())
def test_no_input_makes_it_stumble(sample: dict[str, Any], data: st.DataObject) -> None:
    """Something else in any place of a sample is refused or taken, and nothing else happens."""

    def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        return [path, *(place for step, child in steps for place in places(child, (*path, step)))]

    changed = json.loads(json.dumps(sample))
    place = data.draw(st.sampled_from(places(changed)[1:]))
    holder = changed
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = data.draw(ANYTHING)

    try:
        (kept,) = check([changed])
    except InvalidInput:
        return
    assert kept.class_name == changed["class_name"]


@pytest.mark.parametrize(
    ("box_format", "bbox"), [("xywh", [10, 20, 30, 40]), ("xyxy", [10, 20, 40, 60])], ids=["xywh", "xyxy"]
)
def test_a_box_that_is_turned_is_stored_as_the_outline_of_its_corners(box_format: str, bbox: list[int]) -> None:
    data = {"format": box_format, "bbox": bbox, "rotation": 90, "area": 7}
    (taken,) = check([{"annotation_type": "bounding_box", "class_name": "car", "data": data, "difficult": 1}])

    assert taken.annotation_type == "segmentation"
    assert json.loads(taken.data) == {
        "format": "polygon",
        "points": [[45, 25], [45, 55], [5, 55], [5, 25]],
        "area": 7,
        "difficult": 1,
    }


@pytest.mark.parametrize(
    ("member", "value", "said"),
    [
        ("rotation", 361, "expected degrees clockwise around the centre, from -360 to 360."),
        ("rotation", True, "expected degrees clockwise around the centre, from -360 to 360."),
        ("rotation", float("nan"), "expected degrees clockwise around the centre, from -360 to 360."),
        (
            "angle",
            0.5,
            "send rotation, in degrees clockwise around the centre, or the corners as a segmentation of the ",
        ),
    ],
)
def test_a_turn_that_could_mean_several_is_refused(member: str, value: Any, said: str) -> None:
    data = {"format": "xywh", "bbox": [10, 20, 30, 40], member: value}

    with pytest.raises(InvalidInput) as refused:
        check([{"annotation_type": "bounding_box", "class_name": "car", "data": data}])

    (fault,) = refused.value.faults
    assert fault.detail.startswith(f"annotations.0.data.{member}: {said}")
