"""The deletion of an account, as its owner asks for it: at once nobody gets in, and until it is due it can be kept."""

from datetime import datetime, timedelta

from shared import audit
from shared.accounts import password_changes, queries
from shared.accounts.errors import AccountLeaving, WrongCredentials, WrongPassword
from shared.accounts.models import Account
from shared.audit import AuditType
from shared.kit import clock
from shared.kit.database.transactions import retry_conflicts
from shared.kit.platform import Platform


async def schedule(platform: Platform, account_id: int, password: str) -> datetime:
    """Disable an account whose owner leaves, and return when everything of it is deleted.

    Its sessions end at once, its keys within seconds, its jobs and webhooks by the dispatcher. Raises WrongPassword,
    TooManySignIns, PasswordQueueFull.
    """
    await password_changes.confirm(platform, account_id, password)
    return await _schedule(platform, account_id)


@retry_conflicts
async def _schedule(platform: Platform, account_id: int) -> datetime:
    grace = timedelta(days=platform.settings.account_deletion_days)
    async with platform.db.transaction() as connection:
        deletes_at: datetime | None = await connection.fetchval(queries.LEAVE, account_id, grace)
        if deletes_at is None:
            raise WrongPassword
        await connection.execute(queries.END_SESSIONS, account_id)
        await connection.execute(queries.END_RESET, account_id)
        await audit.write(connection, AuditType.ACCOUNT_LEFT, account_id, deletes_at=deletes_at.isoformat())
    return deletes_at


def can_be_kept(account: Account | None) -> bool:
    """Return whether the owner of an account has left it, and it is not yet being deleted."""
    return account is not None and account.deletes_at is not None and account.deletes_at > clock.now()


async def admit(platform: Platform, account: Account, *, keeps: bool) -> None:
    """Enable an account again if its owner, who has just given its password, keeps it; raises AccountLeaving."""
    if account.is_active:
        return
    if not keeps:
        assert account.deletes_at is not None, "no other inactive account gets here"
        raise AccountLeaving(
            f"This account is going to be deleted on {account.deletes_at:%Y-%m-%d at %H:%M UTC}; sign in on the pages "
            f"to keep it."
        )
    await _keep(platform, account.id)


@retry_conflicts
async def _keep(platform: Platform, account_id: int | None) -> None:
    async with platform.db.transaction() as connection:
        if not await connection.fetchval(queries.COME_BACK, account_id):
            raise WrongCredentials
        await audit.write(connection, AuditType.ACCOUNT_KEPT, account_id)
