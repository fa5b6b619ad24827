"""Finding uploads of a caller, in the state that a verb needs."""

from uuid import UUID

from shared.accounts import Caller
from shared.kit.ids import known_uuid
from shared.kit.platform import Platform
from shared.kit.storage import parts as storage_parts
from shared.kit.storage.parts import NoMultipartUpload, ReceivedPart
from shared.uploads import queries
from shared.uploads.errors import (
    ChecksumMismatch,
    UploadAlreadyCompleted,
    UploadExpired,
    UploadIncomplete,
    UploadNotFound,
)
from shared.uploads.models import UploadStatus
from shared.uploads.part_choice import group, newest
from shared.uploads.records import UploadRecord


async def get(platform: Platform, caller: Caller, upload_id: str) -> UploadRecord:
    """Return an upload of the caller; raises UploadNotFound."""
    upload_uuid = known_uuid(upload_id, UploadNotFound)
    async with platform.db.connection() as connection:
        upload = await queries.find(connection, caller.account_id, upload_uuid)
    if upload is None:
        raise UploadNotFound
    return upload


async def get_completed(platform: Platform, caller: Caller, upload_id: str) -> UploadRecord:
    """Return an upload of the caller whose file can be read.

    Raises UploadNotFound, UploadIncomplete, UploadExpired, ChecksumMismatch.
    """
    upload = await get(platform, caller, upload_id)
    refuse_over(upload)
    if upload.status is UploadStatus.PENDING:
        raise UploadIncomplete("The upload is not complete yet; complete it first.")
    return upload


async def find_open(platform: Platform, caller: Caller, upload_id: str) -> UploadRecord:
    """Return an upload of the caller that takes parts.

    Raises UploadNotFound, UploadExpired, UploadAlreadyCompleted, ChecksumMismatch.
    """
    upload = await get(platform, caller, upload_id)
    refuse_over(upload)
    if upload.status is UploadStatus.COMPLETED:
        raise UploadAlreadyCompleted
    return upload


def refuse_over(upload: UploadRecord) -> None:
    """Raise UploadExpired or ChecksumMismatch for an upload that has ended without a file."""
    if upload.status is UploadStatus.EXPIRED:
        raise UploadExpired
    if upload.status is UploadStatus.FAILED:
        raise ChecksumMismatch


async def list_own(
    platform: Platform, caller: Caller, *, before: UUID | None, status: UploadStatus | None, limit: int
) -> list[UploadRecord]:
    """List uploads of the caller, newest first, older than `before`."""
    async with platform.db.connection() as connection:
        return await queries.list_own(connection, caller.account_id, before=before, status=status, limit=limit)


async def received(platform: Platform, upload: UploadRecord) -> list[ReceivedPart]:
    """Return the parts that have arrived for a pending upload, by number; none for any other upload."""
    if upload.status is not UploadStatus.PENDING or upload.storage_upload_id is None:
        return []
    storage = platform.storage
    try:
        parts = await storage.apart(storage_parts.received, storage, upload.key, upload.storage_upload_id)
    except NoMultipartUpload:
        return []
    return [newest(candidates)[0] for candidates in group(upload, parts).values()]
