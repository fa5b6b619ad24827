"""What this process learns of its callers and writes down later, all at once, instead of with every request."""

import asyncio

import structlog

from shared.accounts import Authenticator
from shared.kit.db import DatabaseUnavailable
from shared.plans import Meter

log = structlog.get_logger()

# What a process that is killed has not written yet is lost, so not much longer; each time costs two statements.
INTERVAL_S = 10.0

# A process that is told to end has little time, and the database may be away.
LAST_TIMEOUT_S = 2.0


async def keep(authenticator: Authenticator, meter: Meter) -> None:
    """Write from time to time until cancelled, and then once more."""
    try:
        while True:
            await asyncio.sleep(INTERVAL_S)
            # Not to be torn apart by the end: what was taken to be written would be lost, or written twice.
            await asyncio.shield(_write(authenticator, meter))
    finally:
        try:
            async with asyncio.timeout(LAST_TIMEOUT_S):
                await _write(authenticator, meter)
        except TimeoutError:
            log.warning("the last bookkeeping was not written in time")


async def _write(authenticator: Authenticator, meter: Meter) -> None:
    try:
        await meter.write()
        await authenticator.write_uses()
    except DatabaseUnavailable as error:
        log.warning("bookkeeping waits: the database is away", reason=str(error))
    except Exception:
        # Nobody watches this task: what it meets must not end it.
        log.exception("bookkeeping failed and goes on")
