"""Uploads that come through the service's own host, and are passed on to the storage as they arrive."""

import ssl
from collections.abc import AsyncIterator
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx2

from shared.kit.errors import DomainError
from shared.kit.settings import Settings
from shared.kit.storage.errors import StorageRefused, StorageUnavailable
from shared.kit.storage.links import CHECKSUM_HEADER
from shared.kit.storage.s3_client import CONFIG
from shared.kit.storage.s3_links import S3Links
from shared.kit.storage.service_links import PartGrant, UploadGrant

_TIMEOUT = httpx2.Timeout(CONFIG.read_timeout, connect=CONFIG.connect_timeout)
# Sockets that were kept would outlive the event loop; a part is large enough for a connection of its own.
_LIMITS = httpx2.Limits(max_connections=None, max_keepalive_connections=0)


class UploadRefused(DomainError):
    """The bytes are not those that the link takes: another size, or another SHA-256; send them again, whole."""

    code = "upload-refused"


class UploadExists(DomainError):
    """Something has been uploaded to this link already, and it is good for one upload only."""

    status, code = HTTPStatus.PRECONDITION_FAILED, "upload-exists"


class UploadOver(DomainError):
    """The upload of this part has been completed, has expired or was deleted."""

    status, code = HTTPStatus.GONE, "upload-over"


class UploadProxy:
    """Sends what arrives on to the storage, which checks its size and its SHA-256 as it does for its own links."""

    def __init__(self, settings: Settings) -> None:
        self._links = S3Links(settings, settings.s3_endpoint_url)
        # Whom to trust takes 30 ms to load, and without TLS nobody is asked who they are.
        verify = urlsplit(settings.s3_endpoint_url).scheme == "https" or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._http = httpx2.AsyncClient(timeout=_TIMEOUT, limits=_LIMITS, trust_env=False, verify=verify)

    async def send(self, grant: UploadGrant | PartGrant, size_bytes: int, pieces: AsyncIterator[bytes]) -> str:
        """Store the bytes and return their ETag, without ever holding more than a piece.

        Raises UploadRefused, UploadExists, UploadOver, StorageUnavailable, and what reading the pieces raises.
        """
        url, headers = self._request(grant, size_bytes)
        try:
            answer = await self._http.put(url, headers=headers, content=_exactly(size_bytes, pieces))
        except httpx2.TransportError as error:
            raise StorageUnavailable(retry_after_s=2) from error
        if answer.status_code == HTTPStatus.OK:
            etag: str = answer.headers["ETag"]
            return etag
        raise _refusal(grant, answer.status_code)

    def _request(self, grant: UploadGrant | PartGrant, size_bytes: int) -> tuple[str, dict[str, str]]:
        headers = {"Content-Length": str(size_bytes)}
        if isinstance(grant, PartGrant):
            link = self._links.part(
                grant.key,
                grant.upload_id,
                account_id=grant.account_id,
                number=grant.number,
                size_bytes=size_bytes,
                sha256=grant.sha256,
            )
            return link.url, headers | {CHECKSUM_HEADER: grant.sha256}
        link = self._links.upload(
            grant.key,
            account_id=grant.account_id,
            content_type=grant.content_type,
            size_bytes=size_bytes,
            no_overwrite=grant.no_overwrite,
        )
        guard = {"If-None-Match": "*"} if grant.no_overwrite else {}
        return link.url, headers | {"Content-Type": grant.content_type} | guard


async def _exactly(size_bytes: int, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the pieces; raises UploadRefused where they are not `size_bytes` together."""
    missing = size_bytes
    async for piece in pieces:
        missing -= len(piece)
        if missing < 0:
            break
        yield piece
    if missing:
        # The connection ends before its message does, so the storage keeps nothing.
        raise UploadRefused


def _refusal(grant: UploadGrant | PartGrant, status: int) -> DomainError:
    if status in {HTTPStatus.PRECONDITION_FAILED, HTTPStatus.CONFLICT}:
        return UploadExists()
    if status == HTTPStatus.NOT_FOUND and isinstance(grant, PartGrant):
        return UploadOver()
    if status == HTTPStatus.BAD_REQUEST:
        return UploadRefused()
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return StorageRefused(f"PUT answered {status}")
    return StorageUnavailable(retry_after_s=2)
