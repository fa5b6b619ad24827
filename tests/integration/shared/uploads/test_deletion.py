"""What is over goes from database and storage; what is not, stays."""

from datetime import timedelta
from typing import Any

import pytest

from shared.kit import clock
from shared.kit.ids import uuid7
from shared.kit.platform import Platform
from shared.kit.storage import parts as storage_parts
from shared.kit.storage.files import File
from shared.operations import retention
from shared.operations.orphans import installation, unfinished
from shared.uploads import deletion
from shared.uploads.files import PREFIX, object_key
from tests.actors import Client
from tests.files import announce, announcement, content, put, put_all, sha256, upload_announced
from tests.orphans import collect_everything


async def _age(platform: Platform, upload: dict[str, Any], by: timedelta) -> None:
    async with platform.db.connection() as connection:
        statement = "UPDATE file_upload SET expires_at = expires_at - $2::interval WHERE id = $1"
        await connection.execute(statement, upload["id"], by)


def _unfinished(platform: Platform) -> set[str]:
    moment = clock.now() + timedelta(days=1)
    return {key for key, _ in storage_parts.begun_before(platform.storage, moment, PREFIX)}


async def test_an_unfinished_upload_expires_after_a_day_with_its_parts(alice: Client, platform: Platform) -> None:
    body, other = content(1000, "expires"), content(1000, "stays")
    upload, young = await announce(alice, body), await announce(alice, other)
    await put_all(upload["parts"], body)
    await put_all(young["parts"], other)
    await _age(platform, upload, timedelta(days=1))

    before = [await alice.post(upload["complete_url"], {}), await alice.post(upload["parts_url"], {"numbers": [1]})]
    count = await deletion.expire(platform)
    after = await alice.post(upload["complete_url"], {})

    assert [(answer.status_code, answer.json()["code"]) for answer in (*before, after)] == [(410, "upload-expired")] * 3
    assert count == 1
    assert (await alice.get(f"/v1/uploads/{upload['id']}")).json()["status"] == "expired"
    assert (await put(upload["parts"][0], body)).status_code == 404
    assert _unfinished(platform) & {object_key(upload["id"]), object_key(young["id"])} == {object_key(young["id"])}
    assert (await alice.post(young["complete_url"], {})).json()["sha256"] == sha256(other)


async def test_a_file_expires_after_its_time_and_is_no_longer_the_same_content(
    alice: Client, platform: Platform
) -> None:
    body = content(1000, "kept for its time")
    upload = await upload_announced(alice, body)
    await _age(platform, upload, timedelta(days=90))

    again = await alice.post("/v1/uploads", announcement(body))
    await deletion.expire(platform)

    assert again.status_code == 201
    assert (await alice.get(f"/v1/uploads/{upload['id']}")).json()["status"] == "expired"
    assert platform.storage.stat(object_key(upload["id"])) is None


async def test_an_upload_that_is_over_is_shown_for_a_week_and_then_gone(alice: Client, platform: Platform) -> None:
    recent, old, live = [await announce(alice, content(100, f"over {n}")) for n in range(3)]
    await _age(platform, recent, timedelta(days=7))
    await _age(platform, old, timedelta(days=9))

    await deletion.expire(platform)

    answers = [await alice.get(f"/v1/uploads/{upload['id']}") for upload in (recent, old, live)]
    assert [answer.status_code for answer in answers] == [200, 404, 200]
    async with platform.db.connection() as connection:
        parts = "SELECT count(*) FROM file_upload_part WHERE upload_id = $1"
        assert [await connection.fetchval(parts, upload["id"]) for upload in (recent, old, live)] == [1, 0, 1]


async def test_objects_and_parts_without_an_upload_are_collected_once_they_are_a_day_old(
    alice: Client, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    pending, complete = (
        await announce(alice, content(100, "pending")),
        await upload_announced(alice, content(100, "whole")),
    )
    stray_object, stray_parts = object_key(uuid7()), object_key(uuid7())
    platform.storage.put(stray_object, File("file", "text/csv", b"1"))
    storage_parts.begin(platform.storage, stray_parts)

    await installation.bind(platform)
    await unfinished.abort(platform)
    is_young_kept = stray_parts in _unfinished(platform)
    monkeypatch.setattr(unfinished, "ORPHAN_AGE", timedelta(seconds=-5))
    await unfinished.abort(platform)
    await collect_everything(platform, PREFIX)

    assert is_young_kept
    assert platform.storage.stat(stray_object) is None
    assert platform.storage.stat(object_key(complete["id"])) is not None
    assert _unfinished(platform) & {stray_parts, object_key(pending["id"])} == {object_key(pending["id"])}


async def test_the_dispatcher_s_cleaning_expires_uploads(alice: Client, platform: Platform) -> None:
    upload = await announce(alice, content(100, "cleaned"))
    await _age(platform, upload, timedelta(days=9))

    deleted = await retention.DUTIES["uploads"](platform)

    assert deleted is not None
    assert deleted >= 1
    assert (await alice.get(f"/v1/uploads/{upload['id']}")).status_code == 404
