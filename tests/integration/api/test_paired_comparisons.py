"""Two runs over the same samples are compared sample by sample, and the verdict comes first."""

from typing import Any

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

from tests.actors import Client

pytestmark = pytest.mark.usefixtures("workers")

RANDOM = np.random.default_rng(11)
N = 400
TRUTH = np.where(RANDOM.random(N) < 0.5, "spam", "ham")
WRONG = np.where(TRUTH == "spam", "ham", "spam")
PREDICTED = [np.where(RANDOM.random(N) < right, TRUTH, WRONG) for right in (0.7, 0.9)]
FRENCH_SPAM: dict[str, Any] = {"kind": "fixed", "limit": 1000, "slice": "country:FR", "class": "spam"}
UNKNOWN: dict[str, Any] = {"class": "eggs"}


async def create_run(alice: Client, predicted: Any, **columns: Any) -> str:
    data = {
        "id": [f"s{i}" for i in range(N)],
        "y_true": TRUTH.tolist(),
        "y_pred": predicted.tolist(),
        "prob_spam": np.where(predicted == "spam", 0.8, 0.1).tolist(),
        "country": ["DE" if i % 2 else "FR" for i in range(N)],
    }
    answer = await alice.post("/v1/runs", {"data": data | columns})
    assert answer.status_code == 202, answer.text
    return str(await ended(alice, f"/v1/runs/{answer.json()['id']}", "ready"))


async def ended(alice: Client, path: str, status: str) -> str:
    shown = await alice.ended(path)
    assert shown["status"] == status, shown
    return str(shown["id"])


async def compare(alice: Client, baseline: str, candidate: str, status: str = "ready", **options: Any) -> Any:
    answer = await alice.post("/v1/comparisons", {"baseline": baseline, "candidate": candidate, **options})
    assert answer.status_code == 202, answer.text
    path = answer.headers["location"]
    await ended(alice, path, status)
    return (await alice.get(path)).json()


async def test_a_better_run_is_called_better_and_its_flips_are_listed(alice: Client) -> None:
    baseline, candidate = [await create_run(alice, predicted) for predicted in PREDICTED]

    made = await compare(alice, baseline, candidate, metrics=["accuracy", "roc_auc.class"], slices=["country"])

    result = made["result"]
    assert (made["verdict"], result["verdict"], result["samples"]) == ("better", "better", N)
    accuracy = result["differences"][0]
    right = [predicted == TRUTH for predicted in PREDICTED]
    table = [[int(np.sum((right[0] == a) & (right[1] == b))) for b in (True, False)] for a in (True, False)]
    assert accuracy["p_exact"] == pytest.approx(mcnemar(table, exact=True).pvalue, rel=1e-9)
    assert accuracy["difference"] == pytest.approx((table[1][0] - table[0][1]) / N)
    assert [entry["slice"] for entry in result["differences"][3:]] == [
        {"column": "country", "value": "FR"},
        {"column": "country", "value": "DE"},
    ]
    assert (result["flips"]["fixed"], result["flips"]["broken"]) == (table[1][0], table[0][1])

    flips = f"/v1/comparisons/{made['id']}/flips"
    first = (await alice.get(flips, kind="fixed", limit=5)).json()
    rest = (await alice.get(flips, kind="fixed", limit=1000, cursor=first["next"])).json()
    listed = [*first["items"], *rest["items"]]
    assert {flip["id"] for flip in listed} == {f"s{i}" for i in np.flatnonzero(~right[0] & right[1])}
    confidences = [flip["candidate_confidence"] for flip in listed]
    assert confidences == sorted(confidences, reverse=True)
    french = (await alice.get(flips, **FRENCH_SPAM)).json()
    assert {flip["actual"] for flip in french["items"]} == {"spam"}
    assert all(int(flip["id"][1:]) % 2 == 0 for flip in french["items"])
    unknown = await alice.get(flips, **UNKNOWN)
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (400, "/class")
    page = (await alice.get("/v1/comparisons")).json()
    assert [(entry["id"], entry["verdict"]) for entry in page["items"]] == [(made["id"], "better")]


async def test_a_slice_of_two_columns_that_are_written_alike_is_not_guessed(alice: Client) -> None:
    columns = {"site": ["b:x" if i % 2 else "y" for i in range(N)], "site:b": ["x" if i % 3 else "y" for i in range(N)]}
    baseline, candidate = [await create_run(alice, predicted, **columns) for predicted in PREDICTED]
    made = await compare(alice, baseline, candidate, slices=["site", "site:b"])
    flips = f"/v1/comparisons/{made['id']}/flips"

    refused, listed = await alice.get(flips, slice="site:b:x"), (await alice.get(flips, slice="site:y")).json()["items"]

    assert (refused.status_code, [fault["detail"] for fault in refused.json()["errors"]]) == (
        400,
        ["slice: a slice of the columns “site” and “site:b” is written so; compare by one of these columns alone."],
    )
    broken = (PREDICTED[0] == TRUTH) & (PREDICTED[1] != TRUTH)
    assert {flip["id"] for flip in listed} == {f"s{i}" for i in np.flatnonzero(broken) if i % 2 == 0}


async def test_other_samples_are_refused_with_how_many_and_which(alice: Client) -> None:
    baseline = await create_run(alice, PREDICTED[0])
    others = await create_run(alice, PREDICTED[1], id=["x", *(f"s{i}" for i in range(1, N))])
    truths = await create_run(alice, PREDICTED[1], y_true=[WRONG[0], *TRUTH[1:].tolist()])

    unpaired = (await compare(alice, baseline, others, "failed"))["error"]
    contradicted = (await compare(alice, baseline, truths, "failed"))["error"]

    assert unpaired["code"] == "runs-not-comparable"
    assert unpaired["detail"] == "399 sample ids are in both, 1 only in the baseline and 1 only in the candidate."
    assert [fault["detail"] for fault in unpaired["errors"]] == [
        "Only in the baseline: “s0”.",
        "Only in the candidate: “x”.",
    ]
    assert contradicted["detail"] == "1 sample has another truth in the candidate."
    assert contradicted["errors"][0]["detail"] == f"Sample “s0”: “{TRUTH[0]}” and “{WRONG[0]}”."


async def test_two_matrices_are_paired_by_position(alice: Client) -> None:
    uids = [await alice.create_matrix(TRUTH.tolist(), predicted.tolist()) for predicted in PREDICTED]
    counts = (await alice.post("/v1/matrices", {"classes": ["a", "b"], "counts": [[3, 1], [0, 2]]})).json()["uid"]

    made = await compare(alice, *uids, margin=0.02)
    refused = (await compare(alice, uids[0], counts, "failed"))["error"]

    assert (made["verdict"], made["baseline"]) == ("better", {"kind": "matrix", "id": uids[0], "version": 1})
    assert refused["code"] == "matrix-without-samples"


async def test_what_cannot_be_compared_is_refused_at_once(alice: Client) -> None:
    run, matrix = await create_run(alice, PREDICTED[0]), await alice.create_matrix()
    nobody = "01a2d7a0-0000-7000-8000-000000000000"

    async def refused(**body: Any) -> tuple[int, str, str]:
        answer = await alice.post("/v1/comparisons", {"baseline": run, "candidate": run, **body})
        problem = answer.json()
        return answer.status_code, problem["code"], (problem.get("errors") or [{"pointer": ""}])[0]["pointer"]

    assert await refused(candidate=nobody) == (404, "compared-not-found", "")
    assert await refused(candidate=matrix) == (400, "invalid-input", "/candidate")
    assert await refused(alpha=0) == (400, "invalid-input", "/alpha")
    assert await refused(alpha=0.6) == (400, "invalid-input", "/alpha")
    assert await refused(margin=0) == (400, "invalid-input", "/margin")
    assert await refused(metrics=["auc"]) == (400, "invalid-input", "/metrics/0")


async def test_a_comparison_goes_with_either_of_its_runs(alice: Client) -> None:
    baseline, candidate = [await create_run(alice, predicted) for predicted in PREDICTED]
    made = await compare(alice, baseline, candidate)
    other = await compare(alice, baseline, baseline)

    deleted = await alice.send("DELETE", f"/v1/runs/{candidate}")
    gone = await alice.get(f"/v1/comparisons/{made['id']}")
    removed = await alice.send("DELETE", f"/v1/comparisons/{other['id']}")

    assert (deleted.status_code, gone.status_code, gone.json()["code"]) == (204, 404, "comparison-not-found")
    assert removed.status_code == 204
    assert (await alice.get("/v1/comparisons")).json()["items"] == []
    assert (await alice.get(f"/v1/jobs/{other['job_id']}")).status_code == 404


async def test_a_comparison_by_patients_is_of_these_and_says_so(alice: Client) -> None:
    patients = [f"p{i // 10}" for i in range(N)]
    runs = [await create_run(alice, predicted, patient=patients) for predicted in PREDICTED]

    made = await compare(alice, *runs, group="patient", metrics=["accuracy", "recall.class"], slices=["country"])
    plain = await compare(alice, *runs)

    result = made["result"]
    assert (result["grouped_by"], result["groups"], made["options"]["group"]) == ("patient", 40, "patient")
    assert [found["method"] for found in result["differences"]] == ["clustered-newcombe"] * 5
    gains = (PREDICTED[1] == TRUTH).astype(float) - (PREDICTED[0] == TRUTH)
    error = np.std(gains.reshape(40, 10).mean(axis=1), ddof=1) / np.sqrt(40)
    expected = 2 * stats.t.sf(abs(gains.mean()) / error, 39)
    assert result["differences"][0]["p_value"] == pytest.approx(expected, rel=1e-9)
    assert result["verdict"] == "better"
    assert "on 400 samples by “patient”, 40 groups" in result["summary"]
    assert (result["notices"], len(plain["result"]["notices"])) == ([], 1)
    receipt = (await alice.get(f"/v1/comparisons/{made['id']}/receipt")).json()
    assert (receipt["protocol"]["group"], receipt["result"]["groups"]) == ("patient", 40)


async def test_groups_that_differ_or_lack_are_refused_with_how_many_and_which(alice: Client) -> None:
    patients = [f"p{i // 10}" for i in range(N)]
    others = ["p1", *patients[1:]]
    lacking = ["", *patients[1:]]
    first, second, third, without = [
        await create_run(alice, PREDICTED[0], **columns)
        for columns in ({"patient": patients}, {"patient": others}, {"patient": lacking}, {})
    ]

    details = []
    for candidate in (second, third, without):
        failed = await compare(alice, first, candidate, "failed", group="patient")
        details.append((failed["error"]["code"], failed["error"]["detail"]))

    assert details == [
        (
            "runs-not-comparable",
            "1 sample has another value of “patient” in the candidate, so that their group is not known.",
        ),
        (
            "runs-not-comparable",
            "1 sample of the candidate has no value of “patient”, so that their group is not known.",
        ),
        ("runs-not-comparable", "The candidate has no column “patient” of metadata to group its samples by."),
    ]


async def test_every_metric_of_a_run_is_compared_by_patients(alice: Client) -> None:
    patients = [f"p{i // 10}" for i in range(N)]
    runs = [await create_run(alice, predicted, patient=patients) for predicted in PREDICTED]
    metrics = ["balanced_accuracy", "f1.macro", "mcc", "kappa", "precision.class"]

    grouped = await compare(alice, *runs, group="patient", metrics=metrics, margin=0.2)
    plain = await compare(alice, *runs, metrics=metrics, margin=0.2)

    found, of_samples = grouped["result"]["differences"], plain["result"]["differences"]
    assert {one["method"] for one in found} == {"clustered-student"}
    values = ("metric", "label", "samples", "baseline", "candidate", "difference")
    for one, other in zip(found, of_samples, strict=True):
        assert [one[name] for name in values] == [pytest.approx(other[name], abs=1e-12) for name in values]
        assert one["low"] < one["difference"] < one["high"]
        assert 0 < one["p_value"] < 1
    assert grouped["result"]["replicates"] is None
