"""Curves, matrices, error types, VOC's figures and intervals of detectors, each against another way to the same."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.evaluation.detection.error_analysis import confusion, error_types
from shared.evaluation.detection.matching import ranked_outcomes
from shared.evaluation.detection.matching.agreement import agreement
from shared.evaluation.detection.matching.ranked_outcomes import Scene, outcomes
from shared.evaluation.detection.precision.coco_figures import RECALLS, figures, mean_of_defined
from shared.evaluation.detection.rules import voc
from shared.evaluation.detection.rules.profiles import PROFILES, ProfileName, judge
from tests.unit.shared.evaluation.detection.scenes import CLASSES, DISTINCT, images, scene_of, sides_of

NAMES = [str(code) for code in range(CLASSES)]
UNBOUNDED = 1_000


@given(drawn=images())
@settings(max_examples=40, deadline=None)
def test_the_curve_of_a_class_is_cocos(drawn: list[Any]) -> None:
    scene = scene_of(drawn)
    coco = figures(scene.references, scene.candidates, scene.overlaps, scene.class_count)

    for code in range(CLASSES):
        curve = ranked_outcomes.precision_recall(ranked_outcomes.ranked_counts(scene, outcomes(scene, 0.5, 100), code))
        expected = coco.precision[0, :, code, 0]
        assert (curve is None) == (expected[0] == -1)
        assert curve is None or curve.precision == pytest.approx(expected.tolist(), abs=1e-12)
        assert curve is None or curve.recalls == RECALLS.tolist()


@given(drawn=images(), code=st.none() | st.integers(0, CLASSES - 1))
@settings(max_examples=40, deadline=None)
def test_no_other_confidence_has_a_larger_f1(drawn: list[Any], code: int | None) -> None:
    scene = scene_of(drawn)
    found = outcomes(scene, 0.5, 100)
    counts = ranked_outcomes.ranked_counts(scene, found, code)
    best = ranked_outcomes.best_confidence(counts)
    of_class = np.ones(len(scene.candidates), bool) if code is None else scene.candidates.classes == code

    measured = []
    for confidence in sorted(set(scene.candidates.confidences.tolist())):
        sure = of_class & (scene.candidates.confidences >= confidence)
        right, wrong = int((found.is_right & sure).sum()), int((found.is_wrong & sure).sum())
        if right:
            measured.append((2 * right / (right + wrong + counts.total), confidence, right / (right + wrong)))
    assert (best is None) == (not measured)
    if best is not None:
        f1, confidence, precision = max(measured)
        assert (best.f1, best.confidence, best.precision) == pytest.approx((f1, confidence, precision))


@given(drawn=images(), threshold=st.sampled_from([0.25, 0.5, 0.75]), confidence=st.sampled_from([0.0, 0.5, 0.6]))
@settings(max_examples=50, deadline=None)
def test_the_matrix_is_that_of_the_agreement_of_each_image(
    drawn: list[Any], threshold: float, confidence: float
) -> None:
    scene = scene_of(drawn)
    sure = [
        (reference, candidate.take(np.flatnonzero(candidate.confidences >= confidence)))
        for reference, candidate in sides_of(drawn)
    ]

    placed = confusion.cells(scene, outcomes(scene, threshold, UNBOUNDED), threshold, confidence)

    assert confusion.matrix(scene, placed).tolist() == agreement(sure, NAMES, threshold=threshold).counts.tolist()


@given(drawn=images())
@settings(max_examples=40, deadline=None)
def test_matrix_curve_and_misses_count_the_same(drawn: list[Any]) -> None:
    scene = scene_of(drawn)
    found = outcomes(scene, 0.5, 100)
    counts = confusion.matrix(scene, confusion.cells(scene, found, 0.5, 0.5))
    is_sure = scene.candidates.confidences >= 0.5
    missed = ranked_outcomes.missed(scene, found, is_sure)

    right = int((found.is_right & is_sure).sum())
    assert int(np.trace(counts)) == right
    assert int(counts[:-1].sum()) - right == len(missed)
    assert int(counts[:, :-1].sum()) - right == int((found.is_wrong & is_sure).sum())


def voc_oracle(scene: Scene, code: int, *, eleven: bool) -> float | None:
    """VOCevaldet.m and VOCap.m of the development kit, line by line."""
    references, found = scene.references, scene.candidates
    rows = [row for row in np.argsort(-found.confidences, kind="stable") if found.classes[row] == code]
    truth = [row for row in range(len(references)) if references.classes[row] == code]
    npos = sum(not references.is_uncounted[row] for row in truth)
    if not npos:
        return None
    detected, tp, fp = set[int](), list[float](), list[float]()
    for row in rows:
        best, largest = -1, -np.inf
        x0, y0, w, h = found.xywh[row]
        for other in truth:
            if references.images[other] != found.images[row]:
                continue
            gx, gy, gw, gh = references.xywh[other]
            iw, ih = min(x0 + w, gx + gw) - max(x0, gx) + 1, min(y0 + h, gy + gh) - max(y0, gy) + 1
            if iw > 0 and ih > 0:
                share = iw * ih / ((w + 1) * (h + 1) + (gw + 1) * (gh + 1) - iw * ih)
                if share > largest:
                    best, largest = other, share
        right = largest >= 0.5
        if right and references.is_uncounted[best]:
            tp.append(0)
            fp.append(0)
        elif right and best not in detected:
            detected.add(best)
            tp.append(1)
            fp.append(0)
        else:
            tp.append(0)
            fp.append(1)
    right_sum, wrong_sum = np.cumsum(tp), np.cumsum(fp)
    recall = right_sum / npos
    with np.errstate(invalid="ignore"):
        precision = right_sum / (right_sum + wrong_sum)
    return eleven_points(recall, precision) if eleven else area(recall, np.nan_to_num(precision))


def eleven_points(recall: Any, precision: Any) -> float:
    total: float = 0
    for threshold in np.linspace(0, 1, 11):
        reached = np.nan_to_num(precision[recall >= threshold])
        total += (reached.max() if len(reached) else 0) / 11
    return total


def area(recall: Any, precision: Any) -> float:
    mrec, mpre = [0, *recall, 1], [0, *precision, 0]
    for place in range(len(mpre) - 2, -1, -1):
        mpre[place] = max(mpre[place], mpre[place + 1])
    return float(sum((right - left) * height for (left, right), height in zip(pairwise(mrec), mpre[1:], strict=True)))


@pytest.mark.parametrize("profile", ["voc07", "voc12"])
@given(drawn=images())
@settings(max_examples=40, deadline=None)
def test_vocs_figures_are_those_of_its_development_kit(profile: ProfileName, drawn: list[Any]) -> None:
    scene = scene_of(drawn)

    scene = replace(scene, overlaps=voc.pairs_of(scene.references, scene.candidates, 0.1))
    rules = PROFILES[profile]
    found = judge(rules, scene, voc.THRESHOLD, 100)

    values = voc.average_precisions(scene, found, rules.interpolation)

    expected = [voc_oracle(scene, code, eleven=profile == "voc07") for code in range(CLASSES)]
    assert values == [None if value is None else pytest.approx(value, abs=1e-12) for value in expected]


def errors_of(truth: Sequence[Any], found: Sequence[Any]) -> tuple[list[Any], dict[Any, Any], int]:
    scene = scene_of([(truth, found)])
    judged = outcomes(scene, error_types.FOREGROUND, 100)
    errors = error_types.classify(scene, judged)
    names = [None if number < 0 else error_types.ERROR_TYPES[number] for number in errors.types]
    costs = {cost.type: (cost.count, cost.cost) for cost in error_types.costs(scene, judged, errors) if cost.count}
    return names, costs, len(errors.missed)


TRUTH = (0, (0.0, 0.0, 10.0, 10.0), True)


@pytest.mark.parametrize(
    ("candidate", "name"),
    [
        ((0, (0.0, 0.0, 10.0, 4.0), 0.9), "location"),
        ((1, (0.0, 0.0, 10.0, 10.0), 0.9), "class"),
        ((1, (0.0, 0.0, 10.0, 4.0), 0.9), "both"),
        ((0, (40.0, 40.0, 10.0, 10.0), 0.9), "background"),
    ],
)
def test_every_error_has_its_type(candidate: Any, name: str) -> None:
    names, costs, missed = errors_of([TRUTH], [candidate])

    assert names == [name]
    # Which of them would have found the object, had they been mended.
    assert missed == (name in {"both", "background"})
    assert set(costs) == ({name, "missed"} if missed else {name})


def test_a_second_find_is_a_duplicate_and_mending_it_raises_the_precision() -> None:
    second = (0, (50.0, 0.0, 10.0, 10.0), True)
    found = [(0, TRUTH[1], 0.9), (0, (0.0, 0.0, 10.0, 9.0), 0.8), (0, second[1], 0.7)]

    names, costs, missed = errors_of([TRUTH, second], found)

    assert (names, missed) == ([None, "duplicate", None], 0)
    # 51 of 101 recalls at precision 1, 50 at 2/3; without the duplicate all at 1.
    assert costs == {"duplicate": (1, pytest.approx(1 - (51 + 50 * 2 / 3) / 101))}


@given(drawn=images(DISTINCT))
@settings(max_examples=40, deadline=None)
def test_every_wrong_candidate_has_one_type_and_every_miss_one_reason(drawn: list[Any]) -> None:
    scene = scene_of(drawn)
    found = outcomes(scene, error_types.FOREGROUND, 100)
    errors = error_types.classify(scene, found)
    open_references = ranked_outcomes.missed(scene, found, np.ones(len(scene.candidates), bool))

    assert ((errors.types >= 0) == found.is_wrong).all()
    assert set(errors.missed.tolist()) <= set(open_references.tolist())
    assert set(open_references.tolist()) <= {*errors.missed.tolist(), *errors.references.tolist()}


def test_nothing_at_all_has_no_figures() -> None:
    scene = scene_of([([], [])])
    found = outcomes(scene, 0.5, 100)

    assert figures(scene.references, scene.candidates, scene.overlaps, scene.class_count).precision.max() == -1
    assert (
        mean_of_defined(figures(scene.references, scene.candidates, scene.overlaps, scene.class_count).recall) is None
    )
    assert voc.average_precisions(scene, voc.outcomes(scene, 0.5), "area") == [None] * CLASSES
    assert [cost.cost for cost in error_types.costs(scene, found, error_types.classify(scene, found))] == [0.0] * 6
    assert confusion.matrix(scene, confusion.cells(scene, found, 0.5, 0)).sum() == 0
