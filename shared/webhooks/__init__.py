"""Webhooks: events, and their delivery to endpoints and callback addresses."""

from datetime import timedelta

from shared.accounts import Caller
from shared.accounts import queries as account_queries
from shared.kit.platform import Platform
from shared.webhooks import couriers, queries, secrets, turns
from shared.webhooks.announcing import announce
from shared.webhooks.errors import SecretJustRotated

__all__ = ["announce", "callback_secret", "expire", "rotate_callback_secret"]

# One statement must not hold its locks for long.
EXPIRED_AT_ONCE = 1000


async def callback_secret(platform: Platform, caller: Caller) -> bytes:
    """Return the secret that signs callbacks to the `callback_url` of the caller's jobs."""
    async with platform.db.connection() as connection:
        version = await connection.fetchval(account_queries.FIND_CALLBACK_VERSION, caller.account_id)
    return secrets.of_account(platform.keyring, caller.account_id, version)


async def rotate_callback_secret(platform: Platform, caller: Caller) -> bytes:
    """Replace the callback secret; for a day, messages carry the signatures of both. Raises SecretJustRotated."""
    async with platform.db.connection() as connection:
        version = await connection.fetchval(
            account_queries.ROTATE_CALLBACK, caller.account_id, secrets.ROTATION_OVERLAP
        )
    if version is None:
        raise SecretJustRotated
    return secrets.of_account(platform.keyring, caller.account_id, version)


async def expire(platform: Platform, retention: timedelta) -> None:
    """Delete events older than `retention` whose deliveries have all succeeded or been given up.

    Receivers that were slow long ago, and couriers that ended long ago, are forgotten as well.
    """
    async with platform.db.connection() as connection:
        await turns.forget_slow(connection)
        await couriers.forget(connection)
    deleted = EXPIRED_AT_ONCE
    while deleted == EXPIRED_AT_ONCE:
        async with platform.db.connection() as connection:
            outcome: str = await connection.execute(queries.DELETE_EVENTS, retention, EXPIRED_AT_ONCE)
        # "DELETE 1000"
        deleted = int(outcome.rpartition(" ")[2])
