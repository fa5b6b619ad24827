"""A scene in its file: what it sorts, and the types of its errors, are there again."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings

from shared.detection_runs.figures import judging
from shared.detection_runs.figures.matches import MatchFilter, MatchLevel, SceneMatches
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.scenes import scene_file
from shared.detection_runs.scenes.scene_file import StoredScene
from tests.unit.shared.detection_runs.figures.test_levels import NAMES, stored_scene
from tests.unit.shared.evaluation.detection.scenes import images, scene_of

OPTIONS = DetectionOptions()


def kept(stored: StoredScene) -> StoredScene:
    """The scene as it is read from its file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "scene.npz"
        scene_file.write(path, stored, {})
        with path.open("rb") as file:
            return scene_file.read(file)


def answers(stored: StoredScene) -> list[Any]:
    """What a page shows of a level."""
    matches = SceneMatches(stored, OPTIONS, NAMES, MatchLevel(0.6, 0.2))
    objects = [matches.objects(MatchFilter(kind), start=0, limit=100) for kind in ("TP", "FP", "FN")]
    return [matches.matrix(), matches.curve(None), *objects]


@given(drawn=images())
@settings(max_examples=25, deadline=None)
def test_a_scene_answers_the_same_from_its_file(drawn: list[Any]) -> None:
    # An older file has no errors.
    for stored in (stored_scene(scene_of(drawn)), judging.classified(stored_scene(scene_of(drawn)), OPTIONS)):
        read, sorted_anew = kept(stored), scene_of(drawn)

        assert (read.errors is None) == (stored.errors is None)
        for name in ("by_confidence", "places", "turn_rows"):
            assert vars(read.scene)[name].tolist() == getattr(sorted_anew, name).tolist()
        assert answers(read) == answers(stored_scene(sorted_anew))
