"""A form that is refused comes back with what was typed and ticked, and says what to change."""

import html
import re
import threading
from types import SimpleNamespace

import pytest
from litestar import Litestar

from api.web import curves, forms, urlencoded
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
    return re.findall(rf'name="{name}"\s+value="([^"]*)" checked', page)


async def test_a_project_without_a_name_keeps_its_description(app: Litestar, alice: Client) -> None:
    visitor = await _signed_in(app, alice)

    answer = await visitor.send("/app/projects", page="/app/projects", name="\u200b", description=HOSTILE)

    assert answer.status_code == 400
    assert "name: enter a name." in answer.text
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


async def test_details_of_a_matrix_do_not_replace_newer_ones_unsaid(app: Litestar, alice: Client) -> None:
    visitor = await _signed_in(app, alice)
    matrix = (await alice.post("/v1/matrices", {"actual_vector": [0, 1], "predicted_vector": [0, 1]})).json()
    page = f"/app/matrices/{matrix['uid']}"
    (seen,) = re.findall(r'name="seen" value="(\w+)"', (await visitor.get(page)).text)

    first = await visitor.send(f"{page}/describe", page=page, seen=seen, name="first", tags="kept")
    second = await visitor.send(f"{page}/describe", page=page, seen=seen, name="second")

    assert (first.status_code, second.status_code) == (303, 400)
    assert "somebody saved other details after you opened this form" in second.text
    assert _values(second.text, "name") == ["second"]
    read = (await alice.get(f"/v1/matrices/{matrix['uid']}")).json()
    assert (read["name"], read["tags"]) == ("first", ["kept"])


async def test_a_refused_table_and_its_title_stand_below_the_curves_that_there_are(
    app: Litestar, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(curves, "PAGE_SIZE", 2)
    visitor = await _signed_in(app, alice)
    probabilities = [[0.9, 0.1], [0.4, 0.6]]
    made = {"kind": "curve", "actual_vector": [0, 1], "probability_vector": probabilities, "options": {"title": "mine"}}
    assert (await alice.post("/v1/jobs", made)).status_code == 202
    # However many other jobs came later.
    for _ in range(3):
        await alice.submit("report")

    table = await visitor.send("/app/curves", page="/app/curves", text="x,y\n1", title=HOSTILE)
    title = await visitor.send("/app/curves", page="/app/curves", text="label,a,b\na,0.5,0.5", title="t" * 201)

    for answer, text, typed in ((table, "x,y\n1", HOSTILE), (title, "label,a,b\na,0.5,0.5", "t" * 201)):
        assert answer.status_code == 400
        assert f">{text}</textarea>" in answer.text
        assert _values(answer.text, "title") == [typed]
        assert "<bdi>mine</bdi>" in answer.text


async def test_a_large_form_is_read_beside_the_event_loop(
    app: Litestar, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = await _signed_in(app, alice)
    threads: list[bool] = []

    def note_thread(body: bytes) -> list[tuple[str, str]]:
        threads.append(threading.current_thread() is threading.main_thread())
        return urlencoded.pairs(body)

    monkeypatch.setattr(forms, "urlencoded", SimpleNamespace(pairs=note_thread))

    small = await visitor.send("/app/matrices/new", "/app/matrices/new", actual="a\nb", predicted="a\nb")
    labels = "é\n" * 10_000
    large = await visitor.send("/app/matrices/new", "/app/matrices/new", actual=labels, predicted=labels)

    assert (small.status_code, large.status_code, threads) == (303, 303, [True, False])
