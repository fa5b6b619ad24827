"""Intervals of a run whose samples come in groups."""

import numpy as np
import pytest
import statsmodels.api as sm

from tests.actors import Client
from tests.integration.api.test_run_scores import table
from tests.integration.api.test_runs import send

pytestmark = pytest.mark.usefixtures("workers")

RANDOM = np.random.default_rng(17)
PATIENTS = np.repeat([f"p{number}" for number in range(60)], RANDOM.integers(1, 9, 60))
N = len(PATIENTS)
HARD = {patient: RANDOM.random() < 0.3 for patient in set(PATIENTS.tolist())}
TRUTH = np.where(RANDOM.random(N) < 0.4, "ill", "well")
WRONG = np.array([RANDOM.random() < (0.6 if HARD[patient] else 0.05) for patient in PATIENTS])
GUESS = np.where(WRONG, np.where(TRUTH == "ill", "well", "ill"), TRUTH)
COUNTRY = np.where(np.arange(N) % 2, "DE", "FR")


def clustered_error(values: np.ndarray, groups: np.ndarray) -> float:
    """The standard error of a mean by statsmodels."""
    codes = np.unique(groups, return_inverse=True)[1]
    model = sm.OLS(values.astype(float), np.ones(len(values))).fit(cov_type="cluster", cov_kwds={"groups": codes})
    return float(model.bse[0])


async def test_the_intervals_are_clustered_by_the_column(alice: Client, mallory: Client) -> None:
    body = table("id,y_true,y_pred,patient,country", range(N), TRUTH, GUESS, PATIENTS, COUNTRY)
    run = (await send(alice, body))["id"]
    path = f"/v1/runs/{run}/clustered-intervals"

    found = (await alice.get(path, group="patient")).json()
    sliced = (await alice.get(path, group="patient", slice="country:DE")).json()

    assert (found["column"], found["rows"], found["groups"], found["alpha"]) == ("patient", N, 60, 0.05)
    items = {(one["metric"], one["label"]): one for one in found["items"]}
    assert len(items) == 1 + 3 * 2
    is_ill, said_ill = TRUTH == "ill", GUESS == "ill"
    expected = {
        ("accuracy", None): (TRUTH == GUESS, PATIENTS),
        ("recall.class", "ill"): (said_ill[is_ill], PATIENTS[is_ill]),
        ("precision.class", "ill"): (is_ill[said_ill], PATIENTS[said_ill]),
    }
    for key, (right, groups) in expected.items():
        one = items[key]
        assert one["value"] == pytest.approx(right.mean())
        assert one["standard_error"] == pytest.approx(clustered_error(right, groups), rel=1e-9)
        assert one["low"] < one["value"] < one["high"]
        assert one["groups"] == len(set(groups.tolist()))
    metrics = (await alice.get(f"/v1/runs/{run}/metrics")).json()
    naive = metrics["estimates"]["accuracy"]
    assert items["accuracy", None]["high"] - items["accuracy", None]["low"] > 1.3 * (naive["high"] - naive["low"])
    assert items["accuracy", None]["design_effect"] > 1.5
    assert sliced["rows"] == int(np.sum(COUNTRY == "DE"))
    assert (await mallory.get(path, group="patient")).status_code == 404


async def test_a_column_that_has_no_groups_is_refused(alice: Client) -> None:
    rows = b"id,y_true,y_pred,patient\n1,a,a,p1\n2,b,a,\n3,a,b,p1\n"
    run = (await send(alice, rows))["id"]
    path = f"/v1/runs/{run}/clustered-intervals"

    unknown, missing, none = await alice.get(path, group="doctor"), await alice.get(path, group="patient"), (
        await alice.get(path)
    )  # fmt: skip

    assert unknown.json()["detail"] == "group: not a column of metadata; those of the run are “patient”."
    assert missing.json()["detail"].startswith("group: some samples have no value in “patient”")
    assert [answer.status_code for answer in (unknown, missing, none)] == [400, 400, 400]
