"""A run against a baseline: the verdict, the samples that changed, and what the scores say."""

import asyncio
from typing import Any

import evalserve
import matplotlib as mpl
import pandas as pd
import pytest
from evalserve.results.check import Check
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from tests.client.conftest import Account

OTHER = {"spam": "ham", "ham": "spam"}
TRUTH = ["spam" if number % 3 else "ham" for number in range(300)]
ROLES: dict[str, Any] = {"y_true": "label", "y_pred": "guess", "id": "mail", "slices": ["country"]}


def table(wrong: range, prefix: str = "mail") -> pd.DataFrame:
    """Predictions that are wrong in these rows."""
    return pd.DataFrame(
        {
            "mail": [f"{prefix}-{number}" for number in range(300)],
            "label": TRUTH,
            "guess": [OTHER[label] if number in wrong else label for number, label in enumerate(TRUTH)],
            "country": ["DE" if number % 2 else "FR" for number in range(300)],
        }
    )


async def test_a_candidate_that_is_better_than_a_named_baseline_is_said_so(account: Account) -> None:
    def converse() -> tuple[evalserve.Comparison, list[Any]]:
        with account.client() as client:
            client.evaluate(table(range(60)), **ROLES, name="v1")
            candidate = client.evaluate(table(range(40, 70)), **ROLES, name="v2")
            comparison = candidate.compare("v1", metrics="accuracy", slices=["country"])
            changed = [comparison.flips(kind) for kind in ("fixed", "broken", "both_wrong")]
            again = client.comparison(comparison.id)
            assert (again.data, candidate.flips("v1", "broken")) == (comparison.data, changed[1])
        return comparison, changed

    comparison, (fixed, broken, both) = await asyncio.to_thread(converse)

    assert comparison.verdict == "better"
    assert comparison.summary.startswith("The candidate is better: Accuracy 0.8000 → 0.9000, difference +0.1000")
    assert [row["slice"] for row in comparison.differences] == [
        None,
        {"column": "country", "value": "FR"},
        {"column": "country", "value": "DE"},
    ]
    assert (len(fixed), len(broken), len(both)) == (40, 10, 20)
    assert set(broken.to_pandas()["id"]) == {f"mail-{number}" for number in range(60, 70)}
    assert repr(comparison).splitlines()[0] == comparison.summary
    assert "40 fixed, 10 broken, 20 wrong in both" in repr(comparison)
    assert "<th>accuracy of country:DE</th>" in comparison._repr_html_()


async def test_a_run_is_compared_with_an_earlier_one_of_its_name_and_never_with_itself(account: Account) -> None:
    def converse() -> tuple[str, bool]:
        with account.client() as client:
            earlier = client.evaluate(table(range(20)), **ROLES, name="main")
            with pytest.raises(evalserve.InputRefused, match="no other run with the id or name 'main'"):
                earlier.compare("main", margin=0.02)
            with pytest.raises(evalserve.InputRefused, match="no other run"):
                earlier.compare(earlier, margin=0.02)
            worse = client.evaluate(table(range(90)), **ROLES, name="main").compare("main", margin=0.02)
        return worse.verdict, worse.data["baseline"]["id"] == earlier.id

    assert await asyncio.to_thread(converse) == ("worse", True)


@pytest.mark.parametrize("options", [{"margin": 0}, {"alpha": 0.0}])
async def test_a_margin_or_alpha_of_nothing_is_refused_and_no_default(account: Account, options: Any) -> None:
    async with evalserve.AsyncClient(account.url, account.key) as client:
        baseline, candidate = [await client.evaluate(table(range(20)), **ROLES) for _ in range(2)]
        with pytest.raises(evalserve.InputRefused, match=next(iter(options))):
            await candidate.compare(baseline, **options)


def test_a_notebook_shows_the_notices_of_a_check() -> None:
    result = {"summary": "It passes.", "reasons": [], "notices": ["Samples share <patients>."]}
    check = Check(evalserve.Client("http://localhost", "key")._connection, {"result": result})

    assert check._repr_html_().endswith("<p>Notice: Samples share &lt;patients&gt;.</p></div>")


async def test_an_asynchronous_client_compares_alike(account: Account) -> None:
    async with evalserve.AsyncClient(account.url, account.key) as client:
        baseline = await client.evaluate(table(range(60)), **ROLES)
        candidate = await client.evaluate(table(range(62)), **ROLES)
        comparison = await candidate.compare(baseline, metrics=["accuracy"], margin=0.05)
        again = await client.comparison(comparison.id)
        broken = await candidate.flips(baseline, at_most=1)

    assert comparison.verdict == again.verdict == "equivalent_within_margin"
    assert [row["actual"] for row in broken] == ["ham"]


@pytest.mark.parametrize(
    ("baseline", "sentence"),
    [
        ("v0", "There is no other run with the id or name 'v0'."),
        ("other", "0 sample ids are in both, 300 only in the baseline"),
    ],
)
async def test_a_baseline_that_cannot_be_compared_with_is_refused(
    account: Account, baseline: str, sentence: str
) -> None:
    def converse() -> None:
        with account.client() as client:
            client.evaluate(table(range(60), "post"), **ROLES, name="other")
            client.evaluate(table(range(60)), **ROLES).compare(baseline)

    with pytest.raises(evalserve.InputRefused) as refused:
        await asyncio.to_thread(converse)

    assert sentence in str(refused.value)


async def test_runs_that_cannot_be_paired_name_a_few_samples_and_count_the_others(account: Account) -> None:
    def converse() -> None:
        with account.client() as client:
            client.evaluate(table(range(60), "post"), **ROLES, name="other")
            client.evaluate(table(range(60)), **ROLES).compare("other")

    with pytest.raises(evalserve.InputRefused) as refused:
        await asyncio.to_thread(converse)

    lines = str(refused.value).splitlines()
    assert (len(lines), lines[1], lines[-1]) == (8, "Only in the baseline: “post-0”.", "... and 34 more like these.")
    assert len(refused.value.problem["errors"]) == 40


ACTUAL = [1, 0, 1, 1, 0, 0, 1, 0]
SCORES = [0.9, 0.2, 0.4, 0.8, 0.6, 0.1, 0.7, 0.5]


async def test_the_scores_of_a_run_have_scikit_learns_areas_and_can_be_drawn(account: Account) -> None:
    mpl.use("Agg")

    def converse() -> tuple[Any, ...]:
        with account.client() as client:
            run = client.evaluate(y_true=ACTUAL, y_score=SCORES)
            goal = run.thresholds(metric="recall", at_least=0.9)
            return run.curve("roc"), run.curve("pr"), run.calibration(bins=4), goal

    roc, pr, calibration, goal = await asyncio.to_thread(converse)

    assert roc.area == pytest.approx(roc_auc_score(ACTUAL, SCORES))
    assert pr.area == pytest.approx(average_precision_score(ACTUAL, SCORES))
    assert calibration.brier == pytest.approx(brier_score_loss(ACTUAL, SCORES))
    assert (goal["is_reached"], goal["point"]["threshold"]) == (True, 0.4)
    assert list(roc.to_pandas().columns) == ["x", "y", "threshold"]
    assert sum(calibration.to_pandas()["count"]) == 8
    (line,) = roc.plot().lines
    assert line.get_xdata().tolist() == roc.x
    axes = calibration.plot(pr.plot())
    assert axes.get_legend().get_texts()[0].get_text().startswith("1: calibration error 0.")


async def test_an_asynchronous_run_has_the_same_curves(account: Account) -> None:
    async with evalserve.AsyncClient(account.url, account.key) as client:
        run = await client.evaluate(y_true=ACTUAL, y_score=SCORES)
        roc, calibration = await run.curve(), await run.calibration()
        goal = await run.thresholds()
        with pytest.raises(evalserve.InputRefused, match="A curve is 'roc' or 'pr', not 'lift'"):
            await run.curve("lift")

    assert roc.area == pytest.approx(roc_auc_score(ACTUAL, SCORES))
    assert (calibration.label, goal["label"]) == (1, 1)


async def test_any_request_of_the_api_can_be_sent(account: Account) -> None:
    labels = {"actual_vector": ["a", "b"], "predicted_vector": ["a", "a"]}

    def converse() -> tuple[Any, Any, Any]:
        with account.client() as client:
            uid = client.send("POST", "/v1/matrices", json=labels)["uid"]
            exported = client.send("GET", f"/v1/matrices/{uid}/export", params={"format": "csv"})
            return exported, client.send("DELETE", f"/v1/matrices/{uid}"), client.send("GET", "/v1/matrices")

    exported, deleted, left = await asyncio.to_thread(converse)
    async with evalserve.AsyncClient(account.url, account.key) as client:
        created = await client.send("POST", "/v1/matrices", json=labels)

    assert exported.splitlines()[0] == b"actual/predicted,a,b"
    assert (deleted, left["items"], created["accuracy"]) == (b"", [], 0.5)


async def test_an_account_is_created_and_gives_its_key_again(account: Account) -> None:
    login = (account.url, "ada@example.com", "correct horse")
    created = await asyncio.to_thread(evalserve.sign_up, *login)
    signed_in = await asyncio.to_thread(evalserve.sign_in, *login)

    assert signed_in == created
    with pytest.raises(evalserve.NotPermitted):
        await asyncio.to_thread(evalserve.sign_in, account.url, "ada@example.com", "wrong horse")
    with pytest.raises(evalserve.InputRefused):
        await asyncio.to_thread(evalserve.sign_up, *login)


async def test_a_link_elsewhere_is_followed_without_the_key(account: Account) -> None:
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        leads_on = b"GET /old.png" in heard[-1]
        status = b"307 Elsewhere\r\nLocation: /plot.png" if leads_on else b"200 OK"
        writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with evalserve.AsyncClient(account.url, account.key) as client:
            content = await client.send("GET", f"http://127.0.0.1:{port}/old.png")

    assert content == b"ok"
    assert [request.split()[1] for request in heard] == [b"/old.png", b"/plot.png"]
    assert account.key.encode() not in b"".join(heard)
