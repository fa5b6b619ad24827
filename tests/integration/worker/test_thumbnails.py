"""Every image gets its thumbnail, whatever is lost on the way; and what is deleted is really purged."""

import asyncio
import dataclasses
from typing import Any
from uuid import UUID

import httpx2
import pytest

from deploy.local.stack import Stack
from shared.kit.children import longest_call_s
from shared.kit.platform import Platform
from shared.kit.storage.errors import StorageRefused, StorageUnavailable
from shared.kit.storage.files import StoredFile
from shared.projects import retention, retention_queries, thumbnail_queries, thumbnails
from shared.projects.thumbnail_queries import DueThumbnail
from tests.actors import Client, Team, eventually, stored_keys
from tests.pictures import picture
from worker.rendering.thumbnail import draw_thumbnail


async def _thumbnail(client: Client, image_id: str) -> int:
    return (await client.get(f"/api/images/{image_id}/thumbnail")).status_code


async def _ready(client: Client, *image_ids: str) -> None:
    async def all_ready() -> bool:
        return {await _thumbnail(client, image_id) for image_id in image_ids} == {200}

    await eventually(all_ready)


async def _row(platform: Platform, image_id: str) -> tuple[str, int]:
    async with platform.db.connection() as connection:
        found = await connection.fetchrow("SELECT status, attempt FROM thumbnail WHERE image_id = $1", UUID(image_id))
    return found["status"], found["attempt"]


async def _make_due(platform: Platform, image_id: str) -> None:
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE thumbnail SET due_at = now() WHERE image_id = $1", UUID(image_id))


async def _taken(platform: Platform, **options: Any) -> list[DueThumbnail]:
    lease = thumbnails.lease(platform.settings)
    async with platform.db.connection() as connection:
        return await thumbnail_queries.take(
            connection, lease, **{"under_way": [], "per_account": 100, "limit": 100, **options}
        )


async def _attempt(platform: Platform, image_id: str) -> None:
    """Attempt a thumbnail if it is due, as the thumbnailer does."""
    for due in await _taken(platform):
        if due.image_id == UUID(image_id):
            await thumbnails.attempt(platform, due, draw_thumbnail)


async def test_images_that_were_added_while_no_thumbnailer_ran_are_drawn_by_the_next(
    alice: Client, workers: Team
) -> None:
    project = (await alice.create_project())["id"]
    workers["thumbnailer"].kill()
    ids = [(await alice.add_image(project, picture()))["id"] for _ in range(3)]
    before = {await _thumbnail(alice, image_id) for image_id in ids}

    workers.start()

    assert before == {202}
    await _ready(alice, *ids)


async def test_images_are_taken_and_drawn_while_the_broker_is_away(alice: Client, workers: Team, stack: Stack) -> None:
    project = (await alice.create_project())["id"]
    stack.valkey.kill()
    try:
        image = await alice.add_image(project, picture())
        await _ready(alice, image["id"])
    finally:
        stack.valkey.start()
    assert workers["thumbnailer"].running


async def test_accounts_take_turns_and_one_leaves_a_slot_to_the_others(
    alice: Client, team: Team, platform: Platform
) -> None:
    bob = await Client.sign_up(alice.http)
    await _image(alice, team)
    await _taken(platform)  # What other tests have left.
    many = [await _image(alice, team) for _ in range(3)]
    one = await _image(bob, team)

    first = await _taken(platform, per_account=1, limit=2)
    owner = {str(due.image_id): due.account_id for due in first}
    none = await _taken(platform, under_way=[owner[many[0]]], per_account=1, limit=2)
    second = await _taken(platform, under_way=[owner[one]], per_account=2, limit=1)

    assert owner.keys() == {many[0], one}
    assert none == []
    assert [str(due.image_id) for due in second] == [many[1]]


async def test_an_attempt_that_is_broken_off_is_given_back_at_once(
    alice: Client, team: Team, platform: Platform
) -> None:
    image_id = await _image(alice, team, picture("PNG", (4000, 4000)))
    attempt = asyncio.create_task(_attempt(platform, image_id))

    async def has_begun() -> bool:
        return await _row(platform, image_id) == ("queued", 1)

    await eventually(has_begun)
    attempt.cancel()
    await asyncio.gather(attempt, return_exceptions=True)
    given_back = await _row(platform, image_id)
    await _attempt(platform, image_id)

    assert given_back == ("queued", 0)
    assert await _row(platform, image_id) == ("ready", 1)


@pytest.mark.parametrize("error", [StorageUnavailable(), StorageRefused("InvalidAccessKeyId")], ids=["away", "refuses"])
async def test_an_outage_of_storage_is_not_the_images_fault(
    alice: Client, team: Team, platform: Platform, monkeypatch: pytest.MonkeyPatch, error: StorageUnavailable
) -> None:
    image_id = await _image(alice, team)

    def away(_: str) -> bytes:
        raise error

    for _ in range(thumbnails.MAX_ATTEMPTS + 2):
        with monkeypatch.context() as patch:
            patch.setattr(platform.storage, "get", away)
            await _attempt(platform, image_id)
        given_back = await _row(platform, image_id)
        await _make_due(platform, image_id)
    await _attempt(platform, image_id)

    assert given_back == ("queued", 0)
    assert await _row(platform, image_id) == ("ready", 1)


async def test_an_image_at_which_every_attempt_dies_is_given_up(
    alice: Client, team: Team, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    image_id = await _image(alice, team)

    def die(_: str) -> bytes:
        raise MemoryError

    for _ in range(thumbnails.MAX_ATTEMPTS):
        with monkeypatch.context() as patch:
            patch.setattr(platform.storage, "get", die)
            with pytest.raises(MemoryError):
                await _attempt(platform, image_id)
        await _make_due(platform, image_id)
    still = await _row(platform, image_id)
    await _attempt(platform, image_id)

    assert (still, await _row(platform, image_id)) == (("queued", 3), ("failed", 4))
    answer = await alice.get(f"/api/images/{image_id}/thumbnail")
    assert (answer.status_code, answer.json()["code"]) == (404, "thumbnail-unavailable")
    assert (await alice.get(f"/api/images/{image_id}")).json()["thumbnail_status"] == "failed"
    assert (await alice.get(f"/api/images/{image_id}/content")).status_code == 200


async def test_a_thumbnail_that_is_stored_while_its_image_is_deleted_belongs_to_nothing(
    alice: Client, workers: Team, platform: Platform
) -> None:
    workers["thumbnailer"].kill()
    image_id = UUID((await alice.add_image((await alice.create_project())["id"], picture()))["id"])
    stored = StoredFile("thumbnail.webp", "image/webp", 1, "0" * 64, f"images/{image_id}/thumbnail.webp")

    async def succeed() -> bool:
        async with platform.db.connection() as connection:
            return await thumbnail_queries.succeed(connection, image_id, stored)

    async def is_waiting() -> bool:
        async with platform.db.connection() as connection:
            waiting = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query = $1)"
            return bool(await connection.fetchval(waiting, thumbnail_queries.SUCCEED))

    async with platform.db.transaction() as deletion:
        await deletion.execute("DELETE FROM image WHERE id = $1", image_id)
        ending = asyncio.create_task(succeed())
        await eventually(is_waiting)

    assert await ending is False


async def test_a_thumbnail_that_is_stored_between_the_steps_of_a_purge_is_not_left_behind(
    alice: Client, workers: Team, platform: Platform
) -> None:
    workers["thumbnailer"].kill()
    image_id = UUID((await alice.add_image((await alice.create_project())["id"], picture()))["id"])
    await alice.send("DELETE", f"/api/images/{image_id}", params={"reason": "no longer needed"})
    (due,) = [due for due in await _taken(platform) if due.image_id == image_id]

    async def waits(statement: str) -> bool:
        async with platform.db.connection() as connection:
            waiting = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query = $1)"
            return bool(await connection.fetchval(waiting, statement))

    async def deletion_waits() -> bool:
        return await waits(retention_queries.DELETE)

    async def attempt_waits_or_is_over() -> bool:
        return attempt.done() or await waits(thumbnail_queries.SUCCEED)

    async with platform.db.transaction() as other:
        await other.execute("UPDATE image SET purge_at = now() WHERE id = $1", image_id)
    async with platform.db.transaction() as other:
        await other.execute("LOCK TABLE image IN SHARE MODE")
        purge = asyncio.create_task(retention.purge_one(platform, image_id))
        await eventually(deletion_waits)
        attempt = asyncio.create_task(thumbnails.attempt(platform, due, draw_thumbnail))
        await eventually(attempt_waits_or_is_over)
    await asyncio.gather(purge, attempt)

    assert stored_keys(platform.storage, f"images/{image_id}/") == []


async def test_an_attempt_that_is_not_due_is_none(
    alice: Client, team: Team, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    image_id = await _image(alice, team)
    get = platform.storage.get
    read = []

    def count(key: str) -> bytes:
        read.append(key)
        return get(key)

    monkeypatch.setattr(platform.storage, "get", count)

    await asyncio.gather(*(_attempt(platform, image_id) for _ in range(5)))

    assert (len(read), await _row(platform, image_id)) == (1, ("ready", 1))


async def test_an_image_that_takes_too_long_to_draw_is_given_up_at_once(
    alice: Client, team: Team, platform: Platform
) -> None:
    image_id = await _image(alice, team, picture("PNG", (2000, 2000)))
    hurried = dataclasses.replace(platform, settings=platform.settings.model_copy(update={"image_time_limit_s": 0.01}))

    await _attempt(hurried, image_id)

    assert await _row(platform, image_id) == ("failed", 1)


def test_the_lease_of_an_attempt_is_longer_than_two_tries_take(platform: Platform) -> None:
    for limit in (0.5, 10, 120):
        settings = platform.settings.model_copy(update={"image_time_limit_s": limit})
        assert thumbnails.lease(settings).total_seconds() > 2 * longest_call_s(limit) + settings.image_wait_s


async def test_an_image_that_storage_has_lost_is_gone_and_has_no_thumbnail(
    alice: Client, team: Team, platform: Platform
) -> None:
    image_id = await _image(alice, team)
    image = (await alice.get(f"/api/images/{image_id}")).json()
    platform.storage.delete([f"images/{image_id}/{image['sha256']}"])

    await _attempt(platform, image_id)

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

    async def is_collected() -> bool:
        return stored_keys(platform.storage, f"images/{deleted}/") == []

    await eventually(is_purged)
    await eventually(is_collected)
    assert len(stored_keys(platform.storage, f"images/{kept}/")) == 2
    assert (await alice.post(f"/api/images/{kept}/restore")).status_code == 200


async def _image(alice: Client, team: Team, body: bytes = picture()) -> str:
    """An image whose thumbnail nobody makes by himself."""
    team["thumbnailer"].kill()
    project = (await alice.create_project())["id"]
    image_id: str = (await alice.add_image(project, body))["id"]
    return image_id
