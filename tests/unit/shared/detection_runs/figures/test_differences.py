"""Every reason for which two sets of rules judge one box differently, and no box without a reason."""

from collections import Counter
from dataclasses import replace
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.detection_runs.figures.difference_reasons import DifferenceReason
from shared.detection_runs.figures.differences import RuleDifferences, compare_rules, summarize
from shared.detection_runs.figures.judging import max_detections
from shared.detection_runs.figures.matches import MatchLevel
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.scenes.rules import rules_for
from shared.detection_runs.scenes.scene_file import StoredScene, ids_of
from shared.evaluation.detection.error_analysis.foreign_matrices import MatrixProfile
from shared.evaluation.detection.geometry import overlaps
from shared.evaluation.detection.geometry.object_table import ObjectTable
from shared.evaluation.detection.matching.image_labels import NO_LABELS, ImageLabels
from shared.evaluation.detection.matching.ranked_outcomes import Scene
from shared.evaluation.detection.rules import open_images, voc
from shared.evaluation.detection.rules.profiles import PROFILES, ProfileName, judge
from tests.detection_counts import counts_of
from tests.unit.shared.evaluation.detection.scenes import CLASSES, images, labels_of, scene_of

NAMES = ["bus", "car", "person"]
BOX = (0.0, 0.0, 10.0, 10.0)
Box = tuple[float, float, float, float]
FOUND = (0, BOX, 0.9)


def stored_scene(scene: Scene) -> StoredScene:
    ids = ids_of([UUID(int=number) for number in range(10_000)])
    images = ids[:4]
    return StoredScene(scene, images, images, images, ids[: len(scene.references)], ids[: len(scene.candidates)])


def scene_as(
    own: ProfileName,
    truth: list[tuple[int, Box, str]],
    found: list[tuple[int, Box, float]],
    labels: ImageLabels = NO_LABELS,
) -> StoredScene:
    """One image, as the rules of a run measure it; an object of the ground truth is `plain`, `crowd` or `ignored`."""
    is_crowd = np.array([kind == "crowd" for _, _, kind in truth], bool)
    is_uncounted = np.array([kind != "plain" for _, _, kind in truth], bool)
    references = table([(code, box, 1.0) for code, box, _ in truth], is_crowd, is_uncounted)
    if own == "openimages":
        references = open_images.sought(references)
    nothing = np.zeros(len(found), bool)
    candidates = table(found, nothing, nothing)
    if PROFILES[own].name in {"voc07", "voc12"}:
        pairs = voc.pairs_of(references, candidates, 0.1)
    else:
        pairs = overlaps.of_boxes(references, candidates, 0.1, within_class=False)
    return stored_scene(Scene(references, candidates, pairs, CLASSES, labels))


def table(rows: list[tuple[int, Box, float]], is_crowd: Any, is_uncounted: Any) -> ObjectTable:
    xywh = np.array([box for _, box, _ in rows], float).reshape(-1, 4)
    return ObjectTable(
        np.zeros(len(rows), np.int64),
        np.array([code for code, _, _ in rows], np.int64),
        np.array([score for _, _, score in rows], float),
        xywh,
        xywh[:, 2] * xywh[:, 3],
        is_crowd,
        is_uncounted,
    )


def compared(
    stored: StoredScene,
    own: ProfileName,
    other: ProfileName | MatrixProfile,
    confidence: float = 0.1,
    iou: float = 0.5,
) -> RuleDifferences:
    options = DetectionOptions(profile=own)
    return compare_rules(stored, options, NAMES, MatchLevel(iou, confidence), [other], slice(None))


def reasons(found: RuleDifferences) -> list[tuple[str, str, DifferenceReason]]:
    return [(one.judgement, one.others[0].judgement, one.others[0].reason) for one in found.objects]


SHIFTED = (0.0, 3.4, 10.0, 10.0)
NEAR = (0.0, 2.0, 10.0, 10.0)


def test_a_group_takes_many_for_coco_and_one_for_open_images() -> None:
    stored = scene_as("openimages", [(0, (0, 0, 40, 40), "crowd")], [FOUND, (0, NEAR, 0.8)])

    found = compared(stored, "openimages", "coco")

    assert reasons(found) == [("TP", "ignored", "crowd"), ("found", "ignored", "crowd")]
    assert [(one.profile, one.ap, *counts_of(one)) for one in found.rules] == [
        ("openimages", 1.0, 1, 0, 0),
        ("coco", None, 0, 0, 0),
    ]


def test_rules_of_matrices_know_no_ignored_objects_and_match_across_classes() -> None:
    ignored = scene_as("coco", [(0, BOX, "ignored")], [FOUND])
    renamed = scene_as("coco", [(1, BOX, "plain"), (0, (0, 2.0, 10, 10), "plain")], [FOUND])

    assert reasons(compared(ignored, "coco", "ultralytics-matrix")) == [("ignored", "FP", "ignored")]
    assert reasons(compared(renamed, "coco", "ultralytics-matrix")) == [
        ("TP", "FP", "class"),
        ("found", "FN", "class"),
    ]


def test_a_class_that_was_not_looked_for_counts_for_coco_only() -> None:
    stored = scene_as("lvis", [(0, BOX, "plain")], [FOUND, (1, BOX, 0.8)])
    partial = scene_as("lvis", [(0, BOX, "plain")], [(0, (60, 60, 9, 9), 0.7)], labels_of([], [(0, 0)]))

    assert reasons(compared(stored, "lvis", "coco")) == [("left_out", "FP", "not_searched")]
    assert reasons(compared(partial, "lvis", "coco")) == [("ignored", "FP", "not_exhaustive")]


def test_more_than_a_hundred_of_a_class_count_for_voc_only() -> None:
    stored = scene_as("coco", [(0, BOX, "plain")], [FOUND, *[(0, (60.0, 60.0, 9.0, 9.0), 0.5)] * 100])

    elsewhere = scene_as("coco", [(1, BOX, "plain")], [(0, BOX, 0.5)] * 101)

    assert reasons(compared(stored, "coco", "voc12")) == [("left_out", "FP", "max_detections")]
    # No image has to be searched for a class by these rules.
    assert reasons(compared(elsewhere, "coco", "voc12")) == [("left_out", "FP", "max_detections")]


def test_an_overlap_that_equals_the_threshold_or_crosses_it_by_a_pixel_is_named() -> None:
    half = scene_as("coco", [(0, BOX, "plain")], [(0, (0, 0, 10, 5), 0.9)])
    pixel = scene_as("coco", [(0, BOX, "plain")], [(0, SHIFTED, 0.9)])
    sure = scene_as("coco", [(0, BOX, "plain")], [(0, BOX, 0.25)])

    assert reasons(compared(half, "coco", "supervision-matrix"))[0] == ("TP", "FP", "threshold")
    assert reasons(compared(pixel, "coco", "voc07"))[0] == ("FP", "TP", "pixel")
    assert reasons(compared(sure, "coco", "ultralytics-matrix", 0.25))[0] == ("TP", "left_out", "threshold")


def test_an_object_that_is_taken_is_passed_over_by_coco_and_not_by_voc() -> None:
    truth = [(0, BOX, "plain"), (0, (0.0, 3.0, 10.0, 10.0), "plain")]
    order = scene_as("coco", truth, [(0, (0, 0.5, 10, 10), 0.9), (0, (0, 1.0, 10, 10), 0.8)])
    tie = scene_as("coco", truth, [(0, (0, 0.5, 10, 10), 0.9), (0, (0, 1.0, 10, 10), 0.9)])

    assert reasons(compared(order, "coco", "voc12")) == [
        ("TP", "FP", "matching_order"),
        ("found", "FN", "matching_order"),
    ]
    assert [reason for _, _, reason in reasons(compared(tie, "coco", "voc12"))] == ["tie", "tie"]


@given(drawn=images(), iou=st.sampled_from([0.25, 0.5, 0.75]), confidence=st.sampled_from([0.1, 0.5]))
@settings(max_examples=40, deadline=None)
def test_counts_are_those_of_the_rules_alone_and_every_difference_is_listed(
    drawn: list[Any], iou: float, confidence: float
) -> None:
    scene, options = scene_of(drawn), DetectionOptions()
    found = compare_rules(
        stored_scene(scene), options, NAMES, MatchLevel(iou, confidence), rules_for(options)[1:], slice(None)
    )

    for counts in found.rules:
        if counts.profile in PROFILES:
            measured = scene
            if counts.profile in {"voc07", "voc12"}:
                measured = replace(scene, overlaps=voc.pairs_of(scene.references, scene.candidates, 0.1))
            outcome = judge(PROFILES[counts.profile], measured, iou, max_detections(options))
            is_sure = scene.candidates.confidences >= confidence
            right, wrong = int((outcome.is_right & is_sure).sum()), int((outcome.is_wrong & is_sure).sum())
            sought = int((~scene.references.is_uncounted).sum())
            assert counts_of(counts) == [right, wrong, sought - right]
        listed = [(one, other) for one in found.objects for other in one.others if other.profile == counts.profile]
        change = sum((other.judgement == "TP") - (one.judgement == "TP") for one, other in listed)
        assert change == counts.true_positives - found.rules[0].true_positives
        assert all(one.judgement != other.judgement for one, other in listed)
    pages = [
        one
        for start in range(0, len(found.objects) + 3, 3)
        for one in compare_rules(
            stored_scene(scene),
            options,
            NAMES,
            MatchLevel(iou, confidence),
            rules_for(options)[1:],
            slice(start, start + 3),
        ).objects
    ]
    assert pages == found.objects


def test_only_rules_that_can_judge_a_run_are_compared() -> None:
    expected = {
        ("coco", "boxes"): ["coco", "voc07", "voc12", "ultralytics-matrix", "supervision-matrix"],
        ("lvis", "masks"): ["lvis", "coco"],
        ("openimages", "boxes"): ["openimages", "coco", "lvis", "voc07", "voc12"],
        ("coco", "keypoints"): ["coco", "ultralytics-matrix", "supervision-matrix"],
    }

    made = {
        (profile, subject): rules_for(DetectionOptions(profile=profile, subject=subject))  # type: ignore[arg-type] # both are of their lists
        for profile, subject in expected
    }

    assert made == expected


@pytest.mark.parametrize("own", ["voc12", "lvis", "openimages"])
def test_a_scene_of_any_rules_is_measured_anew_for_others(own: ProfileName) -> None:
    truth = [(0, BOX, "plain"), (1, (20.0, 0.0, 10.0, 10.0), "crowd"), (2, (50.0, 0.0, 10.0, 10.0), "ignored")]
    found = [FOUND, (0, SHIFTED, 0.8), (1, (22.0, 1.0, 4.0, 4.0), 0.7), (2, (50.0, 1.0, 10.0, 10.0), 0.6)]

    of_other = compared(scene_as(own, truth, found), own, "coco").rules[1]

    assert of_other == compared(scene_as("coco", truth, found), "coco", "voc12").rules[0]


@settings(max_examples=30, deadline=None)
@given(images())
def test_a_summary_counts_what_the_list_has_at_the_same_level(drawn: Any) -> None:
    stored, options = stored_scene(scene_of(drawn)), DetectionOptions()
    others = rules_for(options)[1:]

    found = summarize(stored, options, NAMES, others)

    for one in found:
        listed = compare_rules(stored, options, NAMES, MatchLevel(), [one.profile], slice(None))
        assert (one.iou, one.confidence) == (listed.iou, listed.confidence)
        counts = listed.rules[1]
        assert (one.ap, counts_of(one)) == (counts.ap, counts_of(counts))
        assert one.differing == len(listed.objects) == sum(one.reasons.values())
        assert one.reasons == Counter(each.others[0].reason for each in listed.objects)
    assert [one.profile for one in found] == others
