"""Exports of accounts: everything that an account has, in open formats, made by a job."""

from shared import jobs
from shared.account_exports.kinds.account_export import AccountExport
from shared.accounts import Caller
from shared.jobs import Snapshot
from shared.kit import clock
from shared.kit.platform import Platform


async def submit(platform: Platform, caller: Caller) -> Snapshot:
    """Submit an export of the caller's account, or return the one of this hour; raises QueueFull, QuotaReached."""
    hour = clock.now().strftime("%Y-%m-%dT%H")
    return await jobs.join(platform, await jobs.prepare(platform, caller, AccountExport(hour=hour)))
