"""Every image gets its thumbnail, whatever is lost on the way; and what is deleted is really purged."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx2
import pytest

from deploy.local.stack import Stack
from shared.kit.files import File
from shared.kit.platform import Platform
from shared.kit.storage_errors import StorageUnavailable
from shared.projects import thumbnails
from tests.actors import Client, Team, eventually
from tests.pictures import picture
from worker.rendering.thumbnail import make_thumbnail


async def _thumbnail(client: Client, image_id: str) -> int:
    return (await client.get(f"/api/images/{image_id}/thumbnail")).status_code


async def _ready(client: Client, *image_ids: str) -> None:
    async def all_ready() -> bool:
        return {await _thumbnail(client, image_id) for image_id in image_ids} == {200}

    await eventually(all_ready, 60)


async def _row(platform: Platform, image_id: str) -> tuple[str, int]:
    async with platform.db.connection() as connection:
        found = await connection.fetchrow("SELECT status, attempt FROM thumbnail WHERE image_id = $1", UUID(image_id))
    return found["status"], found["attempt"]


async def _make_due(platform: Platform, image_id: str) -> None:
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE thumbnail SET due_at = now() WHERE image_id = $1", UUID(image_id))


async def test_a_wiped_broker_only_delays_thumbnails(alice: Client, workers: Team, stack: Stack) -> None:
    project = (await alice.create_project())["id"]
    workers["worker"].kill()
    ids = [(await alice.add_image(project, picture()))["id"] for _ in range(3)]
    before = {await _thumbnail(alice, image_id) for image_id in ids}

    stack.valkey.kill()
    stack.valkey.wipe()
    stack.valkey.start()
    workers.start()

    assert before == {202}
    await _ready(alice, *ids)


async def test_images_are_taken_while_the_broker_is_away(alice: Client, workers: Team, stack: Stack) -> None:
    project = (await alice.create_project())["id"]
    stack.valkey.kill()
    try:
        image = await alice.add_image(project, picture())
    finally:
        stack.valkey.start()

    assert workers["dispatcher"].running
    await _ready(alice, image["id"])


async def test_an_outage_of_storage_is_not_the_images_fault(
    alice: Client, team: Team, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    image_id = await _image(alice, team)

    def away(_: str) -> bytes:
        raise StorageUnavailable

    for _ in range(thumbnails.MAX_ATTEMPTS + 2):
        with monkeypatch.context() as patch:
            patch.setattr(platform.storage, "get", away)
            await thumbnails.attempt(platform, UUID(image_id), make_thumbnail)
        given_back = await _row(platform, image_id)
        await _make_due(platform, image_id)
    await thumbnails.attempt(platform, UUID(image_id), make_thumbnail)

    assert given_back == ("queued", 0)
    assert await _row(platform, image_id) == ("ready", 1)


async def test_an_image_at_which_every_attempt_dies_is_given_up(alice: Client, team: Team, platform: Platform) -> None:
    image_id = await _image(alice, team)

    def die(_: bytes) -> File:
        raise MemoryError

    for _ in range(thumbnails.MAX_ATTEMPTS):
        with pytest.raises(MemoryError):
            await thumbnails.attempt(platform, UUID(image_id), die)
        await _make_due(platform, image_id)
    still = await _row(platform, image_id)
    await thumbnails.attempt(platform, UUID(image_id), make_thumbnail)

    assert (still, await _row(platform, image_id)) == (("queued", 3), ("failed", 4))
    answer = await alice.get(f"/api/images/{image_id}/thumbnail")
    assert (answer.status_code, answer.json()["code"]) == (404, "thumbnail-unavailable")
    assert (await alice.get(f"/api/images/{image_id}")).json()["thumbnail_status"] == "failed"
    assert (await alice.get(f"/api/images/{image_id}/content")).status_code == 200


async def test_an_attempt_that_is_not_due_is_none(alice: Client, team: Team, platform: Platform) -> None:
    image_id = await _image(alice, team)
    made = 0

    def count(body: bytes) -> File:
        nonlocal made
        made += 1
        return make_thumbnail(body)

    await asyncio.gather(*(thumbnails.attempt(platform, UUID(image_id), count) for _ in range(5)))

    assert (made, await _row(platform, image_id)) == (1, ("ready", 1))


async def test_an_image_that_storage_has_lost_is_gone_and_has_no_thumbnail(
    alice: Client, team: Team, platform: Platform
) -> None:
    image_id = await _image(alice, team)
    image = (await alice.get(f"/api/images/{image_id}")).json()
    platform.storage.delete([f"images/{image_id}/{image['sha256']}"])

    await thumbnails.attempt(platform, UUID(image_id), make_thumbnail)

    content = await alice.get(f"/api/images/{image_id}/content")
    assert (content.status_code, content.json()["code"]) == (410, "file-gone")
    assert await _row(platform, image_id) == ("failed", 1)


async def test_the_dispatcher_purges_what_is_past_its_time(alice: Client, workers: Team, platform: Platform) -> None:
    project = (await alice.create_project())["id"]
    deleted, kept = [(await alice.add_image(project, picture()))["id"] for _ in range(2)]
    await _ready(alice, deleted, kept)
    links = [(await alice.get(f"/api/images/{image_id}/download")).json()["url"] for image_id in (deleted, kept)]
    for image_id in (deleted, kept):
        await alice.send("DELETE", f"/api/images/{image_id}", params={"reason": "no longer needed"})
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE image SET purge_at = now() WHERE id = $1", UUID(deleted))

    # It cleans when it starts, and every hour.
    workers["dispatcher"].kill()
    workers.start()

    async def is_purged() -> bool:
        async with httpx2.AsyncClient() as anybody:
            return (await anybody.get(links[0])).status_code == 404

    await eventually(is_purged, 30)
    assert list(platform.storage.keys_before(_tomorrow(), f"images/{deleted}/")) == []
    assert len(list(platform.storage.keys_before(_tomorrow(), f"images/{kept}/"))) == 2
    assert (await alice.post(f"/api/images/{kept}/restore")).status_code == 200


async def _image(alice: Client, team: Team) -> str:
    """An image whose thumbnail nobody makes by himself."""
    for name in ("worker", "dispatcher"):
        team[name].kill()
    project = (await alice.create_project())["id"]
    image_id: str = (await alice.add_image(project, picture()))["id"]
    return image_id


def _tomorrow() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)
