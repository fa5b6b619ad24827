"""Notifications of finished jobs, by LISTEN. They are hints only: losing them all costs time and nothing else."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import structlog

from shared.jobs.queries import CHANNEL
from shared.kit.db import OUTAGES, Database

log = structlog.get_logger()

# A probe detects a connection that died silently, which the driver alone never does.
PROBE_INTERVAL_S = 15.0
RECONNECT_DELAY_S = 1.0


async def listen(db: Database, on_finished: Callable[[str], None]) -> None:
    """Call `on_finished` with the id of each job that ends, until cancelled."""
    while True:
        try:
            await _listen_once(db, on_finished)
        except (*OUTAGES, asyncpg.InterfaceError):
            log.warning("listening connection lost")
        except Exception:
            # The edge of a task that nobody waits for: were it to end, notifications would stop silently.
            log.exception("listening failed and is tried again")
        await asyncio.sleep(RECONNECT_DELAY_S)


async def _listen_once(db: Database, on_finished: Callable[[str], None]) -> None:
    # A connection of its own: one from the pool would be given back with the subscription on it.
    connection = await asyncpg.connect(db.dsn, timeout=5, command_timeout=5)
    try:
        await connection.add_listener(CHANNEL, lambda *message: on_finished(_payload(message)))
        while True:
            await asyncio.sleep(PROBE_INTERVAL_S)
            await connection.execute("SELECT 1")
    finally:
        connection.terminate()


def _payload(message: tuple[Any, ...]) -> str:
    return str(message[-1])
