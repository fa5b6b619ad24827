"""Retention: the duties that delete what is past its time; each may fail without the others."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from shared import audit, idempotency, plans, sharing, webhooks
from shared.accounts import retention as account_retention
from shared.analyses import files as analysis_files
from shared.jobs import retention as job_retention
from shared.kit.platform import Platform
from shared.operations import account_deletion
from shared.operations.orphans import collection, unfinished
from shared.operations.orphans.prefixes import PREFIXES
from shared.projects import retention as image_retention
from shared.runs import measuring
from shared.uploads import deletion as upload_deletion

# Returns the number of deleted rows or objects, if it counts them.
Duty = Callable[[Platform], Awaitable[int | None]]


async def _expire_events(platform: Platform) -> None:
    await webhooks.expire(platform, timedelta(days=platform.settings.job_retention_days))


# Rows are deleted before their objects: an interruption in between leaves orphans.
DUTIES: dict[str, Duty] = {
    "jobs": job_retention.expire,
    "events": _expire_events,
    "idempotency_keys": idempotency.expire,
    "usage": plans.expire,
    "audit_events": audit.expire,
    "sessions": account_retention.expire_sessions,
    "share_links": sharing.expire,
    "departed_accounts": account_deletion.delete_due,
    "keys": account_retention.expire_keys,
    "images": image_retention.purge,
    "image_events": image_retention.expire_events,
    "analysis_uploads": analysis_files.expire_uploads,
    "uploads": upload_deletion.expire,
    "run_figures": measuring.measure_missing,
}

# They take long where there are many objects, so they keep none of the others waiting.
COLLECTORS: dict[str, Duty] = {
    **{prefix: partial(collection.collect, prefix=prefix) for prefix in PREFIXES},
    "unfinished_uploads": unfinished.abort,
}
