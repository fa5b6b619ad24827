"""Files through the service's own host: one port is enough, in both directions."""

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from litestar import Litestar

from api.app import create_app
from shared.kit import clock
from shared.kit.platform import Platform
from shared.kit.settings import Settings
from shared.kit.storage.files import File
from shared.uploads.files import PART_BYTES
from tests.actors import Client, Team
from tests.files import announce, content, parts, sha256
from tests.fixtures import running
from tests.integration.api.web.visitor import Visitor
from tests.pipelines import Pipeline, add_image, create_analysis

PNG = b"\x89PNG not really"
HOST = "https://evalserve.test"
# A page that a user has sent, under a name that would be part of a header.
HOSTILE = File("x.html", "text/html", b"<script>alert(1)</script>" * 400)


@pytest.fixture(scope="module")
async def own_host(settings: Settings) -> AsyncIterator[Litestar]:
    """The application as it runs where clients do not reach the storage."""
    application = create_app(settings.model_copy(update={"s3_public_endpoint_url": None, "always_tls": True}))
    async with running(application):
        yield application


@pytest.fixture(scope="module")
async def http(own_host: Litestar) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=own_host)  # type: ignore[arg-type] # the same protocol in other words
    async with httpx2.AsyncClient(transport=transport, base_url="http://evalserve.test", timeout=40) as client:
        yield client


@pytest.fixture(scope="module")
def platform(own_host: Litestar) -> Platform:
    app_platform: Platform = own_host.state.platform
    return app_platform


@pytest.fixture
async def owner(alice: Client, platform: Platform) -> int:
    """The id of Alice's account."""
    async with platform.db.connection() as connection:
        found: int = await connection.fetchval("SELECT id FROM account WHERE email = $1", alice.email)
    return found


@pytest.fixture
async def page(platform: Platform, owner: int) -> str:
    """A link to a stored page of a user."""
    await platform.storage.apart(platform.storage.put, "jobs/0/1/x.html", HOSTILE)
    return platform.storage.link("jobs/0/1/x.html", account_id=owner).url


def _refusal(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_the_file_of_a_job_is_downloaded_from_the_service_without_a_key(
    alice: Client, http: httpx2.AsyncClient, workers: Team
) -> None:
    assert workers["worker"].running
    job = await alice.final((await alice.submit("report"))["id"])
    (artifact,) = (made for made in job["artifacts"] if made["name"] == "report.html")

    answer = await http.get(artifact["url"])

    assert artifact["url"].startswith(f"{HOST}/files/report.html?token=")
    assert alice.key not in artifact["url"]
    assert (answer.status_code, hashlib.sha256(answer.content).hexdigest()) == (200, artifact["sha256"])
    assert answer.headers["content-disposition"] == 'attachment; filename="report.html"'


async def test_bytes_of_users_are_saved_and_never_shown_as_a_page(http: httpx2.AsyncClient, page: str) -> None:
    answer = await http.get(page)

    assert (answer.status_code, answer.content) == (200, HOSTILE.body)
    names = ("content-disposition", "content-security-policy", "x-content-type-options", "cache-control")
    assert [answer.headers[name] for name in names] == [
        'attachment; filename="x.html"',
        "sandbox",
        "nosniff",
        "private, no-cache",
    ]


async def test_a_broken_download_goes_on(http: httpx2.AsyncClient, page: str) -> None:
    whole = await http.get(page)
    etag, size = whole.headers["etag"], len(HOSTILE.body)

    async def ask(**headers: str) -> tuple[int, str | None, bytes]:
        answer = await http.get(page, headers={name.replace("_", "-"): value for name, value in headers.items()})
        return answer.status_code, answer.headers.get("content-range"), answer.content

    assert (await ask(range="bytes=100-")) == (206, f"bytes 100-{size - 1}/{size}", HOSTILE.body[100:])
    tail = (206, f"bytes {size - 7}-{size - 1}/{size}", HOSTILE.body[-7:])
    assert (await ask(range="bytes=-7", if_range=etag)) == tail
    assert (await ask(range="bytes=100-", if_range='"another"')) == (200, None, HOSTILE.body)
    assert (await ask(range=f"bytes={size}-")) == (416, f"bytes */{size}", b"")
    assert (await ask(if_none_match=etag)) == (304, None, b"")
    head = await http.head(page)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(size), b"")


async def test_a_link_opens_nothing_but_its_own_file_in_its_own_direction(
    http: httpx2.AsyncClient, platform: Platform, owner: int, page: str
) -> None:
    upload = platform.storage.upload_link("uploads/1", account_id=owner, content_type="image/png", size_bytes=3).url
    forged = page.replace("?token=", "?token=A")
    bare = page.partition("?")[0]
    renamed = page.replace("/x.html", "/y.html")

    for url in (forged, bare, renamed, f"{bare}?token=", upload):
        assert _refusal(await http.get(url)) == (404, "file-link-not-found"), url
    assert _refusal(await http.put(page, content=b"over")) == (404, "file-link-not-found")
    assert (await http.get(page)).content == HOSTILE.body
    await platform.storage.apart(platform.storage.delete, ["jobs/0/1/x.html"])
    assert _refusal(await http.get(page)) == (410, "file-gone")


async def test_no_cache_keeps_that_a_link_opened_nothing_or_gives_a_page_to_a_program(
    http: httpx2.AsyncClient, platform: Platform, page: str
) -> None:
    await platform.storage.apart(platform.storage.delete, ["jobs/0/1/x.html"])

    for url, status in ((page.replace("?token=", "?token=A"), 404), (page, 410), ("/no/such/route", 404)):
        for accepted, kind in (("*/*", "application/problem+json"), ("text/html", "text/html; charset=utf-8")):
            answer = await http.get(url, headers={"Accept": accepted})
            assert (answer.status_code, answer.headers["content-type"]) == (status, kind)
            assert answer.headers["cache-control"] == "no-store", (url, accepted)
            assert "Accept" in answer.headers["vary"].split(", "), (url, accepted)


async def test_an_expired_link_is_gone(
    http: httpx2.AsyncClient, page: str, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    later = clock.now() + timedelta(seconds=settings.link_lifetime_s + 1)
    monkeypatch.setattr(clock, "now", lambda: later)

    assert _refusal(await http.get(page)) == (410, "file-link-expired")


async def test_links_end_with_their_account_and_with_nobody_elses(
    alice: Client, mallory: Client, http: httpx2.AsyncClient, own_host: Litestar, platform: Platform, page: str
) -> None:
    upload = await announce(alice, b"all of it")
    (part,) = upload["parts"]

    await mallory.post("/v1/account/deletion", {"password": mallory.password})
    assert (await http.get(page)).status_code == 200
    await alice.post("/v1/account/deletion", {"password": alice.password})

    assert _refusal(await http.get(page)) == (410, "file-link-ended")
    assert (await http.head(page)).status_code == 410
    put = await http.put(part["url"], content=b"all of it", headers=part["headers"])
    assert _refusal(put) == (410, "file-link-ended")
    await Visitor.of(own_host).send("/app/sign-in", email=alice.email, password=alice.password, keeps="yes")
    assert (await http.get(page)).content == HOSTILE.body
    async with platform.db.connection() as connection:
        await connection.execute("DELETE FROM account WHERE email = $1", alice.email)
    assert _refusal(await http.get(page)) == (410, "file-link-ended")


async def test_a_browser_gets_a_page_that_says_what_is_wrong_with_a_link_and_where_to_go(
    http: httpx2.AsyncClient, page: str
) -> None:
    forged = page.replace("?token=", "?token=A")

    answer = await http.get(forged, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})

    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "This is not a link of this service; copy it as a whole, or request a new one." in answer.text
    assert '<a href="/app/sign-in">' in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    program = await http.get(forged, headers={"Accept": "*/*"})
    assert (program.headers["content-type"], program.json()["status"]) == ("application/problem+json", 404)


async def test_a_file_is_uploaded_in_parts_with_their_size_and_checksum_only(
    alice: Client, http: httpx2.AsyncClient, platform: Platform
) -> None:
    body = content(PART_BYTES + 1000, "own host")
    upload = await announce(alice, body)
    first, last = upload["parts"]
    assert first["url"].startswith(f"{HOST}/files/")

    async def put(link: dict[str, Any], sent: bytes) -> httpx2.Response:
        return await http.put(link["url"], content=sent, headers=link["headers"])

    tail = parts(body)[1]
    assert _refusal(await put(last, bytes([tail[0] ^ 1]) + tail[1:])) == (400, "upload-refused")
    assert _refusal(await put(last, tail[:-1])) == (400, "upload-refused")
    assert _refusal(await put(last, tail + b"x")) == (413, "request-entity-too-large")
    answers = [await put(link, sent) for link, sent in zip((first, last), parts(body), strict=True)]
    assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
    progress = (await alice.get(f"/v1/uploads/{upload['id']}")).json()
    assert [part["etag"] for part in progress["received"]] == [one.headers["etag"].strip('"') for one in answers]

    completed = (await alice.post(upload["complete_url"], {})).json()

    assert (completed["status"], completed["sha256"]) == ("completed", sha256(body))
    assert platform.storage.get(f"files/{upload['id']}") == body
    assert _refusal(await put(last, tail)) == (410, "upload-over")


async def test_the_artifact_of_a_pipeline_is_uploaded_once_and_downloaded(
    alice: Client, http: httpx2.AsyncClient, platform: Platform
) -> None:
    analysis_id = await create_analysis(alice, await add_image(platform, alice))
    pipeline = Pipeline(http)
    announced = {"artifact_name": "heat.png", "content_type": "image/png", "no_overwrite": True}
    (link,) = (await pipeline.presign(analysis_id, announced)).json()["presigned_urls"]
    assert link["upload_url"].startswith(f"{HOST}/files/")

    async def chunks() -> AsyncIterator[bytes]:
        yield PNG

    lengthless = await http.put(link["upload_url"], content=chunks(), headers=link["headers"])
    first = await http.put(link["upload_url"], content=PNG, headers=link["headers"])
    second = await http.put(link["upload_url"], content=b"another", headers=link["headers"])

    assert _refusal(lengthless) == (411, "length-required")
    assert (first.status_code, _refusal(second)) == (200, (412, "upload-exists"))
