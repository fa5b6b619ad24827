"""Routes of the API refuse a mistyped parameter; routes of the inherited contracts ignore it."""

from typing import Any

import httpx2
import pytest

from tests.actors import Client

CALCULATORS = {"/v1/confusion", "/v1/confusion:batch", "/v1/diagnostic", "/v1/fbeta", "/v1/meta"}


@pytest.mark.parametrize(
    ("path", "query", "sentences"),
    [
        ("/v1/matrices", {"tagg": "x"}, ["tagg: not a parameter of this route; did you mean tag?"]),
        (
            "/v1/matrices?nom=x&limit=2&nom=y",
            {},
            ["nom: not a parameter of this route; use one of cursor, name, tag, limit."],
        ),
        ("/v1/keys?=1", {}, ["a parameter with an empty name: not a parameter; this route has none."]),
        (
            "/v1/keys",
            {"names": "x", "é/&": "y"},
            ["names: not a parameter; this route has none.", "é/&: not a parameter; this route has none."],
        ),
    ],
)
async def test_a_mistyped_parameter_is_named_with_the_nearest_one(
    alice: Client, path: str, query: dict[str, str], sentences: list[str]
) -> None:
    answer = await alice.http.get(path, params=query or None, headers={"X-API-Key": alice.key})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-input")
    assert [place["detail"] for place in answer.json()["errors"]] == sentences


async def test_a_key_in_the_query_is_no_mistake(alice: Client) -> None:
    answer = await alice.http.get("/v1/matrices", params={"api_key": alice.key, "tag": "x"})

    assert (answer.status_code, answer.json()["items"]) == (200, [])


async def test_of_very_many_mistakes_some_are_told(alice: Client) -> None:
    params = {f"tag{number}": 1 for number in range(3000)}
    answer = await alice.http.get("/v1/matrices", params=params)

    assert (answer.status_code, len(answer.json()["errors"])) == (400, 10)


async def test_every_route_of_ours_takes_what_is_documented_and_nothing_else(http: httpx2.AsyncClient) -> None:
    document: dict[str, Any] = (await http.get("/openapi.json")).json()
    tried = 0
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            address = path.replace("{account_id}", "1").replace("{", "").replace("}", "")
            named = {one["name"]: "1" for one in operation.get("parameters", ()) if one["in"] == "query"}
            # Administrators are told who they are first; everybody else is told of the mistake before.
            auth = ("root", "root's password") if path.startswith("/v1/admin") else None
            known = await http.request(method, address, params=named, auth=auth)
            strange = await http.request(method, address, params={"strange": "1"}, auth=auth)
            mistakes = [place["pointer"] for place in strange.json().get("errors", ())] if strange.content else []
            is_ours = path.startswith("/v1/") and path not in CALCULATORS
            assert ("/strange" in mistakes) is is_ours, (method, path)
            assert "not a parameter" not in known.text, (method, path)
            tried += is_ours
    assert tried > 30
