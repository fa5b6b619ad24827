"""Quotas: what an account may store or have at once, by its plan.

A row for each account and quota holds what was measured, plus all that was added since; whatever adds raises it in its
own transaction, so that of two concurrent additions the second sees the first. Deletions do not lower it: it is
measured again before anything is refused. What grows without asking (the files of jobs, uploads whose size was not
announced) counts from the next measurement on.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import NamedTuple, Protocol

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit.database.transactions import Connection, driver_connection, retry_conflicts
from shared.kit.platform import Platform
from shared.kit.settings import Settings
from shared.kit.settings.plans import Quota
from shared.quotas import queries
from shared.quotas.errors import QuotaReached

__all__ = ["Quota", "QuotaReached"]

# Bounds how long growth that did not ask goes unseen; measuring costs an index scan over the account's rows.
TRUSTED_FOR = timedelta(minutes=10)

# As old as the counts of calls beside them may be.
SHOWN_FOR = timedelta(seconds=10)


class QuotaOwner(Protocol):
    """The account that is asked about, with its plan: a caller."""

    @property
    def account_id(self) -> int:
        """The id of the account."""

    @property
    def plan(self) -> str | None:
        """The name of its plan, None for the default one."""


class UsedQuota(NamedTuple):
    """A quota of an account, what is used of it, and its limit; None is no limit."""

    quota: Quota
    used: int
    limit: int | None


async def take(connection: Connection, settings: Settings, owner: QuotaOwner, additions: Mapping[Quota, int]) -> None:
    """Count additions in their own transaction, before they are written; raises QuotaReached.

    Costs one statement for each quota that has a limit, and nothing for an account without limits.
    """
    # Always in the same order, so that two transactions never wait for each other in a circle.
    for quota, adding in sorted(additions.items()):
        limit = settings.quota_of(owner.plan, quota)
        if limit is None:
            continue
        if not await queries.add(connection, owner.account_id, quota, adding, limit, TRUSTED_FOR):
            used = await queries.measure(connection, owner.account_id, quota)
            if used + adding > limit:
                raise QuotaReached(quota, limit=limit, use=used, adding=adding)
            await queries.set_amount(connection, owner.account_id, quota, used + adding)


def counted(
    platform: Platform, owner: QuotaOwner, additions: Mapping[Quota, int]
) -> AbstractAsyncContextManager[Connection]:
    """Return a context with a connection for additions, which are counted in its transaction; raises QuotaReached.

    Where none of them has a limit, statements commit one by one, which saves two round trips. Functions that use it
    carry `@retry_conflicts`, as those that open a transaction themselves.
    """
    if not are_limited(platform.settings, owner, additions):
        return platform.db.connection()
    return _counted(platform.db.transaction(), platform.settings, owner, additions)


@asynccontextmanager
async def _counted(
    transaction: AbstractAsyncContextManager[Connection],
    settings: Settings,
    owner: QuotaOwner,
    additions: Mapping[Quota, int],
) -> AsyncIterator[Connection]:
    async with transaction as connection:
        await take(connection, settings, owner, additions)
        yield connection


def are_limited(settings: Settings, owner: QuotaOwner, additions: Iterable[Quota]) -> bool:
    """Return True if the plan limits any of these."""
    return any(settings.quota_of(owner.plan, quota) is not None for quota in additions)


@retry_conflicts
async def refuse_full(platform: Platform, owner: QuotaOwner, quota: Quota) -> None:
    """Raise QuotaReached where nothing more may be added: before work whose size is not known yet. Counts one."""
    async with counted(platform, owner, {quota: 1}):
        pass


async def take_in(session: AsyncSession, settings: Settings, owner: QuotaOwner, additions: Mapping[Quota, int]) -> None:
    """Count additions as `take` does, in the transaction of a session."""
    # The session's transaction begins with its first statement.
    await (await session.connection()).execute(text("SELECT"))
    await take(await driver_connection(session), settings, owner, additions)


async def used(platform: Platform, owner: QuotaOwner) -> list[UsedQuota]:
    """Return what the account uses of every quota, at most SHOWN_FOR old."""
    async with platform.db.connection() as connection:
        known = await queries.recent(connection, owner.account_id, SHOWN_FOR)
    for quota in Quota:
        if quota not in known:
            known[quota] = await _measure(platform, owner, quota)
    return [UsedQuota(quota, known[quota], platform.settings.quota_of(owner.plan, quota)) for quota in Quota]


@retry_conflicts
async def _measure(platform: Platform, owner: QuotaOwner, quota: Quota) -> int:
    async with platform.db.transaction() as connection:
        amount = await queries.measure(connection, owner.account_id, quota)
        await queries.set_amount(connection, owner.account_id, quota, amount)
    return amount
