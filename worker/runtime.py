"""The asynchronous half of a worker process: one event loop in a thread, with the connections that belong to it.

Tasks are plain functions in the main thread, or in one of the pool's, and compute there, while the heartbeat runs in
this loop. Everything is created at first use, which is after the fork.
"""

import asyncio
import os
import threading
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any, TypeVar

import uvloop

from shared.kit import platform
from shared.kit.platform import Platform
from shared.kit.settings import settings

T = TypeVar("T")

# One task at a time, its heartbeat, and spare ones.
POOL_SIZE = 4


class Runtime:
    """The event loop of one process and its connections."""

    def __init__(self) -> None:
        self.loop = uvloop.new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="event-loop", daemon=True).start()
        self._stack = AsyncExitStack()
        self.platform: Platform = self.run(self._connect())

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the loop and wait for it in this thread.

        The coroutine is cancelled if this thread is interrupted meanwhile.
        """
        future = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    async def _connect(self) -> Platform:
        return await self._stack.enter_async_context(platform.connect(settings(), pool_size=POOL_SIZE))


_lock = threading.Lock()
_runtimes: dict[int, Runtime] = {}


def current() -> Runtime:
    """The runtime of this process, created at the first call; a runtime that a fork inherited is not used."""
    with _lock:
        if (runtime := _runtimes.get(os.getpid())) is None:
            runtime = _runtimes[os.getpid()] = Runtime()
        return runtime
