"""Every count of every set of rules that can judge a run is the number of the boxes that it leads to."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.detection_runs.figures.differences import compare_rules
from shared.detection_runs.figures.image_order import judged_images, ordered
from shared.detection_runs.figures.matches import MatchFilter, MatchKind, MatchLevel, SceneMatches
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.scenes.rules import RuleName, rules_for
from shared.evaluation.detection.error_analysis.foreign_matrices import DEFAULTS
from shared.evaluation.detection.rules.profiles import ProfileName
from tests.detection_counts import counts_of
from tests.unit.shared.detection_runs.figures.test_differences import NAMES, scene_as, stored_scene
from tests.unit.shared.evaluation.detection.scenes import LABELS, images, labels_of, scene_of

KINDS: tuple[MatchKind, ...] = ("TP", "FP", "FN")


def listed(matches: SceneMatches, wanted: MatchFilter) -> int:
    return len(matches.objects(wanted, start=0, limit=1000))


@pytest.mark.parametrize("own", ["coco", "openimages", "lvis", "voc12"])
@given(drawn=images(), verified=LABELS, partial=LABELS, confidence=st.sampled_from([None, 0.1, 0.5]))
@settings(max_examples=25, deadline=None)
def test_every_count_and_cell_is_the_number_of_its_boxes(
    own: ProfileName, drawn: list[Any], verified: Any, partial: Any, confidence: float | None
) -> None:
    scene = scene_of(drawn, labels=labels_of(verified, partial))
    stored, options = stored_scene(scene), DetectionOptions(profile=own)
    others = rules_for(options)[1:]
    assert others

    compared = compare_rules(stored, options, NAMES, MatchLevel(0.5, confidence), others, slice(None))

    for counts in compared.rules:
        level = MatchLevel(compared.iou, compared.confidence, counts.profile)
        matches = SceneMatches(stored, options, NAMES, level)
        numbers = [listed(matches, MatchFilter(kind)) for kind in KINDS]
        assert numbers == counts_of(counts), counts.profile
        matrix = matches.matrix()
        assert (matrix.profile, matrix.iou, matrix.confidence) == (counts.profile, *level[:2])
        assert counts_of(matrix.overall) == numbers
        for row, column in np.ndindex(len(NAMES), len(NAMES)):
            wanted = MatchFilter("TP" if row == column else "FP", row, column)
            assert listed(matches, wanted) == matrix.counts[row][column], (counts.profile, row, column)
        for code in range(len(NAMES)):
            alone = [MatchFilter("FP", None, code, is_background=True), MatchFilter("FN", code, is_background=True)]
            cells = [matrix.counts[-1][code], matrix.counts[code][-1]]
            assert [listed(matches, wanted) for wanted in alone] == cells, (counts.profile, code)
        order = ordered(matches, len(stored.images), None, None)
        shown = judged_images(matches, order)
        assert [sum(one.true_positives for one in shown), sum(one.false_positives for one in shown)] == numbers[:2]
        boxes = [box for image in shown for box in image.boxes if (box.confidence or 1) >= matches.confidence]
        assert sum(box.is_true_positive for box in boxes) == counts.true_positives, counts.profile


def test_a_box_is_what_the_rules_that_are_asked_for_say() -> None:
    # Sides that count their last pixel are longer: the overlap of 0.493 becomes 0.53.
    stored = scene_as("coco", [(0, (0.0, 0.0, 10.0, 10.0), "plain")], [(0, (0.0, 3.4, 10.0, 10.0), 0.9)])

    kinds = dict[str, Any]()
    rules: tuple[RuleName, ...] = ("coco", "voc12", *DEFAULTS)
    for profile in rules:
        matches = SceneMatches(stored, DetectionOptions(), NAMES, MatchLevel(rules=profile))
        right, wrong = (matches.objects(MatchFilter(kind), start=0, limit=9) for kind in KINDS[:2])
        overlaps = [round(one.partner.iou, 3) for one in right if one.partner]
        kinds[profile] = (overlaps, [one.error for one in wrong], matches.iou)

    assert kinds == {
        "coco": ([], ["location"], 0.5),
        "voc12": ([0.528], [], 0.5),
        "ultralytics-matrix": ([0.493], [], 0.45),
        "supervision-matrix": ([], ["location"], 0.5),
    }
