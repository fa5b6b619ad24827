"""Periodic writing of the usage counters and key uses of this process, instead of with every request."""

import asyncio

import structlog

from shared.accounts import Authenticator
from shared.kit.database.transactions import DatabaseUnavailable
from shared.plans import Meter

log = structlog.get_logger()

# A killed process loses what it has not written, so not much longer; each flush costs two statements.
INTERVAL_S = 10.0

# A stopping process has little time, and the database may be unavailable.
LAST_TIMEOUT_S = 2.0


async def flush_periodically(authenticator: Authenticator, meter: Meter) -> None:
    """Write periodically until cancelled, and then once more."""
    try:
        while True:
            await asyncio.sleep(INTERVAL_S)
            # Shielded from the cancellation: counters taken for writing would be lost, or written twice.
            await asyncio.shield(_write(authenticator, meter))
    finally:
        try:
            async with asyncio.timeout(LAST_TIMEOUT_S):
                await _write(authenticator, meter)
        except TimeoutError:
            log.warning("the last write of the use counters timed out")


async def _write(authenticator: Authenticator, meter: Meter) -> None:
    try:
        await meter.write()
        await authenticator.write_uses()
    except DatabaseUnavailable as error:
        log.warning("the use counters are not written: the database is unavailable", reason=str(error))
    except Exception:
        # The edge of a task that nobody awaits: no error may end it.
        log.exception("writing the use counters failed; the next interval tries again")
