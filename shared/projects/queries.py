"""Statements about projects."""

# ruff: noqa: S608 -- the texts are put together from our own column names only

from uuid import UUID

import msgspec

from shared.kit.database.transactions import Connection
from shared.projects.records import ProjectDescription, ProjectRecord

COLUMNS = "id, account_id, name, description, metadata, created_at, updated_at"

IMAGE_COUNT = "(SELECT count(*) FROM image WHERE project_id = project.id AND deleted_at IS NULL) AS image_count"

INSERT = f"""
    INSERT INTO project (id, account_id, name, description, metadata) VALUES ($1, $2, $3, $4, $5)
    RETURNING {COLUMNS}, 0 AS image_count
"""

SELECT = f"SELECT {COLUMNS}, {IMAGE_COUNT} FROM project WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL"

EXISTS = "SELECT true FROM project WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL"

LIST_OWN = f"""
    SELECT {COLUMNS}, {IMAGE_COUNT} FROM project
    WHERE account_id = $1 AND deleted_at IS NULL AND ($2::uuid IS NULL OR id < $2)
        AND ($3::text IS NULL OR strpos(lower(name), lower($3)) > 0)
    ORDER BY id DESC LIMIT $4
"""

# Whoever changes an image holds its row when the foreign key of the image's event asks for the project's. A lock that
# refused the key would wait for the image, as the deletion of a project does, while the image waits for the project.
LOCK = """
    SELECT name, description, metadata FROM project
    WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL FOR NO KEY UPDATE
"""

# Held while an image is added: a project that is being deleted accepts none.
LOCK_OPEN = "SELECT true FROM project WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL FOR SHARE"

DESCRIBE = f"""
    UPDATE project SET name = $2, description = $3, metadata = $4, updated_at = now() WHERE id = $1
    RETURNING {COLUMNS}, {IMAGE_COUNT}
"""

HAS_IMAGES = "SELECT EXISTS (SELECT FROM image WHERE project_id = $1)"

DELETE = "UPDATE project SET deleted_at = now() WHERE id = $1"

DELETE_IMAGES = """
    UPDATE image SET deleted_at = coalesce(deleted_at, now()), purge_at = now() WHERE project_id = $1
"""

DELETE_UPLOADS = "DELETE FROM upload WHERE project_id = $1"

# What another dispatcher is deleting, or a transaction still refers to, is left to the next time.
PURGE_EMPTY = """
    DELETE FROM project WHERE id IN (
        SELECT id FROM project
        WHERE deleted_at IS NOT NULL AND NOT EXISTS (SELECT FROM image WHERE project_id = project.id)
        FOR UPDATE SKIP LOCKED
    )
"""


async def insert(
    connection: Connection, project_id: UUID, account_id: int, description: ProjectDescription
) -> ProjectRecord:
    """Insert a project."""
    return ProjectRecord(
        *await connection.fetchrow(INSERT, project_id, account_id, *msgspec.structs.astuple(description))
    )


async def find(connection: Connection, account_id: int, project_id: UUID) -> ProjectRecord | None:
    """Return a project of the account, or None."""
    record = await connection.fetchrow(SELECT, project_id, account_id)
    return ProjectRecord(*record) if record else None


async def exists(connection: Connection, account_id: int, project_id: UUID) -> bool:
    """Return whether the account has such a project; cheaper than reading it with its count."""
    return bool(await connection.fetchval(EXISTS, project_id, account_id))


async def list_own(
    connection: Connection, account_id: int, *, before: UUID | None, name: str | None, limit: int
) -> list[ProjectRecord]:
    """List projects of the account, newest first."""
    return [ProjectRecord(*record) for record in await connection.fetch(LIST_OWN, account_id, before, name, limit)]


async def lock(connection: Connection, account_id: int, project_id: UUID) -> ProjectDescription | None:
    """Return the description of a project of the account, locked until the transaction ends; None without one."""
    record = await connection.fetchrow(LOCK, project_id, account_id)
    return ProjectDescription(*record) if record else None


async def lock_open(connection: Connection, account_id: int, project_id: UUID) -> bool:
    """Keep a project of the account from being deleted until the transaction ends; return False if there is none."""
    return bool(await connection.fetchval(LOCK_OPEN, project_id, account_id))


async def describe(connection: Connection, project_id: UUID, description: ProjectDescription) -> ProjectRecord:
    """Replace the description of a locked project."""
    return ProjectRecord(*await connection.fetchrow(DESCRIBE, project_id, *msgspec.structs.astuple(description)))


async def has_images(connection: Connection, project_id: UUID) -> bool:
    """Return whether a project has any image, including deleted ones that are not purged yet."""
    return bool(await connection.fetchval(HAS_IMAGES, project_id))


async def delete(connection: Connection, project_id: UUID, *, timeout_s: float) -> None:
    """Mark a locked project and its images as deleted, due for the purge, and delete its uploads."""
    await connection.execute(f"SET LOCAL statement_timeout = '{int(timeout_s)}s'")
    await connection.execute(DELETE, project_id)
    await connection.execute(DELETE_IMAGES, project_id, timeout=timeout_s)
    await connection.execute(DELETE_UPLOADS, project_id, timeout=timeout_s)


async def purge_empty(connection: Connection) -> None:
    """Delete the rows of deleted projects that have no images left."""
    await connection.execute(PURGE_EMPTY)
