"""Plans: the limits, usage and credit of accounts."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from shared import audit
from shared.accounts import Caller
from shared.accounts import queries as account_queries
from shared.accounts.errors import AccountNotFound
from shared.accounts.models import Account
from shared.audit import AuditType
from shared.kit import clock
from shared.kit.errors import Fault, InvalidInput
from shared.kit.platform import Platform
from shared.plans import queries
from shared.plans.metering import Allowance, Meter
from shared.plans.models import Usage

__all__ = ["Allowance", "Meter"]


# Thirteen months: the same month of the year before is still there.
USAGE_AGE = timedelta(days=400)

# The range of the column; no account has a larger id.
_MAX_ID = 2**63 - 1


class MonthOfUse(NamedTuple):
    """An account with its usage of a month."""

    account: Account
    usage: Sequence[Usage]


async def month_of_use(platform: Platform, meter: Meter, caller: Caller, month: date) -> MonthOfUse:
    """Return the caller's calls per day and route in the month that begins at `month`.

    Calls that other processes answered are up to 10 s late.
    """
    await meter.write()
    async with platform.db.session() as session:
        account = await account_queries.find_by_id(session, caller.account_id)
        assert account is not None, "a caller has an account"
        return MonthOfUse(account, await queries.usage_of(session, caller.account_id, month))


async def expire(platform: Platform) -> None:
    """Delete usage older than USAGE_AGE."""
    async with platform.db.connection() as connection:
        await connection.execute(queries.EXPIRE, clock.now().date() - USAGE_AGE)


async def set_plan(platform: Platform, account_id: int, plan: str | None) -> Account:
    """Set the plan of an account, None for the default one; effective within 5 seconds. Raises AccountNotFound."""
    if plan is not None and plan not in platform.settings.plans:
        names = ", ".join(platform.settings.plans)
        raise InvalidInput(Fault("/plan", f"plan: must be one of {names}."))
    async with platform.db.session() as session:
        account = await _lock_account(session, account_id)
        account.plan = plan
        session.add(account)
        session.add(audit.event(AuditType.PLAN_SET, account_id, plan=plan))
    return account


async def add_credit(platform: Platform, account_id: int, calls: int) -> Account:
    """Add calls to the credit of an account, or remove some, down to 0; raises AccountNotFound."""
    async with platform.db.session() as session:
        account = await _lock_account(session, account_id)
        account.credit = max(account.credit + calls, 0.0)
        session.add(account)
        session.add(audit.event(AuditType.CREDIT_ADDED, account_id, calls=calls))
    return account


async def _lock_account(session: AsyncSession, account_id: int) -> Account:
    account = await account_queries.lock_account(session, account_id) if account_id <= _MAX_ID else None
    if account is None:
        raise AccountNotFound
    return account
