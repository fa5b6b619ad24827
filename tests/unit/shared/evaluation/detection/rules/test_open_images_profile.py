"""The profile `openimages` against its published protocol, written down object by object.

The rules are those of https://storage.googleapis.com/openimages/web/evaluation.html; no library of ours has them.
"""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.evaluation.detection.geometry.object_table import ObjectTable
from shared.evaluation.detection.geometry.overlaps import of_boxes
from shared.evaluation.detection.matching.ranked_outcomes import Scene
from shared.evaluation.detection.rules import open_images, voc
from tests.unit.shared.evaluation.detection.scenes import (
    CLASSES,
    DISTINCT,
    LABELS,
    images,
    labels_of,
    scene_of,
)

TRUTH = [(0, (0.0, 0.0, 40.0, 40.0), True), (0, (50.0, 0.0, 10.0, 10.0), True)]
INSIDE = [(0, (float(n), 1.0, 10.0, 10.0), 0.9 - n / 100) for n in range(5)]


def grouped(scene: Scene, flags: list[bool]) -> Scene:
    is_group = np.resize(np.array(flags, bool), len(scene.references))
    references = open_images.sought(replace(scene.references, is_crowd=is_group))
    pairs = of_boxes(references, scene.candidates, 0.1, within_class=False)
    return replace(scene, references=references, overlaps=pairs)


def common(table: ObjectTable, row: int, other: ObjectTable, column: int) -> Fraction:
    x, y, w, h = (Fraction(value) for value in table.xywh[row].tolist())
    a, b, c, d = (Fraction(value) for value in other.xywh[column].tolist())
    width, height = min(x + w, a + c) - max(x, a), min(y + h, b + d) - max(y, b)
    return width * height if width > 0 and height > 0 else Fraction(0)


def area(table: ObjectTable, row: int) -> Fraction:
    return Fraction(table.xywh[row, 2]) * Fraction(table.xywh[row, 3])


def protocol(scene: Scene, code: int, verified: list[tuple[int, int]]) -> float | None:
    """Average precision of a class: the objects, then the groups, of one image after the other."""
    truth, found = scene.references, scene.candidates
    npos = sum(int(truth.classes[row]) == code and not truth.is_uncounted[row] for row in range(len(truth)))
    if not npos:
        return None
    scored = list[tuple[float, bool]]()
    for image in range(4):
        objects = [n for n in range(len(truth)) if truth.images[n] == image and truth.classes[n] == code]
        if not objects and (image, code) not in verified:
            continue
        rows = [n for n in range(len(found)) if found.images[n] == image and found.classes[n] == code]
        rows.sort(key=lambda n: -found.confidences[n])
        singles, groups = ([n for n in objects if truth.is_crowd[n] == flag] for flag in (False, True))
        detected, of_groups = set[int](), dict[int, float]()
        for row in rows:
            score = float(found.confidences[row])
            shares = [
                common(found, row, truth, n) / (area(found, row) + area(truth, n) - common(found, row, truth, n))
                for n in singles
            ]
            best = shares.index(max(shares)) if shares else -1
            if shares and shares[best] >= Fraction(1, 2):
                if truth.is_uncounted[singles[best]]:
                    continue
                if singles[best] not in detected:
                    detected.add(singles[best])
                    scored.append((score, True))
                    continue
            inside = [common(found, row, truth, n) / area(found, row) for n in groups]
            nearest = inside.index(max(inside)) if inside else -1
            if inside and inside[nearest] >= Fraction(1, 2):
                of_groups.setdefault(groups[nearest], score)
            else:
                scored.append((score, False))
        scored += [(score, True) for n, score in of_groups.items() if not truth.is_uncounted[n]]
    return averaged(sorted(scored, key=lambda one: -one[0]), npos)


def averaged(scored: list[tuple[float, bool]], npos: int) -> float:
    right, points = 0, list[tuple[Fraction, Fraction]]()
    for count, (_, is_right) in enumerate(scored, 1):
        right += is_right
        points.append((Fraction(right, npos), Fraction(right, count)))
    total, before = Fraction(0), Fraction(0)
    for place, (recall, _) in enumerate(points):
        total += (recall - before) * max(precision for _, precision in points[place:])
        before = recall
    return float(total)


@given(drawn=images(DISTINCT), flags=st.lists(st.booleans(), min_size=1, max_size=7), verified=LABELS)
@example(drawn=[(TRUTH, INSIDE)], flags=[True, False], verified=[])
@example(drawn=[([], INSIDE), (TRUTH, [])], flags=[True], verified=[(0, 0)])
@settings(max_examples=150, deadline=None)
def test_precision_is_that_of_the_protocol(
    drawn: list[Any], flags: list[bool], verified: list[tuple[int, int]]
) -> None:
    scene = grouped(scene_of(drawn, labels=labels_of(verified, [])), flags)
    # Programs order equals differently.
    scene = replace(
        scene,
        candidates=replace(
            scene.candidates, confidences=scene.candidates.confidences + np.arange(len(scene.candidates)) / 1e9
        ),
    )

    values = voc.average_precisions(scene, open_images.outcomes(scene, 0.5), "area")

    expected = [protocol(scene, code, verified) for code in range(CLASSES)]
    assert values == [None if value is None else pytest.approx(value, abs=1e-9) for value in expected]


def test_a_group_is_found_once_and_what_else_lies_in_it_is_no_error() -> None:
    scene = grouped(scene_of([(TRUTH, INSIDE)]), [True, False])

    found = open_images.outcomes(scene, 0.5)

    assert found.is_right.tolist() == [True, False, False, False, False]
    assert found.is_wrong.tolist() == [False] * 5
    assert found.partners.tolist() == [0] * 5
    assert voc.average_precisions(scene, found, "area")[0] == 0.5
