import asyncio
import hashlib
from typing import Any
from unittest.mock import ANY
from uuid import UUID

import httpx2
import pytest

from shared.kit.platform import Platform
from shared.projects import retention
from tests.actors import Client, stored_keys
from tests.pictures import picture

BODY = picture("PNG", (500, 400))
WANTED = {"filename": "../large.png", "content_type": "image/png", "size_bytes": len(BODY), "metadata": {"a": 1}}


@pytest.fixture
async def project(alice: Client) -> str:
    """A project of Alice's."""
    made: str = (await alice.create_project())["id"]
    return made


async def _announce(client: Client, project: str, **other: Any) -> dict[str, Any]:
    answer = await client.post(f"/api/projects/{project}/uploads", WANTED | other)
    assert answer.status_code == 201, answer.text
    upload: dict[str, Any] = answer.json()
    return upload


async def _put(upload: dict[str, Any], body: bytes, **headers: str) -> httpx2.Response:
    async with httpx2.AsyncClient() as anybody:
        return await anybody.put(upload["upload_url"], content=body, headers=upload["headers"] | headers)


async def test_a_large_image_is_announced_put_and_finalized(alice: Client, project: str) -> None:
    upload = await _announce(alice, project)
    put = await _put(upload, BODY)

    image = await alice.post(upload["finalize_url"])

    assert (put.status_code, image.status_code) == (200, 200)
    shown = image.json()
    assert (shown["id"], shown["filename"], shown["content_type"]) == (upload["id"], "large.png", "image/png")
    assert (shown["sha256"], shown["size_bytes"]) == (hashlib.sha256(BODY).hexdigest(), len(BODY))
    assert (shown["width"], shown["height"], shown["metadata"]) == (500, 400, {"a": 1})
    assert (await alice.get(shown["content_url"])).content == BODY
    again = await alice.post(upload["finalize_url"])
    assert (again.status_code, again.json()) == (200, {**shown, "thumbnail_status": ANY})
    assert (await alice.get(f"/api/projects/{project}/images")).json()["total"] == 1


async def test_two_that_finalize_at_once_get_the_same_image(alice: Client, project: str) -> None:
    upload = await _announce(alice, project)
    await _put(upload, BODY)

    answers = await asyncio.gather(*(alice.post(upload["finalize_url"]) for _ in range(4)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["sha256"] for answer in answers}) == 1
    assert (await alice.get(f"/api/projects/{project}/images")).json()["total"] == 1


async def test_what_the_link_takes_afterwards_is_shown_to_nobody(
    alice: Client, project: str, platform: Platform
) -> None:
    upload = await _announce(alice, project)
    await _put(upload, BODY)
    image = (await alice.post(upload["finalize_url"])).json()

    await _put(upload, bytes(len(BODY)))

    assert (await alice.get(image["content_url"])).content == BODY
    assert (await alice.post(upload["finalize_url"])).json()["sha256"] == image["sha256"]
    assert platform.storage.stat(f"uploads/{upload['id']}") is not None, "left to be collected"


async def test_storage_refuses_another_size_and_another_type(alice: Client, project: str) -> None:
    upload = await _announce(alice, project)

    longer = await _put(upload, BODY + b"x", **{"Content-Length": str(len(BODY) + 1)})
    html = await _put(upload, BODY, **{"Content-Type": "text/html"})

    assert (longer.status_code, html.status_code) == (403, 403)
    answer = await alice.post(upload["finalize_url"])
    assert (answer.status_code, answer.json()["code"]) == (409, "upload-incomplete")


@pytest.mark.parametrize(
    ("body", "content_type"), [(b"<html>", "image/png"), (BODY[:-200], "image/png"), (picture("GIF"), "image/png")]
)
async def test_what_is_not_what_was_announced_is_refused_and_can_be_put_again(
    alice: Client, project: str, body: bytes, content_type: str
) -> None:
    upload = await _announce(alice, project, size_bytes=len(body), content_type=content_type)
    await _put(upload, body)

    answer = await alice.post(upload["finalize_url"])

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-image")
    assert (await alice.get(f"/api/projects/{project}/images")).json()["total"] == 0


@pytest.mark.parametrize(
    ("other", "status"),
    [
        ({"size_bytes": 2**40}, 413),
        ({"size_bytes": 0}, 400),
        ({"content_type": "text/html"}, 400),
        ({"content_type": "image/svg+xml"}, 400),
        ({"filename": ""}, 400),
        ({"metadata": {"a": "x" * 20_000}}, 400),
    ],
)
async def test_an_announcement_of_something_else_is_refused(
    alice: Client, project: str, other: dict[str, Any], status: int
) -> None:
    answer = await alice.post(f"/api/projects/{project}/uploads", WANTED | other)

    assert answer.status_code == status, answer.text


async def test_a_project_deleted_meanwhile_takes_no_image(alice: Client, project: str) -> None:
    upload = await _announce(alice, project)
    await _put(upload, BODY)

    deleted = await alice.delete(f"/api/projects/{project}")

    assert deleted.status_code == 204
    assert (await alice.post(upload["finalize_url"])).status_code == 404


async def test_an_upload_that_is_never_finalized_is_collected(alice: Client, project: str, platform: Platform) -> None:
    forgotten, present = await _announce(alice, project), await _announce(alice, project)
    for upload in (forgotten, present):
        await _put(upload, BODY)
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE upload SET expires_at = now() WHERE id = $1", UUID(forgotten["id"]))

    await retention.purge(platform)

    assert (await alice.post(forgotten["finalize_url"])).json()["code"] == "upload-not-found"
    assert stored_keys(platform.storage, f"uploads/{forgotten['id']}") == []
    assert (await alice.post(present["finalize_url"])).status_code == 200
