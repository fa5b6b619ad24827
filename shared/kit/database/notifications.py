"""Notifications by LISTEN. They are hints only: losing them all costs time and nothing else."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import structlog

from shared.kit.database.transactions import IS_WRITABLE, Database, DatabaseBusy, DatabaseUnavailable, translated

log = structlog.get_logger()

# A probe detects a connection that died silently, which the driver alone never does, and one to a server that others
# have left, where nobody notifies anybody.
PROBE_INTERVAL_S = 15.0
RECONNECT_DELAY_S = 1.0


async def listen(db: Database, channel: str, on_message: Callable[[str], None]) -> None:
    """Call `on_message` with each message of a channel, until cancelled."""
    while True:
        try:
            with translated():
                await _listen_once(db, channel, on_message)
        except (DatabaseUnavailable, DatabaseBusy, asyncpg.InterfaceError):
            log.warning("listening connection lost")
        except Exception:
            # The edge of a task that nobody waits for: were it to end, notifications would stop silently.
            log.exception("listening failed and is tried again")
        await asyncio.sleep(RECONNECT_DELAY_S)


async def _listen_once(db: Database, channel: str, on_message: Callable[[str], None]) -> None:
    # A connection of its own: one from the pool would be given back with the subscription on it.
    connection = await db.connect()
    try:
        await connection.add_listener(channel, lambda *message: on_message(_payload(message)))
        while True:
            if not await connection.fetchval(IS_WRITABLE):
                return
            await asyncio.sleep(PROBE_INTERVAL_S)
    finally:
        connection.terminate()


def _payload(message: tuple[Any, ...]) -> str:
    return str(message[-1])
