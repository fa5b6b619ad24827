"""Statements about accounts."""

# ruff: noqa: S608 -- the texts are put together from our own expressions only

from collections.abc import Sequence

from sqlalchemy import func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from shared.accounts.keys import KeyClaim
from shared.accounts.models import Account, ApiKey
from shared.accounts.scopes import EVERYTHING
from shared.kit.database.transactions import Connection, Record

FIND_OWNER = """
    SELECT account.id, api_key.scopes, account.plan, account.credit + account.credit_drawn AS granted
    FROM api_key JOIN account ON account.id = api_key.account_id
    WHERE api_key.id = $1 AND api_key.version = $2 AND account.is_active
        AND api_key.revoked_at IS NULL AND (api_key.expires_at IS NULL OR api_key.expires_at > now())
"""

FIND_PLAN = "SELECT plan FROM account WHERE id = $1"

# In the order of the ids, so that two processes that write the same keys do not wait for each other in a circle.
TOUCH_KEYS = """
    WITH used AS (
        SELECT api_key.id, use.at
        FROM unnest($1::text[], $2::timestamptz[]) AS use (id, at) JOIN api_key USING (id)
        ORDER BY id FOR NO KEY UPDATE OF api_key
    )
    UPDATE api_key SET last_used_at = greatest(last_used_at, used.at) FROM used WHERE api_key.id = used.id
"""

IS_ACTIVE = "SELECT is_active FROM account WHERE id = $1"

FIND_CALLBACK_VERSION = "SELECT callback_secret_version FROM account WHERE id = $1"

ROTATE_CALLBACK = """
    UPDATE account
    SET callback_secret_version = callback_secret_version + 1, callback_secret_rotated_at = now()
    WHERE id = $1
        AND (callback_secret_rotated_at IS NULL OR callback_secret_rotated_at < now() - $2::interval)
    RETURNING callback_secret_version
"""

BEGIN_SESSION = """
    INSERT INTO session (token_hash, account_id, expires_at, address, browser)
    VALUES ($1, $2, now() + $3::interval, $4, $5)
"""

# The id of a session is a hash of what is stored: it names the session, and opens nothing.
SESSION_ID = "left(encode(sha256(token_hash), 'hex'), 32)"

LIST_SESSIONS = f"""
    SELECT {SESSION_ID}, created_at, expires_at, address, browser, token_hash = $2 FROM session
    WHERE account_id = $1 AND expires_at > now() ORDER BY created_at DESC, token_hash LIMIT $3
"""

END_OWN_SESSION = f"DELETE FROM session WHERE account_id = $1 AND {SESSION_ID} = $2 RETURNING true"

FIND_SESSION = """
    SELECT account.id, account.email, account.is_admin, account.plan, account.credit + account.credit_drawn AS granted
    FROM session JOIN account ON account.id = session.account_id
    WHERE session.token_hash = $1 AND session.expires_at > now() AND account.is_active
"""

END_SESSION = "DELETE FROM session WHERE token_hash = $1"

END_SESSIONS = "DELETE FROM session WHERE account_id = $1"

END_OTHER_SESSIONS = "DELETE FROM session WHERE account_id = $1 AND token_hash IS DISTINCT FROM $2"

FORGET_OLD_SESSIONS = "DELETE FROM session WHERE account_id = $1 AND expires_at <= now()"

EXPIRE_SESSIONS = "DELETE FROM session WHERE expires_at <= now()"

# Not where the password has been changed since it was checked.
CHANGE_HASH = "UPDATE account SET password_hash = $2 WHERE id = $1 AND password_hash = $3 RETURNING true"

ISSUE_RESET = """
    INSERT INTO password_reset (account_id, token_hash, expires_at)
    SELECT id, $2, now() + $3::interval FROM account WHERE id = $1 AND is_active
    ON CONFLICT (account_id) DO UPDATE
    SET token_hash = excluded.token_hash, expires_at = excluded.expires_at, created_at = now()
    RETURNING expires_at
"""

FIND_RESET = """
    SELECT account.id FROM password_reset AS reset JOIN account ON account.id = reset.account_id
    WHERE reset.token_hash = $1 AND reset.expires_at > now() AND account.is_active
"""

USE_RESET = "DELETE FROM password_reset WHERE token_hash = $1 AND expires_at > now() RETURNING account_id"

REPLACE_HASH = "UPDATE account SET password_hash = $2 WHERE id = $1 AND is_active RETURNING true"

END_RESET = "DELETE FROM password_reset WHERE account_id = $1"

EXPIRE_RESETS = "DELETE FROM password_reset WHERE expires_at <= now()"

LEAVE = """
    UPDATE account SET is_active = false, deletes_at = now() + $2::interval WHERE id = $1 AND is_active
    RETURNING deletes_at
"""

# Not once its deletion may have begun.
COME_BACK = """
    UPDATE account SET is_active = true, deletes_at = NULL WHERE id = $1 AND deletes_at > now() RETURNING true
"""

EXPIRE_KEYS = "DELETE FROM api_key WHERE least(revoked_at, expires_at) < now() - $1::interval"


async def find_owner(connection: Connection, claim: KeyClaim) -> Record | None:
    """Return the account that an active key belongs to, with the scopes of the key."""
    return await connection.fetchrow(FIND_OWNER, claim.id, claim.version)


async def plan_of(connection: Connection, account_id: int) -> str | None:
    """Return the name of an account's plan, None for the default one."""
    plan: str | None = await connection.fetchval(FIND_PLAN, account_id)
    return plan


async def find_by_email(session: AsyncSession, email: str) -> Account | None:
    """Return the account with this address, compared case-insensitively."""
    return (
        await session.exec(select(Account).where(func.lower(col(Account.email)) == func.lower(email)))
    ).one_or_none()


async def compared(connection: Connection, email: str) -> str:
    """Return an address as `find_by_email` compares it: the same text for all spellings of one account's."""
    text: str = await connection.fetchval("SELECT lower($1::varchar)", email)
    return text


async def list_all(session: AsyncSession, *, skip: int, limit: int) -> Sequence[Account]:
    """List all accounts, the oldest first."""
    return (await session.exec(select(Account).order_by(col(Account.id)).offset(skip).limit(limit))).all()


async def find_by_id(session: AsyncSession, account_id: int) -> Account | None:
    """Return the account with this id, or None."""
    return await session.get(Account, account_id)


async def lock_account(session: AsyncSession, account_id: int) -> Account | None:
    """Return the account, locked against concurrent changes of it until the transaction ends."""
    query = select(Account).where(Account.id == account_id).with_for_update(key_share=True)
    return (await session.exec(query)).one_or_none()


async def main_key(session: AsyncSession, account_id: int) -> ApiKey | None:
    """Return the oldest active key with all scopes: the one made at sign-up, if it still is one."""
    query = (
        _unrevoked(account_id)
        .where(or_(col(ApiKey.expires_at).is_(None), col(ApiKey.expires_at) > func.now()))
        .where(col(ApiKey.scopes).contains(sorted(EVERYTHING)))
        .order_by(col(ApiKey.created_at), col(ApiKey.id))
        .limit(1)
    )
    return (await session.exec(query)).one_or_none()


async def keys_of(session: AsyncSession, account_id: int) -> Sequence[ApiKey]:
    """List all keys of an account, the oldest first."""
    query = select(ApiKey).where(ApiKey.account_id == account_id).order_by(col(ApiKey.created_at), col(ApiKey.id))
    return (await session.exec(query)).all()


async def lock_unrevoked_key(session: AsyncSession, account_id: int, key_id: str) -> ApiKey | None:
    """Return a key of the account that is not revoked, locked until the transaction ends."""
    return (await session.exec(_unrevoked(account_id).where(ApiKey.id == key_id).with_for_update())).one_or_none()


def _unrevoked(account_id: int) -> SelectOfScalar[ApiKey]:
    return select(ApiKey).where(ApiKey.account_id == account_id, col(ApiKey.revoked_at).is_(None))
