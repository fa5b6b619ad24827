"""Statements about uploads and their parts."""

# ruff: noqa: S608 -- the texts are put together from our own column names only

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from shared.kit.database.transactions import Connection, Record
from shared.kit.ids import parse_uuid
from shared.uploads.models import UploadStatus
from shared.uploads.records import AnnouncedPart, UploadRecord

_STORED = [{"key": "object_key"}.get(name, name) for name in UploadRecord.__struct_fields__]

# An upload is over at the end of its time, not when the dispatcher next looks.
_STATUS = "CASE WHEN status IN ('pending', 'completed') AND expires_at <= now() THEN 'expired' ELSE status END"
COLUMNS = ", ".join(_STATUS if name == "status" else name for name in _STORED)

INSERT = f"""
    INSERT INTO file_upload ({", ".join(_STORED)})
    VALUES ({", ".join(f"${n}" for n in range(1, len(_STORED) + 1))})
"""

# Requests of one account take turns from here to the end of their transactions, so that the limit holds.
SELECT = f"SELECT {COLUMNS} FROM file_upload WHERE id = $1 AND account_id = $2"

LIST_OWN = f"""
    SELECT {COLUMNS} FROM file_upload
    WHERE account_id = $1 AND ($2::uuid IS NULL OR id < $2) AND ($3::text IS NULL OR ({_STATUS}) = $3)
    ORDER BY id DESC LIMIT $4
"""

# Only what this service has computed counts as the content, and only within one account: nobody learns whether
# another account holds a file, or gets it by naming its SHA-256.
RENEW_SAME_CONTENT = f"""
    UPDATE file_upload SET expires_at = greatest(expires_at, now() + $4::interval)
    WHERE id = (
        SELECT id FROM file_upload
        WHERE account_id = $1 AND sha256 = $2 AND size_bytes = $3 AND status = 'completed' AND expires_at > now()
        ORDER BY id DESC LIMIT 1 FOR UPDATE
    )
    RETURNING {COLUMNS}
"""

SELECT_PARTS = "SELECT number, sha256, etag FROM file_upload_part WHERE upload_id = $1 ORDER BY number"

# A part with other content has not been sent yet, whatever was reported of the content before.
SET_CHECKSUMS = """
    INSERT INTO file_upload_part (upload_id, number, sha256)
    SELECT $1, * FROM unnest($2::integer[], $3::text[])
    ON CONFLICT (upload_id, number) DO UPDATE SET sha256 = excluded.sha256,
        etag = CASE WHEN file_upload_part.sha256 = excluded.sha256 THEN file_upload_part.etag END
"""

# Of a complete file only until it was read: from then on, its SHA-256 is known.
SET_ANNOUNCED = """
    UPDATE file_upload SET announced_sha256 = $2
    WHERE id = $1 AND status IN ('pending', 'completed') AND sha256 IS NULL
"""

SET_ETAGS = """
    UPDATE file_upload_part AS part SET etag = report.etag
    FROM unnest($2::integer[], $3::text[]) AS report (number, etag)
    WHERE part.upload_id = $1 AND part.number = report.number
"""

FINISH = f"""
    UPDATE file_upload SET status = $2, sha256 = $3, completed_at = now(), expires_at = now() + $4::interval
    WHERE id = $1 AND status = 'pending' RETURNING {COLUMNS}
"""

VERIFY = f"UPDATE file_upload SET sha256 = $2 WHERE id = $1 AND status = 'completed' RETURNING {COLUMNS}"

FAIL = "UPDATE file_upload SET status = 'failed', sha256 = $2 WHERE id = $1 AND status = 'completed'"

DELETE = f"DELETE FROM file_upload WHERE id = $1 AND account_id = $2 RETURNING {COLUMNS}"

DELETE_SOME_OF = f"""
    DELETE FROM file_upload WHERE id IN (SELECT id FROM file_upload WHERE account_id = $1 LIMIT $2) RETURNING {COLUMNS}
"""

EXPIRE = f"""
    UPDATE file_upload SET status = 'expired'
    WHERE id IN (
        SELECT id FROM file_upload WHERE expires_at <= now() AND status IN ('pending', 'completed')
        ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
    )
    RETURNING {COLUMNS}
"""

DELETE_OVER = """
    WITH over AS (
        DELETE FROM file_upload WHERE expires_at < now() - $1::interval AND status IN ('failed', 'expired') RETURNING id
    )
    SELECT count(*) FROM over
"""

WITHOUT_FILE = """
    SELECT key FROM unnest($1::text[], $2::uuid[]) AS object (key, upload_id)
    WHERE NOT EXISTS (SELECT FROM file_upload WHERE id = upload_id AND status IN ('pending', 'completed'))
"""


async def insert(connection: Connection, upload: UploadRecord, part_sha256: Sequence[str] = ()) -> None:
    """Insert an upload, and the SHA-256 of its first parts."""
    await connection.execute(INSERT, *(getattr(upload, name) for name in UploadRecord.__struct_fields__))
    await set_checksums(connection, upload.id, dict(enumerate(part_sha256, start=1)))


async def find(connection: Connection, account_id: int, upload_id: UUID) -> UploadRecord | None:
    """Return an upload of the account, or None."""
    return _upload(await connection.fetchrow(SELECT, upload_id, account_id))


async def list_own(
    connection: Connection, account_id: int, *, before: UUID | None, status: UploadStatus | None, limit: int
) -> list[UploadRecord]:
    """Return uploads of the account, newest first."""
    rows = await connection.fetch(LIST_OWN, account_id, before, status, limit)
    return [upload for row in rows if (upload := _upload(row))]


async def renew_same_content(
    connection: Connection, account_id: int, *, sha256: str, size_bytes: int, keep: timedelta
) -> UploadRecord | None:
    """Return the newest file of the account with this content, kept for this long again, or None."""
    return _upload(await connection.fetchrow(RENEW_SAME_CONTENT, account_id, sha256, size_bytes, keep))


async def parts_of(connection: Connection, upload_id: UUID) -> dict[int, AnnouncedPart]:
    """Return what is known of the parts, by number."""
    rows = await connection.fetch(SELECT_PARTS, upload_id)
    return {row["number"]: AnnouncedPart(*row) for row in rows}


async def set_checksums(connection: Connection, upload_id: UUID, checksums: Mapping[int, str]) -> None:
    """Store the SHA-256 of parts."""
    if checksums:
        await connection.execute(SET_CHECKSUMS, upload_id, list(checksums), list(checksums.values()))


async def set_announced(connection: Connection, upload_id: UUID, sha256: str) -> None:
    """Store the SHA-256 that the client says the file has."""
    await connection.execute(SET_ANNOUNCED, upload_id, sha256)


async def set_etags(connection: Connection, upload_id: UUID, etags: Mapping[int, str]) -> None:
    """Store the ETags that storage gave to parts; parts without a SHA-256 are passed over."""
    if etags:
        await connection.execute(SET_ETAGS, upload_id, list(etags), list(etags.values()))


async def finish(
    connection: Connection, upload_id: UUID, status: UploadStatus, sha256: str | None, keep: timedelta
) -> UploadRecord | None:
    """End a pending upload; return None if another request just did."""
    return _upload(await connection.fetchrow(FINISH, upload_id, status, sha256, keep))


async def verify(connection: Connection, upload_id: UUID, sha256: str) -> UploadRecord | None:
    """Store the SHA-256 of a complete file; return None if it is gone."""
    return _upload(await connection.fetchrow(VERIFY, upload_id, sha256))


async def fail(connection: Connection, upload_id: UUID, sha256: str) -> None:
    """Mark a complete file as one with other bytes than announced."""
    await connection.execute(FAIL, upload_id, sha256)


async def delete(connection: Connection, account_id: int, upload_id: UUID) -> UploadRecord | None:
    """Delete an upload of the account; return it, or None."""
    return _upload(await connection.fetchrow(DELETE, upload_id, account_id))


async def delete_some_of(connection: Connection, account_id: int, limit: int) -> list[UploadRecord]:
    """Delete some uploads of the account; return them."""
    rows = await connection.fetch(DELETE_SOME_OF, account_id, limit)
    return [upload for row in rows if (upload := _upload(row))]


async def expire(connection: Connection, limit: int) -> list[UploadRecord]:
    """Mark uploads whose time is over; return them."""
    rows = await connection.fetch(EXPIRE, limit)
    return [upload for row in rows if (upload := _upload(row))]


async def delete_over(connection: Connection, keep: timedelta) -> int:
    """Delete uploads that ended without a file, or lost it, longer ago than this; return their number."""
    count: int = await connection.fetchval(DELETE_OVER, keep)
    return count


async def without_file(connection: Connection, keys: Sequence[str]) -> list[str]:
    """Return the keys that belong to no upload which is pending or complete."""
    # A key that does not end in an id is not an upload's, and left alone.
    ids = {key: uuid for key in keys if (uuid := parse_uuid(key.rpartition("/")[2]))}
    return [record["key"] for record in await connection.fetch(WITHOUT_FILE, list(ids), list(ids.values()))]


def _upload(record: Record | None) -> UploadRecord | None:
    if record is None:
        return None
    identity, account_id, status, *rest = record
    return UploadRecord(identity, account_id, UploadStatus(status), *rest)
