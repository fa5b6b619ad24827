import asyncio
from typing import Any
from unittest.mock import ANY
from uuid import UUID

import httpx2
import pytest

from shared.kit.platform import Platform
from shared.projects import image_queries, retention
from shared.projects.models import EventType
from tests.actors import Client, eventually, stored_keys
from tests.pictures import picture

REASON = "shows a licence plate"


@pytest.fixture
async def image(alice: Client) -> dict[str, Any]:
    """An image of Alice's, beside another one."""
    project = (await alice.create_project())["id"]
    await alice.add_image(project, picture(), name="other.png")
    # A worker may be about.
    return await alice.add_image(project, picture()) | {"thumbnail_status": ANY}


async def _delete(client: Client, image: dict[str, Any], **query: Any) -> httpx2.Response:
    return await client.send("DELETE", f"/api/images/{image['id']}", params={"reason": REASON, **query})


async def _restore(client: Client, image: dict[str, Any]) -> httpx2.Response:
    return await client.post(f"/api/images/{image['id']}/restore")


async def _events(client: Client, image: dict[str, Any]) -> list[tuple[str, str | None]]:
    answer = await client.get(f"/api/projects/{image['project_id']}/images/deletion-events")
    return [(event["type"], event["reason"]) for event in answer.json()["items"] if event["image_id"] == image["id"]]


async def _end_retention(platform: Platform, image: dict[str, Any]) -> None:
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE image SET purge_at = now() WHERE id = $1", UUID(image["id"]))


async def _status(url: str) -> int:
    async with httpx2.AsyncClient() as anybody:
        return (await anybody.get(url)).status_code


async def test_a_deleted_image_is_hidden_and_comes_back(alice: Client, image: dict[str, Any]) -> None:
    address = f"/api/images/{image['id']}"

    deleted = await _delete(alice, image)
    hidden = [(await alice.get(f"{address}{path}")).status_code for path in ("", "/content", "/thumbnail", "/download")]
    said = await alice.send("PUT", f"{address}/metadata", json={"key": "a", "value": 1})
    shown = await alice.get(address, include_deleted=True)
    lists = [
        [
            item["filename"]
            for item in (await alice.get(f"/api/projects/{image['project_id']}/images", deleted=kind)).json()["items"]
        ]
        for kind in (False, True)
    ]
    restored = await _restore(alice, image)

    facts = deleted.json()
    assert deleted.status_code == 200
    assert facts == {
        **image,
        "updated_at": facts["updated_at"],
        "deleted_at": facts["deleted_at"],
        "deletion_reason": REASON,
        "restorable_until": facts["restorable_until"],
    }
    assert (hidden, said.status_code) == ([404] * 4, 404)
    assert shown.json() == facts | {"thumbnail_status": ANY}
    assert lists == [["other.png"], ["a.png"]]
    assert (restored.status_code, restored.json()) == (200, {**image, "updated_at": restored.json()["updated_at"]})
    assert (await alice.get(f"{address}/content")).content == picture()
    assert await _events(alice, image) == [("restore", None), ("soft_delete", REASON)]


async def test_deleting_and_restoring_again_changes_nothing(alice: Client, image: dict[str, Any]) -> None:
    first = await _delete(alice, image)
    again = await _delete(alice, image, reason="something else entirely")
    restored = await _restore(alice, image)
    restored_again = await _restore(alice, image)

    assert (again.status_code, again.json()) == (200, first.json() | {"thumbnail_status": ANY})
    assert (restored_again.status_code, restored_again.json()) == (
        200,
        restored.json() | {"thumbnail_status": ANY},
    )
    assert await _events(alice, image) == [("restore", None), ("soft_delete", REASON)]


@pytest.mark.parametrize("reason", [None, "too short", "x" * 501, " " * 20])
async def test_a_deletion_needs_a_reason(alice: Client, image: dict[str, Any], reason: str | None) -> None:
    query = {"reason": reason} if reason else {}

    answer = await alice.send("DELETE", f"/api/images/{image['id']}", params=query)

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/reason"]
    assert (await alice.get(f"/api/images/{image['id']}")).json()["deleted_at"] is None


async def test_a_forced_deletion_is_for_good_at_once(alice: Client, image: dict[str, Any], platform: Platform) -> None:
    link = (await alice.get(f"/api/images/{image['id']}/download")).json()["url"]

    deleted = await _delete(alice, image, force=True)

    assert (deleted.status_code, await _status(link)) == (200, 404)
    restored = await _restore(alice, image)
    assert (restored.status_code, restored.json()["code"]) == (409, "image-permanently-deleted")
    assert (await alice.get(f"/api/images/{image['id']}", include_deleted=True)).status_code == 404
    assert (await _delete(alice, image)).status_code == 404
    assert await _events(alice, image) == [("purge", None), ("force_delete", REASON)]

    async def nothing_is_left() -> bool:
        return not stored_keys(platform.storage, f"images/{image['id']}/")

    # A thumbnail may just be under way, and takes itself back.
    await eventually(nothing_is_left)


async def test_a_hidden_image_can_be_deleted_for_good(alice: Client, image: dict[str, Any]) -> None:
    await _delete(alice, image)

    deleted = await _delete(alice, image, force=True)

    assert deleted.status_code == 200
    assert (await _restore(alice, image)).status_code == 409


async def test_an_image_whose_time_is_over_cannot_be_restored_and_is_purged_with_its_objects(
    alice: Client, image: dict[str, Any], platform: Platform
) -> None:
    link = (await alice.get(f"/api/images/{image['id']}/download")).json()["url"]
    await _delete(alice, image)
    await retention.purge(platform)
    before = await _status(link)
    await _end_retention(platform, image)

    late = await _restore(alice, image)
    shown = await alice.get(f"/api/images/{image['id']}", include_deleted=True)
    purged = await retention.purge(platform)

    assert before == 200
    assert (late.status_code, late.json()["code"], shown.status_code) == (410, "image-purged", 404)
    assert (purged, await _status(link)) == (1, 404)
    assert (await _restore(alice, image)).json()["code"] == "image-purged"
    assert await _events(alice, image) == [("purge", None), ("soft_delete", REASON)]
    assert (await alice.get(f"/api/projects/{image['project_id']}")).json()["image_count"] == 1


async def test_a_deleted_project_is_purged_with_everything_in_it(alice: Client, platform: Platform) -> None:
    project = (await alice.create_project())["id"]
    images = [await alice.add_image(project, picture()) for _ in range(25)]
    links = [(await alice.get(f"/api/images/{image['id']}/download")).json()["url"] for image in images[:2]]
    await alice.send("DELETE", f"/api/projects/{project}", params={"force": True})

    await retention.purge(platform)
    purged = await retention.purge(platform)

    assert purged == 0, "nothing is left"
    assert [await _status(link) for link in links] == [404, 404]
    async with platform.db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM project WHERE id = $1", UUID(project)) == 0


async def test_of_a_deletion_and_a_restoration_at_once_each_is_whole(alice: Client, image: dict[str, Any]) -> None:
    for _ in range(10):
        answers = await asyncio.gather(*(act(alice, image) for act in (_delete, _restore, _delete, _restore)))
        assert {answer.status_code for answer in answers} == {200}

    shown = (await alice.get(f"/api/images/{image['id']}", include_deleted=True)).json()
    events = [kind for kind, _ in await _events(alice, image)][::-1]
    # They take turns, and the last one is what is seen.
    assert events == ["soft_delete", "restore"] * (len(events) // 2) + ["soft_delete"] * (len(events) % 2)
    assert (shown["deleted_at"] is not None) == (events[-1] == "soft_delete")


async def test_an_image_is_deleted_while_its_project_is(
    alice: Client, image: dict[str, Any], platform: Platform
) -> None:
    project = image["project_id"]
    async with platform.db.connection() as connection:
        account_id = await connection.fetchval("SELECT account_id FROM image WHERE id = $1", UUID(image["id"]))

    async def waits() -> bool:
        async with platform.db.connection() as connection:
            statement = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%image%'"
            return bool(await connection.fetchval(statement))

    async with platform.db.transaction() as connection:
        locked = await image_queries.lock(connection, account_id, UUID(image["id"]))
        assert locked is not None
        deletion = asyncio.ensure_future(alice.delete(f"/api/projects/{project}?force=true"))
        await eventually(waits)
        # What it has to do next: the event refers to the project, whose row the other one holds.
        await image_queries.add_event(connection, EventType.FORCE_DELETE, locked, REASON)

    assert (await deletion).status_code == 204


async def test_events_are_paged(alice: Client, image: dict[str, Any]) -> None:
    for _ in range(2):
        await _delete(alice, image)
        await _restore(alice, image)
    address = f"/api/projects/{image['project_id']}/images/deletion-events"

    first = (await alice.get(address, limit=3)).json()
    rest = (await alice.get(address, limit=3, cursor=first["next"])).json()

    kinds = [event["type"] for event in first["items"] + rest["items"]]
    assert (kinds, rest["next"]) == (["restore", "soft_delete"] * 2, None)
    assert first["items"][1] == {
        "id": first["items"][1]["id"],
        "image_id": image["id"],
        "type": "soft_delete",
        "filename": "a.png",
        "reason": REASON,
        "created_at": first["items"][1]["created_at"],
    }
