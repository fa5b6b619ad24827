"""What is judged of images on which neither side has an object."""

from uuid import UUID

import pytest

from shared.analyses.agreement.pairs import ImagePair, Pairing
from shared.detection_runs.figures import judging, levels
from shared.detection_runs.figures.matches import MatchFilter, MatchLevel, SceneMatches
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.scenes import objects_of_images
from shared.evaluation.detection.rules.profiles import DetectionSubject, ProfileName
from tests.annotation_columns import sides_of

NOBODY = UUID(int=1)


@pytest.mark.parametrize(
    ("profile", "subject"), [("coco", "boxes"), ("coco", "masks"), ("coco", "keypoints"), ("voc07", "boxes")]
)
def test_images_without_any_object_have_no_figures_and_no_counts(
    profile: ProfileName, subject: DetectionSubject
) -> None:
    options = DetectionOptions(profile=profile, subject=subject)
    sides = sides_of(Pairing([ImagePair(NOBODY, NOBODY, NOBODY, 10, 10)], 0, 0, reference_is_truth=True), {})
    stored = objects_of_images.scene_of(sides, options, [])

    figures = judging.figures_of(stored, sides.pairing, options, [], [], notices=[])
    counts = levels.count_at(levels.tabulate(stored.scene, options), 0.5, None)

    assert counts is not None
    assert [column.tolist() for column in counts[:3]] == [[], [], []]
    assert judging.with_intervals(figures, stored, options) == figures
    assert (figures.ap, figures.interval, figures.best, figures.classes) == (None, None, None, [])
    assert [error.count for error in figures.errors] == [0] * 6
    matches = SceneMatches(stored, options, [], MatchLevel())
    assert (matches.matrix().counts, matches.curve(None)) == ([[0]], None)
    assert matches.objects(MatchFilter("FN"), start=0, limit=3) == []
