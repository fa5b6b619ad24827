"""A form that is refused comes back with what was typed and ticked, and says what to change."""

import html
import re

from litestar import Litestar

from tests.actors import Client
from tests.integration.api.web.visitor import Visitor

HOSTILE = '"><script>alert(1)</script>'


async def _signed_in(app: Litestar, client: Client) -> Visitor:
    visitor = Visitor.of(app)
    await visitor.sign_in(client)
    return visitor


def _values(page: str, name: str) -> list[str]:
    return [html.unescape(value) for value in re.findall(rf'<input name="{name}"[^>]* value="([^"]*)"', page)]


def _ticked(page: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]*)" checked', page)


async def test_a_project_without_a_name_keeps_its_description(app: Litestar, alice: Client) -> None:
    visitor = await _signed_in(app, alice)

    answer = await visitor.send("/app/projects", page="/app/projects", name="\u200b", description=HOSTILE)

    assert answer.status_code == 400
    assert "name: give the project a name." in answer.text
    assert (_values(answer.text, "name"), _values(answer.text, "description")) == (["\u200b"], [HOSTILE])


async def test_a_key_that_may_do_nothing_keeps_its_name(app: Litestar, alice: Client) -> None:
    visitor = await _signed_in(app, alice)

    fresh = await visitor.get("/app/account")
    nothing = await visitor.send("/app/account/keys", page="/app/account", name=HOSTILE)
    nameless = await visitor.send("/app/account/keys", page="/app/account", name="", scopes=["account"])

    assert (_values(fresh.text, "name"), _ticked(fresh.text, "scopes")) == ([""], ["read", "write"])
    assert (nothing.status_code, _values(nothing.text, "name"), _ticked(nothing.text, "scopes")) == (400, [HOSTILE], [])
    assert (nameless.status_code, _ticked(nameless.text, "scopes")) == (400, ["account"])


async def test_a_refused_endpoint_keeps_the_events_that_were_ticked(app: Litestar, alice: Client) -> None:
    visitor = await _signed_in(app, alice)
    events = ["job.failed", "analysis.failed"]

    answer = await visitor.send(
        "/app/webhooks/endpoints", page="/app/webhooks", url="ftp://x", description=HOSTILE, events=events
    )

    assert answer.status_code == 400
    assert sorted(_ticked(answer.text, "events")) == sorted(events)
    assert _values(answer.text, "description") == [HOSTILE]


async def test_a_refused_description_of_a_matrix_stands_in_its_form(app: Litestar, alice: Client) -> None:
    visitor = await _signed_in(app, alice)
    matrix = (await alice.post("/v1/matrices", {"actual_vector": [0, 1], "predicted_vector": [0, 1]})).json()
    page = f"/app/matrices/{matrix['uid']}"
    tags = ", ".join(f"tag {number}" for number in range(21))

    answer = await visitor.send(f"{page}/describe", page=page, name=HOSTILE, tags=tags)

    assert answer.status_code == 400
    assert "tags: use at most 20" in answer.text
    assert (_values(answer.text, "name"), _values(answer.text, "tags")) == ([HOSTILE], [tags])
    assert (await alice.get(f"/v1/matrices/{matrix['uid']}")).json() == matrix
