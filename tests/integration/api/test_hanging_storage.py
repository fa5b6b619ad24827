"""An S3 server that takes connections and says nothing holds up only the requests that need it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared.kit.platform import Platform
from shared.kit.settings import Settings
from shared.kit.storage.bucket import Storage
from tests.actors import Client, eventually
from tests.pictures import picture


@pytest.fixture
async def silent() -> AsyncIterator[str]:
    """The address of a server that never answers; its connections end with the test."""
    writers: list[asyncio.StreamWriter] = []

    async def take(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)

    server = await asyncio.start_server(take, "127.0.0.1")
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    for writer in writers:
        writer.close()


async def test_requests_that_need_no_file_are_answered_while_others_wait_for_one(
    alice: Client, platform: Platform, settings: Settings, monkeypatch: pytest.MonkeyPatch, silent: str
) -> None:
    project = (await alice.create_project())["id"]
    image = (await alice.add_image(project, picture()))["id"]
    uid = await alice.create_matrix()
    hanging = Storage(settings.model_copy(update={"s3_endpoint_url": silent}))
    for name in ("_client", "_requests"):
        monkeypatch.setattr(platform.storage, name, getattr(hanging, name))
    monkeypatch.setattr(platform.storage, "_deadline_s", None)
    # More than there are threads for anything else.
    waiting = [asyncio.create_task(alice.get(f"/api/images/{image}/content")) for _ in range(40)]

    async def all_wait() -> bool:
        return len(platform.storage._calls) == len(waiting)

    await eventually(all_wait)
    # Computed in one of the threads for everything else.
    statistics = await alice.get(f"/v1/matrices/{uid}/statistics")
    new = await alice.create_matrix([1, 0], [1, 1])

    assert (statistics.status_code, bool(new)) == (200, True)
    assert not any(task.done() for task in waiting)
    for task in waiting:
        task.cancel()


async def test_a_request_waits_for_storage_no_longer_than_its_deadline(
    alice: Client, platform: Platform, settings: Settings, monkeypatch: pytest.MonkeyPatch, silent: str
) -> None:
    project = (await alice.create_project())["id"]
    image = (await alice.add_image(project, picture()))["id"]
    hanging = Storage(settings.model_copy(update={"s3_endpoint_url": silent}))
    # The application's own, as its settings have it.
    assert platform.storage._deadline_s == settings.storage_deadline_s == 10
    monkeypatch.setattr(platform.storage, "_deadline_s", 0.2)
    for name in ("_client", "_requests"):
        monkeypatch.setattr(platform.storage, name, getattr(hanging, name))

    read = await alice.get(f"/api/images/{image}/content")
    written = await alice.add_image_answer(project, picture(size=(20, 20)))

    for answer in (read, written):
        assert (answer.status_code, answer.json()["code"]) == (503, "storage-unavailable")
        assert answer.headers["retry-after"] == "5"
