import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def faults(*items: Any) -> list[str]:
    """Where the faults are."""
    with pytest.raises(InvalidInput) as caught:
        check(list(items))
    assert all(fault.detail.endswith(".") for fault in caught.value.faults)
    return [fault.pointer for fault in caught.value.faults]


def test_every_sample_of_the_guide_is_taken_and_kept_whole() -> None:
    checked = check(GUIDE)

    assert [json.loads(found.data) for found in checked] == [sent["data"] for sent in GUIDE]
    assert [found.confidence for found in checked] == [sent.get("confidence") for sent in GUIDE]
    assert [found.artifact_name for found in checked] == [None] * 7 + ["heatmap.png"]
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
