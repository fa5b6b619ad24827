"""Two models on many images: what the verdict says of how they differ."""

from typing import Any
from uuid import UUID

import numpy as np
import pytest

from shared.detection_runs.errors import BaselineNotComparable
from shared.detection_runs.figures.comparing import compare
from shared.detection_runs.figures.judging import FEW_IMAGES
from shared.detection_runs.records import DetectionRunRecord
from shared.detection_runs.scenes.scene_file import StoredScene, ids_of
from shared.evaluation.detection.precision.average_precision import average_precision
from shared.kit import clock
from tests.unit.shared.evaluation.detection.scenes import scene_of, sides_of

BOX = (0.0, 0.0, 10.0, 10.0)
FAR = (40.0, 40.0, 10.0, 10.0)


def stored(found: list[list[Any]]) -> tuple[StoredScene, float | None]:
    """The scene of images with one object each, and its average precision."""
    drawn = [([(0, BOX, True)], one) for one in found]
    scene = scene_of(drawn)
    ids = [UUID(int=number) for number in range(len(found))]
    candidates = [UUID(int=number) for number in range(len(scene.candidates))]
    ap = average_precision(sides_of(drawn), ["a", "b", "c"]).summary["map"]
    packed = ids_of(ids)
    return StoredScene(scene, packed, packed, packed, packed, ids_of(candidates)), ap


def run(ap: float | None) -> DetectionRunRecord:
    nobody = UUID(int=0)
    return DetectionRunRecord(
        nobody,
        1,
        nobody,
        nobody,
        "ready",
        "ready",
        1.0,
        None,
        "m",
        None,
        None,
        [],
        None,
        {},
        ap,
        b"",
        "folder",
        1,
        clock.now(),
    )


RIGHT, WRONG = [(0, BOX, 0.9)], [(0, FAR, 0.9)]


@pytest.mark.parametrize(
    ("baseline", "candidate", "verdict"),
    [
        ([WRONG] * 15 + [RIGHT] * 25, [RIGHT] * 40, "better"),
        ([RIGHT] * 40, [WRONG] * 15 + [RIGHT] * 25, "worse"),
        ([RIGHT] * 20 + [WRONG] * 20, [RIGHT] * 19 + [WRONG] * 20 + [RIGHT], "no_difference_shown"),
        ([WRONG] * 5 + [RIGHT] * 35, [RIGHT] * 40, "no_difference_shown"),
        ([WRONG] * 6 + [RIGHT] * 34, [RIGHT] * 40, "better"),
        ([WRONG] * (FEW_IMAGES - 1), [RIGHT] * (FEW_IMAGES - 1), "inconclusive"),
    ],
)
def test_the_verdict_is_that_of_the_difference_paired_by_image(
    baseline: list[Any], candidate: list[Any], verdict: str
) -> None:
    (before, before_ap), (after, after_ap) = stored(baseline), stored(candidate)

    found = compare(run(before_ap), before, after, after_ap)

    assert found.verdict == verdict
    assert found.difference == pytest.approx((after_ap or 0) - (before_ap or 0))
    changes = [(one is RIGHT) - (other is RIGHT) for one, other in zip(candidate, baseline, strict=True)]
    assert (found.better, found.worse, found.equal) == (changes.count(1), changes.count(-1), changes.count(0))


def test_other_images_or_another_ground_truth_are_refused() -> None:
    (scene, ap), (fewer, _) = stored([RIGHT] * 3), stored([RIGHT] * 2)
    other = scene._replace(references=np.roll(scene.references, 1, axis=0))

    for one in (fewer, other):
        with pytest.raises(BaselineNotComparable):
            compare(run(ap), scene, one, ap)
