"""Statements about the installation and about orphans."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from shared.kit.database.transactions import Connection

FIND_INSTALLATION = "SELECT id, generation, bound_at IS NOT NULL AS is_bound, problem FROM installation"

# Of several processes that start at once, the first decides the id.
ADD_INSTALLATION = "INSERT INTO installation (id) VALUES ($1) ON CONFLICT DO NOTHING"

REPLACE_INSTALLATION = """
    INSERT INTO installation (id, generation, bound_at) VALUES ($1, 1, now())
    ON CONFLICT (is_only) DO UPDATE SET id = $1, generation = 1, bound_at = now(), problem = NULL
"""

# A database that was restored since it was read has another generation, or no row.
ADVANCE = """
    UPDATE installation SET generation = generation + 1, bound_at = coalesce(bound_at, now()), problem = NULL
    WHERE id = $1 AND generation >= $2 RETURNING generation
"""

IS_CURRENT = "SELECT EXISTS (SELECT FROM installation WHERE id = $1 AND generation >= $2)"

SET_PROBLEM = "UPDATE installation SET problem = $1"

HAS_FILES = """
    SELECT EXISTS (SELECT FROM artifact) OR EXISTS (SELECT FROM image)
        OR EXISTS (SELECT FROM file_upload WHERE status = 'completed')
        OR EXISTS (SELECT FROM analysis_artifact WHERE object_key IS NOT NULL)
"""

MARK = """
    INSERT INTO orphan (prefix, key, etag) SELECT $1, * FROM unnest($2::text[], $3::text[])
    ON CONFLICT (prefix, key) DO UPDATE
    SET seen_at = now(), etag = excluded.etag,
        marked_at = CASE WHEN orphan.etag = excluded.etag THEN orphan.marked_at ELSE now() END
"""

UNMARK = "DELETE FROM orphan WHERE prefix = $1 AND key = ANY($2)"

UNMARK_UNSEEN = "DELETE FROM orphan WHERE prefix = $1 AND seen_at < $2"

UNMARK_ALL = "DELETE FROM orphan"

COUNT = "SELECT count(*) FROM orphan WHERE prefix = $1"

# Marked at an earlier look than the present one, which began at $2, and seen again.
SELECT_DUE = """
    SELECT key, etag FROM orphan
    WHERE prefix = $1 AND marked_at < $2 AND marked_at <= now() - $3::interval AND seen_at >= $2 AND key > $4
    ORDER BY key LIMIT $5
"""

RECORD_SWEEP = """
    INSERT INTO orphan_sweep (prefix, objects, orphans, is_held)
    VALUES ($1, $2, $3, $4)
    ON CONFLICT (prefix) DO UPDATE SET objects = $2, orphans = $3, is_held = $4, ended_at = now()
"""

FIND_ALLOWED = "SELECT allowed FROM orphan_sweep WHERE prefix = $1"

ALLOW = "UPDATE orphan_sweep SET allowed = orphans WHERE prefix = $1 AND is_held RETURNING orphans"

END_PERMISSION = "UPDATE orphan_sweep SET allowed = NULL WHERE prefix = $1"

END_PERMISSIONS = "UPDATE orphan_sweep SET allowed = NULL, is_held = false"

LIST_SWEEPS = "SELECT prefix, objects, orphans, is_held, allowed, ended_at FROM orphan_sweep ORDER BY prefix"

# There may be millions of marks when a database was restored; no statement of a request may take so long.
TIMEOUT_S = 600


class InstallationRecord(NamedTuple):
    """The installation as the database knows it."""

    id: UUID
    generation: int
    is_bound: bool
    problem: str | None


class SweepRecord(NamedTuple):
    """The last look at the objects under a prefix; `is_held` if its orphans wait for an operator's word."""

    prefix: str
    objects: int
    orphans: int
    is_held: bool
    allowed: int | None
    ended_at: datetime


class MarkedObject(NamedTuple):
    """An orphan: its key, and the ETag of the bytes that were seen."""

    key: str
    etag: str


async def find_installation(connection: Connection) -> InstallationRecord | None:
    """Return the installation, or None."""
    record = await connection.fetchrow(FIND_INSTALLATION)
    return InstallationRecord(*record) if record else None


async def advance(connection: Connection, installation_id: UUID, generation: int) -> int | None:
    """Raise the generation of the installation and return it; None if it is another one, or an older state of it."""
    advanced: int | None = await connection.fetchval(ADVANCE, installation_id, generation)
    return advanced


async def mark(connection: Connection, prefix: str, orphans: Sequence[MarkedObject]) -> None:
    """Mark objects; one that is marked already keeps its time, unless its bytes have changed."""
    ordered = sorted(orphans)
    await connection.execute(MARK, prefix, [orphan.key for orphan in ordered], [orphan.etag for orphan in ordered])


async def unmark_unseen(connection: Connection, prefix: str, began_at: datetime) -> None:
    """Forget the marks that were not set again since a moment, in a transaction."""
    await connection.execute(f"SET LOCAL statement_timeout = '{TIMEOUT_S}s'")
    await connection.execute(UNMARK_UNSEEN, prefix, began_at, timeout=TIMEOUT_S)


async def due(
    connection: Connection, prefix: str, began_at: datetime, delay: timedelta, *, after: str, limit: int
) -> list[MarkedObject]:
    """Return orphans that were marked before this sweep and before the delay, by key."""
    rows = await connection.fetch(SELECT_DUE, prefix, began_at, delay, after, limit)
    return [MarkedObject(*row) for row in rows]


async def sweeps(connection: Connection) -> list[SweepRecord]:
    """Return the last sweep of each prefix."""
    return [SweepRecord(*row) for row in await connection.fetch(LIST_SWEEPS)]
