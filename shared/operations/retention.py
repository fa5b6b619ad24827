"""Retention: deletes everything that is past its time, one duty after the other."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from shared import idempotency, plans, webhooks
from shared.analyses import files as analysis_files
from shared.jobs import retention as job_retention
from shared.kit.platform import Platform
from shared.projects import retention as image_retention

Duty = Callable[[Platform], Awaitable[int | None]]


async def _expire_events(platform: Platform) -> None:
    await webhooks.expire(platform, timedelta(days=platform.settings.job_retention_days))


async def _expire_idempotency_keys(platform: Platform) -> None:
    await idempotency.expire(platform)


async def _expire_usage(platform: Platform) -> None:
    await plans.expire(platform)


# Rows are deleted before their objects: an interruption in between leaves orphans, which are deleted last.
DUTIES: dict[str, Duty] = {
    "jobs": job_retention.expire,
    "events": _expire_events,
    "idempotency_keys": _expire_idempotency_keys,
    "usage": _expire_usage,
    "images": image_retention.purge,
    "job_orphans": job_retention.collect_orphans,
    "image_orphans": image_retention.collect_orphans,
    "analysis_orphans": analysis_files.collect,
}


async def clean(platform: Platform) -> dict[str, int]:
    """Perform every duty once; returns the number of rows or objects deleted, for the duties that count them."""
    deleted = {name: await duty(platform) for name, duty in DUTIES.items()}
    return {name: number for name, number in deleted.items() if number is not None}
