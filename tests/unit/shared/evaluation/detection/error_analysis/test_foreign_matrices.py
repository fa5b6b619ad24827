"""Matrices of other programs, against their own loops (ultralytics 8.4, supervision 0.31), image by image."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.evaluation.detection.error_analysis import confusion, foreign_matrices
from shared.evaluation.detection.error_analysis.foreign_matrices import DEFAULTS, MatrixProfile, judge_as
from shared.evaluation.detection.geometry import boxes
from tests.unit.shared.evaluation.detection.scenes import CLASSES, images, scene_of, sides_of


def ultralytics(iou: Any, _true: Any, _said: Any, confidences: Any, threshold: float) -> dict[int, int]:
    """`ConfusionMatrix.process_batch`: the candidate of each object."""
    iou, found = iou.copy(), dict[int, int]()
    for candidate in np.argsort(-confidences, kind="stable"):
        if not (iou[:, candidate] > threshold).any():
            continue
        best = int(iou[:, candidate].argmax())
        found[best] = int(candidate)
        iou[best] = 0
    return found


def supervision(iou: Any, true: Any, said: Any, _confidences: Any, threshold: float) -> dict[int, int]:
    """`_confusion_matrix_from_iou`: the candidate of each object."""
    rows, columns = np.nonzero(iou > threshold)
    found, taken = dict[int, int](), set[int]()
    for edge in np.lexsort((-iou[rows, columns], true[rows] != said[columns])):
        row, column = int(rows[edge]), int(columns[edge])
        if row not in found and column not in taken:
            found[row] = column
            taken.add(column)
    return found


PROGRAMS = {"ultralytics-matrix": ultralytics, "supervision-matrix": supervision}


def expected(profile: MatrixProfile, drawn: list[Any], threshold: float, confidence: float) -> list[list[int]]:
    counts = np.zeros((CLASSES + 1, CLASSES + 1), np.int64)
    for reference, candidate in sides_of(drawn):
        truth = reference.take(np.flatnonzero(~reference.is_uncounted))
        sure = candidate.confidences > confidence
        if profile == "supervision-matrix":
            sure = candidate.confidences >= confidence
        found = candidate.take(np.flatnonzero(sure))
        iou = boxes.iou(truth.boxes, found.boxes)
        of_truth = PROGRAMS[profile](iou, truth.classes, found.classes, found.confidences, threshold)
        for row, code in enumerate(truth.classes):
            counts[code, found.classes[of_truth[row]] if row in of_truth else CLASSES] += 1
        for column, code in enumerate(found.classes):
            counts[CLASSES, code] += column not in of_truth.values()
    return counts.tolist()


@pytest.mark.parametrize("profile", ["ultralytics-matrix", "supervision-matrix"])
@given(drawn=images(), threshold=st.sampled_from([0.25, 0.45, 0.5]), confidence=st.sampled_from([0.0, 0.5, 0.6]))
@settings(max_examples=80, deadline=None)
def test_the_matrix_is_that_of_the_program(
    profile: MatrixProfile, drawn: list[Any], threshold: float, confidence: float
) -> None:
    scene = scene_of(drawn)

    found, cells = judge_as(profile, scene, threshold, confidence)

    counts = confusion.matrix(scene, cells)
    assert counts.tolist() == expected(profile, drawn, threshold, confidence)
    assert int(np.trace(counts)) == int(found.is_right.sum())
    assert not (found.is_right & found.is_wrong).any()


def test_the_thresholds_are_those_that_the_programs_take() -> None:
    assert DEFAULTS["ultralytics-matrix"] == (0.45, 0.25)
    assert DEFAULTS["supervision-matrix"] == (0.5, 0.3)
    assert foreign_matrices.DEFAULTS.keys() == PROGRAMS.keys()
