"""Changes of passwords: by an account's owner who knows the current one, or by an administrator's one-time link."""

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from shared import audit
from shared.accounts import passwords, queries, sign_in_limits
from shared.accounts.errors import AccountNotFound, ResetInvalid, WrongPassword
from shared.accounts.sessions import TOKEN_BYTES, digest
from shared.audit import AuditType
from shared.kit.database.transactions import retry_conflicts
from shared.kit.platform import Platform


class IssuedReset(NamedTuple):
    """A link to reset a password, with its token, which is shown only once."""

    token: str
    expires_at: datetime

    @property
    def path(self) -> str:
        """The path and query of the page on which it is used."""
        return f"/app/reset-password?token={self.token}"


async def confirm(platform: Platform, account_id: int, password: str) -> str:
    """Return the stored hash of an account's password, which was given; raises WrongPassword, TooManySignIns."""
    attempt = await sign_in_limits.begin_confirmation(platform.limiter, account_id)
    async with platform.db.session() as session:
        account = await queries.find_by_id(session, account_id)
    stored_hash = account.password_hash if account and account.is_active else None
    correct = await passwords.verify(stored_hash, password, queue=platform.settings.password_queue)
    if not correct or stored_hash is None:
        raise WrongPassword
    await attempt.forgive()
    return stored_hash


async def change(platform: Platform, account_id: int, *, current: str, new: str, session: bytes | None = None) -> None:
    """Change the password of an account and end its sessions but for `session`, the hash of one.

    Raises WrongPassword, TooManySignIns, PasswordQueueFull.
    """
    stored_hash = await confirm(platform, account_id, current)
    new_hash = await passwords.make_hash(new, queue=platform.settings.password_queue)
    await _store(platform, account_id, stored_hash, new_hash, session)


@retry_conflicts
async def _store(platform: Platform, account_id: int, stored_hash: str, new_hash: str, session: bytes | None) -> None:
    async with platform.db.transaction() as connection:
        if not await connection.fetchval(queries.CHANGE_HASH, account_id, new_hash, stored_hash):
            raise WrongPassword
        await connection.execute(queries.END_OTHER_SESSIONS, account_id, session)
        await connection.execute(queries.END_RESET, account_id)
        await audit.write(connection, AuditType.PASSWORD_CHANGED, account_id)


@retry_conflicts
async def issue_reset(platform: Platform, account_id: int, lifetime: timedelta) -> IssuedReset:
    """Issue a link to reset an account's password, in place of a former one; for administrators.

    Raises AccountNotFound, for a disabled account as well.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    async with platform.db.transaction() as connection:
        expires_at = await connection.fetchval(queries.ISSUE_RESET, account_id, digest(token), lifetime)
        if expires_at is None:
            raise AccountNotFound
        await audit.write(connection, AuditType.PASSWORD_RESET_CREATED, account_id)
    return IssuedReset(token, expires_at)


async def check_reset(platform: Platform, token: str) -> None:
    """Raise ResetInvalid unless a link with this token still works."""
    async with platform.db.connection() as connection:
        if await connection.fetchval(queries.FIND_RESET, digest(token)) is None:
            raise ResetInvalid


async def reset(platform: Platform, token: str, new: str) -> None:
    """Set the password of the account that a link is for, and end all its sessions.

    Raises ResetInvalid, PasswordQueueFull.
    """
    # Before the hash, which is what anybody could make the service waste its time on.
    await check_reset(platform, token)
    new_hash = await passwords.make_hash(new, queue=platform.settings.password_queue)
    await _use_reset(platform, token, new_hash)


@retry_conflicts
async def _use_reset(platform: Platform, token: str, new_hash: str) -> None:
    async with platform.db.transaction() as connection:
        account_id = await connection.fetchval(queries.USE_RESET, digest(token))
        if account_id is None or not await connection.fetchval(queries.REPLACE_HASH, account_id, new_hash):
            raise ResetInvalid
        await connection.execute(queries.END_SESSIONS, account_id)
        await audit.write(connection, AuditType.PASSWORD_RESET, account_id)
