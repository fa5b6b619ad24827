"""Statements about accounts."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.accounts.keys import KeyClaim
from shared.accounts.models import Account, ApiKey
from shared.kit.db import Connection

FIND_OWNER = """
    SELECT account.id
    FROM api_key JOIN account ON account.id = api_key.account_id
    WHERE api_key.id = $1 AND api_key.version = $2 AND account.is_active
"""

FIND_CALLBACK_VERSION = "SELECT callback_secret_version FROM account WHERE id = $1"

ROTATE_CALLBACK = """
    UPDATE account
    SET callback_secret_version = callback_secret_version + 1, callback_secret_rotated_at = now()
    WHERE id = $1
        AND (callback_secret_rotated_at IS NULL OR callback_secret_rotated_at < now() - $2::interval)
    RETURNING callback_secret_version
"""


async def find_owner(connection: Connection, claim: KeyClaim) -> int | None:
    """The account that a live key belongs to."""
    owner: int | None = await connection.fetchval(FIND_OWNER, claim.id, claim.version)
    return owner


async def find_by_email(session: AsyncSession, email: str) -> Account | None:
    """The account with this address, whatever its capitals."""
    return (
        await session.exec(select(Account).where(func.lower(col(Account.email)) == func.lower(email)))
    ).one_or_none()


async def list_all(session: AsyncSession, *, skip: int, limit: int) -> Sequence[Account]:
    """Everybody's accounts, the oldest first."""
    return (await session.exec(select(Account).order_by(col(Account.id)).offset(skip).limit(limit))).all()


async def first_key(session: AsyncSession, account_id: int) -> ApiKey:
    """The oldest key of an account, the one that it signed up with."""
    query = (
        select(ApiKey).where(ApiKey.account_id == account_id).order_by(col(ApiKey.created_at), col(ApiKey.id)).limit(1)
    )
    return (await session.exec(query)).one()
