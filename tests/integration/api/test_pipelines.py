"""Pipelines of an account, their secrets, and what waits for them."""

import re
from typing import Any

import pytest

from shared.kit.platform import Platform
from tests.actors import Client
from tests.pipelines import Pipeline, add_image, create_analysis


async def queue(owner: Client, pipeline_id: str, **query: Any) -> list[dict[str, Any]]:
    answer = await owner.get(f"/v1/pipelines/{pipeline_id}/queue", **query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_pipeline_is_registered_shown_changed_and_forgotten(alice: Client, mallory: Client) -> None:
    created = await alice.post("/v1/pipelines", {"name": "detector", "models": ["yolo_v8"]})
    body = created.json()
    assert (created.status_code, body["name"], body["models"]) == (201, "detector", ["yolo_v8"])
    assert re.fullmatch("[0-9a-f]{64}", body["secret"])
    assert (await alice.get(f"/v1/pipelines/{body['id']}")).json() == body
    assert (await alice.get("/v1/pipelines")).json() == [body]
    assert (await mallory.get("/v1/pipelines")).json() == []

    changed = await alice.send("PATCH", f"/v1/pipelines/{body['id']}", json={"models": []})

    assert changed.json() == {**body, "models": []}
    assert (await alice.get(f"/v1/pipelines/{body['id']}")).json() == changed.json()
    assert (await alice.delete(f"/v1/pipelines/{body['id']}")).status_code == 204
    assert (await alice.get(f"/v1/pipelines/{body['id']}")).json()["code"] == "pipeline-not-found"


async def test_secrets_differ_and_are_hidden_from_keys_without_the_scope_account(alice: Client) -> None:
    one, other = await Pipeline.of(alice), await Pipeline.of(alice)
    body = {"name": "worker", "scopes": ["read", "write"]}
    worker = {"X-API-Key": (await alice.post("/v1/keys", body)).json()["api_key"]}

    refused = [
        await alice.http.request(method, f"/v1/pipelines{path}", json=body, headers=worker)
        for method, path, body in (
            ("POST", "", {"name": "mine"}),
            ("GET", "", None),
            ("GET", f"/{one.id}", None),
            ("PATCH", f"/{one.id}", {"models": []}),
            ("DELETE", f"/{one.id}", None),
            ("POST", f"/{one.id}/secret/rotate", None),
        )
    ]
    polled = await alice.http.get(f"/v1/pipelines/{one.id}/queue", headers=worker)

    assert one.secret != other.secret
    assert [answer.json()["code"] for answer in refused] == ["missing-scope"] * 6
    assert polled.status_code == 200


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/name"),
        ({"name": ""}, "/name"),
        ({"name": "x", "models": [""]}, "/models/0"),
        ({"name": "x", "model": "y"}, "/model"),
    ],
)
async def test_what_is_no_pipeline_is_refused(alice: Client, body: dict[str, Any], pointer: str) -> None:
    answer = await alice.post("/v1/pipelines", body)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)


async def test_the_queue_holds_what_waits_for_its_models_the_oldest_first(
    platform: Platform, alice: Client, mallory: Client
) -> None:
    image_id = await add_image(platform, alice, filename="a.png", width=20, height=10)
    first, second, other = [
        await create_analysis(alice, image_id, model) for model in ("yolo_v8", "yolo_v8", "resnet50")
    ]
    await create_analysis(mallory, await add_image(platform, mallory))
    one = await Pipeline.of(alice, models=["yolo_v8"])
    every = await Pipeline.of(alice)
    assert (one.id, every.id) != (None, None)

    waiting = await queue(alice, str(one.id))

    assert [found["id"] for found in waiting] == [first, second]
    image = waiting[0]["image"]
    assert (image["id"], image["filename"], image["width"], image["height"]) == (image_id, "a.png", 20, 10)
    assert [found["id"] for found in await queue(alice, str(every.id))] == [first, second, other]
    assert [found["id"] for found in await queue(alice, str(every.id), limit=1)] == [first]

    await one.status(first, "processing")
    assert [found["id"] for found in await queue(alice, str(one.id))] == [second]
    async with platform.db.connection() as connection:
        await connection.execute(
            "UPDATE image SET deleted_at = now(), purge_at = now() + interval '1 day' WHERE id::text = $1", image_id
        )
    assert await queue(alice, str(every.id)) == []
    assert (await mallory.get(f"/v1/pipelines/{one.id}/queue")).status_code == 404
