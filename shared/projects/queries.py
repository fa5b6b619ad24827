"""Statements about projects."""

# ruff: noqa: S608 -- the texts are put together from our own column names only

from typing import Any
from uuid import UUID

from shared.kit.db import Connection
from shared.projects.records import ProjectRecord

COLUMNS = "id, account_id, name, description, metadata, created_at, updated_at"

INSERT = f"""
    INSERT INTO project (id, account_id, name, description, metadata) VALUES ($1, $2, $3, $4, $5)
    RETURNING {COLUMNS}, 0 AS image_count
"""

IMAGE_COUNT = "(SELECT count(*) FROM image WHERE project_id = project.id AND deleted_at IS NULL) AS image_count"

SELECT = f"""
    SELECT {COLUMNS}, {IMAGE_COUNT} FROM project WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL
"""


async def insert(
    connection: Connection,
    project_id: UUID,
    account_id: int,
    *,
    name: str,
    description: str | None,
    metadata: dict[str, Any],
) -> ProjectRecord:
    """Write a new project."""
    return ProjectRecord(*await connection.fetchrow(INSERT, project_id, account_id, name, description, metadata))


async def find(connection: Connection, account_id: int, project_id: UUID) -> ProjectRecord | None:
    """A project of the account."""
    record = await connection.fetchrow(SELECT, project_id, account_id)
    return ProjectRecord(*record) if record else None
