"""The counts that a slider looks up are those that the matrix counts from the scene."""

from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.detection_runs.figures import levels
from shared.detection_runs.figures.matches import MatchLevel, SceneMatches
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.scenes import scene_file
from shared.detection_runs.scenes.scene_file import StoredScene, ids_of
from shared.evaluation.detection.matching.ranked_outcomes import Scene
from shared.evaluation.detection.rules.profiles import ProfileName
from tests.unit.shared.evaluation.detection.scenes import images, scene_of

NAMES = ["bus", "car", "person"]
PAIR = [(0, (0, 0, 10, 10), True), (0, (0, 3, 10, 10), True)]
PROFILES: list[ProfileName] = ["coco", "lvis", "openimages", "voc12"]


def stored_scene(scene: Scene) -> StoredScene:
    ids = ids_of([UUID(int=number) for number in range(100)])
    return StoredScene(scene, ids[:4], ids[:4], ids[:4], ids[: len(scene.references)], ids[: len(scene.candidates)])


@pytest.mark.parametrize("profile", PROFILES)
@given(
    drawn=images(),
    iou=st.sampled_from(levels.GRID),
    confidence=st.none() | st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.9, 1.0]),
    chunk=st.sampled_from([1, 2, 3, 100]),
)
# The surer one has the object that both overlap most, and VOC does not give the other one the object beside it.
@example(drawn=[(PAIR, [(0, (0, 0, 10, 10), 0.9), (0, (0, 1, 10, 10), 0.5)])], iou=0.5, confidence=0.0, chunk=2)
@example(drawn=[([], [])], iou=0.5, confidence=None, chunk=2)
@settings(max_examples=25, deadline=None)
def test_the_table_counts_as_the_matrix(
    profile: ProfileName, drawn: list[Any], iou: float, confidence: float | None, chunk: int
) -> None:
    stored, options = stored_scene(scene_of(drawn)), DetectionOptions(profile=profile)
    matrix = SceneMatches(stored, options, NAMES, MatchLevel(iou, confidence)).matrix()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(levels, "CHUNK", chunk)
        columns = levels.tabulate(stored.scene, options)

    looked_up = levels.count_at(columns, iou, confidence)
    counted = levels.count(stored.scene, options, iou, confidence)

    assert looked_up is not None
    for found in (looked_up, counted):
        shown = found.present(profile, iou, NAMES)
        assert (shown.confidence, shown.overall, shown.per_class) == (
            matrix.confidence,
            matrix.overall,
            matrix.per_class,
        )


def test_an_overlap_beside_the_grid_and_a_scene_without_a_table_are_not_looked_up(tmp_path: Path) -> None:
    stored, path = stored_scene(scene_of([([(0, (0, 0, 4, 4), True)], [(0, (0, 0, 4, 4), 0.5)])])), tmp_path / "scene"
    scene_file.write(tmp_path / "bare.npz", stored, {})
    scene_file.write(path.with_suffix(".npz"), stored, levels.tabulate(stored.scene, DetectionOptions()))

    with (tmp_path / "bare.npz").open("rb") as bare, scene_file.opened(bare) as columns:
        assert levels.count_at(columns, 0.5, None) is None
    with path.with_suffix(".npz").open("rb") as file, scene_file.opened(file) as columns:
        assert levels.count_at(columns, 0.52, None) is None
        found = levels.count_at(columns, 0.5, None)
    assert found is not None
    assert (found.right.tolist(), found.wrong.tolist(), found.sought.tolist()) == ([1, 0, 0], [0, 0, 0], [1, 0, 0])
    with path.with_suffix(".npz").open("rb") as file:
        assert np.array_equal(scene_file.read(file).scene.candidates.xywh, stored.scene.candidates.xywh)
