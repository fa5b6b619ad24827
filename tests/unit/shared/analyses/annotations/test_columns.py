"""Annotations of many analyses as columns."""

import json
from uuid import UUID

import msgspec
import numpy as np
import pytest

from shared.analyses.annotations import columns
from shared.analyses.annotations.columns import AnnotationColumns
from shared.analyses.records import AnnotationRecord
from tests.annotation_columns import columns_of


def record(number: int, class_name: str, confidence: float | None) -> AnnotationRecord:
    return AnnotationRecord(0, UUID(int=number), "bounding_box", class_name, confidence, f'{{"number": {number}}}')


ANALYSES = [[record(0, "bus", 0.5), record(1, "", None)], [], [record(2, "Straße, “7”", 1.0)]]


def data_of(some: AnnotationColumns) -> list[int]:
    return [one["number"] for text in some.texts for one in json.loads(text)]


def test_columns_hold_each_annotation_in_its_order() -> None:
    found = columns_of(ANALYSES)

    assert (found.counts.tolist(), found.class_names) == ([2, 0, 1], ["bus", "", "Straße, “7”"])
    assert [UUID(bytes=row.tobytes()).int for row in found.ids] == data_of(found) == [0, 1, 2]
    assert (found.certain.tolist(), found.uncertain) == ([0.5, 1, 1], 1)
    shown = [[(one.class_name, one.confidence, bytes(one.data)) for one in some] for some in found.by_analysis()]
    assert shown == [[(one.class_name, one.confidence, one.data.encode()) for one in some] for some in ANALYSES]


def test_nothing_has_columns_too() -> None:
    for found in (columns_of([]), columns_of([[], []])):
        assert (len(found), found.ids.shape, found.certain.tolist(), found.texts) == (0, (0, 16), [], [])
    assert columns_of([[], []]).by_analysis() == [[], []]


@pytest.mark.parametrize("at_once", [0, 1, 2, 100])
def test_data_stand_in_pieces_of_whole_analyses(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(columns, "_AT_ONCE", at_once)

    found = columns_of(ANALYSES)

    assert (len(found.texts), data_of(found)) == ({0: 2, 1: 2}.get(at_once, 1), [0, 1, 2])


def test_annotations_are_repeated_under_other_names() -> None:
    found = columns_of(ANALYSES).repeated([2, 0, 3], ["a", "b", "c", "d", "e"])

    assert (found.counts.tolist(), found.class_names) == ([2, 0, 3], ["a", "b", "c", "d", "e"])
    assert [UUID(bytes=row.tobytes()).int for row in found.ids] == data_of(found) == [0, 0, 2, 2, 2]
    assert np.array_equal(found.confidences, [0.5, 0.5, 1, 1, 1])
    assert len(columns_of(ANALYSES).repeated([0, 0, 0], [])) == 0


def test_data_are_passed_on_byte_by_byte() -> None:
    text = '{"bbox": [1.0, 2e-3, 0.1, 3], "format": "xywh"}'
    ((found,),) = columns_of([[AnnotationRecord(0, UUID(int=1), "bounding_box", "bus", None, text)]]).by_analysis()

    assert bytes(found.data) == text.encode()
    assert msgspec.json.decode(found.data) == json.loads(text)
