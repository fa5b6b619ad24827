"""Statements about uploads."""

# ruff: noqa: S608 -- the texts are put together from our own column names only

from uuid import UUID

import msgspec

from shared.kit.database.transactions import Connection
from shared.projects.records import ImageUploadRecord

COLUMNS = ", ".join(ImageUploadRecord.__struct_fields__)

INSERT = f"INSERT INTO upload ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"

SELECT = f"SELECT {COLUMNS} FROM upload WHERE id = $1 AND account_id = $2 AND expires_at > now()"

DELETE = "DELETE FROM upload WHERE id = $1 RETURNING true"


async def insert(connection: Connection, upload: ImageUploadRecord) -> None:
    """Insert an upload."""
    await connection.execute(INSERT, *msgspec.structs.astuple(upload))


async def find(connection: Connection, account_id: int, upload_id: UUID) -> ImageUploadRecord | None:
    """Return a pending upload of the account, or None."""
    record = await connection.fetchrow(SELECT, upload_id, account_id)
    return ImageUploadRecord(*record) if record else None


async def delete(connection: Connection, upload_id: UUID) -> bool:
    """Delete an upload; return False if another request just did."""
    return bool(await connection.fetchval(DELETE, upload_id))
