"""Statements about audit events."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from shared.audit.models import AuditEvent
from shared.kit.database.transactions import Connection, Record

INSERT = """
    INSERT INTO audit_event (id, type, account_id, actor, address, details) VALUES ($1, $2, $3, $4, $5, $6)
"""

IS_KNOWN_ADDRESS = """
    SELECT EXISTS (SELECT FROM audit_event WHERE account_id = $1 AND address = $2 AND type = 'signed_in')
"""

LIST = """
    SELECT event.id, event.type, event.account_id, account.email, event.actor, event.address, event.details,
        event.created_at
    FROM audit_event AS event LEFT JOIN account ON account.id = event.account_id
    WHERE ($1::bigint IS NULL OR event.account_id = $1) AND ($2::text IS NULL OR event.type = $2)
        AND ($3::uuid IS NULL OR event.id < $3)
    ORDER BY event.id DESC LIMIT $4
"""

# In steps, so that no statement holds its locks for long; the next round deletes the rest.
EXPIRE = """
    DELETE FROM audit_event WHERE id IN (
        SELECT id FROM audit_event WHERE created_at < now() - $1::interval ORDER BY created_at LIMIT 10000
    )
"""


async def insert(connection: Connection, event: AuditEvent) -> None:
    """Insert an event."""
    await connection.execute(INSERT, event.id, event.type, event.account_id, event.actor, event.address, event.details)


async def is_known_address(connection: Connection, account_id: int, address: str) -> bool:
    """Return whether an account has signed in from an address."""
    return bool(await connection.fetchval(IS_KNOWN_ADDRESS, account_id, address))


async def list_events(
    connection: Connection, account_id: int | None, event_type: str | None, before: UUID | None, limit: int
) -> Sequence[Record]:
    """List events, newest first."""
    rows: Sequence[Record] = await connection.fetch(LIST, account_id, event_type, before, limit)
    return rows


async def expire(connection: Connection, age: timedelta) -> int:
    """Delete events that are older; return their number."""
    outcome: str = await connection.execute(EXPIRE, age)
    # "DELETE 12"
    return int(outcome.rpartition(" ")[2])
