"""A report is one file below 2 MB, whatever the run has; it loads nothing, and texts of users are texts."""

import csv
import html
import io
import re
from typing import Any

import numpy as np
import pytest

from tests.actors import Client, eventually
from tests.files import upload_file

pytestmark = pytest.mark.usefixtures("workers")

MAX_BYTES = 2_000_000
EVIL = "<script>alert(1)</script>"
RANDOM = np.random.default_rng(3)


async def create_run(alice: Client, data: dict[str, Any], **fields: Any) -> str:
    answer = await alice.post("/v1/runs", {"data": data, **fields})
    assert answer.status_code == 202, answer.text
    return str((await alice.ready(answer.headers["location"]))["id"])


def scored(n: int = 400, wrong: float = 0.2, seed: int = 1) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    actual = np.random.default_rng(0).random(n) < 0.4
    guess = actual ^ (random.random(n) < wrong)
    return {
        "id": [f"s{at}" for at in range(n)],
        "y_true": ["spam" if one else "ham" for one in actual],
        "y_pred": ["spam" if one else "ham" for one in guess],
        "prob_spam": np.clip(np.where(guess, 0.75, 0.25) + random.uniform(-0.24, 0.24, n), 0, 1).round(3).tolist(),
        "country": ["DE" if at % 3 else "FR" for at in range(n)],
    }


def check_alone(page: str) -> None:
    """One file: no script, no address that is loaded, and a policy that would stop both."""
    assert len(page.encode()) < MAX_BYTES
    assert "<script" not in page.lower()
    assert re.findall(r"""(?:src|href|srcset|action)\s*=|url\(|@import|\son[a-z]+\s*=""", page) == []
    assert "default-src 'none'" in html.unescape(page)


async def test_a_report_says_what_the_run_says(alice: Client, mallory: Client) -> None:
    run = await create_run(alice, scored(), name="v1", model_name="spam filter", model_version="2.3", positive="spam")
    metrics = (await alice.get(f"/v1/runs/{run}/metrics")).json()
    receipt = (await alice.get(f"/v1/runs/{run}/receipt")).json()

    answer = await alice.get(f"/v1/runs/{run}/report")
    page = answer.text

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["content-disposition"] == f'inline; filename="run-{run}-v1.html"'
    check_alone(page)
    for text in ("v1", "spam filter", "2.3", receipt["sha256"], receipt["sides"][0]["inputs"][0]["sha256"]):
        assert text in page
    accuracy = metrics["estimates"]["accuracy"]
    assert f"95 %: {accuracy['low']:.4g} to {accuracy['high']:.4g}, Wilson" in page
    assert "Precision of <bdi>spam</bdi>" in page
    assert "Area " in page
    assert page.count('class="curve"') == 3
    assert page.count('class="whisker"') == 2 + 2
    assert "country:FR" in page
    assert (await mallory.get(f"/v1/runs/{run}/report")).status_code == 404


async def test_the_report_of_a_comparison_leads_with_the_verdict(alice: Client, mallory: Client) -> None:
    baseline = await create_run(alice, scored(wrong=0.3), name="v1")
    candidate = await create_run(alice, scored(wrong=0.1, seed=2), name="v2")
    asked = {"baseline": baseline, "candidate": candidate, "metrics": ["accuracy", "f1.class"], "slices": ["country"]}
    made = await alice.ready((await alice.post("/v1/comparisons", asked)).headers["location"])

    answer = await alice.get(f"/v1/comparisons/{made['id']}/report")

    check_alone(answer.text)
    assert "<h1>Better</h1>" in answer.text
    assert made["result"]["summary"].split(",", maxsplit=1)[0] in answer.text
    assert answer.text.count('class="whisker"') == 1 + 2 + 2
    for name in ("v1", "v2", baseline, candidate):
        assert name in answer.text
    assert (await mallory.get(f"/v1/comparisons/{made['id']}/report")).status_code == 404


async def check_by(alice: Client, policy: dict[str, Any], candidate: str) -> dict[str, Any]:
    """The check of a run by a new gate."""
    gate = (await alice.post("/v1/gates", policy)).json()["id"]
    made = await alice.post(f"/v1/gates/{gate}/checks", {"candidate": candidate})
    return dict(await alice.ready(made.headers["location"]))


async def test_the_report_of_a_check_says_what_failed_and_by_which_policy(alice: Client, mallory: Client) -> None:
    baseline = await create_run(alice, scored(wrong=0.1), name="v1", tags=["main"])
    candidate = await create_run(alice, scored(wrong=0.3, seed=2), name="v2")
    policy = {
        "name": EVIL,
        "baseline": {"tag": "main"},
        "metrics": [{"metric": "accuracy", "margin": 0.02}, {"metric": "recall.class", "label": "spam"}],
        "slices": [{"column": "country", "margin": 0.05}],
        "golden_ids": ["s0", f"</dd>{EVIL}"],
    }
    check = await check_by(alice, policy, candidate)

    answer = await alice.get(f"/v1/checks/{check['id']}/report")
    page = answer.text

    assert answer.headers["content-disposition"] == f'inline; filename="check-{check["id"]}.html"'
    check_alone(page)
    assert "<h1>Fail</h1>" in page
    assert html.escape(check["result"]["summary"]) in page
    assert page.count('class="whisker"') == 1 + 1 + 2
    assert [page.count(f'class="outcome {outcome}"') for outcome in ("fail", "warn", "pass")] == [
        sum(reason["outcome"] == outcome for reason in check["result"]["reasons"])
        for outcome in ("fail", "warn", "pass")
    ]
    receipt = (await alice.get(f"/v1/checks/{check['id']}/receipt")).json()
    for text in ("v1", "v2", baseline, candidate, receipt["sha256"], "accuracy, margin 0.02", "&lt;/dd&gt;&lt;script"):
        assert text in page
    assert (await mallory.get(f"/v1/checks/{check['id']}/report")).status_code == 404


async def test_the_report_of_a_check_without_a_baseline_fails_in_words(alice: Client) -> None:
    check = await check_by(alice, {"name": "g", "baseline": {"tag": "main"}}, await create_run(alice, scored()))

    page = (await alice.get(f"/v1/checks/{check['id']}/report")).text

    check_alone(page)
    assert "<h1>Fail</h1>" in page
    assert "No other run with the tag" in page
    assert page.count("<h3>") == 1


async def test_the_largest_runs_have_reports_below_the_limit(alice: Client) -> None:
    # As many classes and as long labels as are taken, every pair of classes confused, and many slices.
    classes, n = 500, 6_000
    labels = [f"{at:03}{'<&ü' * 100}"[:480] for at in range(classes)]
    actual, guess = RANDOM.integers(0, classes, (2, n)).tolist()
    data = {
        "y_true": [labels[at] for at in actual],
        "y_pred": [labels[at] for at in guess],
        **{f"column {at}": [f"{'v' * 60}{number % 190}" for number in range(n)] for at in range(2)},
    }
    table = io.StringIO()
    csv.writer(table).writerows([data, *zip(*data.values(), strict=True)])
    upload = await upload_file(alice, table.getvalue().encode())
    made = await alice.post("/v1/runs", {"upload_id": upload["id"]})
    run = (await alice.ready(made.headers["location"]))["id"]
    another = await alice.ready((await alice.post("/v1/runs", {"upload_id": upload["id"]})).headers["location"])
    policy = {
        "name": "g",
        "baseline": {"run_id": run},
        "metrics": [{"metric": "recall.class"}, {"metric": "f1.class"}],
        "slices": [{"column": "column 0"}, {"column": "column 1"}],
        "golden_ids": [f"{at:04}{'<&ü' * 100}" for at in range(1000)],
    }
    check = await check_by(alice, policy, another["id"])
    asked = {"baseline": run, "candidate": run, "metrics": ["recall.class"], "slices": ["column 0"]}
    comparison = await alice.ready((await alice.post("/v1/comparisons", asked)).headers["location"])

    of_run = await alice.get(f"/v1/runs/{run}/report")
    of_comparison = await alice.get(f"/v1/comparisons/{comparison['id']}/report")
    of_check = await alice.get(f"/v1/checks/{check['id']}/report")

    assert (of_run.status_code, of_comparison.status_code, of_check.status_code) == (200, 200, 200)
    check_alone(of_check.text)
    check_alone(of_run.text)
    check_alone(of_comparison.text)
    assert "A matrix of 500 classes is not drawn here." in of_run.text
    assert "the 100 with the lowest F1 are shown" in of_run.text


async def test_a_drawn_matrix_of_many_classes_stays_below_the_limit(alice: Client) -> None:
    n = 100_000
    actual, guess = RANDOM.integers(0, 200, (2, n)).tolist()
    run = await create_run(alice, {"y_true": actual, "y_pred": guess})

    page = (await alice.get(f"/v1/runs/{run}/report")).text

    check_alone(page)
    assert "Heat map of the confusion matrix" in page


async def test_texts_of_users_are_texts(alice: Client) -> None:
    data = {
        "id": ["1", "2", "3"],
        "y_true": [EVIL, "a", "a"],
        "y_pred": [EVIL, EVIL, "a"],
        'country"><img src=x onerror=alert(1)>': ["x", EVIL, EVIL],
    }  # fmt: skip
    run = await create_run(alice, data, name=EVIL, model_name=EVIL, model_version=EVIL)

    page = (await alice.get(f"/v1/runs/{run}/report")).text

    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


async def test_a_run_that_is_not_ready_has_no_report(alice: Client) -> None:
    made = (await alice.post("/v1/runs", {"data": {"a": ["x", "y"], "b": ["x", "x"]}})).json()

    async def asks() -> bool:
        return bool((await alice.get(f"/v1/runs/{made['id']}")).json()["status"] == "needs_mapping")

    await eventually(asks, 60)
    answer = await alice.get(f"/v1/runs/{made['id']}/report")

    assert (answer.status_code, answer.json()["code"]) == (409, "run-not-ready")
