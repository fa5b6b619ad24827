"""Thresholds of a run are promised with a confidence, and acting on its scores has a net benefit."""

import numpy as np
import pytest

from shared.evaluation.curves.ranked_scores import rank_probabilities
from shared.evaluation.thresholds.promises import Promise, promise_threshold
from tests.actors import Client
from tests.integration.api.test_run_scores import SCORES, TRUTH, binary, table
from tests.integration.api.test_runs import read, send

pytestmark = pytest.mark.usefixtures("workers")


async def test_a_threshold_of_a_run_is_promised_from_all_its_scores(alice: Client) -> None:
    run = await send(alice, binary(), positive="spam")

    found = await read(alice, run, "promised-threshold", metric="recall", at_least=0.8, confidence=0.95)

    expected = promise_threshold(rank_probabilities([(SCORES, TRUTH == 1)], 400), Promise("recall", 0.8, 0.95))
    assert expected.point is not None
    assert (found["is_promised"], found["tested"], found["point"]["threshold"], found["point"]["tp"]) == (
        True,
        1,
        expected.point.threshold,
        expected.point.tp,
    )
    assert found["p_value"] == pytest.approx(expected.p_value, abs=1e-12)
    assert "is promised a recall of at least 0.8 with a confidence of 0.95" in found["detail"]
    matrix = await read(alice, run, "matrix", threshold=found["point"]["threshold"], **{"class": "spam"})
    assert matrix["confusion_matrix"][0][0] == found["point"]["tp"]
    never = await read(alice, run, "promised-threshold", metric="precision", at_least=0.99)
    assert (never["is_promised"], never["point"], never["p_value"]) == (False, None, None)
    assert never["detail"].startswith("No threshold can be promised a precision of at least 0.99")


async def test_the_net_benefit_of_a_run_is_that_of_its_counts(alice: Client) -> None:
    run = await send(alice, binary(), positive="spam")

    found = await read(alice, run, "decision-curve", points=3)

    assert [point["threshold"] for point in found["points"]] == [0.25, 0.5, 0.75]
    for point in found["points"]:
        odds = point["threshold"] / (1 - point["threshold"])
        benefits = np.where(TRUTH == 1, 1, -odds)
        assert point["net_benefit"] == pytest.approx(
            np.where(point["threshold"] <= SCORES, benefits, 0).mean(), abs=1e-12
        )
        assert point["of_all"] == pytest.approx(benefits.mean(), abs=1e-12)


async def test_runs_without_enough_samples_or_scores_promise_nothing(alice: Client) -> None:
    few = await send(alice, table("y_true,y_pred,prob_1", TRUTH[:8], (SCORES[:8] >= 0.5).astype(int), SCORES[:8]))
    one = np.ones(20, int)
    alike = await send(
        alice, table("y_true,y_pred,prob_1", one, one, SCORES[:20]), columns='{"scores": {"1": "prob_1"}}'
    )
    none = await send(alice, table("y_true,y_pred", TRUTH, TRUTH))

    details = []
    for run in (few, alike, none):
        for result, query in (("promised-threshold", {"at_least": 0.9}), ("decision-curve", {})):
            answer = await alice.get(f"/v1/runs/{run['id']}/{result}", None, **query, **{"class": "1"})
            assert answer.status_code == 409, answer.text
            details.append((answer.json()["code"], answer.json()["detail"]))

    assert [code for code, _ in details] == ["samples-insufficient"] * 4 + ["scores-missing"] * 2
    assert details[0][1] == "There are 8 samples; at least 10 are needed."
    assert details[2][1] == "Each of the 20 samples has the class, so that no threshold tells them apart."
