"""Expiry of sessions and of keys that no longer work."""

from datetime import timedelta

from shared.accounts import queries
from shared.kit.platform import Platform


async def expire_sessions(platform: Platform) -> None:
    """Delete expired sessions, and links to reset passwords that have expired."""
    async with platform.db.connection() as connection:
        await connection.execute(queries.EXPIRE_SESSIONS)
        await connection.execute(queries.EXPIRE_RESETS)


async def expire_keys(platform: Platform) -> None:
    """Delete keys that were revoked or expired longer ago than their retention; they have not worked since."""
    async with platform.db.connection() as connection:
        await connection.execute(queries.EXPIRE_KEYS, timedelta(days=platform.settings.key_retention_days))
