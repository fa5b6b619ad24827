"""Links on the service's own host, so that one published port is enough.

The token of a link is what it permits and until when, with an HMAC of both: every process makes and reads it without a
table. Nothing in it is secret but the HMAC, as in a presigned link; it stands in the query, which is not logged.
"""

import base64
import binascii
import hashlib
import hmac
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import quote, urlencode

import msgspec

from shared.kit import clock, origin
from shared.kit.errors import DomainError
from shared.kit.keyring import Keyring
from shared.kit.settings import Settings
from shared.kit.storage.links import Link

PATH = "/files"

# Links of version 1 named no account, so that nothing could end them.
_PURPOSE, _OWNER, _VERSION = "file-link", "service", 2
_MAC_BYTES = hashlib.sha256().digest_size


class FileLinkNotFound(DomainError):
    """This is not a link of this service; copy it as a whole, or request a new one."""

    status, code = HTTPStatus.NOT_FOUND, "file-link-not-found"


class FileLinkExpired(DomainError):
    """The link has expired; request a new one."""

    status, code = HTTPStatus.GONE, "file-link-expired"


class DownloadGrant(msgspec.Struct, frozen=True, array_like=True, tag="get"):
    """Permission to download an object of an account; `disposition`, if any, overrides the stored one."""

    account_id: int
    key: str
    disposition: str | None


class UploadGrant(msgspec.Struct, frozen=True, array_like=True, tag="put"):
    """Permission to store an object, of exactly `size_bytes` if given; with `no_overwrite` only a new one."""

    account_id: int
    key: str
    content_type: str
    size_bytes: int | None
    no_overwrite: bool


class PartGrant(msgspec.Struct, frozen=True, array_like=True, tag="part"):
    """Permission to store a part of an upload, with this size and SHA-256 (base64) only."""

    account_id: int
    key: str
    upload_id: str
    number: int
    size_bytes: int
    sha256: str


Grant = DownloadGrant | UploadGrant | PartGrant


class _Signed(msgspec.Struct, frozen=True, array_like=True):
    expires_at: int
    grant: Grant


_DECODER = msgspec.msgpack.Decoder(_Signed)


class ServiceLinks:
    """Makes and reads the links on the service's own host."""

    def __init__(self, settings: Settings) -> None:
        self._public_url = settings.public_url
        self._lifetime = timedelta(seconds=settings.link_lifetime_s)
        # The present root's first; links of former roots stay valid while the root is rotated.
        self._keys = Keyring.of(settings).candidates(_PURPOSE, _OWNER, _VERSION)

    def download(self, key: str, *, account_id: int, disposition: str | None = None) -> Link:
        """Make a link to an object; `disposition`, if given, overrides the stored one."""
        return self._link(DownloadGrant(account_id, key, disposition))

    def upload(
        self, key: str, *, account_id: int, content_type: str, size_bytes: int | None, no_overwrite: bool
    ) -> Link:
        """Make a link for a PUT of an object, of exactly `size_bytes` if given; with `no_overwrite` it works once."""
        return self._link(UploadGrant(account_id, key, content_type, size_bytes, no_overwrite))

    def part(self, key: str, upload_id: str, *, account_id: int, number: int, size_bytes: int, sha256: str) -> Link:
        """Make a link for the PUT of a part of this size and SHA-256 (base64)."""
        return self._link(PartGrant(account_id, key, upload_id, number, size_bytes, sha256))

    def read(self, name: str, token: str) -> Grant:
        """Return what the link with this name and token permits; raises FileLinkNotFound, FileLinkExpired."""
        content, mac = _take_apart(token)
        if not any(hmac.compare_digest(_mac(key, content), mac) for key in self._keys):
            raise FileLinkNotFound
        signed = _DECODER.decode(content)
        if name != _name(signed.grant):
            raise FileLinkNotFound
        if signed.expires_at < clock.now().timestamp():
            raise FileLinkExpired
        return signed.grant

    def _link(self, grant: Grant) -> Link:
        expires_at = clock.now().replace(microsecond=0) + self._lifetime
        content = msgspec.msgpack.encode(_Signed(int(expires_at.timestamp()), grant))
        token = base64.urlsafe_b64encode(content + _mac(self._keys[0], content)).rstrip(b"=").decode()
        # Without a setting, the host that the request named: a tunnel has another one each day.
        base = self._public_url or origin.current().base_url or ""
        return Link(f"{base}{PATH}/{quote(_name(grant), safe='')}?{urlencode({'token': token})}", expires_at)


def _take_apart(token: str) -> tuple[bytes, bytes]:
    try:
        content = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise FileLinkNotFound from None
    return content[:-_MAC_BYTES], content[-_MAC_BYTES:]


def _mac(key: bytes, content: bytes) -> bytes:
    return hmac.digest(key, content, hashlib.sha256)


def _name(grant: Grant) -> str:
    # Programs that save a file under the end of its address give it the right name.
    return grant.key.rpartition("/")[2]
