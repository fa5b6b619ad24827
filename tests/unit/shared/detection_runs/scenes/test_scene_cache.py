"""A scene that was read is there for the next request, within a bound of memory."""

import pytest

from shared.detection_runs.figures import judging
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.scenes import scene_cache
from shared.detection_runs.scenes.scene_cache import memory_of, scene_of
from shared.detection_runs.scenes.scene_file import StoredScene
from shared.runs.rows.stored_file import NobodyWaits
from tests.unit.shared.detection_runs.figures.test_levels import stored_scene
from tests.unit.shared.evaluation.detection import scenes

STORED = judging.classified(
    stored_scene(scenes.scene_of([([(0, (0, 0, 4, 4), True)], [(0, (0, 0, 4, 4), 0.5)])])), DetectionOptions()
)


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene_cache, "_kept", type(scene_cache._kept)())


def reads_of(keys: str) -> str:
    """The keys whose scene is read when scenes are asked for in this order."""
    read = list[str]()

    def reading(key: str) -> StoredScene:
        read.append(key)
        return STORED

    for key in keys:
        assert scene_of(key, lambda key=key: reading(key)) is STORED  # type: ignore[misc]
    return "".join(read)


def test_the_scene_asked_for_longest_ago_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene_cache, "MAX_BYTES", 2 * memory_of(STORED))

    assert reads_of("ababacab") == "abcb"


def test_a_scene_larger_than_the_bound_is_read_each_time_and_drives_no_other_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert reads_of("a") == "a"

    monkeypatch.setattr(scene_cache, "MAX_BYTES", memory_of(STORED) - 1)
    assert reads_of("bbaa") == "bb"


def test_a_scene_that_could_not_be_read_is_read_again() -> None:
    def fail() -> StoredScene:
        raise NobodyWaits

    with pytest.raises(NobodyWaits):
        scene_of("a", fail)
    assert reads_of("aa") == "a"


def test_the_memory_of_a_scene_covers_what_it_sorts() -> None:
    scene, *ids, errors = STORED
    assert errors is not None
    tables = [*vars(scene.references).values(), *vars(scene.candidates).values()]
    sorted_later = [scene.by_confidence, scene.places, scene.turn_rows, *scene.turns.pairs, scene.turns.places]
    columns = [*tables, *ids, *errors, *scene.overlaps, *scene.labels, *sorted_later]

    assert memory_of(STORED) == sum(column.nbytes for column in columns)
