"""What the links on the service's own host open."""

from http import HTTPStatus
from typing import NamedTuple

from shared.kit.errors import DomainError
from shared.kit.service_links import DownloadGrant, FileLinkNotFound, PartGrant, UploadGrant
from shared.kit.storage import Stat, Storage
from shared.kit.storage_errors import FileGone

# The largest object that storage takes by one PUT.
MAX_PUT_BYTES = 5 * 2**30


class LengthRequired(DomainError):
    """The header `Content-Length` is missing; send the size of the file in it."""

    status, code = HTTPStatus.LENGTH_REQUIRED, "length-required"


class OpenedFile(NamedTuple):
    """A stored file, and the Content-Disposition with which a client saves it."""

    key: str
    stat: Stat
    disposition: str


async def find(storage: Storage, name: str, token: str) -> OpenedFile:
    """Return the file that a link opens; raises FileLinkNotFound, FileLinkExpired, FileGone."""
    grant = storage.service_links.read(name, token)
    if not isinstance(grant, DownloadGrant):
        raise FileLinkNotFound
    stat = await storage.apart(storage.stat, grant.key)
    if stat is None:
        raise FileGone
    # Bytes of users are never shown as a page of the service.
    _, *parameters = (grant.disposition or stat.disposition).partition(";")
    return OpenedFile(grant.key, stat, "".join(["attachment", *parameters]))


def find_upload(storage: Storage, name: str, token: str, length: int | None) -> tuple[UploadGrant | PartGrant, int]:
    """Return what a link takes, and its size; `length` is the one that the client names.

    Raises FileLinkNotFound, FileLinkExpired, LengthRequired.
    """
    grant = storage.service_links.read(name, token)
    if isinstance(grant, DownloadGrant):
        raise FileLinkNotFound
    size_bytes = length if grant.size_bytes is None else grant.size_bytes
    if size_bytes is None:
        raise LengthRequired
    return grant, min(size_bytes, MAX_PUT_BYTES)
