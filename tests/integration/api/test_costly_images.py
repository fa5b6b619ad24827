"""Images that would cost out of proportion are refused, and cost nobody else anything; all of them are harmless."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx2
import pytest
from litestar import Litestar

from api.app import create_app
from shared.kit.platform import Platform
from shared.kit.settings import Settings
from tests.actors import Client
from tests.fixtures import running
from tests.pictures import picture


@dataclass(frozen=True)
class Service:
    """An application of its own, and a client without credentials."""

    app: Litestar
    http: httpx2.AsyncClient

    @property
    def platform(self) -> Platform:
        """The connections of the application."""
        platform: Platform = self.app.state.platform
        return platform


@pytest.fixture(scope="module")
async def strict(app: Litestar, settings: Settings) -> AsyncIterator[Service]:
    """The application with low limits, so that small pictures exceed them."""
    assert app.state.platform, "the servers run"
    lowered = settings.model_copy(
        update={
            "max_image_side": 200,
            "max_image_scan_pixels": 5 * 64 * 48,
            "max_image_chunks": 20,
            "image_decoders": 2,
            "image_forms": 2,
            "image_wait_s": 0.2,
        }
    )
    application = create_app(lowered)
    async with running(application):
        transport = httpx2.ASGITransport(app=application)  # type: ignore[arg-type] # the same protocol in other words
        async with httpx2.AsyncClient(transport=transport, base_url="http://evalserve.test", timeout=40) as client:
            yield Service(application, client)


@pytest.mark.parametrize(
    ("body", "status", "code", "sentence"),
    [
        pytest.param(picture("PNG", (201, 2)), 413, "image-too-large", "the maximum of a side is 200", id="a side"),
        pytest.param(
            picture("JPEG", progressive=True), 400, "image-too-costly", "Save it as a baseline JPEG", id="scans"
        ),
        pytest.param(
            picture("GIF")[:-1] + 20 * b"\x21\xfe\0" + b";", 400, "image-too-costly", "more than 20 chunks", id="chunks"
        ),
    ],
)
async def test_what_a_header_announces_is_refused_before_it_is_decoded(
    strict: Service, body: bytes, status: int, code: str, sentence: str
) -> None:
    alice = await Client.sign_up(strict.http)
    project = (await alice.create_project())["id"]

    answer = await alice.add_image_answer(project, body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert sentence in answer.json()["detail"]
    assert (await alice.add_image_answer(project, picture())).status_code == 201


async def test_an_image_that_takes_too_long_is_refused_and_another_is_taken_meanwhile(
    strict: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = [await Client.sign_up(strict.http) for _ in range(2)]
    projects = [(await client.create_project())["id"] for client in (alice, bob)]
    _set(monkeypatch, strict, max_image_side=2000, image_time_limit_s=0.01)
    refused = await alice.add_image_answer(projects[0], picture("PNG", (2000, 2000)))
    monkeypatch.undo()
    accepted = await bob.add_image_answer(projects[1], picture())

    assert (refused.status_code, refused.json()["code"]) == (400, "image-too-costly")
    assert "more than 0.01 s" in refused.json()["detail"]
    assert accepted.status_code == 201


async def test_an_account_that_holds_its_decoders_is_answered_503_and_another_is_served(strict: Service) -> None:
    alice, bob = [await Client.sign_up(strict.http) for _ in range(2)]
    projects = [(await client.create_project())["id"] for client in (alice, bob)]
    platform = strict.platform
    async with platform.db.connection() as connection:
        account_id = await connection.fetchval("SELECT id FROM account WHERE email = $1", alice.email)

    for slots in (platform.decoders, platform.image_forms):
        async with slots.take(account_id):
            busy = await alice.add_image_answer(projects[0], picture())
            served = await bob.add_image_answer(projects[1], picture())

        assert (busy.status_code, busy.json()["code"]) == (503, "image-decoders-busy")
        assert busy.headers["retry-after"] == "5"
        assert served.status_code == 201
    assert (await alice.add_image_answer(projects[0], picture())).status_code == 201


async def test_an_upload_is_read_only_by_who_holds_a_decoder(strict: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = await Client.sign_up(strict.http)
    project = (await alice.create_project())["id"]
    body = picture()
    announcement = {"filename": "a.png", "content_type": "image/png", "size_bytes": len(body)}
    upload = (await alice.post(f"/api/projects/{project}/uploads", announcement)).json()
    async with httpx2.AsyncClient() as anybody:
        put = await anybody.put(upload["upload_url"], content=body, headers=upload["headers"])
    platform = strict.platform
    get, read = platform.storage.get, []

    def count(key: str) -> bytes:
        read.append(key)
        found: bytes = get(key)
        return found

    monkeypatch.setattr(platform.storage, "get", count)

    async with platform.decoders.take("somebody"), platform.decoders.take("somebody else"):
        busy = await alice.post(upload["finalize_url"])
        read_meanwhile = list(read)
    finalized = await alice.post(upload["finalize_url"])

    assert (put.status_code, busy.status_code, read_meanwhile) == (200, 503, [])
    assert (finalized.status_code, len(read)) == (200, 1)


async def test_many_uploads_at_once_are_all_taken_in_turn(alice: Client) -> None:
    project = (await alice.create_project())["id"]

    answers = await asyncio.gather(*(alice.add_image_answer(project, picture()) for _ in range(12)))

    assert {answer.status_code for answer in answers} == {201}


def _set(monkeypatch: pytest.MonkeyPatch, service: Service, **settings: object) -> None:
    state = service.app.state
    changed = state.platform.settings.model_copy(update=settings)
    monkeypatch.setattr(state, "platform", dataclasses.replace(state.platform, settings=changed))
