"""Every operation of the published document that names a thing, tried on somebody else's thing."""

from typing import Any

import httpx2
import pytest
from litestar import Litestar

from api.openapi import document
from tests.actors import Client

NAMES = {"cm_uid", "uid", "job_id", "endpoint_id", "delivery_id", "key_id"}

LABELS = {"actual_vector": [0, 1], "predicted_vector": [0, 1]}

# What a body must look like so that ownership is what decides.
BODIES: dict[str, dict[str, Any]] = {
    "update_matrix": LABELS,
    "describe_matrix": {"name": "mine now"},
    "change_webhook_endpoint": {"description": "mine now"},
    "replay_webhook_events": {"since": "2026-01-01T00:00:00Z"},
}

# These name things in their bodies.
IN_BODIES: dict[str, dict[str, Any]] = {
    "submit_job": {"kind": "report", "cm_uid": "{cm_uid}"},
    "compare_matrices": {"cm_uids": ["{cm_uid}", "{own}"]},
}


@pytest.fixture
async def things(alice: Client) -> dict[str, str]:
    """Something of everything that can be named, all of it Alice's."""
    uid = await alice.create_matrix()
    endpoint = (await alice.post("/v1/webhooks/endpoints", {"url": "https://example.com/hook"})).json()
    job = await alice.submit("report", uid)
    key = (await alice.post("/v1/keys", {"name": "another"})).json()
    delivery = (await alice.post(f"/v1/webhooks/endpoints/{endpoint['id']}/test")).json()
    return {
        "cm_uid": uid,
        "uid": uid,
        "job_id": job["id"],
        "endpoint_id": endpoint["id"],
        "delivery_id": delivery["id"],
        "key_id": key["id"],
    }


async def test_nothing_of_somebody_else_can_be_reached_by_any_operation(
    app: Litestar, alice: Client, mallory: Client, things: dict[str, str]
) -> None:
    before = (await alice.get(f"/v1/matrices/{things['uid']}")).json()
    tried = set()
    for path, method, operation in _operations(app):
        named = {parameter["name"]: parameter["in"] for parameter in operation.get("parameters", ())}
        if not named.keys() & NAMES:
            continue
        known = {**things, "format": "json"}
        query = {name: known[name] for name, place in named.items() if place == "query" and name in known}
        answer = await mallory.http.request(
            method,
            path.format(**things),
            params=query,
            json=BODIES.get(operation["operationId"]) if method not in {"GET", "DELETE"} else None,
            headers={"X-API-Key": mallory.key},
        )
        assert answer.status_code == 404, (operation["operationId"], answer.status_code, answer.text)
        tried.add(operation["operationId"])

    assert len(tried) >= 15, tried
    assert (await alice.get(f"/v1/matrices/{things['uid']}")).json() == before


async def test_nothing_of_somebody_else_can_be_reached_through_a_body(
    app: Litestar, mallory: Client, things: dict[str, str]
) -> None:
    own = await mallory.create_matrix()
    paths = {operation["operationId"]: path for path, _, operation in _operations(app)}

    for operation_id, body in IN_BODIES.items():
        filled = {
            name: [text.format(**things, own=own) for text in value]
            if isinstance(value, list)
            else value.format(**things)
            for name, value in body.items()
        }
        answer = await mallory.post(paths[operation_id], filled)
        assert answer.status_code == 404, (operation_id, answer.text)


async def test_every_operation_but_a_few_wants_a_key(app: Litestar, http: httpx2.AsyncClient) -> None:
    nobody = "01a2d7a0-0000-7000-8000-000000000000"
    everything = dict.fromkeys(NAMES, nobody)
    answers = {}
    for path, method, operation in _operations(app):
        known = {**everything, "format": "json"}
        named = {parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "query"}
        query = {name: known[name] for name in named & known.keys()}
        answer = await http.request(method, path.format(**everything), params=query)
        answers[operation["operationId"]] = answer.status_code

    assert {name for name, status in answers.items() if status != 401} == {"healthz", "readyz", "sign_in", "sign_up"}


def _operations(app: Litestar) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method.upper(), operation)
        for path, operations in document(app)["paths"].items()
        for method, operation in operations.items()
    ]
