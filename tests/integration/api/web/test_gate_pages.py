"""Somebody at a browser makes a gate, checks runs against it and reads the reasons."""

import re
from typing import Any

import pytest
from litestar import Litestar

from tests.actors import Client
from tests.integration.api.web.visitor import Visitor

HOSTILE = "<b>main"


@pytest.fixture
async def visitor(app: Litestar, alice: Client) -> Visitor:
    """Alice at her browser."""
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)
    return visitor


async def run_of(alice: Client, wrong: int, **about: Any) -> str:
    """A run of 400 samples, of which so many are predicted wrongly."""
    records = [
        {"id": f"s{i}", "truth": "yes" if i % 2 else "no", "prediction": "yes" if (i % 2 == 1) != (i < wrong) else "no"}
        for i in range(400)
    ]
    made = await alice.make("/v1/runs", {"records": records, **about})
    assert made["status"] == "ready", made
    return str(made["id"])


def named(page: str) -> list[str]:
    """The names by which a page links to runs."""
    return re.findall(r'<a href="/app/runs/[0-9a-f-]{36}"><bdi>(.*?)</bdi>', page)


async def checked(visitor: Visitor, alice: Client, gate: str, run_id: str) -> str:
    """The page of a check, once it has its verdict."""
    answer = await visitor.send(f"{gate}/checks", gate, candidate=run_id)
    page = answer.headers["location"]
    await alice.ended(page.replace("/app/", "/v1/"))
    return (await visitor.get(page)).text


@pytest.mark.usefixtures("workers")
async def test_a_candidate_that_is_worse_fails_with_its_reasons_and_an_equal_one_passes(
    visitor: Visitor, alice: Client
) -> None:
    released = await run_of(alice, 20, tags=[HOSTILE], name="released")
    made = await visitor.send(
        "/app/gates/new", "/app/gates/new", name=HOSTILE, tag=HOSTILE, metric="accuracy", golden_ids="s399"
    )
    gate = made.headers["location"]

    passed = await checked(visitor, alice, gate, await run_of(alice, 20, name="equal"))
    failed = await checked(visitor, alice, gate, await run_of(alice, 80, name="worse"))
    history = (await visitor.get(gate)).text
    latest = re.findall(r"/app/checks/[0-9a-f-]{36}", history)[0]
    assert (await alice.delete(f"/v1/runs/{released}")).status_code == 204
    alone = (await visitor.get(latest)).text

    assert [re.findall(r"<h1>(.*?)</h1>", page) for page in (passed, failed)] == [["Pass"], ["Fail"]]
    assert "The candidate has the golden sample right." in failed
    assert re.findall(r'class="badge (ready|failed)"', history) == ["failed", "ready"]
    assert named(passed) == ["equal", "released"]
    assert named(history) == ["worse", "equal"]
    assert named(alone) == ["worse"]
    assert "against baseline baseline (deleted), on 400 samples" in alone
    assert HOSTILE not in passed + failed + history


async def test_a_form_that_says_too_little_is_refused_and_keeps_what_was_typed(visitor: Visitor) -> None:
    sent = [
        await visitor.send("/app/gates/new", "/app/gates/new", **fields)
        for fields in (
            {"tag": "main", "metric": "accuracy"},
            {"name": "g", "metric": "accuracy"},
            {"name": "g", "tag": "main", "metric": "luck"},
            {"name": "g", "tag": "main", "metric": "accuracy", "margin": "much"},
            {"name": "g", "tag": "main", "metric": "accuracy", "alpha": "0.6"},
            {"name": "g", "tag": "main", "metric": "accuracy", "margin": "nan"},
        )
    ]

    assert [answer.status_code for answer in sent] == [400] * 6
    assert "give the gate a name" in sent[0].text
    assert "send the id of a run, or else a tag" in sent[1].text
    assert 'name="tag" maxlength="50" value="main"' in sent[2].text


async def test_slices_have_a_margin_of_their_own(visitor: Visitor, alice: Client) -> None:
    new = "/app/gates/new"
    fields = {"name": "g", "tag": "main", "metric": "accuracy", "margin": "0.01", "slice_margin": "0.2"}

    made = await visitor.send(new, new, **fields, slices="country, device")
    without_columns = await visitor.send(new, new, **fields)

    policy = (await alice.get(made.headers["location"].replace("/app/", "/v1/"))).json()["policy"]
    assert [(one["column"], one["margin"]) for one in policy["slices"]] == [("country", 0.2), ("device", 0.2)]
    assert (without_columns.status_code, "the columns of the margin 0.2" in without_columns.text) == (400, True)


async def test_a_gate_of_several_metrics_has_the_margin_of_each(visitor: Visitor, alice: Client) -> None:
    new, about = "/app/gates/new", {"name": "g", "tag": "main"}

    def rows(*typed: tuple[str, str]) -> dict[str, Any]:
        return about | {"metric": [metric for metric, _ in typed], "margin": [margin for _, margin in typed]}

    of_classifiers = await visitor.send(
        new, new, **rows(("accuracy", ""), ("f1.macro", "0,02"), ("", ""), ("kappa", ".1"))
    )
    of_detectors = await visitor.send(new, new, **rows(("map", "0.01"), ("ap_50.class", "0.05"), ("", " ")))
    refused = [
        await visitor.send(new, new, **rows(*typed))
        for typed in (
            [("map", "0.01"), ("accuracy", "0.02")],
            [("accuracy", ""), ("", "0.03")],
            [("accuracy", ""), ("accuracy", "0.01")],
            [("accuracy", "0.01"), ("kappa", "much")],
            [("", "")],
            [("accuracy", "")] * 21,
        )
    ]

    made = [
        await alice.get(answer.headers["location"].replace("/app/", "/v1/"))
        for answer in (of_classifiers, of_detectors)
    ]
    assert [[(one["metric"], one["margin"]) for one in gate.json()["policy"]["metrics"]] for gate in made] == [
        [("accuracy", None), ("f1.macro", 0.02), ("kappa", 0.1)],
        [("map", 0.01), ("ap_50.class", 0.05)],
    ]
    assert [answer.status_code for answer in refused] == [400] * 6
    said = ["of its own for it", "of the margin 0.03", "is there twice", "a finite number", "choose at least one"]
    assert [text in answer.text for text, answer in zip(said, refused[:5], strict=True)] == [True] * 5
    shown = [(await visitor.get(path)).text for path in ("/app/gates", of_detectors.headers["location"])]
    assert ["Average precision at IoU 0.50 of each class" in page for page in shown] == [True, True]
    kept = refused[0].text
    assert re.findall(r'<option value="([a-z.0-9_]+)" selected>', kept) == ["map", "accuracy"]
    assert re.findall(r'name="margin"[^>]* value="([^"]*)"', kept) == ["0.01", "0.02", ""]


@pytest.mark.usefixtures("workers")
async def test_neither_gate_nor_check_is_shown_to_another_account(
    app: Litestar, visitor: Visitor, alice: Client, mallory: Client
) -> None:
    made = await visitor.send("/app/gates/new", "/app/gates/new", name="g", tag="main", metric="accuracy")
    gate = made.headers["location"]
    run_id = await run_of(alice, 10)
    check = (await visitor.send(f"{gate}/checks", gate, candidate=run_id)).headers["location"]
    other = Visitor.of(app)
    await other.sign_in(mallory)

    answers = [
        await other.get(gate),
        await other.get(check),
        await other.send(f"{gate}/checks", "/app/gates/new", candidate=run_id),
        await other.send(f"{gate}/delete", "/app/gates/new"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert (await visitor.get(gate)).status_code == 200
