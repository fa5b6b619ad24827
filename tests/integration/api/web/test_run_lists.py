"""Lists of runs: sorted by a metric, searched, in groups, with a selection that outlives pages; nothing of others."""

import re
from typing import Any
from urllib.parse import quote_plus

import pytest
from litestar import Litestar

from api.web.runs import listing as run_list
from shared.kit.platform import Platform
from shared.runs import measuring
from tests.actors import Client
from tests.integration.api.web.visitor import Visitor

HOSTILE = "<img src=x onerror=alert(1)>"


async def made(client: Client, name: str, right: int, **fields: Any) -> str:
    """A run of ten spam and ten ham mails that is right in so many of the spam ones, once it is ready."""
    truth = ["spam"] * 10 + ["ham"] * 10
    predicted = ["spam"] * right + ["ham"] * (20 - right)
    body = {"data": {"y_true": truth, "y_pred": predicted}, "name": name, **fields}
    run = await client.make("/v1/runs", body)
    assert run["status"] == "ready", run
    return str(run["id"])


def names(page: str) -> list[str]:
    """The names of the listed runs, in order."""
    return re.findall(r'<a href="/app/runs/[0-9a-f-]{36}"><bdi>(.*?)</bdi></a>', page)


def selected(page: str) -> set[str]:
    """The runs that a further submission of the list sends without a click."""
    hidden = re.findall(r'<input type="hidden" name="run" value="([^"]+)"', page)
    checked = re.findall(r'name="run"\s+value="([^"]+)"\s+aria-label="[^"]*"\s+checked', page)
    return {*hidden, *checked}


@pytest.fixture
async def visitor(app: Litestar, alice: Client) -> Visitor:
    """Alice at her browser."""
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)
    return visitor


@pytest.mark.usefixtures("workers")
async def test_runs_are_sorted_by_a_metric_of_the_positive_class_over_pages(
    visitor: Visitor, alice: Client, mallory: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_list, "PAGE_SIZE", 2)
    for name, right in (("middle", 5), ("best", 9), ("worst", 2)):
        await made(alice, name, right, positive="spam")
    await alice.make("/v1/runs", {"data": {"first": [1, 0], "second": [1, 1]}, "name": "asks"})
    await made(mallory, "theirs", 10, positive="spam")

    first = (await visitor.get("/app/runs?sort=recall.class")).text
    cursor = re.findall(r'name="cursor" value="([^"]+)">Next page', first)[0]
    second = (await visitor.get(f"/app/runs?sort=recall.class&cursor={cursor}")).text
    worst = (await visitor.get("/app/runs?sort=recall.class&order=worst")).text
    errors = (await visitor.get("/app/runs?sort=error_rate")).text
    newest = (await visitor.get("/app/runs")).text

    assert (names(first), names(second)) == (["best", "middle"], ["worst"])
    assert names(worst) == ["worst", "middle"]
    assert names(errors) == ["best", "middle"]
    assert names(newest) == ["asks", "worst"]
    assert "<b>0.9000</b>" in first
    assert "Recall of <bdi>spam</bdi>, 0.5958 to 0.9821" in first


@pytest.mark.usefixtures("workers")
async def test_another_positive_class_and_a_release_before_change_the_figures(
    visitor: Visitor, alice: Client, platform: Platform
) -> None:
    run_id = await made(alice, "one", 5, positive="spam")
    await alice.send("PATCH", f"/v1/runs/{run_id}", json={"positive": "ham"})
    described = (await visitor.get("/app/runs?sort=recall.class")).text
    async with platform.db.connection() as connection:
        await connection.execute("DELETE FROM run_figure WHERE run_id = $1", run_id)
        await connection.execute("UPDATE run_version SET has_figures = false WHERE run_id = $1", run_id)
    without = (await visitor.get("/app/runs?sort=recall.class")).text

    count = await measuring.measure_missing(platform)
    again = (await visitor.get("/app/runs?sort=recall.class")).text

    assert "Recall of <bdi>ham</bdi>" in described
    assert names(without) == []
    assert count >= 1
    assert "<b>1</b>" in again


@pytest.mark.usefixtures("workers")
async def test_runs_without_figures_are_measured_some_at_a_time(
    alice: Client, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_ids = [await made(alice, f"run {at}", 5) for at in range(3)]
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE run_version SET has_figures = run_id <> ALL($1)", run_ids)
    monkeypatch.setattr(measuring, "MAX_MEASURED", 2)

    assert [await measuring.measure_missing(platform) for _ in range(3)] == [2, 1, 0]


@pytest.mark.usefixtures("workers")
async def test_runs_are_searched_and_grouped_by_model_and_tag(visitor: Visitor, alice: Client, mallory: Client) -> None:
    await made(alice, "old", 5, model_name=HOSTILE, tags=["nightly"])
    await made(alice, "new", 6, model_name=HOSTILE, tags=["nightly", "main"])
    await made(alice, "100% sure_thing", 7, model_name="other")
    await made(mallory, "theirs", 7, model_name="their model", tags=["their tag"])

    models = (await visitor.get("/app/runs?group=model")).text
    tags = (await visitor.get("/app/runs?group=tag")).text
    datasets = (await visitor.get("/app/runs?group=dataset")).text
    searched = (await visitor.get("/app/runs?q=SURE_")).text
    newest = (await visitor.get("/app/runs")).text
    one = await visitor.http.get("/app/runs", params={"model": HOSTILE}, headers={"Accept": "text/html"})
    refused = [
        await visitor.get(f"/app/runs?{query}")
        for query in ("sort=no", "order=up", "group=colour", "dataset=x", "cursor=x", "sort=accuracy&cursor=nan~x")
    ]

    def rows(page: str) -> list[tuple[str, str]]:
        return re.findall(
            r'<th scope="row".*?<bdi>(.*?)</bdi></a></th>\s*<td[^>]* class="number"[^>]*>(\d+)</td>', page
        )

    shown = "&lt;img src=x onerror=alert(1)&gt;"
    assert rows(models) == [("other", "1"), (shown, "2")]
    assert rows(tags) == [("main", "1"), ("nightly", "2")]
    assert "No run has a dataset." in datasets
    assert names(searched) == ["100% sure_thing"]
    assert names(newest) == ["100% sure_thing", "new", "old"]
    assert names(one.text) == ["new", "old"]
    assert [answer.status_code for answer in refused] == [400] * 6
    assert all(HOSTILE not in page for page in (models, one.text))


@pytest.mark.usefixtures("workers")
async def test_a_selection_survives_search_and_pages_and_is_tagged_and_deleted_at_once(
    visitor: Visitor, alice: Client, mallory: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_list, "PAGE_SIZE", 1)
    first, second, third = [await made(alice, name, 5, tags=["old"]) for name in ("first", "second", "third")]
    theirs = await made(mallory, "theirs", 5, tags=["old"])
    chosen = f"run={first}&run={third}"

    newest = (await visitor.get(f"/app/runs?{chosen}")).text
    searched = (await visitor.get(f"/app/runs?{chosen}&q=second")).text
    page = f"/app/runs/selected?{chosen}&run={theirs}"
    shown = (await visitor.get(page)).text
    tagged = await visitor.send("/app/runs/selected/tag", page, run=[first, third, theirs], add="new", remove="old")
    tags = [(await client.get(f"/v1/runs/{run_id}")).json()["tags"] for client, run_id in
            ((alice, first), (alice, second), (alice, third), (mallory, theirs))]  # fmt: skip
    many = ",".join(f"t{n}" for n in range(20))
    refused = await visitor.send("/app/runs/selected/tag", page, run=[first, second], add=many)
    nothing = await visitor.send("/app/runs/selected/tag", page, run=[first])
    deleted = await visitor.send("/app/runs/selected/delete", page, run=[first, third, theirs, first])
    left = (await visitor.get("/app/runs")).text

    assert selected(newest) == {first, third}
    assert selected(searched) == {first, third}
    assert names(searched) == ["second"]
    assert names(shown) == ["third", "first"]
    assert tagged.status_code == 303
    assert tags == [["new"], ["old"], ["new"], ["old"]]
    assert (refused.status_code, "no run was changed" in refused.text) == (400, True)
    assert (nothing.status_code, "write the tags to add" in nothing.text) == (400, True)
    assert deleted.headers["location"] == "/app/runs?notice=deleted"
    assert names(left) == ["second"]
    assert (await mallory.get(f"/v1/runs/{theirs}")).status_code == 200


async def test_no_more_runs_are_selected_than_an_address_holds(visitor: Visitor) -> None:
    query = "&".join(f"run=01a2d7a0-0000-7000-8000-{n:012x}" for n in range(101))
    answer = await visitor.get(f"/app/runs?{query}")

    assert (answer.status_code, "select at most 100 runs; 101 are selected" in answer.text) == (400, True)


@pytest.mark.usefixtures("workers")
async def test_a_model_over_time_marks_regressions_beside_the_pinned_baseline(
    visitor: Visitor, alice: Client, mallory: Client
) -> None:
    fields = {"model_name": HOSTILE, "positive": "spam"}
    first, _, third = [await made(alice, f"n{right}", right, **fields) for right in (10, 9, 1)]
    theirs = await made(mallory, "theirs", 10, **fields)
    query = {"model": HOSTILE}

    async def trend(**others: str) -> str:
        answer = await visitor.http.get("/app/runs/trend", params=query | others, headers={"Accept": "text/html"})
        assert answer.status_code == 200
        return answer.text

    page = await trend()
    pinned = await trend(baseline=third.upper())
    foreign = await trend(baseline=theirs)
    recall = await trend(sort="recall.class", baseline=first)
    nothing = await trend(sort="multilabel.hamming_loss")
    refused = [(await visitor.get(f"/app/runs/trend?{text}")).status_code for text in ("sort=x", "baseline=x")]
    missing = await visitor.get(f"/app/runs/trend?dataset={theirs}")

    def badges(text: str) -> list[str]:
        return re.findall(r'<td[^>]*>\s*<span class="badge \w+">(.*?)</span>', text)

    assert "1 of 2 runs is worse than the baseline</strong>" in page
    assert badges(page) == ["regression", "fell", "no change shown", "baseline"]
    assert badges(pinned) == ["baseline", "fell", "better", "better"]
    assert [text.count(">pinned</td>") for text in (page, pinned, foreign)] == [0, 1, 0]
    assert "The pinned baseline is not one of these runs" in foreign
    assert "The pinned baseline is not" not in pinned
    assert "theirs" not in foreign
    assert "<h1>Recall over time</h1>" in recall
    assert badges(recall) == ["regression", "fell", "no change shown", "baseline"]
    assert "has the metric Hamming loss" in nothing
    assert "3 of the newest runs" in nothing
    assert re.findall(r'<a href="/app/runs/trend\?([^"]+)">(.*?) over time</a> shows them', nothing) == [
        (f"model={quote_plus(HOSTILE)}&amp;sort=f1.class", "F1 score")
    ]
    assert "of the newest runs" not in page
    assert (refused, missing.status_code) == ([400, 400], 404)
    assert all(HOSTILE not in text for text in (page, pinned, foreign, nothing))
