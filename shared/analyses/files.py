"""Artifacts of analyses in storage: the keys of uploads, their inspection, and the expiry of abandoned ones."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from shared.analyses import queries
from shared.analyses.records import ArtifactRecord
from shared.kit.database.transactions import Connection
from shared.kit.ids import parse_uuid, uuid7
from shared.kit.platform import Platform
from shared.kit.storage.bucket import Storage

PREFIX = "analyses/"

# An upload link works for an hour; an artifact that was announced before this and never inspected is abandoned.
ABANDONED_AFTER = timedelta(days=7)

# An uploader that keeps overwriting the object while it is copied is not waited for.
_MAX_COPIES = 3


def upload_key(analysis_id: UUID, artifact_id: UUID) -> str:
    """Return the key of the object that the uploader of an artifact can write, for as long as the link works."""
    return f"{PREFIX}{analysis_id}/uploads/{artifact_id}"


def inspect(storage: Storage, analysis_id: UUID, file: ArtifactRecord, max_bytes: int) -> ArtifactRecord:
    """Return the announced file with its status, and move a valid one out of its uploader's reach. Blocks."""
    source = upload_key(analysis_id, file.id)
    for _ in range(_MAX_COPIES):
        stat = storage.stat(source)
        if stat is None:
            return msgspec.structs.replace(file, status="missing")
        expected_bytes = stat.size_bytes if file.announced_bytes is None else file.announced_bytes
        if stat.size_bytes != expected_bytes or stat.size_bytes > max_bytes or stat.content_type != file.content_type:
            break
        # A key of its own for every copy: if two callbacks finish the analysis at once, only one of the keys is kept.
        target = f"{PREFIX}{analysis_id}/{uuid7()}"
        if storage.adopt(source, target, file.name, stat):
            return msgspec.structs.replace(file, status="stored", size_bytes=stat.size_bytes, object_key=target)
    return msgspec.structs.replace(file, status="mismatched")


async def expire_uploads(platform: Platform) -> int:
    """Delete the uploads that were announced and never inspected; return their number."""
    async with platform.db.connection() as connection:
        abandoned = await queries.abandon_artifacts(connection, ABANDONED_AFTER)
    await platform.storage.apart(platform.storage.delete, [upload_key(*ids) for ids in abandoned])
    return len(abandoned)


async def without_row(connection: Connection, keys: Sequence[str]) -> list[str]:
    """Return the keys that belong to no stored file and to no announced upload."""
    # An upload is named by the id of its row.
    return await queries.unreferenced(connection, [(key, parse_uuid(key.rpartition("/")[2])) for key in keys])
