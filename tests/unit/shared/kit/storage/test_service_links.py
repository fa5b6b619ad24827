"""Links on the service's own host: what they permit, until when, and on which address they stand."""

import base64
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit import clock, origin
from shared.kit.settings import Settings
from shared.kit.storage.service_links import (
    DownloadGrant,
    FileLinkExpired,
    FileLinkNotFound,
    Grant,
    PartGrant,
    ServiceLinks,
    UploadGrant,
)

SETTINGS = {
    "database_url": "postgresql://nobody@127.0.0.1/none",
    "redis_url": "redis://127.0.0.1",
    "s3_endpoint_url": "http://127.0.0.1:1",
    "s3_access_key_id": "the access key",
    "s3_secret_access_key": "the storage's secret",
    "secret_key": "s" * 32,
    "public_url": "https://evalserve.example.com/",
}
GRANTS: list[Grant] = [
    DownloadGrant(7, "jobs/1/2/report.html", None),
    DownloadGrant(7, "images/1/2", "attachment; filename*=UTF-8''%F0%9F%90%88.png"),
    UploadGrant(7, "uploads/1", "image/png", 5, no_overwrite=False),
    UploadGrant(7, "uploads/1", "image/png", None, no_overwrite=True),
    PartGrant(7, "files/1", "upload id", 3, 8, "c2hh"),
]


def _links(**others: object) -> ServiceLinks:
    return ServiceLinks(Settings.model_validate(SETTINGS | others))


def _taken_apart(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.path.removeprefix("/files/"), parse_qs(parts.query)["token"][0]


def _link(links: ServiceLinks, grant: Grant) -> str:
    match grant:
        case DownloadGrant():
            return links.download(grant.key, account_id=grant.account_id, disposition=grant.disposition).url
        case UploadGrant():
            return links.upload(
                grant.key,
                account_id=grant.account_id,
                content_type=grant.content_type,
                size_bytes=grant.size_bytes,
                no_overwrite=grant.no_overwrite,
            ).url
        case PartGrant():
            return links.part(
                grant.key,
                grant.upload_id,
                account_id=grant.account_id,
                number=grant.number,
                size_bytes=grant.size_bytes,
                sha256=grant.sha256,
            ).url


@pytest.mark.parametrize("grant", GRANTS)
def test_a_link_permits_what_it_was_made_for_in_every_process(grant: Grant) -> None:
    url = _link(_links(), grant)

    assert url.startswith("https://evalserve.example.com/files/")
    assert _links().read(*_taken_apart(url)) == grant
    # Neither a key of the storage nor the root secret is part of the address.
    readable = url + base64.urlsafe_b64decode(_taken_apart(url)[1] + "===").decode("latin-1")
    assert not any(str(SETTINGS[name]) in readable for name in ("s3_access_key_id", "secret_key"))


@given(grant=st.sampled_from(GRANTS), position=st.integers(0), change=st.integers(1, 255))
def test_a_token_in_which_one_byte_was_changed_is_not_found(grant: Grant, position: int, change: int) -> None:
    name, token = _taken_apart(_link(_links(), grant))
    content = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    content[position % len(content)] ^= change
    forged = base64.urlsafe_b64encode(content).decode().rstrip("=")

    with pytest.raises(FileLinkNotFound):
        _links().read(name, forged)


@given(token=st.text(max_size=300))
def test_any_other_text_is_not_found(token: str) -> None:
    with pytest.raises(FileLinkNotFound):
        _links().read("report.html", token)


def test_a_link_of_another_service_or_under_another_name_is_not_found() -> None:
    name, token = _taken_apart(_link(_links(secret_key="t" * 32), GRANTS[0]))
    with pytest.raises(FileLinkNotFound):
        _links().read(name, token)

    name, token = _taken_apart(_link(_links(), GRANTS[0]))
    with pytest.raises(FileLinkNotFound):
        _links().read("report.pdf", token)


def test_a_link_of_a_former_root_stays_valid_while_the_root_is_rotated() -> None:
    url = _link(_links(), GRANTS[0])

    rotated = _links(secret_key="t" * 32, secret_key_fallbacks="s" * 32)

    assert rotated.read(*_taken_apart(url)) == GRANTS[0]
    with pytest.raises(FileLinkNotFound):
        _links().read(*_taken_apart(_link(rotated, GRANTS[0])))


def test_a_link_expires_when_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    link = _links(link_lifetime_s=60).download("jobs/1/2/report.html", account_id=7)
    assert timedelta(seconds=58) < link.expires_at - clock.now() <= timedelta(seconds=60)

    monkeypatch.setattr(clock, "now", lambda: link.expires_at + timedelta(seconds=1))

    with pytest.raises(FileLinkExpired):
        _links().read(*_taken_apart(link.url))


def test_without_a_public_address_a_link_names_the_host_of_the_request_or_none() -> None:
    links = _links(public_url="")
    assert links.download("a/b", account_id=7).url.startswith("/files/b?token=")

    origin.begin("127.0.0.1", "https://tunnel.example.com")

    assert links.download("a/b", account_id=7).url.startswith("https://tunnel.example.com/files/b?token=")
    assert _links().download("a/b", account_id=7).url.startswith("https://evalserve.example.com/files/b?token=")


@pytest.mark.parametrize("url", ["evalserve.example.com", "ftp://example.com", "https://a.example/?x=1", "https://"])
def test_a_public_address_that_is_none_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="must be an address such as"):
        Settings.model_validate(SETTINGS | {"public_url": url})
