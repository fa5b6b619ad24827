"""Announcing a file, and the links that take its parts."""

import asyncio
import base64
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from shared import quotas
from shared.accounts import Caller
from shared.kit import clock, filenames
from shared.kit.database.transactions import note_created, retry_conflicts
from shared.kit.errors import Fault, InvalidInput
from shared.kit.ids import uuid7
from shared.kit.platform import Platform
from shared.kit.storage import parts as storage_parts
from shared.kit.storage.bucket import Storage
from shared.kit.storage.links import Link
from shared.quotas import Quota, QuotaReached
from shared.uploads import queries
from shared.uploads.errors import UploadTooLarge
from shared.uploads.files import object_key, part_size, retention
from shared.uploads.models import UploadStatus
from shared.uploads.reading import find_open
from shared.uploads.records import FileAnnouncement, UploadRecord

# Signing takes about a millisecond a link, in a thread.
MAX_LINKS = 100


class PartLink(NamedTuple):
    """The link that takes one part, of this size and with this SHA-256 (base64) only."""

    number: int
    size_bytes: int
    sha256: str
    link: Link


async def announce(
    platform: Platform, caller: Caller, announcement: FileAnnouncement
) -> tuple[UploadRecord, list[PartLink]]:
    """Create an upload, and links for the first parts whose SHA-256 is known; at most 100.

    Content that the account has stored already needs no upload: it is returned as it is, completed, without links.
    Raises UploadTooLarge, QuotaReached, InvalidInput.
    """
    size_bytes, limit = announcement.size_bytes, platform.settings.max_file_bytes
    if size_bytes > limit:
        raise UploadTooLarge(f"The file has {size_bytes:,} bytes; the maximum is {limit:,}.")
    checksums = _checksums(announcement)
    if (same := await _find_same(platform, caller, announcement)) is not None:
        return same, []
    upload = await _create(platform, caller, announcement, checksums)
    return upload, await sign(platform, upload, dict(enumerate(checksums[:MAX_LINKS], start=1)))


@retry_conflicts
async def links(
    platform: Platform, caller: Caller, upload_id: str, *, numbers: Sequence[int], checksums: Mapping[int, str]
) -> list[PartLink]:
    """Return fresh links for parts of a pending upload; those without a SHA-256 (base64) keep the one they have.

    Raises UploadNotFound, UploadExpired, UploadAlreadyCompleted, ChecksumMismatch, InvalidInput.
    """
    upload = await find_open(platform, caller, upload_id)
    wanted = sorted({*numbers})
    if faults := [
        Fault("/numbers", f"numbers: {number} is not a part; the parts are 1 to {upload.part_count:,}.")
        for number in wanted
        if not 1 <= number <= upload.part_count
    ]:
        raise InvalidInput(*faults)
    async with platform.db.transaction() as connection:
        known = await queries.parts_of(connection, upload.id)
        chosen = {n: checksums.get(n) or (known[n].sha256 if n in known else None) for n in wanted}
        if missing := [number for number, checksum in chosen.items() if checksum is None]:
            raise InvalidInput(*(Fault(f"/sha256/{n}", f"sha256: send the SHA-256 of part {n}.") for n in missing))
        complete = {number: checksum for number, checksum in chosen.items() if checksum is not None}
        await queries.set_checksums(connection, upload.id, complete)
    return await sign(platform, upload, complete)


async def sign(platform: Platform, upload: UploadRecord, checksums: Mapping[int, str]) -> list[PartLink]:
    """Sign links for parts, by their SHA-256."""
    return await asyncio.to_thread(_sign_all, platform, upload, checksums)


def _sign_all(platform: Platform, upload: UploadRecord, checksums: Mapping[int, str]) -> list[PartLink]:
    return [_sign(platform.storage, upload, *part) for part in sorted(checksums.items())]


def _sign(storage: Storage, upload: UploadRecord, number: int, sha256: str) -> PartLink:
    assert upload.storage_upload_id is not None, "an announced upload is in parts"
    size_bytes = upload.bytes_of(number)
    link = storage_parts.link(
        storage,
        upload.key,
        upload.storage_upload_id,
        account_id=upload.account_id,
        number=number,
        size_bytes=size_bytes,
        sha256=sha256,
    )
    return PartLink(number, size_bytes, sha256, link)


def _checksums(announcement: FileAnnouncement) -> list[str]:
    """Return the SHA-256 of the parts, as far as they are known; raises InvalidInput."""
    size = part_size(announcement.size_bytes)
    count = -(-announcement.size_bytes // size)
    checksums = announcement.part_sha256
    if checksums and len(checksums) != count:
        detail = f"part_sha256: send one SHA-256 for each of the {count:,} parts of {size:,} bytes, or none."
        raise InvalidInput(Fault("/part_sha256", detail))
    if count > 1 or announcement.sha256 is None:
        return checksums
    # A file of one part has the SHA-256 of the part.
    checksum = base64.b64encode(bytes.fromhex(announcement.sha256)).decode()
    if checksums not in ([], [checksum]):
        raise InvalidInput(Fault("/part_sha256/0", "part_sha256: the only part has another SHA-256 than the file."))
    return [checksum]


async def _find_same(platform: Platform, caller: Caller, announcement: FileAnnouncement) -> UploadRecord | None:
    if announcement.sha256 is None:
        return None
    async with platform.db.connection() as connection:
        return await queries.renew_same_content(
            connection,
            caller.account_id,
            sha256=announcement.sha256,
            size_bytes=announcement.size_bytes,
            keep=retention(platform.settings),
        )


async def _create(
    platform: Platform, caller: Caller, announcement: FileAnnouncement, checksums: Sequence[str]
) -> UploadRecord:
    upload_id, now = uuid7(), clock.now()
    key = object_key(upload_id)
    storage_upload_id = await platform.storage.apart(storage_parts.begin, platform.storage, key)
    upload = UploadRecord(
        id=upload_id,
        account_id=caller.account_id,
        status=UploadStatus.PENDING,
        filename=filenames.clean(announcement.filename, "file"),
        content_type=announcement.content_type,
        size_bytes=announcement.size_bytes,
        part_size_bytes=part_size(announcement.size_bytes),
        announced_sha256=announcement.sha256,
        sha256=None,
        key=key,
        storage_upload_id=storage_upload_id,
        created_at=now,
        completed_at=None,
        expires_at=now + timedelta(hours=platform.settings.upload_lifetime_hours),
    )
    try:
        await _insert(platform, caller, upload, checksums)
    except QuotaReached:
        await platform.storage.apart(storage_parts.abort, platform.storage, key, storage_upload_id)
        raise
    return upload


@retry_conflicts
async def _insert(platform: Platform, caller: Caller, upload: UploadRecord, checksums: Sequence[str]) -> None:
    additions = {Quota.OPEN_UPLOADS: 1, Quota.STORED_BYTES: upload.size_bytes}
    async with platform.db.transaction() as connection:
        await quotas.take(connection, platform.settings, caller, additions)
        await queries.insert(connection, upload, checksums)
        note_created("upload", upload.id)
