"""Sessions of the pages, identified by a random token that only the browser stores."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from shared import audit
from shared.accounts import queries
from shared.accounts.authentication import Caller
from shared.accounts.errors import SessionNotFound
from shared.audit import AuditType
from shared.kit import origin
from shared.kit.database.transactions import retry_conflicts
from shared.kit.platform import Platform

TOKEN_BYTES = 32

# More than anybody has; the newest are listed.
MAX_LISTED = 100

# The pages act without a key.
NO_KEY = ""


class SessionAccount(NamedTuple):
    """The account of a session; `session` is the stored hash of its token."""

    account_id: int
    email: str
    is_admin: bool
    session: bytes
    plan: str | None
    granted: float

    @property
    def caller(self) -> Caller:
        """The account as a caller."""
        return Caller(self.account_id, NO_KEY, plan=self.plan, granted=self.granted)


class OpenSession(NamedTuple):
    """A session as its owner sees it."""

    id: str
    created_at: datetime
    expires_at: datetime
    address: str | None
    browser: str | None
    is_present: bool


@retry_conflicts
async def begin(platform: Platform, account_id: int, lifetime: timedelta, browser: str | None = None) -> str:
    """Begin a session and return its token, which is not stored; the account's expired sessions are deleted."""
    token, address = secrets.token_urlsafe(TOKEN_BYTES), origin.current().address
    async with platform.db.transaction() as connection:
        await connection.execute(queries.FORGET_OLD_SESSIONS, account_id)
        await connection.execute(queries.BEGIN_SESSION, digest(token), account_id, lifetime, address, browser)
    return token


async def find(platform: Platform, token: str) -> SessionAccount | None:
    """Return the account of the token; None if the session has expired or the account is inactive."""
    async with platform.db.connection() as connection:
        row = await connection.fetchrow(queries.FIND_SESSION, digest(token))
    if row is None:
        return None
    return SessionAccount(row["id"], row["email"], row["is_admin"], digest(token), row["plan"], row["granted"])


async def is_open(platform: Platform, session: bytes) -> bool:
    """Return False once a session has ended or its account is inactive; `session` is the stored hash."""
    async with platform.db.connection() as connection:
        return await connection.fetchrow(queries.FIND_SESSION, session) is not None


async def end(platform: Platform, token: str) -> None:
    """End the session of the token; ending it again changes nothing."""
    async with platform.db.connection() as connection:
        await connection.execute(queries.END_SESSION, digest(token))


@retry_conflicts
async def end_all(platform: Platform, account_id: int) -> None:
    """End every session of an account."""
    async with platform.db.transaction() as connection:
        await connection.execute(queries.END_SESSIONS, account_id)
        await audit.write(connection, AuditType.SIGNED_OUT_EVERYWHERE, account_id)


async def list_open(platform: Platform, account: SessionAccount) -> list[OpenSession]:
    """List the open sessions of the account of a session, the newest first."""
    async with platform.db.connection() as connection:
        rows = await connection.fetch(queries.LIST_SESSIONS, account.account_id, account.session, MAX_LISTED)
    return [OpenSession(*row) for row in rows]


@retry_conflicts
async def end_one(platform: Platform, account_id: int, session_id: str) -> None:
    """End one session of an account; raises SessionNotFound."""
    async with platform.db.transaction() as connection:
        if not await connection.fetchval(queries.END_OWN_SESSION, account_id, session_id):
            raise SessionNotFound
        await audit.write(connection, AuditType.SESSION_ENDED, account_id)


def digest(token: str) -> bytes:
    """Return the SHA-256 of a token, which is stored instead of it: a stolen table opens no session."""
    return hashlib.sha256(token.encode()).digest()
