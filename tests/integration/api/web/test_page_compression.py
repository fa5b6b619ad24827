"""Pages are compressed where nobody can learn anything from their length."""

import re
from collections.abc import Mapping

import httpx2
import pytest
from litestar import Litestar

from api.web.page_compression import LEAST_BYTES
from shared.kit.platform import Platform
from tests.actors import Client
from tests.integration.api.web.visitor import Visitor

ADMIN = ("root", "root's password")
PAGE = "/app/matrices/new"
GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture
def visitor(app: Litestar) -> Visitor:
    """A browser that was never here."""
    return Visitor.of(app)


def _without_token(page: str) -> str:
    return re.sub("[0-9a-f]{128}", "", page)


def _is_compressed(answer: httpx2.Response) -> bool:
    return answer.headers.get("content-encoding") == "gzip"


async def test_a_page_is_the_same_compressed_and_plain(visitor: Visitor, alice: Client) -> None:
    await visitor.sign_in(alice)
    uid = await alice.create_matrix()
    for path in ("/", PAGE, f"/app/matrices/{uid}", f"/app/matrices/{uid}/statistics"):
        compressed = await visitor.get(path, **GZIP)
        plain = await visitor.get(path, **{"Accept-Encoding": "identity"})

        assert (_is_compressed(compressed), _is_compressed(plain)) == (True, False), path
        assert _without_token(compressed.text) == _without_token(plain.text), path
        assert int(compressed.headers["content-length"]) < len(plain.content) / 2, path
        assert int(plain.headers["content-length"]) == len(plain.content), path
        for answer in (compressed, plain):
            assert answer.headers["vary"] == "Accept, Accept-Encoding, Cookie, HX-Request"
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
            assert "etag" not in answer.headers


async def test_the_length_of_a_compressed_page_is_another_each_time(visitor: Visitor, alice: Client) -> None:
    await visitor.sign_in(alice)
    lengths = [int((await visitor.get(PAGE, **GZIP)).headers["content-length"]) for _ in range(30)]

    assert max(lengths) - min(lengths) > 100
    assert len(set(lengths)) > 20


@pytest.mark.parametrize(
    ("headers", "is_compressed"),
    [
        ({"Accept-Encoding": "br, GZIP ;q=0.5"}, True),
        ({"Accept-Encoding": "gzip;q=0, br"}, False),
        ({"Accept-Encoding": "zstd"}, False),
        (GZIP | {"Sec-Fetch-Site": "none"}, True),
        (GZIP | {"Sec-Fetch-Site": "same-origin"}, True),
        # A script of another site, or of another host of the domain.
        (GZIP | {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, False),
        (GZIP | {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"}, False),
        (GZIP | {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, False),
        # Somebody follows a link on another site.
        (GZIP | {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-User": "?1"}, True),
    ],
)
async def test_a_page_is_compressed_for_readers_and_not_for_scripts_of_others(
    visitor: Visitor, headers: Mapping[str, str], is_compressed: bool
) -> None:
    answer = await visitor.get("/", **headers)

    assert (answer.status_code, _is_compressed(answer)) == (200, is_compressed)


async def test_a_page_that_shows_a_secret_is_not_compressed(
    app: Litestar, visitor: Visitor, alice: Client, platform: Platform
) -> None:
    await visitor.sign_in(alice)
    uid = await alice.create_matrix()
    assert _is_compressed(await visitor.get("/app/webhooks", **GZIP))
    await alice.post("/v1/webhooks/endpoints", {"url": "https://example.com/hook"})
    root = Visitor.of(app)
    root.http.auth = ADMIN
    async with platform.db.connection() as connection:
        account_id = await connection.fetchval("SELECT id FROM account WHERE email = $1", alice.email)
    reset = await root.send(f"/app/admin/accounts/{account_id}/password-reset", "/app/admin/accounts")
    invitation = await root.send("/app/admin/invitations", "/app/admin/invitations", note="Bob", valid_hours="24")
    shared = await visitor.send("/app/share-links", "/app/share-links", target_type="matrix", target_id=uid)
    key = await visitor.send("/app/account/keys", "/app/account", name="a program", scopes="read")
    welcome = await Visitor.of(app).send("/app/sign-up", email="not-zipped@example.com", password="correct horse")
    opened = [
        await Visitor.of(app).get(re.findall(r'id="issued">http://evalserve.test([^<]*)<', answer.text)[0], **GZIP)
        for answer in (reset, invitation)
    ]

    secret = re.compile(r'class="secret"|name="reset_token"|name="invitation"')
    for answer in (await visitor.get("/app/webhooks", **GZIP), reset, invitation, shared, key, welcome, *opened):
        assert answer.status_code == 200, answer.url
        assert secret.search(answer.text), answer.url
        assert len(answer.content) > LEAST_BYTES, answer.url
        assert not _is_compressed(answer), answer.url


async def test_only_a_page_that_is_there_is_compressed(visitor: Visitor, alice: Client) -> None:
    await visitor.sign_in(alice)
    refused = await visitor.send("/app/matrices/new", "/app/matrices/new", actual="a", predicted="")
    missing = await visitor.get("/app/matrices/none", **GZIP)
    led_on = await visitor.get("/app", **GZIP)
    by_program = await alice.http.get("/v1/matrices", headers={"X-API-Key": alice.key, **GZIP})

    assert [answer.status_code for answer in (refused, missing, led_on, by_program)] == [400, 404, 303, 200]
    assert [_is_compressed(answer) for answer in (refused, missing, led_on, by_program)] == [False] * 4
