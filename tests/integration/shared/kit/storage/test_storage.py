"""What the real server's refusals are taken for."""

import asyncio
import hashlib
import threading
import tracemalloc
from itertools import product
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from pydantic import SecretStr

from shared.kit.settings import Settings
from shared.kit.storage.bucket import MAX_WAITING, THREADS, Storage
from shared.kit.storage.downloads import download
from shared.kit.storage.errors import FileGone, StorageRefused, StorageUnavailable
from shared.kit.storage.files import AnyFile, File, FileOnDisk, stored_file
from shared.kit.storage.s3_client import bucket_signer
from shared.kit.storage.s3_requests import MAX_BYTES, BucketRequests
from tests.actors import eventually

FILE = File("report.html", "text/html", b"<p>")


@pytest.mark.parametrize("wrong", [{"s3_bucket": "no-such-bucket"}, {"s3_secret_access_key": SecretStr("wrong")}])
def test_a_storage_that_is_set_up_wrongly_refuses_the_service(settings: Settings, wrong: dict[str, object]) -> None:
    storage = Storage(settings.model_copy(update=wrong))

    with pytest.raises(StorageRefused):
        storage.put("jobs/0/1/report.html", FILE)
    with pytest.raises(StorageRefused):
        storage.check()


@pytest.mark.parametrize("large", [0, MAX_BYTES + 1])
def test_files_are_stored_together_each_under_its_key(settings: Settings, large: int) -> None:
    storage = Storage(settings)
    bodies = {"one": b"1", "two": bytes(large), "three": bytes(large), "four": b"4"}
    files = {f"jobs/{uuid4()}/1/{name}": File(name, "text/plain", body) for name, body in bodies.items()}

    stored = storage.put_all(files, disposition="attachment")

    assert [stat.disposition for key in files if (stat := storage.stat(key))] == [
        f'attachment; filename="{name}"' for name in bodies
    ]
    assert stored == [stored_file(file, key) for key, file in files.items()]
    assert [storage.get(key) for key in files] == [*bodies.values()]
    assert storage.put_all({}) == []


def test_a_file_that_cannot_be_stored_fails_those_beside_it(settings: Settings) -> None:
    away = Storage(settings.model_copy(update={"s3_bucket": "missing"}))

    with pytest.raises(StorageRefused):
        away.put_all({name: File(name, "text/plain", b"") for name in ("one", "two", "three")})


@pytest.mark.parametrize("size_bytes", [None, len(FILE.body), MAX_BYTES + 1])
async def test_an_object_is_written_to_disk_with_its_sha256_whatever_is_known_of_its_size(
    settings: Settings, tmp_path: Path, size_bytes: int | None
) -> None:
    storage, key = Storage(settings), f"jobs/{uuid4()}/1/report.html"
    storage.put(key, FILE)

    sha256 = await download(storage, key, tmp_path / "file", size_bytes=size_bytes)

    assert (sha256, (tmp_path / "file").read_bytes()) == (hashlib.sha256(FILE.body).hexdigest(), FILE.body)
    with pytest.raises(FileGone):
        await download(storage, f"{key}.gone", tmp_path / "file", size_bytes=size_bytes)


def test_a_file_that_was_removed_is_gone(settings: Settings) -> None:
    storage = Storage(settings)
    storage.put("jobs/0/1/report.html", FILE)

    storage.delete(["jobs/0/1/report.html"])

    with pytest.raises(FileGone):
        storage.get("jobs/0/1/report.html")


async def test_a_server_that_hangs_takes_no_thread_from_anybody_else_and_sends_away_who_comes_too_late(
    settings: Settings,
) -> None:
    storage, back = Storage(settings), threading.Event()
    waiting = [asyncio.ensure_future(storage.apart(back.wait)) for _ in range(MAX_WAITING)]
    try:
        await asyncio.sleep(0)
        async with asyncio.timeout(60):
            assert await asyncio.to_thread(lambda: "free") == "free"
            with pytest.raises(StorageUnavailable) as raised:
                await storage.apart(back.wait)
    finally:
        back.set()

    assert raised.value.retry_after_s == 5
    assert await asyncio.gather(*waiting) == [True] * MAX_WAITING
    await storage.apart(storage.check)


async def test_a_call_that_takes_too_long_is_given_up_and_counts_until_it_ends(settings: Settings) -> None:
    storage, back = Storage(settings, deadline_s=0.05), threading.Event()
    try:
        for _ in range(2):
            with pytest.raises(StorageUnavailable) as raised:
                await storage.apart(back.wait)
        under_way = len(storage._calls)
    finally:
        back.set()

    async def have_ended() -> bool:
        return not storage._calls

    await eventually(have_ended)
    assert (raised.value.retry_after_s, under_way) == (5, 2)


async def test_a_call_that_was_given_up_before_it_began_never_begins(settings: Settings) -> None:
    storage, back = Storage(settings, deadline_s=0.05), threading.Event()
    begun: list[int] = []

    def wait(number: int) -> None:
        begun.append(number)
        back.wait()

    calls = [storage.apart(wait, number) for number in range(THREADS + 5)]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    back.set()

    assert {type(outcome) for outcome in outcomes} == {StorageUnavailable}
    assert len(begun) == THREADS


def test_a_file_is_stored_alike_from_disk_and_memory_the_short_way_and_the_long(
    settings: Settings, tmp_path: Path
) -> None:
    short, long, path = Storage(settings), Storage(settings), tmp_path / "points"
    # Nobody listens there, so that boto3 stores what this one is given.
    long._requests = BucketRequests(bucket_signer(settings, "http://127.0.0.1:1"))
    path.write_bytes(FILE.body * 1000)
    from_disk = FileOnDisk("points.json", "application/json", path)
    from_memory = File("points.json", "application/json", FILE.body * 1000)
    files: list[AnyFile] = [from_disk, from_memory]

    keys = [f"jobs/{uuid4()}/1/points.json" for _ in range(4)]
    stored = [
        storage.put(key, file, disposition="attachment", details={"width": "3"})
        for key, (storage, file) in zip(keys, product((short, long), files), strict=True)
    ]

    assert [file._replace(object_key="") for file in stored] == [stored[0]._replace(object_key="")] * 4
    answers = [httpx2.get(short.link(key, account_id=1).url) for key in keys]
    names = ("content-type", "content-disposition", "cache-control", "x-amz-meta-width", "etag", "content-length")
    shown = [[answer.headers[name] for name in names] for answer in answers]
    assert shown == [shown[0]] * 4
    assert shown[0][:2] == ["application/json", 'attachment; filename="points.json"']
    assert [answer.content for answer in answers] == [FILE.body * 1000] * 4


def test_a_file_on_disk_is_never_in_memory_as_a_whole(settings: Settings, tmp_path: Path) -> None:
    storage, path, size = Storage(settings), tmp_path / "large", 64 * 2**20
    with path.open("wb") as file:
        file.truncate(size)
    storage.put("jobs/0/1/small", FILE)

    tracemalloc.start()
    try:
        kept = storage.put("jobs/0/1/large", FileOnDisk("large", "application/octet-stream", path))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert (kept.size_bytes, peak < size / 16) == (size, True)
