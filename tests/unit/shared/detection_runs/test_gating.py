"""The verdict of a gate of detectors, on images whose differences are known."""

from typing import Any

import pytest

from shared.detection_runs import gating
from shared.detection_runs.gating import GatedSide, check_gate
from shared.detection_runs.judging import FEW_IMAGES
from shared.detection_runs.options import DetectionGate, DetectionOptions, GatedFigure
from shared.detection_runs.results import DetectionGateResult
from shared.evaluation.detection.average_precision import average_precision
from tests.unit.shared.evaluation.detection.scenes import scene_of, sides_of

NAMES = ["bus", "car", "person"]
BOX, SHIFTED, FAR = (0.0, 0.0, 10.0, 10.0), (0.0, 2.0, 10.0, 10.0), (40.0, 40.0, 10.0, 10.0)
RIGHT, NEAR, WRONG = [(0, BOX, 0.9)], [(0, SHIFTED, 0.9)], [(0, FAR, 0.9)]
TRUTH = [(0, BOX, True)]


def side(found: list[list[Any]]) -> GatedSide:
    return GatedSide(scene_of([(TRUTH, one) for one in found]), NAMES)


def checked(baseline: list[Any], candidate: list[Any], *metrics: GatedFigure, **rules: Any) -> DetectionGateResult:
    gate = DetectionGate(metrics=list(metrics) or [GatedFigure()], **rules)
    return check_gate(side(baseline), side(candidate), DetectionOptions(), gate, len(baseline))


@pytest.mark.parametrize(
    ("baseline", "candidate", "margin", "outcome", "finding"),
    [
        ([RIGHT] * 40, [RIGHT] * 40, None, "pass", "no_drop_shown"),
        ([RIGHT] * 40, [RIGHT] * 40, 0.05, "pass", "within_margin"),
        ([RIGHT] * 40, [WRONG] * 20 + [RIGHT] * 20, None, "fail", "drop_shown"),
        ([RIGHT] * 40, [WRONG] * 20 + [RIGHT] * 20, 0.1, "fail", "drop_beyond_margin"),
        ([WRONG] * 20 + [RIGHT] * 20, [RIGHT] * 40, 0.01, "pass", "within_margin"),
        ([RIGHT] * 40, [WRONG] + [RIGHT] * 39, None, "pass", "no_drop_shown"),
        ([RIGHT] * 20 + [WRONG] * 20, [RIGHT] * 18 + [WRONG] * 20 + [RIGHT] * 2, 0.02, "warn", "inconclusive"),
    ],
)
def test_a_figure_is_judged_by_the_rule_of_gates(
    baseline: list[Any], candidate: list[Any], margin: float | None, outcome: str, finding: str
) -> None:
    found = checked(baseline, candidate, GatedFigure(margin=margin))

    assert (found.verdict, [(one.outcome, one.finding) for one in found.reasons]) == (outcome, [(outcome, finding)])


def test_the_figures_are_those_of_the_runs_at_each_overlap_and_class() -> None:
    baseline, candidate = [RIGHT] * 30, [NEAR] * 30
    found = checked(
        baseline,
        candidate,
        GatedFigure(),
        GatedFigure(metric="map_50"),
        GatedFigure(metric="map_75"),
        GatedFigure(every_class=True),
        GatedFigure(metric="map_50", label="car"),
    )

    summary = average_precision(sides_of([(TRUTH, one) for one in candidate]), NAMES).summary
    assert [(one.metric, one.label, one.baseline) for one in found.reasons] == [
        ("map", None, pytest.approx(1)),
        ("map_50", None, pytest.approx(1)),
        ("map_75", None, pytest.approx(1)),
        ("map", "bus", pytest.approx(1)),
        ("map_50", "car", None),
    ]
    assert [one.candidate for one in found.reasons] == [
        *(pytest.approx(summary[name], abs=1e-9) for name in ("map", "map_50", "map_75", "map")),
        None,
    ]
    # What neither has cannot be shown to be kept.
    assert [one.outcome for one in found.reasons] == ["fail", "pass", "fail", "fail", "fail"]
    assert (found.reasons[-1].finding, found.verdict) == ("not_measured", "fail")


def test_classes_are_found_by_name_where_the_models_found_different_ones() -> None:
    other = GatedSide(scene_of([([(1, BOX, True)], [(1, BOX, 0.9)])] * 25), ["a dog", "bus", "car"])

    found = check_gate(
        side([RIGHT] * 25), other, DetectionOptions(), DetectionGate(metrics=[GatedFigure(label="bus")]), 25
    )

    assert [one.outcome for one in found.reasons] == ["pass"]
    assert [one.candidate for one in found.reasons] == [pytest.approx(1)]


def test_few_images_show_nothing_and_what_is_inconclusive_may_be_let_through() -> None:
    few = checked([RIGHT] * (FEW_IMAGES - 1), [RIGHT] * (FEW_IMAGES - 1))
    doubtful = [RIGHT] * 20 + [WRONG] * 20, [RIGHT] * 18 + [WRONG] * 20 + [RIGHT] * 2

    assert (few.verdict, few.reasons, few.images) == ("fail", [], FEW_IMAGES - 1)
    assert checked(*doubtful, GatedFigure(margin=0.02), allow_inconclusive=True).verdict == "pass"
    assert checked(*doubtful, GatedFigure(margin=0.02)) == checked(*doubtful, GatedFigure(margin=0.02))


def test_models_that_are_right_in_other_images_equally_often_pass_whatever_is_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    verdicts = []
    for seed in range(30):
        monkeypatch.setattr(gating, "_SEED", seed)
        order = [WRONG] * 5 + [RIGHT] * 35
        verdicts.append(checked([RIGHT] * 35 + [WRONG] * 5, order).verdict)

    assert verdicts == ["pass"] * 30
