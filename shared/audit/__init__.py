"""Audit events: sign-ups, sign-ins and failures, keys, plans, and the acts of administrators.

An event is written in the transaction of its fact, with the actor and the address of the request.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from shared.audit import queries
from shared.audit.models import AuditEvent
from shared.kit import origin
from shared.kit.database.transactions import Connection
from shared.kit.limits.limiter import Rate
from shared.kit.platform import Platform


class AuditType(StrEnum):
    """What happened."""

    SIGNED_UP = "signed_up"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    ADMINISTRATOR_REFUSED = "administrator_refused"
    SIGNED_OUT_EVERYWHERE = "signed_out_everywhere"
    SESSION_ENDED = "session_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 -- the name of an event
    PASSWORD_RESET_CREATED = "password_reset_created"  # noqa: S105 -- the name of an event
    PASSWORD_RESET = "password_reset"  # noqa: S105 -- the name of an event
    ACCOUNT_LEFT = "account_left"
    ACCOUNT_KEPT = "account_kept"
    ACCOUNT_DELETED = "account_deleted"
    KEY_CREATED = "key_created"
    KEY_ROTATED = "key_rotated"
    KEY_REVOKED = "key_revoked"
    PLAN_SET = "plan_set"
    CREDIT_ADDED = "credit_added"
    ACCOUNT_CHANGED = "account_changed"
    INVITATION_CREATED = "invitation_created"
    INVITATION_REVOKED = "invitation_revoked"
    SHARE_LINK_CREATED = "share_link_created"
    SHARE_LINK_REVOKED = "share_link_revoked"
    JOB_RETRIED = "job_retried"


class AuditRecord(NamedTuple):
    """An audit event as administrators see it; the e-mail address is that of the account, if it still exists."""

    id: UUID
    type: str
    account_id: int | None
    email: str | None
    actor: str
    address: str | None
    details: dict[str, Any]
    created_at: datetime


def event(event_type: AuditType, account_id: int | None, **details: Any) -> AuditEvent:
    """Build an event about an account, for a session to add; texts that nobody checked are no details."""
    source = origin.current()
    return AuditEvent(
        type=event_type.value, account_id=account_id, actor=source.actor, address=source.address, details=details
    )


async def write(connection: Connection, event_type: AuditType, account_id: int | None, **details: Any) -> None:
    """Write an event about an account in the transaction of a connection."""
    await queries.insert(connection, event(event_type, account_id, **details))


async def admits(platform: Platform, event_type: AuditType, account_id: int | None = None) -> bool:
    """Return whether one more event that anybody can cause is written, or AUDIT_EVENTS_PER_HOUR are.

    Counts for the address of the request, and for the account where one is named.
    """
    per_hour = platform.settings.audit_events_per_hour
    subject = f"audit:{event_type.value}:{origin.current().address}:{account_id}"
    return (await platform.limiter.take(subject, Rate(per_second=per_hour / 3600, burst=per_hour))).allowed


async def is_known_address(connection: Connection, account_id: int | None, address: str) -> bool:
    """Return whether an account has signed in from an address before; takes as long where there is no account."""
    return await queries.is_known_address(connection, account_id or 0, address)


async def list_events(
    platform: Platform, *, account_id: int | None, event_type: AuditType | None, before: UUID | None, limit: int
) -> list[AuditRecord]:
    """List events, newest first; only those about an account or of a type, if given. For administrators."""
    type_name = event_type.value if event_type else None
    async with platform.db.connection() as connection:
        rows = await queries.list_events(connection, account_id, type_name, before, limit)
    return [AuditRecord(*row) for row in rows]


async def expire(platform: Platform) -> int:
    """Delete the events that are older than the retention; returns their number."""
    age = timedelta(days=platform.settings.audit_retention_days)
    async with platform.db.connection() as connection:
        return await queries.expire(connection, age)
