"""A job finds the slices of a run that nobody named, and names samples of them."""

from typing import Any

import httpx2
import numpy as np
import pytest

from tests.actors import Client
from tests.integration.api.test_run_scores import table
from tests.integration.api.test_runs import send

pytestmark = pytest.mark.usefixtures("workers")

_RNG = np.random.default_rng(12)
N = 1200
COUNTRY = np.array(["DE", "FR", "US"])[_RNG.integers(0, 3, N)]
AGE = np.round(_RNG.random(N) * 80, 1)
TRUTH = _RNG.integers(0, 2, N)
PLANTED = (COUNTRY == "FR") & (AGE < 16)
PREDICTED = np.where(_RNG.random(N) < np.where(PLANTED, 0.7, 0.05), 1 - TRUTH, TRUTH)


async def submit(alice: Client, **job: Any) -> Any:
    return await alice.make("/v1/jobs", job)


@pytest.mark.parametrize("missing", [N, 50], ids=["all numbers", "some missing"])
async def test_a_planted_slice_is_found_over_numbers_and_texts(alice: Client, missing: int) -> None:
    ages = np.where(np.arange(1, N + 1) % missing, AGE.astype(str), "")
    run = await send(alice, table("id,y_true,y_pred,country,age", range(N), TRUTH, PREDICTED, COUNTRY, ages))

    job = await submit(alice, kind="weak_slices", run_id=run["id"], options={"min_support": 15})

    assert (job["status"], [file["name"] for file in job["artifacts"]]) == ("succeeded", ["weak_slices.json"]), job
    async with httpx2.AsyncClient() as outside:
        found = (await outside.get(job["artifacts"][0]["url"])).json()
    assert (found["rows"], found["errors"], found["columns"]) == (
        N,
        int((TRUTH != PREDICTED).sum()),
        ["country", "age"],
    )
    weak = [one for one in found["slices"] if one["is_weak"]]
    assert len(weak) == found["weak"] >= 1
    (best,) = [one for one in weak if len(one["conditions"]) == 2]
    assert best["conditions"][0] == {"column": "country", "value": "FR"}
    assert best["conditions"][1]["column"] == "age"
    assert best["conditions"][1]["value"].startswith("[0")
    assert best["low"] > 0.2
    for example in best["examples"]:
        row = example["row"] - 1
        labels = {"actual": TRUTH[row], "predicted": PREDICTED[row], "actual_labels": None, "predicted_labels": None}
        assert example == {"row": row + 1, "id": str(row)} | labels
        assert COUNTRY[row] == "FR"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (table("y_true,y_pred,country", TRUTH[:30], PREDICTED[:30], COUNTRY[:30]), "at least 40 are needed"),
        (table("y_true,y_pred,country", TRUTH, TRUTH, COUNTRY), "All samples are predicted rightly."),
        (table("y_true,y_pred", TRUTH, PREDICTED), "The run has no column of metadata to slice by."),
    ],
)
async def test_a_run_without_slices_to_look_for_says_why(alice: Client, body: bytes, reason: str) -> None:
    run = await send(alice, body)

    job = await submit(alice, kind="weak_slices", run_id=run["id"])

    assert (job["status"], job["error"]["code"]) == ("failed", "samples-insufficient")
    assert reason in job["error"]["detail"]


async def test_a_run_of_somebody_else_is_not_searched(alice: Client, mallory: Client) -> None:
    run = await send(alice, table("y_true,y_pred,country", TRUTH, PREDICTED, COUNTRY))

    refused = await mallory.post("/v1/jobs", {"kind": "weak_slices", "run_id": run["id"]})

    assert (refused.status_code, refused.json()["code"]) == (404, "run-not-found")
