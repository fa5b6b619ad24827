"""All thirteen figures of the profile `lvis`, against the lvis package, of images searched for some classes only."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from shared.evaluation.detection.matching.ranked_outcomes import Scene
from shared.evaluation.detection.precision.class_precision import Ranking, by_class
from shared.evaluation.detection.precision.coco_figures import mean_of_defined
from shared.evaluation.detection.rules import lvis
from tests import lvis_oracle
from tests.unit.shared.evaluation.detection.scenes import CLASSES, LABELS, images, labels_of, scene_of

FREQUENCIES = st.lists(st.sampled_from(["rare", "common", "frequent"]), min_size=CLASSES, max_size=CLASSES)

TRUTH = (0, (0.0, 0.0, 20.0, 20.0), True)
# The sure ones of one class push out the others of an image.
CROWDED = [(n % 2, (float(n % 7), 0.0, 20.0, 20.0), 0.9 if n % 2 else 0.5) for n in range(620)]


def scaled(drawn: list[Any], scale: int) -> list[Any]:
    def larger(objects: list[Any]) -> list[Any]:
        return [(code, tuple(scale * value for value in box), last) for code, box, last in objects]

    return [(larger(truth), larger(found)) for truth, found in drawn]


def oracle(
    drawn: list[Any], verified: list[tuple[int, int]], partial: list[tuple[int, int]], frequencies: list[str]
) -> Any:
    objects, results = list[dict[str, Any]](), list[dict[str, Any]]()
    for image, (references, candidates) in enumerate(drawn):
        for code, box, counts in references:
            left, top, width, height = box
            outline = [left, top, left + width, top, left + width, top + height, left, top + height]
            numbers = {"id": len(objects) + 1, "image_id": image, "category_id": code}
            shape = {"bbox": list(box), "area": width * height, "segmentation": [outline], "ignore": int(not counts)}
            objects.append(numbers | shape)
        results += [
            {"image_id": image, "category_id": code, "bbox": list(box), "score": score}
            for code, box, score in candidates
        ]
    document = {
        "images": [
            {
                "id": image,
                "height": 900,
                "width": 900,
                "neg_category_ids": [code for number, code in verified if number == image],
                "not_exhaustive_category_ids": [code for number, code in partial if number == image],
            }
            for image in range(len(drawn))
        ],
        "annotations": objects,
        "categories": [{"id": code, "frequency": name[0]} for code, name in enumerate(frequencies)],
    }
    return lvis_oracle.evaluated(document, results)


@given(
    drawn=images(),
    scale=st.sampled_from([1, 4, 10]),
    verified=LABELS,
    partial=LABELS,
    frequencies=FREQUENCIES,
)
@example(
    drawn=[([TRUTH], CROWDED), ([], CROWDED[:5])],
    scale=5,
    verified=[(0, 1), (1, 0)],
    partial=[(0, 0)],
    frequencies=["rare", "rare", "frequent"],
)
@settings(max_examples=80, deadline=None)
def test_every_metric_is_that_of_the_lvis_package(
    drawn: list[Any],
    scale: int,
    verified: list[tuple[int, int]],
    partial: list[tuple[int, int]],
    frequencies: list[Any],
) -> None:
    drawn = scaled(drawn, scale)
    assume(any(candidates for _, candidates in drawn))
    expected = oracle(drawn, verified, partial, frequencies)

    figures = lvis.figures_of(scene_of(drawn, labels=labels_of(verified, partial)))

    measured = lvis.summary(figures, frequencies)
    assert list(measured.values()) == lvis_oracle.figures(expected)
    precision = expected.eval["precision"][..., 0]
    for code in range(CLASSES):
        mean = mean_of_defined(figures.precision[:, :, code, 0])
        assert mean == mean_of_defined(precision[:, :, code]) or mean == pytest.approx(precision[:, :, code].mean())


@given(drawn=images(), verified=LABELS, partial=LABELS)
@settings(max_examples=60, deadline=None)
def test_the_matches_that_samples_show_give_the_same_precision(
    drawn: list[Any], verified: list[tuple[int, int]], partial: list[tuple[int, int]]
) -> None:
    scene = scene_of(drawn, labels=labels_of(verified, partial))
    found = lvis.outcomes_at(scene, [0.5])[0]
    precision = lvis.figures_of(scene).precision[0, :, :, 0]

    values = by_class(ranking_of(scene, found), "101-point")

    for code, value in enumerate(values):
        assert mean_of_defined(precision[:, code]) in (None, pytest.approx(value, abs=1e-9))


def ranking_of(scene: Scene, found: Any) -> Ranking:
    rows = np.flatnonzero(found.is_right | found.is_wrong)
    totals = np.bincount(scene.references.classes[~scene.references.is_uncounted], minlength=CLASSES)
    table = scene.candidates
    return Ranking(table.classes[rows], table.confidences[rows], found.is_right[rows], totals)
