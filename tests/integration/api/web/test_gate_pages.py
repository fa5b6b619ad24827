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
