"""The objects of annotations: of many images at once, and of each by itself."""

from typing import Any
from uuid import UUID

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.analyses.agreement.sides import objects_of, plain_boxes
from shared.analyses.annotations.formats import Size
from shared.analyses.records import AnnotationRecord
from tests.annotation_columns import columns_of

CODES = {"bus": 0, "car": 1}
NUMBERS = st.floats(-1e6, 1e6) | st.integers(-(10**6), 10**6)
FLAGS = st.sampled_from([None, 0, 1, True, False, "1", 2])


def record(class_name: str, confidence: float | None, data: dict[str, Any]) -> AnnotationRecord:
    kind = "bounding_box" if "bbox" in data else "segmentation"
    return AnnotationRecord(0, UUID(int=0), kind, class_name, confidence, msgspec.json.encode(data).decode())


@st.composite
def boxes(draw: st.DrawFn) -> AnnotationRecord:
    format_name, values = draw(st.sampled_from(["xywh", "xyxy"])), draw(st.lists(NUMBERS, min_size=4, max_size=4))
    data: dict[str, Any] = {"format": format_name, "bbox": values}
    members: dict[str, st.SearchStrategy[Any]] = dict.fromkeys(["iscrowd", "ignore", "difficult"], FLAGS)
    members["area"] = st.none() | st.floats(0, 1e9)
    data |= {name: draw(member) for name, member in members.items() if draw(st.booleans())}
    return record(draw(st.sampled_from(list(CODES))), draw(st.none() | st.floats(0, 1)), data)


@given(annotations=st.lists(boxes(), max_size=9))
@settings(max_examples=60, deadline=None)
def test_boxes_that_are_read_together_are_those_of_each(annotations: list[AnnotationRecord]) -> None:
    found = plain_boxes(columns_of([annotations]), CODES)

    expected = objects_of(annotations, CODES, "boxes", Size(10, 10))
    for name in ("classes", "confidences", "boxes", "xywh", "areas", "crowds", "ignored"):
        assert np.array_equal(getattr(found, name), getattr(expected, name)), name


@pytest.mark.parametrize("data", [{"format": "polygon", "points": [0, 0, 4, 0, 4, 4]}, {"format": "rle", "bbox": None}])
def test_outlines_are_not_read_as_boxes(data: dict[str, Any]) -> None:
    box = record("bus", 1.0, {"format": "xywh", "bbox": [0, 0, 1, 1]})

    assert plain_boxes(columns_of([[box, box], [record("bus", 1.0, data)]]), CODES) is None
