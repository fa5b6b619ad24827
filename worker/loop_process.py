"""A process that is one loop, with connections of its own, until it is told to end."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from shared.kit import logging, platform
from shared.kit.platform import Platform
from shared.kit.settings import settings

log = structlog.get_logger()


def run(name: str, loop: Callable[[Platform], Coroutine[Any, Any, None]], *, pool_size: int) -> None:
    """Configure the log and run a loop until SIGINT or SIGTERM, which cancel it; its clearing up is waited for."""
    logging.configure(level=settings().log_level, form=settings().log_format)
    asyncio.run(_run(name, loop, pool_size))


async def _run(name: str, loop: Callable[[Platform], Coroutine[Any, Any, None]], pool_size: int) -> None:
    async with platform.connect(settings(), pool_size=pool_size) as resources:
        running = asyncio.ensure_future(loop(resources))
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, running.cancel)
        try:
            await running
        except asyncio.CancelledError:
            log.info("stopped", process=name)
