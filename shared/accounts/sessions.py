"""Sessions: who is signed in at the pages, by a random token that only the browser keeps."""

import hashlib
import secrets
from datetime import timedelta
from typing import NamedTuple

from shared.accounts import Caller, queries
from shared.kit.platform import Platform

TOKEN_BYTES = 32

# What the pages do is done with no key.
NO_KEY = ""


class SessionAccount(NamedTuple):
    """Who is signed in; `session` is the hash under which the session lies."""

    account_id: int
    email: str
    is_admin: bool
    session: bytes

    @property
    def caller(self) -> Caller:
        """The visitor as the verbs know callers."""
        return Caller(self.account_id, NO_KEY)


async def begin(platform: Platform, account_id: int, lifetime: timedelta) -> str:
    """Begin a session; the token is shown this once, and the account's sessions that are over are forgotten."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    async with platform.db.transaction() as connection:
        await connection.execute(queries.FORGET_OLD_SESSIONS, account_id)
        await connection.execute(queries.BEGIN_SESSION, digest(token), account_id, lifetime)
    return token


async def find(platform: Platform, token: str) -> SessionAccount | None:
    """Who holds the token, unless the session is over or the account is closed."""
    async with platform.db.connection() as connection:
        found = await connection.fetchrow(queries.FIND_SESSION, digest(token))
    return SessionAccount(found["id"], found["email"], found["is_admin"], digest(token)) if found else None


async def end(platform: Platform, token: str) -> None:
    """End the session of the token; ending it again changes nothing."""
    async with platform.db.connection() as connection:
        await connection.execute(queries.END_SESSION, digest(token))


async def end_all(platform: Platform, account_id: int) -> None:
    """End every session of an account."""
    async with platform.db.connection() as connection:
        await connection.execute(queries.END_SESSIONS, account_id)


def digest(token: str) -> bytes:
    """What is stored of a token: a stolen table opens nothing."""
    return hashlib.sha256(token.encode()).digest()
