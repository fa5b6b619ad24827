"""One temperature for the probabilities of all classes of a run."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from sklearn.metrics import log_loss

from tests.actors import Client
from tests.integration.api.test_run_scores import table
from tests.integration.api.test_runs import send

pytestmark = pytest.mark.usefixtures("workers")

RANDOM = np.random.default_rng(23)
N = 1500
CLASSES = np.array(["cat", "dog", "fox"])
STATED = RANDOM.dirichlet([0.3, 0.3, 0.3], N).round(6)
STATED[:, 2] = (1 - STATED[:, 0] - STATED[:, 1]).round(6)
TRUE = np.sqrt(np.maximum(STATED, 1e-9))
TRUE /= TRUE.sum(axis=1, keepdims=True)
LABELS = np.minimum((RANDOM.random(N)[:, None] > TRUE.cumsum(axis=1)).sum(axis=1), 2)


async def test_a_model_that_is_too_sure_gets_a_temperature_above_one(alice: Client, mallory: Client) -> None:
    body = table("id,y_true,prob_cat,prob_dog,prob_fox", range(N), CLASSES[LABELS], *STATED.T)
    run = (await send(alice, body))["id"]
    path = f"/v1/runs/{run}/temperature"

    found = (await alice.get(path, seed=5, fitted_share=0.9)).json()
    again = (await alice.get(path, seed=5, fitted_share=0.9)).json()
    half = (await alice.get(path, seed=5, fitted_share=0.5)).json()

    # Nine tenths of the samples have nearly the temperature of all.
    best = minimize_scalar(
        lambda t: log_loss(LABELS, np.exp(np.log(np.maximum(STATED, 1e-12)) / t)
                           / np.exp(np.log(np.maximum(STATED, 1e-12)) / t).sum(axis=1, keepdims=True)),
        bounds=(0.5, 5), method="bounded",
    )  # fmt: skip
    assert found["temperature"] == pytest.approx(best.x, rel=0.05)
    assert (found["fitted"] + found["judged"], found["seed"], again == found) == (N, 5, True)
    assert [one["metric"] for one in found["metrics"]] == ["log_loss", "brier", "ece"]
    # A tenth of the samples is too few to tell an improvement from chance; a half is not.
    assert "which may be chance" in found["detail"]
    assert half["detail"].startswith("The temperature lowers the log loss from ")
    assert (await mallory.get(path)).status_code == 404


async def test_scores_without_a_temperature_say_why(alice: Client) -> None:
    bodies = [
        table("y_true,y_pred", CLASSES[LABELS], CLASSES[LABELS]),
        table("y_true,prob_cat,prob_dog,prob_fox", CLASSES[LABELS][:100], *(STATED.T[:, :100] * 0.5)),
        table("y_true,y_pred,prob_cat,prob_dog,prob_fox", *[CLASSES[STATED.argmax(axis=1)]] * 2, *STATED.T),
    ]
    answers = [
        await alice.get(f"/v1/runs/{(await send(alice, body))['id']}/temperature") for body in bodies
    ]  # fmt: skip

    assert [answer.json()["code"] for answer in answers] == [
        "scores-missing",
        "scores-not-probabilities",
        "samples-insufficient",
    ]
