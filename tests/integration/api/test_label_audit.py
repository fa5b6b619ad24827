"""A job names the labels of a run that are probably wrong, and says what they may change."""

import httpx2
import numpy as np
import pytest

from tests.actors import Client
from tests.integration.api.test_run_scores import table
from tests.integration.api.test_runs import send
from tests.integration.api.test_weak_slices import submit

pytestmark = pytest.mark.usefixtures("workers")

_RNG = np.random.default_rng(13)
CLASSES = np.array(["cat", "dog", "fox"])
TRUTH = _RNG.integers(0, 3, 300)
PROBABILITIES = np.round(_RNG.dirichlet([1, 1, 1], 300) * 0.3 + np.eye(3)[TRUTH] * 0.7, 6)
WRONG = np.array([7, 70, 170])
LABELS = TRUTH.copy()
LABELS[WRONG] = (TRUTH[WRONG] + 1) % 3
# Of their true classes the model is as sure as of few others, and of each less sure than of the one before.
for at, row in enumerate(WRONG):
    PROBABILITIES[row] = 0.01 * (at + 1)
    PROBABILITIES[row, TRUTH[row]] = 1 - 0.02 * (at + 1)


async def test_planted_label_errors_are_the_suspected_ones(alice: Client) -> None:
    predicted = CLASSES[PROBABILITIES.argmax(axis=1)]
    header = "id,y_true,y_pred,prob_cat,prob_dog,prob_fox"
    run = await send(alice, table(header, range(300), CLASSES[LABELS], predicted, *PROBABILITIES.T))

    job = await submit(alice, kind="label_audit", run_id=run["id"])

    assert job["status"] == "succeeded", job
    async with httpx2.AsyncClient() as outside:
        found = (await outside.get(job["artifacts"][0]["url"])).json()
    order = WRONG[np.argsort(PROBABILITIES[WRONG, LABELS[WRONG]], kind="stable")]
    assert [(one["id"], one["label"], one["suggested"]) for one in found["samples"]] == [
        (str(row), CLASSES[LABELS[row]], CLASSES[TRUTH[row]]) for row in order
    ]
    assert [one["label_probability"] for one in found["samples"]] == PROBABILITIES[order, LABELS[order]].tolist()
    assert found["metrics"]["accuracy"] == pytest.approx(0.99)
    assert [(one["labels"], one["accuracy_low"], one["accuracy_high"]) for one in found["if_wrong"]] == [
        (1, pytest.approx(0.99), pytest.approx(298 / 300)),
        (3, pytest.approx(0.99), 1.0),
    ]
    assert found["if_wrong"][1]["corrected"]["accuracy"] == 1.0
    bounds = {(one["metric"], one["label"]): one for one in found["if_wrong"][1]["bounds"]}
    assert len(bounds) == 3 * 3 + 3 + 2
    # No suspected label is that of its prediction, so that none can become wrong and all can become right.
    for name in CLASSES:
        guessed = np.sum(predicted == name)
        hits = np.sum(CLASSES[LABELS[predicted == name]] == name)
        own = bounds["precision.class", name]
        assert (own["low"], own["high"], own["is_attained"]) == (pytest.approx(hits / guessed), 1.0, True)
    mean = bounds["f1.macro", None]
    assert not mean["is_attained"]
    assert mean["low"] < found["if_wrong"][0]["corrected"]["f1_macro"] < found["if_wrong"][1]["corrected"]["f1_macro"]
    assert found["if_wrong"][1]["corrected"]["f1_macro"] == pytest.approx(mean["high"])
    for name in ("kappa", "mcc"):
        assert bounds[name, None]["low"] < found["metrics"][name] < bounds[name, None]["high"] == pytest.approx(1.0)
    assert (bounds["kappa", None]["is_attained"], bounds["mcc", None]["is_attained"]) == (True, False)


async def test_a_run_whose_labels_cannot_be_audited_says_why(alice: Client) -> None:
    bodies = [
        table("y_true,y_pred", LABELS, TRUTH),
        table("y_true,y_pred,prob_0,prob_1", [0, 1, 0], [0, 1, 1], [0.9, 0.2, 0.3], [0.1, 0.8, 0.7]),
    ]

    ended = [await submit(alice, kind="label_audit", run_id=(await send(alice, body))["id"]) for body in bodies]

    assert [job["error"]["code"] for job in ended] == ["scores-missing", "samples-insufficient"]
