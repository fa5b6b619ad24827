"""The overview: the newest things of the account, what changed, and what needs its owner; nothing of others."""

import re
from typing import Any

from litestar import Litestar

from tests.actors import Client, Team
from tests.integration.api.web.visitor import Visitor


async def _run(client: Client, name: str, predicted: list[str], **fields: Any) -> str:
    rows = {"id": ["1", "2", "3", "4"], "y_true": ["a", "b", "a", "b"], "y_pred": predicted}
    run = await client.make("/v1/runs", {"data": rows, "name": name, **fields})
    assert run["status"] == "ready", run
    return str(run["id"])


def _main(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


async def test_the_overview_shows_what_is_new_what_changed_and_what_failed(
    app: Litestar, workers: Team, alice: Client, mallory: Client
) -> None:
    assert workers["worker"].running
    first = await _run(alice, "Nightly one", ["a", "b", "a", "b"], tags=["main"])
    second = await _run(alice, "Nightly two", ["b", "a", "b", "a"])
    theirs = await _run(mallory, "Somebody else's run", ["a", "b", "a", "b"])
    compared = (await alice.make("/v1/comparisons", {"baseline": first, "candidate": second}))["id"]
    policy = {"name": "Release gate", "baseline": {"tag": "main"}, "golden_ids": ["1"]}
    gate = (await alice.post("/v1/gates", policy)).json()["id"]
    check = (await alice.make(f"/v1/gates/{gate}/checks", {"candidate": second}))["id"]
    asks = {"data": {"first": ["a", "b"], "second": ["a", "a"]}, "name": "Which is which"}
    asking = (await alice.make("/v1/runs", asks))["id"]
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    page = _main((await visitor.get("/")).text)

    attention, _, rest = page.partition('id="latest-runs"')
    assert f"/app/checks/{check}" in attention
    assert f'/app/runs/{asking}"><bdi>Which is which</bdi></a> leaves open' in attention
    assert "Nightly one" not in attention
    latest, _, changed = rest.partition('id="changed"')
    assert re.findall(r"<b>(.*?)</b>.*?<small>(.*?)</small>", latest, re.DOTALL) == [
        ("0", "Accuracy, 0 to 0.4899"), ("1", "Accuracy, 0.5101 to 1"),
    ]  # fmt: skip
    assert re.findall(r"<bdi>(.*?)</bdi></a></th>", latest) == [
        "Which is which", "Nightly two", "Nightly one",
    ]  # fmt: skip
    assert f"/app/comparisons/{compared}" in changed
    assert "Nightly two" in changed
    assert "Release gate" in changed
    listed = _main((await visitor.get("/app/gates")).text)
    assert re.findall(r'href="/app/checks/([^"]+)">\s*<span class="badge \w+">(\w+)', listed) == [(check, "fail")]
    assert theirs not in page
    assert "Somebody else" not in page


async def test_a_new_account_is_led_to_its_first_run(app: Litestar, alice: Client) -> None:
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    page = _main((await visitor.get("/")).text)

    assert "Begin with a run" in page
    assert "Needs your attention" not in page


async def test_strangers_and_programs_see_the_start_page_as_before(app: Litestar, alice: Client) -> None:
    stranger, owner = Visitor.of(app), Visitor.of(app)
    await owner.sign_in(alice)

    assert "How good is the model" in (await stranger.get("/")).text
    assert (await owner.http.get("/")).json() == {"message": "Refer to /docs for API documentation."}
    assert (await owner.get("/app")).headers["location"] == "/"
    assert (await owner.get("/")).headers["cache-control"] == "no-store"


async def test_the_menu_names_objects_and_the_rest_is_under_settings_and_runs(app: Litestar, alice: Client) -> None:
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    page = (await visitor.get("/")).text
    menu = page.partition('aria-label="Main"')[2].partition("</nav>")[0]
    links = re.findall(r'<li><a href="([^"]+)"', menu)
    assert links == [
        "/app/runs",
        "/app/comparisons",
        "/app/projects",
        "/app/gates",
        "/app/account",
        "/docs",
        "/app/search",
    ]
    settings = ("/app/account", "/app/account/security", "/app/share-links", "/app/jobs", "/app/webhooks")
    for folder in (("/app/runs", "/app/datasets", "/app/matrices", "/app/curves"), settings):
        for path in folder:
            shown = (await visitor.get(path)).text
            assert all(f'href="{other}"' in shown for other in folder), path


async def test_hostile_names_are_texts_on_the_overview(app: Litestar, workers: Team, alice: Client) -> None:
    assert workers["worker"].running
    name = "<script>alert(1)</script>"
    await _run(alice, name, ["a", "b", "a", "b"], model_name=name)
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    page = (await visitor.get("/")).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
