"""Share links: one object of an account, read by everybody who has the link, until a date or until it is revoked."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from shared import audit, comparisons, gates, matrices, runs
from shared.accounts import Caller
from shared.accounts.sessions import TOKEN_BYTES, digest
from shared.audit import AuditType
from shared.kit.database.transactions import retry_conflicts
from shared.kit.ids import known_uuid, uuid7
from shared.kit.limits.limiter import Rate
from shared.kit.platform import Platform
from shared.projects import images
from shared.sharing import queries
from shared.sharing.errors import NothingShared, ShareLinkNotFound, TooManyShareLinks, TooManyVisits
from shared.sharing.models import TargetType

__all__ = ["IssuedLink", "LinkRecord", "SharedThing", "TargetType"]

# Many more than anybody keeps an eye on.
MAX_LINKS = 1000

# A class that opens a link at once, and a page with its pictures; a robot that does nothing else is slowed down.
VISITS = Rate(per_second=20, burst=400)

# Expired links are listed this long, so that their owner sees what was shared.
LISTED_FOR = timedelta(days=30)

# Each reads an object of the caller by its id, and raises an error that is answered 404 where there is none.
_READERS: dict[TargetType, Callable[[Platform, Caller, str], Awaitable[Any]]] = {
    TargetType.RUN: runs.get,
    TargetType.COMPARISON: comparisons.get,
    TargetType.GATE: gates.get,
    TargetType.MATRIX: matrices.counts,
    TargetType.IMAGE: images.find,
}


class LinkRecord(NamedTuple):
    """A share link without its token; the fields are the columns, in this order."""

    id: UUID
    target_type: TargetType
    target_id: UUID
    created_at: datetime
    expires_at: datetime


class IssuedLink(NamedTuple):
    """A share link with its token, which is shown only once."""

    link: LinkRecord
    token: str

    @property
    def path(self) -> str:
        """The path and query of the page that it opens."""
        return f"/app/shared?token={self.token}"


class SharedThing(NamedTuple):
    """What a link shows, and the account that it is read for."""

    target_type: TargetType
    target_id: str
    expires_at: datetime
    owner: Caller


async def create(platform: Platform, caller: Caller, target_type: TargetType, target_id: str, days: int) -> IssuedLink:
    """Create a link to an object of the caller; raises the error of its type if there is none, TooManyShareLinks."""
    await _READERS[target_type](platform, caller, target_id)
    return await _insert(platform, caller, target_type, target_id, timedelta(days=days))


@retry_conflicts
async def _insert(
    platform: Platform, caller: Caller, target_type: TargetType, target_id: str, lifetime: timedelta
) -> IssuedLink:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    async with platform.db.transaction() as connection:
        if await connection.fetchval(queries.COUNT, caller.account_id) >= MAX_LINKS:
            raise TooManyShareLinks
        values = (uuid7(), caller.account_id, digest(token), target_type.value, UUID(target_id), lifetime)
        link = _link(await connection.fetchrow(queries.INSERT, *values))
        details = {"link": str(link.id), "target_type": target_type.value, "target": target_id}
        await audit.write(connection, AuditType.SHARE_LINK_CREATED, caller.account_id, **details)
    return IssuedLink(link, token)


async def list_own(platform: Platform, caller: Caller, *, before: UUID | None, limit: int) -> list[LinkRecord]:
    """List the links of the caller, newest first, those that expired lately too."""
    async with platform.db.connection() as connection:
        return [_link(row) for row in await connection.fetch(queries.LIST_OWN, caller.account_id, before, limit)]


async def names(platform: Platform, caller: Caller, links: Sequence[LinkRecord]) -> dict[UUID, str]:
    """Return the names of what the caller's links show, by its id; what has none, or was deleted, is left out."""
    async with platform.db.connection() as connection:
        rows = await connection.fetch(queries.NAMES, caller.account_id, [link.target_id for link in links])
    return dict(rows)


@retry_conflicts
async def revoke(platform: Platform, caller: Caller, link_id: str) -> None:
    """Revoke a link of the caller: it opens nothing from now on. Raises ShareLinkNotFound."""
    known = known_uuid(link_id, ShareLinkNotFound)
    async with platform.db.transaction() as connection:
        row = await connection.fetchrow(queries.DELETE, known, caller.account_id)
        if row is None:
            raise ShareLinkNotFound
        details = {"link": str(known), "target_type": row["noun"], "target": str(row["target_id"])}
        await audit.write(connection, AuditType.SHARE_LINK_REVOKED, caller.account_id, **details)


async def visit(platform: Platform, token: str) -> SharedThing:
    """Return what a link shows; raises NothingShared, TooManyVisits."""
    async with platform.db.connection() as connection:
        row = await connection.fetchrow(queries.FIND, digest(token))
    if row is None:
        raise NothingShared
    verdict = await platform.limiter.take(f"share:{digest(token).hex()}", VISITS)
    if not verdict.allowed:
        raise TooManyVisits(retry_after_s=verdict.retry_after_s)
    target_type, target_id, expires_at, account_id, plan, granted = row
    owner = Caller(account_id, key_id="", plan=plan, granted=granted)
    return SharedThing(TargetType(target_type), str(target_id), expires_at, owner)


async def expire(platform: Platform) -> None:
    """Delete the links that expired longer ago than they are listed."""
    async with platform.db.connection() as connection:
        await connection.execute(queries.EXPIRE, LISTED_FOR)


def _link(row: Any) -> LinkRecord:
    link_id, target_type, *rest = row
    return LinkRecord(link_id, TargetType(target_type), *rest)
