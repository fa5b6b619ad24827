"""Files of pipelines in storage: where they are uploaded to, how they are looked at, and what becomes of the rest."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from shared.analyses import queries
from shared.analyses.records import ArtifactRecord
from shared.artifacts import orphans
from shared.kit.db import Connection
from shared.kit.ids import parse_uuid, uuid7
from shared.kit.platform import Platform
from shared.kit.storage import Storage

PREFIX = "analyses/"

# A link to upload to works for an hour; what was announced and not looked at for so long was given up.
ABANDONED_AFTER = timedelta(days=7)

# Somebody who writes to the same place again and again while we look is not waited for.
_MAX_COPIES = 3


def upload_key(analysis_id: UUID, artifact_id: UUID) -> str:
    """Where the uploader of an artifact can write, for as long as the link works."""
    return f"{PREFIX}{analysis_id}/uploads/{artifact_id}"


def inspect(storage: Storage, analysis_id: UUID, file: ArtifactRecord, max_bytes: int) -> ArtifactRecord:
    """The announced file as it was found; a good one is now where nobody writes any more. Blocks."""
    source = upload_key(analysis_id, file.id)
    for _ in range(_MAX_COPIES):
        stat = storage.stat(source)
        if stat is None:
            return msgspec.structs.replace(file, status="missing")
        expected_bytes = stat.size_bytes if file.announced_bytes is None else file.announced_bytes
        if stat.size_bytes != expected_bytes or stat.size_bytes > max_bytes or stat.content_type != file.content_type:
            break
        # A key of its own for every copy: of two that finish at once, only one's is remembered.
        target = f"{PREFIX}{analysis_id}/{uuid7()}"
        if storage.adopt(source, target, file.name, stat):
            return msgspec.structs.replace(file, status="stored", size_bytes=stat.size_bytes, object_key=target)
    return msgspec.structs.replace(file, status="mismatched")


async def collect(platform: Platform) -> int:
    """Delete what was announced and abandoned, and what no row knows of any more; the number of objects."""
    async with platform.db.connection() as connection:
        await queries.abandon_artifacts(connection, ABANDONED_AFTER)
    return await orphans.collect(platform, PREFIX, _without_row)


async def _without_row(connection: Connection, keys: Sequence[str]) -> list[str]:
    # What was uploaded has the id of its row for its name.
    return await queries.unreferenced(connection, [(key, parse_uuid(key.rpartition("/")[2])) for key in keys])
