"""Scenes of boxes for the tests of detectors' figures."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from shared.evaluation.detection.geometry import object_table, overlaps
from shared.evaluation.detection.geometry.objects import Objects
from shared.evaluation.detection.matching.image_labels import NO_LABELS, ImageLabels
from shared.evaluation.detection.matching.ranked_outcomes import Scene

CLASSES = 3
CORNERS = st.sampled_from([0.0, 1, 2, 5, 40])
SIDES = st.sampled_from([4.0, 5, 10, 20])
BOXES = st.tuples(CORNERS, CORNERS, SIDES, SIDES)
# Class, box, whether it counts.
TRUTHS = st.lists(st.tuples(st.integers(0, CLASSES - 1), BOXES, st.booleans()), max_size=6)


# Few values, so that many are equal; and all different, where two programs order equals differently.
EQUAL = st.sampled_from([0.1, 0.5, 0.9])
DISTINCT = st.floats(0.001, 0.999)


def candidates(confidences: st.SearchStrategy[float]) -> st.SearchStrategy[list[Any]]:
    """Class, box and confidence of each candidate of an image."""
    unique_by = None if confidences is EQUAL else _confidence_of
    return st.lists(st.tuples(st.integers(0, CLASSES - 1), BOXES, confidences), max_size=8, unique_by=unique_by)


def _confidence_of(candidate: Any) -> float:
    confidence: float = candidate[2]
    return confidence


def images(confidences: st.SearchStrategy[float] = EQUAL) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.tuples(TRUTHS, candidates(confidences)), min_size=1, max_size=4)


def sides_of(drawn: list[Any]) -> list[tuple[Objects, Objects]]:
    return [
        (
            _objects([(code, box, 1.0) for code, box, _ in truth], [not counts for _, _, counts in truth]),
            _objects(found, [False] * len(found)),
        )
        for truth, found in drawn
    ]


def scene_of(drawn: list[Any], least: float = 0.1, labels: ImageLabels = NO_LABELS) -> Scene:
    sides = sides_of(drawn)
    references = object_table.of_references([reference for reference, _ in sides])
    found = object_table.of_candidates([candidate for _, candidate in sides])
    return Scene(references, found, overlaps.of_boxes(references, found, least, within_class=False), CLASSES, labels)


def labels_of(verified: list[tuple[int, int]], partial: list[tuple[int, int]]) -> ImageLabels:
    return ImageLabels(*(np.array(pairs, np.int64).reshape(-1, 2) for pairs in (verified, partial)))


# Images and classes.
LABELS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, CLASSES - 1)), max_size=8)


def _objects(entries: list[Any], ignored: list[bool]) -> Objects:
    xywh = np.array([box for _, box, _ in entries], float).reshape(-1, 4)
    return Objects(
        np.array([code for code, _, _ in entries], np.int64),
        np.array([confidence for _, _, confidence in entries], float),
        np.hstack([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]]),
        xywh=xywh,
        ignored=np.array(ignored, bool),
    )
