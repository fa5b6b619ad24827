"""Files that come in the body of one request: passed on to storage part by part, never in memory as a whole."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from uuid import UUID

import structlog

from shared import quotas
from shared.accounts import Caller
from shared.kit import clock, filenames
from shared.kit.database.transactions import retry_conflicts
from shared.kit.errors import Fault, InvalidInput
from shared.kit.ids import uuid7
from shared.kit.platform import Platform
from shared.kit.storage import parts as storage_parts
from shared.kit.storage.bucket import Storage
from shared.kit.storage.errors import StorageUnavailable
from shared.kit.storage.files import File
from shared.kit.storage.parts import Part
from shared.quotas import Quota, QuotaReached
from shared.uploads import queries
from shared.uploads.errors import UploadTooLarge
from shared.uploads.files import CONTENT_TYPE, PART_BYTES, object_key, retention
from shared.uploads.models import UploadStatus
from shared.uploads.records import UploadRecord

log = structlog.get_logger()


async def store(
    platform: Platform, caller: Caller, filename: str, stream: AsyncIterator[bytes], content_type: str = CONTENT_TYPE
) -> UploadRecord:
    """Store a file as a complete upload; content that the account has stored already is not stored again.

    Raises UploadTooLarge, QuotaReached, InvalidInput for an empty file, StorageUnavailable, and what the stream raises.
    """
    await quotas.refuse_full(platform, caller, Quota.STORED_BYTES)
    upload_id = uuid7()
    writer = _Writer(platform.storage, object_key(upload_id), platform.settings.max_file_bytes)
    try:
        await writer.write(stream)
        return await _find_same(platform, caller, writer) or await _keep(
            platform, caller, upload_id, writer, filenames.clean(filename, "file"), content_type
        )
    finally:
        await writer.discard()


async def _find_same(platform: Platform, caller: Caller, writer: "_Writer") -> UploadRecord | None:
    async with platform.db.connection() as connection:
        return await queries.renew_same_content(
            connection,
            caller.account_id,
            sha256=writer.sha256,
            size_bytes=writer.size_bytes,
            keep=retention(platform.settings),
        )


async def _keep(
    platform: Platform, caller: Caller, upload_id: UUID, writer: "_Writer", filename: str, content_type: str
) -> UploadRecord:
    await writer.complete()
    now = clock.now()
    upload = UploadRecord(
        id=upload_id,
        account_id=caller.account_id,
        status=UploadStatus.COMPLETED,
        filename=filename,
        content_type=content_type,
        size_bytes=writer.size_bytes,
        part_size_bytes=PART_BYTES,
        announced_sha256=None,
        sha256=writer.sha256,
        key=object_key(upload_id),
        storage_upload_id=None,
        created_at=now,
        completed_at=now,
        expires_at=now + retention(platform.settings),
    )
    try:
        await _insert(platform, caller, upload)
    except QuotaReached:
        await writer.delete()
        raise
    return upload


@retry_conflicts
async def _insert(platform: Platform, caller: Caller, upload: UploadRecord) -> None:
    async with quotas.counted(platform, caller, {Quota.STORED_BYTES: upload.size_bytes}) as connection:
        await queries.insert(connection, upload)


class _Writer:
    """Sends a stream to storage as one object: in parts once it exceeds one, or else at once."""

    def __init__(self, storage: Storage, key: str, max_bytes: int) -> None:
        self._storage = storage
        self._key = key
        self._max_bytes = max_bytes
        self._digest = hashlib.sha256()
        self._parts: list[Part] = []
        self._rest = bytearray()
        self._storage_upload_id: str | None = None
        self.size_bytes = 0

    @property
    def sha256(self) -> str:
        """The SHA-256 of what was written, in hexadecimal."""
        return self._digest.hexdigest()

    async def write(self, stream: AsyncIterator[bytes]) -> None:
        """Read the stream to its end; its last part is sent with `complete`."""
        async for chunk in stream:
            self.size_bytes += len(chunk)
            if self.size_bytes > self._max_bytes:
                raise UploadTooLarge(f"The file is larger than the maximum of {self._max_bytes:,} bytes.")
            self._rest += chunk
            while len(self._rest) > PART_BYTES:
                with memoryview(self._rest) as view:
                    body = bytes(view[:PART_BYTES])
                del self._rest[:PART_BYTES]
                await asyncio.to_thread(self._digest.update, body)
                await self._send(body)
        if not self.size_bytes:
            raise InvalidInput(Fault("/file", "file: is empty; send a file with content."))
        await asyncio.to_thread(self._digest.update, self._rest)

    async def complete(self) -> None:
        """Make the object."""
        storage, rest = self._storage, bytes(self._rest)
        if self._storage_upload_id is None:
            await storage.apart(storage.put, self._key, File("file", CONTENT_TYPE, rest), disposition="attachment")
            return
        await self._send(rest)
        await storage.apart(storage_parts.complete, storage, self._key, self._storage_upload_id, self._parts)
        self._storage_upload_id = None

    async def discard(self) -> None:
        """Delete parts of which no object was made."""
        if self._storage_upload_id is None:
            return
        try:
            await self._storage.apart(storage_parts.abort, self._storage, self._key, self._storage_upload_id)
        except StorageUnavailable:
            log.warning("parts of a file that was not kept are left to be collected", key=self._key)

    async def delete(self) -> None:
        """Delete the object."""
        try:
            await self._storage.apart(self._storage.delete, [self._key])
        except StorageUnavailable:
            log.warning("a file that was not kept is left to be collected", key=self._key)

    async def _send(self, body: bytes) -> None:
        if self._storage_upload_id is None:
            self._storage_upload_id = await self._storage.apart(storage_parts.begin, self._storage, self._key)
        put = self._storage.apart(self._put, self._storage_upload_id, len(self._parts) + 1, body)
        self._parts.append(await put)

    def _put(self, storage_upload_id: str, number: int, body: bytes) -> Part:
        checksum = base64.b64encode(hashlib.sha256(body).digest()).decode()
        return storage_parts.put(self._storage, self._key, storage_upload_id, number=number, body=body, sha256=checksum)
