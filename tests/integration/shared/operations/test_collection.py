"""Objects that no row refers to are marked at one look and deleted at a later one; everything else stays."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.kit import clock
from shared.kit.database.transactions import Connection
from shared.kit.ids import uuid7
from shared.kit.platform import Platform
from shared.kit.storage.bucket import Storage
from shared.kit.storage.errors import StorageUnavailable
from shared.kit.storage.files import File
from shared.kit.storage.listing import ListedObject
from shared.operations import monitoring
from shared.operations.orphans import collection, installation
from shared.operations.orphans.__main__ import main
from shared.operations.orphans.prefixes import PREFIXES
from tests.actors import Client, stored_keys
from tests.orphans import CARELESS, collect_everything, looking_only_below, with_settings
from tests.pictures import picture

LEFT = File("left", "text/plain", b"left behind")


@pytest.fixture
async def prefix(platform: Platform) -> AsyncIterator[str]:
    """A prefix of this test's own; the database and the bucket are bound."""
    await installation.bind(platform)
    part = f"jobs/{uuid7()}/"
    with looking_only_below(part):
        yield part


def _put(platform: Platform, prefix: str, count: int) -> list[str]:
    keys = [f"{prefix}{number:04}" for number in range(count)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda key: platform.storage.put(key, LEFT), keys))
    return keys


def _left(platform: Platform, prefix: str) -> list[str]:
    return stored_keys(platform.storage, prefix)


async def _wait_out_the_delay(platform: Platform, prefix: str, hours: float = 24) -> None:
    async with platform.db.connection() as connection:
        await connection.execute(
            "UPDATE orphan SET marked_at = marked_at - $2::interval WHERE prefix = $1", prefix, timedelta(hours=hours)
        )


async def test_an_orphan_is_marked_at_the_first_look_and_deleted_at_one_after_the_delay(
    platform: Platform, prefix: str
) -> None:
    keys = _put(platform, prefix, 3)

    counts = [await collection.collect(platform, prefix) for _ in range(3)]
    await _wait_out_the_delay(platform, prefix, 23.9)
    counts.append(await collection.collect(platform, prefix))
    early = _left(platform, prefix)
    await _wait_out_the_delay(platform, prefix, 0.2)
    counts.append(await collection.collect(platform, prefix))

    assert (counts, early, _left(platform, prefix)) == ([0, 0, 0, 0, 3], keys, [])


async def test_a_young_object_is_not_even_marked(
    platform: Platform, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = _put(platform, prefix, 1)
    monkeypatch.setattr(collection, "ORPHAN_AGE", timedelta(hours=1))

    counts = [await collection.collect(with_settings(platform, **CARELESS), prefix) for _ in range(3)]

    assert (counts, _left(platform, prefix)) == ([0, 0, 0], keys)


async def test_the_clock_of_the_dispatcher_makes_no_object_old(
    platform: Platform, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = _put(platform, prefix, 1)
    monkeypatch.setattr(collection, "ORPHAN_AGE", timedelta(days=1))
    future = clock.now() + timedelta(days=30)
    monkeypatch.setattr(clock, "now", lambda: future)

    counts = [await collection.collect(with_settings(platform, **CARELESS), prefix) for _ in range(3)]

    assert (counts, _left(platform, prefix)) == ([0, 0, 0], keys)


async def test_an_object_that_is_referenced_again_loses_its_mark(
    platform: Platform, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = _put(platform, prefix, 2)
    await collection.collect(platform, prefix)
    await _wait_out_the_delay(platform, prefix)

    async def without_the_first(_: Connection, page: Sequence[str]) -> list[str]:
        return [key for key in page if key != keys[0]]

    select = PREFIXES[prefix]
    monkeypatch.setitem(PREFIXES, prefix, without_the_first)
    first = await collection.collect(platform, prefix)
    monkeypatch.setitem(PREFIXES, prefix, select)
    second = await collection.collect(platform, prefix)

    assert (first, second, _left(platform, prefix)) == (1, 0, keys[:1])


async def test_a_reference_is_looked_for_again_right_before_the_deletion(
    platform: Platform, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = _put(platform, prefix, 2)
    await collection.collect(platform, prefix)
    await _wait_out_the_delay(platform, prefix)
    looks = iter([keys, keys[1:]])

    async def referenced_in_between(_: Connection, page: Sequence[str]) -> list[str]:
        unreferenced = next(looks)
        return [key for key in page if key in unreferenced]

    monkeypatch.setitem(PREFIXES, prefix, referenced_in_between)

    assert (await collection.collect(platform, prefix), _left(platform, prefix)) == (1, keys[:1])


async def test_an_object_that_was_stored_anew_waits_anew(platform: Platform, prefix: str) -> None:
    (key,) = _put(platform, prefix, 1)
    await collection.collect(platform, prefix)
    await _wait_out_the_delay(platform, prefix)
    platform.storage.put(key, File("left", "text/plain", b"other bytes"))

    counts = [await collection.collect(platform, prefix) for _ in range(2)]
    await _wait_out_the_delay(platform, prefix)

    assert (counts, _left(platform, prefix)) == ([0, 0], [key])
    assert await collection.collect(platform, prefix) == 1


async def test_an_object_that_is_stored_anew_during_the_sweep_stays(
    platform: Platform, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (key,) = _put(platform, prefix, 1)
    await collection.collect(platform, prefix)
    await _wait_out_the_delay(platform, prefix)
    select, looks = PREFIXES[prefix], iter([False, True])

    async def stored_anew_after_the_last_look(connection: Connection, page: Sequence[str]) -> list[str]:
        orphans = await select(connection, page)
        if next(looks):
            platform.storage.put(key, File("left", "text/plain", b"other bytes"))
        return orphans

    monkeypatch.setitem(PREFIXES, prefix, stored_anew_after_the_last_look)

    assert (await collection.collect(platform, prefix), _left(platform, prefix)) == (0, [key])


async def test_many_objects_are_looked_at_and_deleted_page_by_page(
    platform: Platform, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One more than storage lists at once.
    keys = _put(platform, prefix, 1001)
    pages: list[int] = []

    async def without_row(_: Connection, page: Sequence[str]) -> list[str]:
        pages.append(len(page))
        return [key for key in page if key != keys[7]]

    monkeypatch.setitem(PREFIXES, prefix, without_row)
    careless = with_settings(platform, **CARELESS)
    counts = [await collection.collect(careless, prefix) for _ in range(2)]

    assert counts == [0, 1000]
    assert pages == [1000, 1, 1000, 1, 200, 200, 200, 200, 200]
    assert _left(platform, prefix) == [keys[7]]


async def test_too_many_orphans_wait_for_an_operator_who_allows_one_sweep(
    platform: Platform,
    prefix: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    keys = _put(platform, prefix, 12)
    careful = with_settings(platform, orphan_delay_h=0, orphan_brake_objects=10)
    monkeypatch.setattr("shared.operations.orphans.__main__.settings", lambda: platform.settings)

    held = [await collection.collect(careful, prefix) for _ in range(3)]
    state = await monitoring.service_state(platform)
    kept = _left(platform, prefix)
    code = await asyncio.to_thread(main, ["allow", prefix])
    allowed = await collection.collect(careful, prefix)

    assert (held, kept) == ([0, 0, 0], keys)
    assert state is not None
    assert (state.is_bound, state.orphans[prefix], state.orphans_held[prefix]) == (True, 12, 12)
    assert (code, allowed, _left(platform, prefix)) == (0, 12, [])
    said = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["event"] for line in said[:-1]] == ["no orphan is deleted: there are too many"] * 3
    assert said[-1] == f"The next sweep of {prefix} may delete up to 12 orphans."

    keys = _put(platform, prefix, 12)
    assert [await collection.collect(careful, prefix) for _ in range(2)] == [0, 0], "it was allowed once"
    assert _left(platform, prefix) == keys


async def test_a_permission_does_not_hold_for_more_than_the_operator_saw(
    platform: Platform, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(platform, prefix, 12)
    careful = with_settings(platform, orphan_delay_h=0, orphan_brake_objects=10)
    monkeypatch.setattr("shared.operations.orphans.__main__.settings", lambda: platform.settings)
    await collection.collect(careful, prefix)
    await asyncio.to_thread(main, ["allow", prefix])
    keys = _put(platform, prefix, 13)

    assert [await collection.collect(careful, prefix) for _ in range(2)] == [0, 0]
    assert _left(platform, prefix) == keys


@pytest.mark.parametrize(("objects", "share", "deleted"), [(10, 0.0, 10), (11, 1.0, 11), (11, 0.99, 0)])
async def test_the_brake_needs_both_a_number_and_a_share(
    platform: Platform, prefix: str, objects: int, share: float, deleted: int
) -> None:
    _put(platform, prefix, objects)
    careful = with_settings(platform, orphan_delay_h=0, orphan_brake_objects=10, orphan_brake_share=share)

    assert [await collection.collect(careful, prefix) for _ in range(2)] == [0, deleted]


async def test_two_collectors_at_once_delete_what_one_would(platform: Platform, prefix: str) -> None:
    _put(platform, prefix, 30)
    careless = with_settings(platform, **CARELESS)

    await asyncio.gather(*(collection.collect(platform, prefix) for _ in range(2)))
    before = _left(platform, prefix)
    await asyncio.gather(*(collection.collect(careless, prefix) for _ in range(2)))

    assert (len(before), _left(platform, prefix)) == (30, [])


async def test_a_listing_that_breaks_off_deletes_nothing(
    platform: Platform, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = _put(platform, prefix, 4)
    careless = with_settings(platform, **CARELESS)
    await collection.collect(careless, prefix)
    pages = Storage.pages

    def broken_off(storage: Storage, part: str) -> Iterator[list[ListedObject]]:
        for page in pages(storage, part):
            yield page[:2]
            raise StorageUnavailable

    monkeypatch.setattr(Storage, "pages", broken_off)
    with pytest.raises(StorageUnavailable):
        await collection.collect(careless, prefix)
    monkeypatch.undo()

    assert _left(platform, prefix) == keys


async def test_a_database_that_is_exchanged_during_a_sweep_ends_it(
    platform: Platform, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = _put(platform, prefix, 4)
    careless = with_settings(platform, **CARELESS)
    await collection.collect(careless, prefix)
    select, looks = PREFIXES[prefix], iter([False, True])

    async def exchanged_before_the_last_look(connection: Connection, page: Sequence[str]) -> list[str]:
        if next(looks):
            async with platform.db.connection() as other:
                await other.execute("DELETE FROM installation")
        return await select(connection, page)

    monkeypatch.setitem(PREFIXES, prefix, exchanged_before_the_last_look)

    assert (await collection.collect(careless, prefix), _left(platform, prefix)) == (0, keys)


async def test_marks_of_objects_that_are_gone_are_forgotten(platform: Platform, prefix: str) -> None:
    keys = _put(platform, prefix, 2)
    await collection.collect(platform, prefix)
    platform.storage.delete(keys[:1])

    await collection.collect(platform, prefix)

    async with platform.db.connection() as connection:
        marked = await connection.fetch("SELECT key FROM orphan WHERE prefix = $1", prefix)
    assert [record["key"] for record in marked] == keys[1:]


async def test_what_a_job_left_behind_goes_and_its_artifact_stays(
    alice: Client, platform: Platform, workers: Any
) -> None:
    del workers
    job = await alice.final((await alice.submit("report"))["id"])
    orphan = f"jobs/{job['id']}/9/report.html"
    platform.storage.put(orphan, LEFT)
    before = _left(platform, f"jobs/{job['id']}/")

    assert await collect_everything(platform, f"jobs/{job['id']}/") == 1
    assert _left(platform, f"jobs/{job['id']}/") == [key for key in before if key != orphan]


async def test_what_may_still_become_an_image_stays_and_what_cannot_goes(alice: Client, platform: Platform) -> None:
    project = (await alice.create_project())["id"]
    image = await alice.add_image(project, picture())
    queued = await alice.add_image(project, picture())
    announced = {"filename": "a.png", "content_type": "image/png", "size_bytes": 4}
    upload = (await alice.post(f"/api/projects/{project}/uploads", announced)).json()
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE thumbnail SET status = 'failed' WHERE image_id = $1", UUID(image["id"]))
        await connection.execute("UPDATE thumbnail SET due_at = 'infinity' WHERE image_id = $1", UUID(queued["id"]))
    kept = [
        f"images/{image['id']}/{image['sha256']}",
        f"images/{queued['id']}/thumbnail.webp",
        f"images/{upload['id']}/of-a-finalize-that-died",
        f"uploads/{upload['id']}",
        "images/readme",
        "images/of/somebody",
    ]
    gone = [f"images/{image['id']}/other", f"images/{uuid7()}/thumbnail.webp", f"uploads/{image['id']}"]
    for key in [*kept[1:], *gone]:
        platform.storage.put(key, LEFT)

    for key in [*kept, *gone]:
        await collect_everything(platform, key)

    assert [key for key in [*kept, *gone] if platform.storage.stat(key)] == kept
