"""Completing an upload: one object of its parts, checked, and then the file of the account."""

from collections.abc import Mapping

import msgspec
import structlog

from shared.accounts import Caller
from shared.kit.database.transactions import retry_conflicts
from shared.kit.errors import Fault, InvalidInput
from shared.kit.platform import Platform
from shared.kit.storage import parts as storage_parts
from shared.kit.storage.bucket import Storage
from shared.kit.storage.errors import FileGone, StorageUnavailable
from shared.kit.storage.parts import NoMultipartUpload, PartsRefused
from shared.uploads import queries
from shared.uploads.errors import ChecksumMismatch, UploadIncomplete
from shared.uploads.files import retention, sha256_of
from shared.uploads.models import UploadStatus
from shared.uploads.part_choice import PartChoice, choose
from shared.uploads.reading import get, refuse_over
from shared.uploads.records import AnnouncedPart, UploadRecord

log = structlog.get_logger()

# Read and hashed in a fraction of a second, so that a wrong file is refused at once; of larger ones the SHA-256 is
# computed by the worker that reads them anyway.
MAX_HASHED_BYTES = 64 * 2**20

# A sentence has room for so many numbers of parts.
_NAMED_PARTS = 10


@retry_conflicts
async def complete(
    platform: Platform, caller: Caller, upload_id: str, *, etags: Mapping[int, str], sha256: str | None
) -> UploadRecord:
    """Make one file of the parts; repeating it returns the same upload.

    `etags` are those that storage answered the parts with, by number, and `sha256` that of the file in hexadecimal;
    both are optional. Raises UploadNotFound, UploadIncomplete, UploadExpired, ChecksumMismatch, InvalidInput.
    """
    upload = await _announced(platform, await get(platform, caller, upload_id), sha256)
    refuse_over(upload)
    if upload.status is UploadStatus.COMPLETED:
        return upload
    async with platform.db.transaction() as connection:
        await queries.set_etags(connection, upload.id, etags)
        announced = await queries.parts_of(connection, upload.id)
    try:
        await platform.storage.apart(_assemble, platform.storage, upload, announced)
    except UploadIncomplete:
        # Or its parts are gone because a concurrent request has made the object of them, or has refused it already.
        if await platform.storage.apart(platform.storage.stat, upload.key) is None:
            refuse_over(await get(platform, caller, upload_id))
            raise
    return await _finish(platform, caller, upload)


async def _announced(platform: Platform, upload: UploadRecord, sha256: str | None) -> UploadRecord:
    """Return the upload with the SHA-256 that its sender says the file has; raises InvalidInput if it is another."""
    known = upload.announced_sha256 or upload.sha256
    if sha256 is None or known == sha256:
        return upload
    if known is not None:
        raise InvalidInput(Fault("/sha256", f"sha256: the file has, or was announced with, the SHA-256 {known}."))
    async with platform.db.connection() as connection:
        await queries.set_announced(connection, upload.id, sha256)
    return msgspec.structs.replace(upload, announced_sha256=sha256)


def _assemble(storage: Storage, upload: UploadRecord, announced: Mapping[int, AnnouncedPart]) -> None:
    """Make the object, unless it is made already; raises UploadIncomplete."""
    key, storage_upload_id = upload.key, upload.storage_upload_id
    assert storage_upload_id is not None, "a pending upload is in parts"
    try:
        choice = choose(upload, announced, storage_parts.received(storage, key, storage_upload_id))
        _refuse_incomplete(choice)
        storage_parts.complete(storage, key, storage_upload_id, choice.parts)
    except NoMultipartUpload:
        # An earlier request, which did not come to its end, has made the object; or another one deletes the upload.
        return
    except PartsRefused as error:
        raise UploadIncomplete(
            "A part was uploaded with other content than its last link is for; get new links and upload it again."
        ) from error


def _refuse_incomplete(choice: PartChoice) -> None:
    if choice.missing:
        them = "it" if len(choice.missing) == 1 else "them"
        raise UploadIncomplete(
            f"{_named(choice.missing)} not been uploaded yet; upload {them}, then complete the upload."
        )
    if choice.ambiguous:
        raise UploadIncomplete(
            f"{_named(choice.ambiguous)} been uploaded with different content at the same time; send their ETags."
        )


def _named(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"Part {numbers[0]} has"
    named = ", ".join(map(str, numbers[:_NAMED_PARTS]))
    rest = len(numbers) - _NAMED_PARTS
    return f"Parts {named}{f' and {rest:,} more' if rest > 0 else ''} have"


async def _finish(platform: Platform, caller: Caller, upload: UploadRecord) -> UploadRecord:
    storage = platform.storage
    try:
        status, sha256 = await storage.apart(_inspect, storage, upload)
    except FileGone:
        # Deleted or refused by another request in the meantime, unless storage has lost the parts.
        refuse_over(await get(platform, caller, str(upload.id)))
        raise UploadIncomplete("Storage no longer has the parts of this file; create a new upload.") from None
    async with platform.db.connection() as connection:
        await queries.finish(connection, upload.id, status, sha256, retention(platform.settings))
    if status is UploadStatus.FAILED:
        await _discard(storage, upload)
    upload = await get(platform, caller, str(upload.id))
    refuse_over(upload)
    return upload


def _inspect(storage: Storage, upload: UploadRecord) -> tuple[UploadStatus, str | None]:
    """Return the status that the object deserves, and its SHA-256 if it is small; raises FileGone."""
    stat = storage.stat(upload.key)
    if stat is None:
        raise FileGone
    sha256 = sha256_of(storage, upload.key) if stat.size_bytes <= MAX_HASHED_BYTES else None
    is_right = stat.size_bytes == upload.size_bytes and (sha256 is None or upload.announced_sha256 in {None, sha256})
    return UploadStatus.COMPLETED if is_right else UploadStatus.FAILED, sha256


async def _discard(storage: Storage, upload: UploadRecord) -> None:
    try:
        await storage.apart(storage.delete, [upload.key])
    except StorageUnavailable:
        log.warning("the object of a failed upload is left to be collected", upload_id=str(upload.id))


async def verify(platform: Platform, upload: UploadRecord, sha256: str) -> None:
    """Store the SHA-256, in hexadecimal, that a worker computed while it read the file.

    Raises ChecksumMismatch if the file was announced or read with another one: the upload has failed then, and its
    bytes go.
    """
    if upload.sha256 == sha256 and upload.announced_sha256 in {None, sha256}:
        # As for every file that came in one request: a write would be one more wait for the disk.
        return
    # A file that was read before and now has other bytes is broken, too.
    is_right = {upload.announced_sha256, upload.sha256} <= {None, sha256}
    async with platform.db.connection() as connection:
        await (queries.verify if is_right else queries.fail)(connection, upload.id, sha256)
    if not is_right:
        await _discard(platform.storage, upload)
        raise ChecksumMismatch
