"""The verdict of a gate of detectors, on images whose differences are known."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from shared.detection_runs.errors import BaselineNotComparable
from shared.detection_runs.figures.judging import FEW_IMAGES
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.scenes.scene_file import StoredScene
from shared.evaluation.detection.matching.ranked_outcomes import Scene
from shared.evaluation.detection.precision.average_precision import average_precision
from shared.gates import detectors
from shared.gates.detectors import DetectorSide
from shared.gates.policy import GateBaseline, GateMetric, GatePolicy
from shared.gates.results import CheckResult, GateTest
from tests.unit.shared.evaluation.detection.scenes import scene_of, sides_of

NAMES = ["bus", "car", "person"]
BOX, SHIFTED, FAR = (0.0, 0.0, 10.0, 10.0), (0.0, 2.0, 10.0, 10.0), (40.0, 40.0, 10.0, 10.0)
RIGHT, NEAR, WRONG = [(0, BOX, 0.9)], [(0, SHIFTED, 0.9)], [(0, FAR, 0.9)]
TRUTH = [(0, BOX, True)]
OPTIONS = DetectionOptions()
UNTESTED = (
    "Average precision of “car” 1 → 1, difference 0 on 9 images: nothing can be concluded, because fewer than 10 "
    "images have such an object."
)


def stored(scene: Scene, images: int) -> StoredScene:
    def ids(count: int) -> Any:
        return np.arange(count, dtype=np.uint8).repeat(16).reshape(-1, 16)

    return StoredScene(
        scene, ids(images), ids(images), ids(images), ids(len(scene.references)), ids(len(scene.candidates))
    )


def side(found: list[list[Any]], options: DetectionOptions = OPTIONS) -> DetectorSide:
    return DetectorSide(stored(scene_of([(TRUTH, one) for one in found]), len(found)), NAMES, options)


def policy(*metrics: GateMetric, **rules: Any) -> GatePolicy:
    return GatePolicy(
        baseline=GateBaseline(tag="released"), metrics=list(metrics) or [GateMetric(metric="map")], **rules
    )


def checked(baseline: list[Any], candidate: list[Any], *metrics: GateMetric, **rules: Any) -> CheckResult:
    return detectors.evaluate(side(baseline), side(candidate), policy(*metrics, **rules))


def figures_of(result: CheckResult) -> dict[tuple[str, Any], GateTest]:
    tests = [reason.test for reason in result.reasons if reason.test is not None]
    return {(one.metric, one.label): one for one in tests}


@pytest.mark.parametrize(
    ("baseline", "candidate", "margin", "outcome", "finding"),
    [
        ([RIGHT] * 40, [RIGHT] * 40, None, "pass", "no_drop_shown"),
        ([RIGHT] * 100, [RIGHT] * 100, 0.05, "pass", "within_margin"),
        # A candidate that fails one of 20 images has none of them in 40 of every eighth set.
        ([RIGHT] * 40, [RIGHT] * 40, 0.05, "warn", "inconclusive"),
        ([RIGHT] * 40, [WRONG] * 20 + [RIGHT] * 20, None, "fail", "drop_shown"),
        ([RIGHT] * 40, [WRONG] * 20 + [RIGHT] * 20, 0.1, "fail", "drop_beyond_margin"),
        ([WRONG] * 20 + [RIGHT] * 20, [RIGHT] * 40, 0.01, "pass", "within_margin"),
        ([RIGHT] * 40, [WRONG] + [RIGHT] * 39, None, "pass", "no_drop_shown"),
        # Four coins fall alike in one of 16 throws, though nearly every sample of the images holds one of the four.
        ([RIGHT] * 40, [WRONG] * 4 + [RIGHT] * 36, None, "pass", "no_drop_shown"),
        ([RIGHT] * 40, [WRONG] * 5 + [RIGHT] * 35, None, "fail", "drop_shown"),
        ([RIGHT] * 40, [WRONG] * 4 + [RIGHT] * 36, 0.001, "warn", "inconclusive"),
        ([RIGHT] * 20 + [WRONG] * 20, [RIGHT] * 18 + [WRONG] * 20 + [RIGHT] * 2, 0.02, "warn", "inconclusive"),
    ],
)
def test_a_figure_is_judged_by_the_rule_of_gates(
    baseline: list[Any], candidate: list[Any], margin: float | None, outcome: str, finding: str
) -> None:
    found = checked(baseline, candidate, GateMetric(metric="map", margin=margin))

    assert (found.verdict, [one.finding for one in figures_of(found).values()]) == (outcome, [finding])


def test_the_figures_are_those_of_the_runs_at_each_overlap_and_class() -> None:
    baseline, candidate = [RIGHT] * 30, [NEAR] * 30
    found = checked(
        baseline,
        candidate,
        *(GateMetric(metric=name) for name in ("map", "map_50", "map_75", "ap.class")),
        GateMetric(metric="ap_50.class", label="car"),
    )

    summary = average_precision(sides_of([(TRUTH, one) for one in candidate]), NAMES).summary
    tests = figures_of(found)
    assert {key: (one.baseline, one.candidate) for key, one in tests.items()} == {
        ("map", None): (pytest.approx(1), pytest.approx(summary["map"], abs=1e-9)),
        ("map_50", None): (pytest.approx(1), pytest.approx(summary["map_50"], abs=1e-9)),
        ("map_75", None): (pytest.approx(1), pytest.approx(summary["map_75"], abs=1e-9)),
        ("ap.class", "bus"): (pytest.approx(1), pytest.approx(summary["map"], abs=1e-9)),
        ("ap_50.class", "car"): (None, None),
    }
    assert {key: one.finding for key, one in tests.items()} == {
        ("map", None): "drop_shown",
        ("map_50", None): "no_drop_shown",
        ("map_75", None): "drop_shown",
        ("ap.class", "bus"): "drop_shown",
        # What neither has cannot be shown to be kept.
        ("ap_50.class", "car"): "not_measured",
    }
    assert (found.verdict, found.samples) == ("fail", 30)
    assert [reason.text for reason in found.reasons if reason.outcome == "fail"][-1] == (
        "Average precision at IoU 0.50 of “car” cannot be compared, because no image has such an object to find."
    )


def test_classes_are_found_by_name_where_the_models_found_different_ones() -> None:
    scene = scene_of([([(1, BOX, True)], [(1, BOX, 0.9)])] * 25)
    other = DetectorSide(stored(scene, 25), ["a dog", "bus", "car"], OPTIONS)

    found = detectors.evaluate(side([RIGHT] * 25), other, policy(GateMetric(metric="ap.class", label="bus")))

    assert {key: one.candidate for key, one in figures_of(found).items()} == {("ap.class", "bus"): pytest.approx(1)}
    assert found.verdict == "pass"


def test_a_check_of_too_little_says_why_and_never_passes() -> None:
    few = checked([RIGHT] * (FEW_IMAGES - 1), [RIGHT] * (FEW_IMAGES - 1))
    by_voc = side([RIGHT] * 30, DetectionOptions(profile="voc12"))
    rare = DetectorSide(
        stored(scene_of([([(0, BOX, True)], RIGHT)] * 25 + [([(1, BOX, True)], [(1, BOX, 0.9)])] * 9), 34),
        NAMES,
        OPTIONS,
    )
    found = {
        "few": few,
        "voc": detectors.evaluate(by_voc, by_voc, policy()),
        "rules": detectors.evaluate(by_voc, side([RIGHT] * 30), policy()),
        "images": checked([RIGHT] * 30, [RIGHT] * 31),
        "alpha": checked([RIGHT] * 30, [RIGHT] * 30, alpha=1e-5),
        "rare": detectors.evaluate(rare, rare, policy(GateMetric(metric="ap.class"))),
    }

    assert {name: (one.verdict, one.reasons[0].text.partition(";")[0]) for name, one in found.items()} == {
        "few": ("fail", "Both runs have 19 images, and fewer than 20 show nothing."),
        "voc": ("fail", "The profile voc12 judges at IoU 0.50 alone, and such figures are not tested"),
        "rules": ("fail", "The baseline was judged by other rules"),
        "images": ("fail", BaselineNotComparable().detail),
        "alpha": ("fail", "At alpha 1e-05, 4,000 samples of the images cannot tell 1 figure from chance"),
        "rare": ("warn", UNTESTED),
    }


def test_a_loss_of_one_class_is_shown_however_many_others_are_tested() -> None:
    codes = range(30)
    names = [f"class {code}" for code in codes]
    truth = [[(code, (20.0 * code, 0.0, 10.0, 10.0), True) for code in codes]] * 25
    right = [[(code, box, 0.9) for code, box, _ in image] for image in truth]
    worse = [image[1:] for image in right]
    before, after = (
        DetectorSide(
            stored(dataclasses.replace(scene_of(list(zip(truth, found, strict=True))), class_count=30), 25),
            names,
            OPTIONS,
        )
        for found in (right, worse)
    )

    found = detectors.evaluate(before, after, policy(GateMetric(metric="ap_50.class"), alpha=0.02))

    assert found.verdict == "fail"
    assert [one.label for one in figures_of(found).values() if one.finding == "drop_shown"] == ["class 0"]


def test_what_is_inconclusive_may_be_let_through_and_is_so_again() -> None:
    doubtful = [RIGHT] * 20 + [WRONG] * 20, [RIGHT] * 18 + [WRONG] * 20 + [RIGHT] * 2
    margin = GateMetric(metric="map", margin=0.02)

    assert checked(*doubtful, margin, allow_inconclusive=True).verdict == "pass"
    assert checked(*doubtful, margin) == checked(*doubtful, margin)


def test_models_that_are_right_in_other_images_equally_often_pass_whatever_is_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    verdicts = []
    for seed in range(10):
        monkeypatch.setattr(detectors, "SEED", seed)
        order = [WRONG] * 5 + [RIGHT] * 35
        verdicts.append(checked([RIGHT] * 35 + [WRONG] * 5, order).verdict)

    assert verdicts == ["pass"] * 10
