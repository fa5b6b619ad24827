import json
from typing import Any

import pytest

from tests.actors import Client
from tests.pictures import picture


async def test_a_project_is_opened_read_renamed_and_deleted(alice: Client) -> None:
    body = {"name": "Crossroads", "description": "cameras 1 to 4", "metadata": {"city": "Łódź", "lanes": 3}}

    made = await alice.create_project(**body)

    assert made == {
        "id": made["id"],
        **body,
        "image_count": 0,
        "created_at": made["created_at"],
        "updated_at": made["created_at"],
    }
    address = f"/api/projects/{made['id']}"
    assert (await alice.get(address)).json() == made
    renamed = await alice.send("PATCH", address, json={"name": "Crossing", "description": None})
    expected = {**made, "name": "Crossing", "description": None, "updated_at": renamed.json()["updated_at"]}
    assert (renamed.status_code, renamed.json()) == (200, expected)
    assert (await alice.delete(address)).status_code == 204
    assert (await alice.get(address)).status_code == 404
    assert (await alice.get("/api/projects")).json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/name"),
        ({"name": ""}, "/name"),
        ({"name": "x" * 256}, "/name"),
        ({"name": "x\0"}, ""),
        ({"name": "x", "metadata": []}, "/metadata"),
        ({"name": "x", "metadata": {"a/b": 1}}, "/metadata"),
        ({"name": "x", "metadata": {"..": 1}}, "/metadata"),
        ({"name": "x", "metadata": {" \u200b": 1}}, "/metadata"),
        ({"name": "x", "metadata": {"a": "y" * 20_000}}, "/metadata"),
        ({"name": "x", "metadata": {"a": json.loads("[" * 20 + "]" * 20)}}, "/metadata"),
    ],
)
async def test_a_mistake_is_named_and_nothing_is_opened(alice: Client, body: dict[str, Any], pointer: str) -> None:
    answer = await alice.post("/api/projects", body)

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert (await alice.get("/api/projects")).json()["items"] == []


async def test_projects_are_listed_newest_first_with_the_number_of_their_images(alice: Client) -> None:
    first = await alice.create_project(name="Alpha one")
    second = await alice.create_project(name="Beta")
    third = await alice.create_project(name="Gamma")
    await alice.add_image(second["id"], picture())

    page = (await alice.get("/api/projects", limit=2)).json()
    rest = (await alice.get("/api/projects/", limit=2, cursor=page["next"])).json()

    assert page["items"] == [third, {**second, "image_count": 1}]
    assert rest == {"items": [first], "next": None}
    named = (await alice.get("/api/projects", name="ALPHA")).json()["items"]
    assert named == [first]
    assert (await alice.get("/api/projects", name="%")).json()["items"] == []


async def test_a_project_that_holds_images_is_deleted_only_with_force(alice: Client) -> None:
    project = await alice.create_project()
    image = await alice.add_image(project["id"], picture())
    address = f"/api/projects/{project['id']}"

    refused = await alice.delete(address)
    still_there = (await alice.get(f"/api/images/{image['id']}")).status_code
    deleted = await alice.send("DELETE", address, params={"force": True})

    assert (refused.status_code, refused.json()["code"], still_there) == (409, "project-not-empty", 200)
    assert deleted.status_code == 204
    for path in ("", "/content", "/thumbnail", "/download"):
        assert (await alice.get(f"/api/images/{image['id']}{path}", include_deleted=True)).status_code == 404
    assert (await alice.get(f"{address}/images")).status_code == 404
    assert (await alice.get(f"{address}/images/deletion-events")).status_code == 404
    assert (await alice.post(f"/api/images/{image['id']}/restore")).status_code == 404
    assert (await alice.add_image_answer(project["id"], picture())).status_code == 404


async def test_a_project_whose_images_could_still_be_restored_counts_as_holding_them(alice: Client) -> None:
    project = await alice.create_project()
    image = await alice.add_image(project["id"], picture())
    await alice.send("DELETE", f"/api/images/{image['id']}", params={"reason": "out of focus"})

    answer = await alice.delete(f"/api/projects/{project['id']}")

    assert answer.status_code == 409
    assert (await alice.post(f"/api/images/{image['id']}/restore")).status_code == 200


async def test_fields_that_clients_of_the_pipeline_api_send_are_passed_over(alice: Client) -> None:
    project = (await alice.post("/api/projects", {"name": "A", "meta_group_id": "x", "key": "y"})).json()
    described = await alice.send("PATCH", f"/api/projects/{project['id']}", json={"name": "B", "meta_group_id": "z"})
    image = await alice.add_image(project["id"], picture())
    comment = await alice.post(f"/api/images/{image['id']}/comments", {"text": "c", "author": "me"})

    assert (described.status_code, described.json()["name"]) == (200, "B")
    assert (comment.status_code, comment.json()["text"]) == (201, "c")


async def test_clients_of_the_pipeline_api_ask_for_its_health(alice: Client) -> None:
    answer = await alice.http.get("/api/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "healthy"})
