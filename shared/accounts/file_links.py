"""What the links on the service's own host open, for as long as the account that they belong to is open."""

from http import HTTPStatus
from typing import NamedTuple

from shared.accounts import queries
from shared.kit.errors import DomainError
from shared.kit.platform import Platform
from shared.kit.storage.errors import FileGone
from shared.kit.storage.files import Stat
from shared.kit.storage.service_links import DownloadGrant, FileLinkNotFound, Grant, PartGrant, UploadGrant

# The largest object that storage takes by one PUT.
MAX_PUT_BYTES = 5 * 2**30


class LengthRequired(DomainError):
    """The header `Content-Length` is missing; send the size of the file in it."""

    status, code = HTTPStatus.LENGTH_REQUIRED, "length-required"


class FileLinkEnded(DomainError):
    """The link has ended, because the account that it belongs to is closed."""

    status, code = HTTPStatus.GONE, "file-link-ended"


class OpenedFile(NamedTuple):
    """A stored file, and the Content-Disposition with which a client saves it."""

    key: str
    stat: Stat
    disposition: str


async def find(platform: Platform, name: str, token: str) -> OpenedFile:
    """Return the file that a link opens; raises FileLinkNotFound, FileLinkExpired, FileLinkEnded, FileGone."""
    storage = platform.storage
    grant = storage.service_links.read(name, token)
    if not isinstance(grant, DownloadGrant):
        raise FileLinkNotFound
    await _check_account(platform, grant)
    stat = await storage.apart(storage.stat, grant.key)
    if stat is None:
        raise FileGone
    # Bytes of users are never shown as a page of the service.
    _, *parameters = (grant.disposition or stat.disposition).partition(";")
    return OpenedFile(grant.key, stat, "".join(["attachment", *parameters]))


async def find_upload(
    platform: Platform, name: str, token: str, length: int | None
) -> tuple[UploadGrant | PartGrant, int]:
    """Return what a link takes, and its size; `length` is the one that the client names.

    Raises FileLinkNotFound, FileLinkExpired, FileLinkEnded, LengthRequired.
    """
    grant = platform.storage.service_links.read(name, token)
    if isinstance(grant, DownloadGrant):
        raise FileLinkNotFound
    size_bytes = length if grant.size_bytes is None else grant.size_bytes
    if size_bytes is None:
        raise LengthRequired
    await _check_account(platform, grant)
    return grant, min(size_bytes, MAX_PUT_BYTES)


async def _check_account(platform: Platform, grant: Grant) -> None:
    # Asked each time: a row by its key costs little beside the storage, and a closed account serves not one file more.
    async with platform.db.connection() as connection:
        if not await connection.fetchval(queries.IS_ACTIVE, grant.account_id):
            raise FileLinkEnded
