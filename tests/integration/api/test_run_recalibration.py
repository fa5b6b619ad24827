"""A run's scores are mapped to better probabilities, fitted on one part of its rows and judged on the other."""

import numpy as np
import pytest

from shared.evaluation.calibration.fitting import fit
from shared.evaluation.calibration.maps import IsotonicMap
from shared.evaluation.calibration.recalibration import split
from tests.actors import Client
from tests.integration.api.test_run_scores import SCORES, TRUTH, binary, table
from tests.integration.api.test_runs import read, send

pytestmark = pytest.mark.usefixtures("workers")


async def test_the_map_of_a_run_can_be_applied_by_hand(alice: Client) -> None:
    run = await send(alice, binary(), positive="spam")

    found = await read(alice, run, "recalibration", method="beta", fitted_share=0.25, seed=5)

    labels = TRUTH == 1
    fitted, judged = split(labels, 0.25, 5)
    assert (found["label"], found["fitted"], found["judged"], found["seed"]) == ("spam", len(fitted), len(judged), 5)
    a, b, c = (found["map"][name] for name in "abc")
    mapped = 1 / (1 + np.exp(-(a * np.log(SCORES) - b * np.log1p(-SCORES) + c)))
    brier = found["metrics"][1]
    assert (brier["metric"], brier["after"]["value"]) == (
        "brier",
        pytest.approx(((mapped - labels) ** 2)[judged].mean(), abs=1e-9),
    )
    assert "log loss" in found["detail"]
    other = await read(alice, run, "recalibration", method="isotonic", **{"class": "ham"})
    assert other["label"] == "ham"
    rows = split(~labels, 0.5, 0)[0]
    expected = fit("isotonic", 1 - SCORES[rows], ~labels[rows])
    assert isinstance(expected, IsotonicMap)
    assert other["map"]["scores"] == pytest.approx(expected.scores, abs=1e-12)
    assert other["map"]["probabilities"] == pytest.approx(expected.probabilities, abs=1e-12)
    assert (await read(alice, run, "recalibration"))["map"]["method"] == "temperature"


async def test_a_run_that_cannot_be_recalibrated_says_why(alice: Client) -> None:
    margins = await send(alice, table("y_true,y_pred,score", TRUTH, (SCORES >= 0.5).astype(int), SCORES * 8 - 4))
    few = await send(alice, table("y_true,y_pred,prob_1", TRUTH[:12], (SCORES[:12] >= 0.5).astype(int), SCORES[:12]))

    refused = [await alice.get(f"/v1/runs/{run['id']}/recalibration") for run in (margins, few)]

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [
        (409, "scores-not-probabilities"),
        (409, "samples-insufficient"),
    ]
    assert "at least 10 are needed" in refused[1].json()["detail"]
